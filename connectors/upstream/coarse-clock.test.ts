import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createCoarseClock } from "./coarse-clock.ts";

function clockOf(context: TestContext) {
  context.mock.timers.enable({ apis: ["setInterval"] });
  let nowMs = 1_000;
  const clock = createCoarseClock({ stepMs: 100, nowMs: () => nowMs });
  const pass = (byMs: number) => {
    nowMs += byMs;
    context.mock.timers.tick(byMs);
  };
  return { clock, pass };
}

test("a deadline never fires early, and at most two steps late", (context) => {
  const { clock, pass } = clockOf(context);
  const checked: number[] = [];
  clock.eachStep((nowMs) => checked.push(nowMs));
  pass(99);
  const deadline = clock.deadline(250);
  while ((checked.at(-1) ?? 0) < deadline) pass(1);
  const tookMs = (checked.at(-1) ?? 0) - 1_099;
  assert.ok(tookMs >= 250 && tookMs <= 450, `${tookMs} ms`);
});

test("no bound is a deadline that never comes", (context) => {
  const { clock } = clockOf(context);
  assert.equal(clock.deadline(0), Number.POSITIVE_INFINITY);
});

test("it steps only while somebody has something to check, and reads the time itself in between", (context) => {
  const { clock, pass } = clockOf(context);
  let checks = 0;
  const stop = clock.eachStep(() => {
    checks += 1;
  });
  pass(100);
  stop();
  pass(1_000);
  assert.equal(checks, 1);
  assert.equal(clock.nowMs(), 2_100);
});

test("a closed clock checks nothing more", (context) => {
  const { clock, pass } = clockOf(context);
  clock.eachStep(() => assert.fail("it is closed"));
  clock.close();
  pass(1_000);
});
