import assert from "node:assert/strict";
import { test } from "node:test";
import { directoryTopics } from "../../domain/directory.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import { createFreshness } from "./freshness.ts";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("what is decided by is as old as the last moment in which it held all of the log, and stale beyond its bound", async () => {
  let nowMs = 0;
  let tick = () => {};
  let isAway = false;
  let isBehind = false;
  const reached: string[] = [];
  const freshness = createFreshness({
    log: {
      async extent() {
        if (isAway) throw new Error("the log is away");
        return [{ partition: 0, start: 0, end: 3 }];
      },
    },
    view: {
      reached: (topic, { offset }) => {
        reached.push(`${topic.name} ${offset}`);
        return isBehind ? new Promise(() => {}) : Promise.resolve();
      },
    },
    logger: silentLogger,
    nowMs: () => nowMs,
    ageMsMax: 10_000,
    every: (_intervalMs, run) => {
      tick = run;
      return () => {};
    },
  });
  const compareAt = async (atMs: number) => {
    nowMs = atMs;
    tick();
    await turn();
  };
  await compareAt(2_000);
  assert.equal(freshness.ageMs(), 0);
  assert.deepEqual(
    reached,
    directoryTopics.map(({ name }) => `${name} 2`),
  );
  isAway = true;
  await compareAt(12_000);
  assert.deepEqual([freshness.ageMs(), freshness.isStale()], [10_000, false]);
  await compareAt(12_001);
  assert.equal(freshness.isStale(), true);
  isAway = false;
  await compareAt(13_000);
  assert.equal(freshness.isStale(), false);
  isBehind = true;
  await compareAt(20_000);
  await compareAt(23_001);
  assert.equal(freshness.isStale(), true, "a view that does not come to the end of the log is as old as one without a log");
});
