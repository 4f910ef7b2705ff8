import assert from "node:assert/strict";
import { test } from "node:test";
import { leastInFlight } from "./balance.ts";

const candidate = (name: string, inFlight: number, good = true) => ({ name, inFlight, usable: () => good });

const cases: readonly [name: string, inFlight: readonly number[], bad: readonly number[], turn: number, chosen: number | undefined][] = [
  ["the one with the fewest calls", [3, 1, 2], [], 0, 1],
  ["among equals the one whose turn it is", [1, 1, 1], [], 2, 2],
  ["and then the next", [1, 1, 1], [], 3, 0],
  ["never one that is not usable", [3, 0, 2], [1], 0, 2],
  ["none where none is usable", [0, 0], [0, 1], 0, undefined],
  ["none of none", [], [], 5, undefined],
];

for (const [name, inFlight, bad, turn, chosen] of cases) {
  test(`a call goes to ${name}`, () => {
    const candidates = inFlight.map((calls, index) => candidate(String(index), calls, !bad.includes(index)));
    assert.equal(leastInFlight(candidates, turn, 0, []), chosen === undefined ? undefined : candidates[chosen]);
  });
}

test("one that was tried is not tried again", () => {
  const [one, other] = [candidate("one", 0), candidate("other", 9)];
  assert.equal(leastInFlight([one, other], 0, 0, [one]), other);
  assert.equal(leastInFlight([one, other], 0, 0, [one, other]), undefined);
});

test("calls go round evenly", () => {
  const candidates = [0, 1, 2].map((index) => candidate(String(index), 0));
  for (let turn = 0; turn < 300; turn += 1) {
    const chosen = leastInFlight(candidates, turn, 0, []);
    if (chosen !== undefined) chosen.inFlight += 1;
  }
  assert.deepEqual(
    candidates.map(({ inFlight }) => inFlight),
    [100, 100, 100],
  );
});
