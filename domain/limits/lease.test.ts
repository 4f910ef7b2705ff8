import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { LeaseRequested } from "../events.ts";
import { type BucketState, emptyBucket, evolve, grant, idleAtMs, type LeaseRange, leaseRequestId, type Quota } from "./lease.ts";

function request(count: number, timeMs: number, { gateway = "gate", wanted = 1, returned = 0, waitedMs = 0 } = {}): LeaseRequested {
  const id = leaseRequestId(gateway, 1, count);
  return { id, timeMs, organizationId: "acme", gateway, limitId: "limit", bucket: "", wanted, returned, waitedMs };
}

const small = { callsMax: 3, windowMs: 1_000 };
const exact = [
  { name: "the call over the limit is denied", at: [0, 1, 2, 3], verdicts: "AAAD" },
  { name: "the window slides", at: [0, 1, 2, 3, 1_000], verdicts: "AAADA" },
  { name: "not a millisecond too early", at: [0, 1, 2, 999, 1_000, 1_000, 1_001], verdicts: "AAADADA" },
  { name: "denied calls do not count", at: [0, 1, 2, 900, 1_001, 1_001], verdicts: "AAADAA" },
  { name: "a clock that steps back frees nothing", at: [5_000, 5_000, 5_000, 10, 4_500, 6_000], verdicts: "AAADDA" },
];
for (const { name, at, verdicts } of exact) {
  test(`3 calls a second, granted where they are spent: ${name}`, () => {
    let state = emptyBucket;
    const seen = at.map((timeMs, index) => {
      const step = grant(state, request(index + 1, timeMs), small, "local");
      state = step.state;
      return step.granted?.tokens === 1 ? "A" : "D";
    });
    assert.equal(seen.join(""), verdicts);
  });
}

test("a grant of nothing says when asking again makes sense", () => {
  let state = emptyBucket;
  for (const count of [1, 2, 3]) state = grant(state, request(count, count * 100), small, "local").state;
  const { granted, freeAtMs, left } = grant(state, request(4, 500), small, "local");
  assert.deepEqual([granted?.tokens, granted?.notAfterMs, freeAtMs, left], [0, 1_100, 1_100, 0]);
});

test("over a log a lease lasts longer by the time that its gate waits for it, within bounds", () => {
  const quota = { callsMax: 100, windowMs: 4_000 };
  const lives = [0, 150, 250, 1_900, 90_000, -5].map((waitedMs) => {
    const { granted } = grant(emptyBucket, request(1, 10_000, { wanted: 5, waitedMs }), quota, "remote");
    return (granted?.notAfterMs ?? 0) - 10_000;
  });
  assert.deepEqual(lives, [200, 400, 400, 2_000, 2_200, 200]);
  const { granted } = grant(
    emptyBucket,
    request(1, 10_000, { wanted: 5, waitedMs: 2_000 }),
    { callsMax: 100, windowMs: 86_400_000 },
    "remote",
  );
  assert.equal(granted?.notAfterMs, 15_000);
});

test("returned tokens are granted again, those that were never granted are not", () => {
  const quota = { callsMax: 100, windowMs: 60_000 };
  const first = grant(emptyBucket, request(1, 1_000, { wanted: 100 }), quota, "remote");
  assert.equal(first.granted?.tokens, 25);
  const second = grant(first.state, request(2, 2_000, { wanted: 0, returned: 1_000 }), quota, "remote");
  assert.deepEqual([second.granted?.returned, second.left], [25, 100]);
});

test("a gate that is granted nothing still holds its lease, and gives back what is left of it once", () => {
  const quota = { callsMax: 100, windowMs: 60_000 };
  let { state } = grant(emptyBucket, request(1, 1_000, { wanted: 25 }), quota, "remote");
  for (let count = 1; count < 40; count += 1)
    state = grant(state, request(count, 1_001, { gateway: "other", wanted: 25 }), quota, "remote").state;
  const returned = [0, 10, 10, 20].map((tokens, index) => {
    const step = grant(state, request(index + 2, 1_100, { wanted: 0, returned: tokens }), quota, "remote");
    state = step.state;
    return [step.granted?.returned, step.left];
  });
  assert.deepEqual(returned, [
    [0, 0],
    [10, 10],
    [10, 20],
    [5, 25],
  ]);
});

test("a repeated request is answered once, and gives its tokens back once", () => {
  const quota = { callsMax: 100, windowMs: 60_000 };
  const first = grant(emptyBucket, request(1, 1_000, { wanted: 10 }), quota, "remote");
  const second = grant(first.state, request(2, 2_000, { wanted: 10, returned: 4 }), quota, "remote");
  const again = grant(second.state, request(2, 2_000, { wanted: 10, returned: 4 }), quota, "remote");
  assert.equal(again.granted, null);
  assert.equal(again.state, second.state);
  assert.equal(again.left, 84);
});

