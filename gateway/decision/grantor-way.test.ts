import assert from "node:assert/strict";
import { test } from "node:test";
import { createGrantorWay } from "./grantor-way.ts";

test("the way takes as long as the slowest of the last answers, which fades with quicker ones", () => {
  const way = createGrantorWay();
  assert.equal(way.waitedMs(), 0);
  way.answered(1_000, 1_300);
  way.answered(2_000, 2_010);
  assert.equal(way.waitedMs(), 270);
  for (let count = 0; count < 100; count += 1) way.answered(3_000, 3_010);
  assert.equal(way.waitedMs(), 10);
});

test("a request is made again after a second, after twice the time that answers take, and later the longer nobody answers", () => {
  const way = createGrantorWay();
  assert.equal(way.againMs(0), 1_000);
  way.asked(0);
  way.asked(500);
  assert.deepEqual([way.unansweredMs(1_000), way.againMs(1_000), way.againMs(6_000), way.againMs(60_000)], [1_000, 1_000, 3_000, 5_000]);
  way.answered(59_000, 60_500);
  assert.deepEqual([way.unansweredMs(61_000), way.againMs(61_000)], [0, 3_000]);
  way.answered(0, 70_000);
  assert.equal(way.againMs(70_000), 5_000, "an answer that was away for a minute does not tell how long the way is");
});
