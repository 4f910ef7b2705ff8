import assert from "node:assert/strict";
import { test } from "node:test";
import { findGaps } from "./audit-gaps.ts";

function numbered(gateway: string, epoch: number, ...sequences: readonly number[]) {
  return sequences.map((sequence) => ({ gateway, epoch, sequence }));
}

test("a whole sequence has no gap, whatever its order and its repeats", () => {
  assert.deepEqual(findGaps(numbered("a", 1, 3, 1, 2, 2, 3, 4)), []);
});

test("what is missing is named for each process of each gate", () => {
  const events = [...numbered("a", 1, 1, 2, 5), ...numbered("a", 2, 2), ...numbered("b", 1, 1, 3)];
  assert.deepEqual(findGaps(events), [
    { gateway: "a", epoch: 1, from: 3, to: 4 },
    { gateway: "a", epoch: 2, from: 1, to: 1 },
    { gateway: "b", epoch: 1, from: 2, to: 2 },
  ]);
});

test("where the oldest records have been given up, numbers count from the first that is there", () => {
  assert.deepEqual(findGaps(numbered("a", 1, 7, 8, 10), { fromFirst: true }), [{ gateway: "a", epoch: 1, from: 9, to: 9 }]);
});
