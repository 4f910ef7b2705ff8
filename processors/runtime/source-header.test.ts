import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { isRepeat, originOf, sourceHeader } from "./source-header.ts";

const record = (src: string, partition = 0): StoredRecord => ({
  ...{ type: "activity_observed", key: "acme", value: null, timestampMs: 0, headers: { src } },
  ...{ topic: topics.activity.name, partition, offset: 0 },
});

/** Those that somebody takes who reads them in this order. */
function taken(...sources: readonly string[]): readonly string[] {
  const positions = new Map<string, number>();
  return sources.filter((src) => !isRepeat(record(src), positions));
}

test("an origin is read back as it was written", () => {
  for (const origin of [
    { name: "limits/3/leases/3", epoch: 0, offset: 7, index: 1 },
    { name: "usage/3/tick", epoch: 1_900_000_000_000, offset: 1_900_000_000_001, index: 0 },
  ])
    assert.deepEqual(originOf(record(sourceHeader(origin))), origin);
  for (const src of ["", "limits", "limits/3/leases/x#1"]) assert.equal(originOf(record(src)), undefined);
});

test("what a step made is taken once, whoever makes it again, and each of several outputs of it", () => {
  const first = ["limits/0/leases/0/7#0", "limits/0/leases/0/7#1"];
  assert.deepEqual(taken(...first, ...first, "limits/0/leases/0/8#0", ...first), [...first, "limits/0/leases/0/8#0"]);
});

test("outputs of different tasks and sources are told apart", () => {
  const all = ["activity/0/tick/5:100#0", "activity/1/tick/5:100#0", "activity/0/calls/0/100#0"];
  assert.deepEqual(taken(...all), all);
});

test("a later owner is heard whatever its clock says, and an earlier one no more", () => {
  assert.deepEqual(taken("activity/0/tick/5:100#0", "activity/0/tick/5:900#1", "activity/0/tick/6:200#0", "activity/0/tick/5:999#0"), [
    "activity/0/tick/5:100#0",
    "activity/0/tick/5:900#1",
    "activity/0/tick/6:200#0",
  ]);
});

test("where one owner ever speaks its ticks are told apart by their time", () => {
  assert.deepEqual(taken("activity/0/tick/100#0", "activity/0/tick/100#1", "activity/0/tick/100#0", "activity/0/tick/101#0").length, 3);
});
