import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import type { Played } from "./simulation/seeds.ts";

const seedsMax = 1_000;
const given = process.env["SLUICE_TEST_SEED"];
const first = given === undefined ? Math.floor(Math.random() * 0x7fffffff) : Number(given);

test(`whatever crashes, repeats, is late or out of order, the processors come to the same: ${seedsMax} seeds`, async (t) => {
  const seeds = Array.from({ length: given === undefined ? seedsMax : 1 }, (_, index) => first + index);
  const halves = [seeds.filter((_, index) => index % 2 === 0), seeds.filter((_, index) => index % 2 === 1)];
  const played = await Promise.all(halves.map(inThread));
  const [failed] = played.flatMap((half) => half.failed);
  if (failed !== undefined) assert.fail(`SLUICE_TEST_SEED=${failed.seed} repeats it: ${failed.reason}`);
  const met = (event: keyof Played["met"]) => played.reduce((sum, half) => sum + half.met[event], 0);
  t.diagnostic(JSON.stringify(played.map((half) => half.met)));
  if (given !== undefined) return;
  assert.ok(met("crashes") > seedsMax && met("zombies") > seedsMax / 2 && met("joins") > seedsMax, "there was enough to go wrong");
  assert.ok(
    met("recalls") > seedsMax / 50 && met("anomalies") > seedsMax / 2 && met("restrictions") > seedsMax / 4,
    "there was enough to find",
  );
});

async function inThread(seeds: readonly number[]): Promise<Played> {
  const thread = new Worker(new URL("simulation/seeds.ts", import.meta.url), { workerData: seeds });
  const [played] = (await once(thread, "message")) as [Played];
  await thread.terminate();
  return played;
}
