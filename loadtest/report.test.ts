import assert from "node:assert/strict";
import { test } from "node:test";
import type { Sample } from "./measure.ts";
import { rowsOf, spreadOf, tableOf, warningsOf } from "./report.ts";

function sample(given: Partial<Sample>): Sample {
  const usual = { calls: 1, callsPerSecond: 1000, processorMicros: 10, processorMicrosAtRate: 20, p50Ms: 1, p99Ms: 2, slipP99Ms: 0.1 };
  const machine = { residentBytes: 1e6, testedBusy: 1, foreignBusy: 0, loadBusy: 0.5, stolen: 0, loadAverage: 1 };
  return { contender: "full", ...usual, ...machine, ...given };
}

const contenders = ["direct", "forwarder", "full"].map((id) => ({ id, title: id }));
const rounds = [2, 4, 3].map((factor) => [
  sample({ contender: "direct" }),
  sample({ contender: "forwarder", processorMicrosAtRate: 40 }),
  sample({ contender: "full", processorMicrosAtRate: 40 * factor, p50Ms: 1 + factor }),
]);

test("ratios are taken within a round, and their middle is told with the lowest and the highest", () => {
  const full = rowsOf(contenders, rounds)[2];
  assert.deepEqual(full?.toForwarder, { median: 3, min: 2, max: 4 });
  assert.deepEqual(full?.toDirect, { median: 6, min: 4, max: 8 });
  assert.deepEqual(full?.addedP50Ms, { median: 3, min: 2, max: 4 });
});

test("of an even number of rounds the middle is between the two in the middle", () => {
  assert.equal(spreadOf([4, 1, 2, 3]).median, 2.5);
});

test("the table is Markdown with a line for each contender", () => {
  const lines = tableOf(rowsOf(contenders, rounds)).split("\n");
  assert.equal(lines.length, 5);
  assert.equal(new Set(lines.map((line) => line.length)).size, 1);
  assert.match(lines[4] ?? "", /^\| full +\| +3\.00 \[2\.00–4\.00\] \|/);
});

test("what spoils a run is said, and nothing else", () => {
  assert.deepEqual(warningsOf(rounds), []);
  const spoilt = [
    sample({ contender: "direct", foreignBusy: 0.3, stolen: 0.05, slipP99Ms: 2, p99Ms: 30 }),
    sample({ contender: "forwarder", testedBusy: 0.5 }),
  ];
  assert.equal(warningsOf([spoilt]).length, 5);
});
