import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { clientScenarios } from "./client-stories.ts";
import { gaps } from "./gaps.ts";
import { isRequired, type LegResult, legs, runLegs } from "./legs.ts";
import { conformancePage, pageFile } from "./page.ts";
import { requiredOf } from "./suite.ts";

let results: readonly LegResult[] = [];

const resultOf = (way: LegResult["way"], revision: LegResult["revision"]): LegResult => {
  const found = results.find((result) => result.way === way && result.revision === revision);
  assert.ok(found !== undefined, `${way} was run for ${revision}`);
  return found;
};

/** Checks of required scenarios that failed, and why. */
function failures(result: LegResult): readonly string[] {
  const required = [...result.verdicts].filter(([scenario]) => isRequired(result, scenario));
  return required.flatMap(([scenario, { failed }]) => failed.map(({ id, reason }) => `${scenario}, ${id}: ${reason}`));
}

describe("the official conformance suite", { timeout: 280_000 }, () => {
  before(async () => {
    results = await runLegs();
  });

  for (const { way, revision } of legs.filter((leg) => leg.way === "direct")) {
    test(`${revision}, ${way}: our server passes everything that is required`, () => {
      const result = resultOf(way, revision);
      assert.deepEqual(failures(result), []);
      const required = requiredOf(revision);
      const missing = required === "all" ? [] : [...required].filter((scenario) => !result.verdicts.has(scenario));
      assert.deepEqual(missing, [], "all of them were run");
    });
  }

  for (const { way, revision } of legs.filter((leg) => leg.way !== "direct")) {
    test(`${revision}, ${way}: everything that is required passes, but for what the specification stands against`, (t) => {
      const result = resultOf(way, revision);
      const known = gaps.filter((gap) => gap.way === way && gap.revisions.includes(revision));
      const isKnown = (failure: string) =>
        known.some(({ scenario, checks }) => checks.some((id) => failure.startsWith(`${scenario}, ${id}: `)));
      const failed = failures(result);
      assert.deepEqual(
        failed.filter((failure) => !isKnown(failure)),
        [],
      );
      assert.equal(failed.length, known.flatMap(({ checks }) => checks).length, "what is listed fails");
      t.diagnostic(`${result.verdicts.size} scenarios, ${failed.length} checks of required ones fail`);
    });
  }

  for (const revision of ["2025-11-25", "2026-07-28"] as const) {
    test(`${revision}: every scenario for clients is played that is required and not about signing in`, () => {
      const required = requiredOf(revision, "client");
      assert.ok(required !== "all");
      assert.deepEqual([...required].filter((scenario) => !scenario.startsWith("auth/")).sort(), [...clientScenarios(revision)].sort());
    });
  }

  test("docs/conformance.md says what this run has found; node tests/conformance/page.ts writes it", () => {
    assert.equal(readFileSync(pageFile, "utf8"), conformancePage(results));
  });
});
