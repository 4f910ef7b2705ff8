import assert from "node:assert/strict";
import { test } from "node:test";
import { createAdmission, watchLoopDelay } from "./admission.ts";

function admission(loop = { delayMs: 0 }) {
  return createAdmission({ callsInFlightMax: 3, callsInFlightPerCallerMax: 2, loopDelayMsMax: 100, loopDelayMs: () => loop.delayMs });
}

test("a caller has its own share of the calls in flight, and gets it back", () => {
  const gate = admission();
  assert.deepEqual([gate.enter("a"), gate.enter("a")], [null, null]);
  const refusal = gate.enter("a");
  assert.equal(refusal?.code, "limited");
  assert.ok((refusal?.retryAfterMs ?? 0) > 0);
  assert.equal(gate.enter("b"), null);
  gate.leave("a");
  assert.equal(gate.enter("a"), null);
});

test("past all calls in flight everybody is turned away with the time to come back", () => {
  const gate = admission();
  for (const caller of ["a", "b", "c"]) assert.equal(gate.enter(caller), null);
  const refusal = gate.enter("d");
  assert.equal(refusal?.code, "unavailable");
  assert.ok((refusal?.retryAfterMs ?? 0) > 0);
  assert.equal(gate.inFlight(), 3);
});

test("a late event loop turns new calls away, save the only one: somebody must find out that it is over", () => {
  const loop = { delayMs: 500 };
  const gate = admission(loop);
  assert.equal(gate.enter("a"), null);
  assert.equal(gate.enter("b")?.code, "unavailable");
  loop.delayMs = 100;
  assert.equal(gate.enter("b"), null);
});

test("a call that leaves twice is a bug", () => {
  const gate = admission();
  gate.enter("a");
  gate.leave("a");
  assert.throws(() => gate.leave("a"));
  assert.equal(gate.inFlight(), 0);
});

test("a late event loop is noticed, and forgotten again", async (t) => {
  const delay = watchLoopDelay({ tickMs: 2 });
  t.after(() => delay.close());
  const lateUntilMs = performance.now() + 60;
  while (performance.now() < lateUntilMs);
  for (const condition of [() => delay.readMs() > 40, () => delay.readMs() < 10]) {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
  }
});
