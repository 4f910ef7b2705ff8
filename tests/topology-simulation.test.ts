import assert from "node:assert/strict";
import { test } from "node:test";
import { check } from "./simulation/recount.ts";
import { type Outcome, simulate } from "./simulation/world.ts";

const seedsMax = 1_000;
const given = process.env["SLUICE_TEST_SEED"];
const first = given === undefined ? Math.floor(Math.random() * 0x7fffffff) : Number(given);

test(`whatever crashes, repeats, is late or out of order, the processors come to the same: ${seedsMax} seeds`, async (t) => {
  const met = { crashes: 0, zombies: 0, joins: 0, calls: 0, recalls: 0, anomalies: 0, restrictions: 0 };
  for (let seed = first; seed < first + (given === undefined ? seedsMax : 1); seed += 1) {
    const again = `SLUICE_TEST_SEED=${seed} repeats it`;
    try {
      const outcome = await withoutStacks(() => simulate(seed));
      const found = await check(outcome);
      for (const event of ["crashes", "zombies", "joins"] as const) met[event] += outcome.met[event];
      for (const event of ["calls", "recalls", "anomalies", "restrictions"] as const) met[event] += found[event];
    } catch (cause) {
      throw new Error(`${again}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  }
  t.diagnostic(`${JSON.stringify(met)}, ${Math.round(process.cpuUsage().user / 1_000)} ms of CPU`);
  if (given !== undefined) return;
  assert.ok(met.crashes > seedsMax && met.zombies > seedsMax / 2 && met.joins > seedsMax, "there was enough to go wrong");
  assert.ok(met.recalls > seedsMax / 50 && met.anomalies > seedsMax / 2 && met.restrictions > seedsMax / 4, "there was enough to find");
});

/** What fails in a world is meant to: where, nobody asks. */
async function withoutStacks(run: () => Promise<Outcome>): Promise<Outcome> {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await run();
  } finally {
    Error.stackTraceLimit = before;
  }
}
