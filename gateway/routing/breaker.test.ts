import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type BreakerRules, createBreaker } from "./breaker.ts";

const rules: BreakerRules = { consecutiveMax: 3, windowCalls: 10, failureRatio: 0.5, openMs: 1_000, openMaxMs: 3_000 };

/** Plays `+` success, `-` failure, `.` withdrawn; a number is milliseconds that pass. A call that is not admitted does not happen. */
function play(steps: readonly string[]) {
  const breaker = createBreaker(rules);
  let nowMs = 0;
  let refused = false;
  for (const step of steps) {
    if (/^\d+$/.test(step)) {
      nowMs += Number(step);
      continue;
    }
    refused = !breaker.admits(nowMs);
    if (refused) continue;
    const probe = breaker.begin(nowMs);
    if (step === "+") breaker.succeeded(probe);
    else if (step === "-") breaker.failed(probe, nowMs);
    else breaker.withdrawn(probe);
  }
  return { breaker, nowMs, refused };
}

/** How a story ends: the circuit, and when a call is admitted again or that the last one was refused. */
function endOf(story: string): string {
  const { breaker, nowMs, refused } = play(story.match(/\d+|[-+.]/g) ?? []);
  return `${breaker.circuit(nowMs)}, ${refused ? "refused" : breaker.retryAfterMs(nowMs)}`;
}

const stories: readonly [name: string, story: string, end: string][] = [
  ["begins closed", "", "closed, 0"],
  ["a few failures leave it closed", "--", "closed, 0"],
  ["failures in a row open it", "---", "open, 1000"],
  ["a success between them starts the row anew", "--+--", "closed, 0"],
  ["the ratio of the window opens it", "+-+-+-+-+-", "open, 1000"],
  ["a window that is not full does not", "+-+-+-+-+", "closed, 0"],
  ["old outcomes leave the window", "-+-+ ++++++ ++++++ -+-+-+-+", "closed, 0"],
  ["withdrawn calls tell nothing", "--...........", "closed, 0"],
  ["an open one refuses", "--- 999 +", "open, refused"],
  ["after its time it is half-open", "--- 1000", "half-open, 0"],
  ["a good probe closes it", "--- 1000 +", "closed, 0"],
  ["a bad probe opens it for twice as long", "--- 1000 -", "open, 2000"],
  ["up to a bound", "--- 1000 - 2000 - 3000 -", "open, 3000"],
  ["a good probe makes the time short again", "--- 1000 - 2000 + ---", "open, 1000"],
  ["a withdrawn probe leaves it half-open for the next", "--- 1000 .", "half-open, 0"],
];

for (const [name, story, end] of stories) {
  test(`a circuit breaker: ${name}`, () => assert.equal(endOf(story), end));
}

test("one call probes; the others are refused until it is over", () => {
  const breaker = createBreaker(rules);
  for (let index = 0; index < 3; index += 1) breaker.failed(breaker.begin(0), 0);
  assert.equal(breaker.begin(1_000), true);
  assert.equal(breaker.admits(1_000), false);
  assert.equal(breaker.retryAfterMs(1_000), 1);
  breaker.succeeded(true);
  assert.equal(breaker.admits(1_000), true);
});

test("calls that began before it opened change nothing when they end", () => {
  const breaker = createBreaker(rules);
  const late = breaker.begin(0);
  for (let index = 0; index < 3; index += 1) breaker.failed(breaker.begin(0), 0);
  breaker.succeeded(late);
  assert.equal(breaker.circuit(0), "open");
});

test("whatever happens, an open circuit admits a call again in the end", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("+", "-", ".", "100", "1000"), { maxLength: 60 }), (steps) => {
      const { breaker, nowMs } = play(steps);
      assert.ok(breaker.retryAfterMs(nowMs) <= rules.openMaxMs);
      assert.ok(breaker.admits(nowMs + rules.openMaxMs));
    }),
  );
});
