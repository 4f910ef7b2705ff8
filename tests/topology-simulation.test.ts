import assert from "node:assert/strict";
import { test } from "node:test";
import { topics } from "../domain/topics.ts";
import { small } from "./simulation/clock.ts";
import { check } from "./simulation/recount.ts";
import { simulate } from "./simulation/world.ts";

const seedsMax = 1_000;
const given = process.env["SLUICE_TEST_SEED"];
const first = given === undefined ? Math.floor(Math.random() * 0x7fffffff) : Number(given);

test(`whatever crashes, repeats, is late or out of order, the processors come to the same: ${seedsMax} seeds`, async (t) => {
  const met = { crashes: 0, zombies: 0, joins: 0, calls: 0, recalls: 0 };
  for (let seed = first; seed < first + (given === undefined ? seedsMax : 1); seed += 1) {
    const again = `SLUICE_TEST_SEED=${seed} repeats it`;
    try {
      const outcome = await simulate(seed);
      await check(outcome);
      for (const event of ["crashes", "zombies", "joins"] as const) met[event] += outcome.met[event];
      met.recalls += outcome.log.all(small(topics.leases)).filter(({ type }) => type === "lease_recalled").length;
      met.calls += outcome.gates.reduce((sum, { accepted }) => sum + accepted.length, 0);
    } catch (cause) {
      throw new Error(`${again}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  }
  t.diagnostic(`${JSON.stringify(met)}, ${Math.round(process.cpuUsage().user / 1_000)} ms of CPU`);
  if (given === undefined)
    assert.ok(
      met.crashes > seedsMax && met.zombies > seedsMax / 2 && met.joins > seedsMax && met.recalls > seedsMax / 50,
      "there was enough to go wrong",
    );
});