test("folding the grants gives the state that deciding them gave, repeats left out", () => {
  const quota = { callsMax: 400, windowMs: 10_000 };
  let decided = emptyBucket;
  let folded = emptyBucket;
  for (let count = 1; count <= 60; count += 1) {
    const { state, granted } = grant(decided, request(count, count * 171, { wanted: 7, returned: count % 5 }), quota, "local");
    decided = state;
    if (granted !== null) folded = evolve(evolve(folded, granted, quota, "local"), granted, quota, "local");
  }
  assert.deepEqual(folded, decided);
});

/** The most tokens in any half-open window. */
function mostInAnyWindow(spent: readonly { readonly atMs: number; readonly tokens: number }[], windowMs: number): number {
  const sorted = [...spent].sort((left, right) => left.atMs - right.atMs);
  let most = 0;
  let sum = 0;
  let first = 0;
  for (const { atMs, tokens } of sorted) {
    sum += tokens;
    while ((sorted[first]?.atMs ?? atMs) <= atMs - windowMs) {
      sum -= sorted[first]?.tokens ?? 0;
      first += 1;
    }
    most = Math.max(most, sum);
  }
  return most;
}

const quotas = fc.record({ callsMax: fc.integer({ min: 1, max: 3_000 }), windowMs: fc.integer({ min: 100, max: 100_000 }) });
const asks = fc.array(
  fc.record({
    afterShare: fc.oneof(fc.constant(0), fc.nat(40)),
    gate: fc.nat(3),
    wanted: fc.nat(3_000),
    lateness: fc.constantFrom(0, 0.5, 1, 1),
  }),
  { minLength: 40, maxLength: 120 },
);

for (const range of ["local", "remote"] satisfies LeaseRange[]) {
  test(`no window ever holds more than the limit, wherever in its lease a token is spent (${range})`, () => {
    fc.assert(
      fc.property(quotas, asks, (quota, trace) => {
        const spent: { atMs: number; tokens: number }[] = [];
        let state: BucketState = emptyBucket;
        let nowMs = 1_000_000;
        trace.forEach(({ afterShare, gate, wanted, lateness }, index) => {
          nowMs += Math.floor((quota.windowMs * afterShare) / 100);
          const step = grant(state, request(index, nowMs, { gateway: `gate-${gate}`, wanted }), quota, range);
          state = step.state;
          if (step.granted === null || step.granted.tokens === 0) return;
          spent.push({ atMs: Math.floor(nowMs + lateness * (step.granted.notAfterMs - nowMs)), tokens: step.granted.tokens });
        });
        assert.ok(mostInAnyWindow(spent, quota.windowMs) <= quota.callsMax);
        assert.ok(state.window.entries.length <= Math.max(40, 24), `${state.window.entries.length} entries`);
      }),
      { numRuns: 150 },
    );
  });
}

/** Tokens a window under an endless demand, as a share of the limit. */
function sustained(quota: Quota, range: LeaseRange): number {
  let state = emptyBucket;
  let tokens = 0;
  const windows = 40;
  const stepMs = Math.max(1, Math.floor(quota.windowMs / 500));
  for (let nowMs = 0; nowMs < windows * quota.windowMs; nowMs += stepMs) {
    const step = grant(state, request(nowMs, nowMs, { wanted: quota.callsMax }), quota, range);
    state = step.state;
    tokens += step.granted?.tokens ?? 0;
  }
  return tokens / windows / quota.callsMax;
}

test("endless demand gets nearly all of the limit: the cost of leases is bounded", () => {
  const table = [
    { quota: { callsMax: 10, windowMs: 1_000 }, range: "local", atLeast: 1 },
    { quota: { callsMax: 1_000, windowMs: 1_000 }, range: "local", atLeast: 0.9 },
    { quota: { callsMax: 1_000, windowMs: 60_000 }, range: "local", atLeast: 0.9 },
    { quota: { callsMax: 1_000, windowMs: 60_000 }, range: "remote", atLeast: 0.9 },
    { quota: { callsMax: 1_000, windowMs: 1_000 }, range: "remote", atLeast: 0.83 },
  ] as const;
  for (const { quota, range, atLeast } of table) {
    const share = sustained(quota, range);
    assert.ok(share >= atLeast, `${quota.callsMax} in ${quota.windowMs} ms, ${range}: ${share}`);
  }
});

test("an idle state says nothing more than an empty one", () => {
  const quota = { callsMax: 100, windowMs: 60_000 };
  const { state } = grant(emptyBucket, request(1, 1_000, { wanted: 25 }), quota, "remote");
  const idleMs = idleAtMs(state, quota.windowMs);
  assert.equal(grant(state, request(2, idleMs - 1, { wanted: 0 }), quota, "remote").left, 75);
  assert.equal(grant(state, request(2, idleMs, { wanted: 0 }), quota, "remote").left, 100);
});
