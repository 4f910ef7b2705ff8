import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { gaps } from "./gaps.ts";
import { type LegResult, legs, runLegs } from "./legs.ts";
import { requiredOf } from "./suite.ts";

let results: readonly LegResult[] = [];

const resultOf = (way: LegResult["way"], revision: LegResult["revision"]): LegResult => {
  const found = results.find((result) => result.way === way && result.revision === revision);
  assert.ok(found !== undefined, `${way} was run for ${revision}`);
  return found;
};

/** Required scenarios with a check that failed. */
function failing({ revision, verdicts }: LegResult): readonly string[] {
  const required = requiredOf(revision);
  const isRequired = (scenario: string) => required === "all" || required.has(scenario);
  return [...verdicts].filter(([scenario, { failed }]) => isRequired(scenario) && failed.length > 0).map(([scenario]) => scenario);
}

describe("the official conformance suite", { timeout: 240_000 }, () => {
  before(async () => {
    results = await runLegs();
  });

  for (const { way, revision } of legs.filter((leg) => leg.way === "direct")) {
    test(`${revision}, ${way}: our server passes everything that is required`, () => {
      const result = resultOf(way, revision);
      assert.deepEqual(failing(result), []);
      const required = requiredOf(revision);
      if (required !== "all")
        assert.deepEqual(
          [...required].filter((scenario) => !result.verdicts.has(scenario)),
          [],
          "all of them were run",
        );
    });
  }

  for (const { way, revision } of legs.filter((leg) => leg.way !== "direct")) {
    test(`${revision}, ${way}: every required scenario passes that passes directly, but for the gaps that are listed`, (t) => {
      const result = resultOf(way, revision);
      const known = gaps.filter((gap) => gap.way === way && gap.revisions.includes(revision)).map(({ scenario }) => scenario);
      const failed = failing(result).filter((scenario) => !known.includes(scenario));
      t.diagnostic(`${result.verdicts.size} scenarios, ${failing(result).length} required ones fail`);
      assert.deepEqual(
        failed.map((scenario) => [scenario, ...(result.verdicts.get(scenario)?.failed ?? [])]),
        [],
      );
    });
  }
});
