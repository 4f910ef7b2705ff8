import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call } from "../../domain/call.ts";
import type { LeaseGranted, LeaseRequested } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import type { Caller } from "../../domain/identity.ts";
import { type BucketState, emptyBucket, grant, type LeaseRange, leaseKey } from "../../domain/limits/lease.ts";
import type { Limit } from "../../domain/limits/limit.ts";
import { parseLimit } from "../../domain/limits/parse.ts";
import { createLimiter, type Limiter, type LimiterOptions } from "./limiter.ts";
import { rateLimitHeaders } from "./rate-limit-headers.ts";

function limitOf(limitId: string, callsMax: number, windowMs: number, rest: object = {}): Limit {
  return parseLimit({ limitId, callsMax, windowMs, ...rest }, { organizationId: "acme", origin: "file" });
}

const ana: Caller = {
  organizationId: "acme",
  userId: "ana",
  agentId: null,
  roles: ["dev"],
  scopes: [],
  groups: [],
  credential: "key:1",
  expiresAtMs: null,
};

function callOf(given: Partial<Call> = {}): Call {
  const call = {
    callId: "1",
    atMs: 0,
    caller: ana,
    transport: "http",
    address: "127.0.0.1",
    method: "tools/call",
    server: "everything",
  } as const;
  return { ...call, serverLabels: {}, name: "echo", args: undefined, ...given };
}

/** A grantor in memory. */
function grantor(range: LeaseRange = "local") {
  const states = new Map<string, BucketState>();
  const requests: LeaseRequested[] = [];
  const lease = (request: LeaseRequested, limit: Limit) => {
    requests.push(request);
    const key = leaseKey(request);
    const { state, granted, left, freeAtMs } = grant(states.get(key) ?? emptyBucket, request, limit, range);
    states.set(key, state);
    return granted === null ? undefined : { ...granted, left, freeAtMs };
  };
  return { lease, requests };
}

interface Scene {
  readonly limiter: Limiter;
  at(nowMs: number): void;
}

function scene(limits: readonly Limit[], options: Partial<LimiterOptions> = {}): Scene {
  let now = 1_000_000;
  const limiter = createLimiter({ gateway: "gate", nowMs: () => now, lease: grantor().lease, ...options });
  limiter.replace(limits);
  return {
    limiter,
    at(nowMs) {
      now = 1_000_000 + nowMs;
    },
  };
}

test("a small limit is exact: the call over it is refused until the window has slid", () => {
  const { limiter, at } = scene([limitOf("few", 3, 1_000)]);
  const verdicts = [0, 100, 200, 300, 999, 1_000, 1_050, 1_100].map((ms) => {
    at(ms);
    const { admitted, retryAfterMs } = limiter.admit(callOf());
    return admitted ? "A" : `D${retryAfterMs}`;
  });
  assert.deepEqual(verdicts, ["A", "A", "A", "D700", "D1", "A", "D50", "A"]);
});

test("a large limit is admitted in full in one burst, and not a call more", () => {
  const { limiter } = scene([limitOf("many", 1_000, 60_000)]);
  let admitted = 0;
  for (let count = 0; count < 2_000; count += 1) if (limiter.admit(callOf()).admitted) admitted += 1;
  assert.equal(admitted, 1_000);
});

test("an organization without limits, and a call that none fits, are admitted", () => {
  const { limiter } = scene([limitOf("tools", 1, 1_000, { match: { tools: ["ec*"] } })]);
  assert.deepEqual(limiter.admit(callOf({ caller: { ...ana, organizationId: "other" } })).states, []);
  for (const call of [
    callOf({ name: "sum" }),
    callOf({ method: "tools/list", name: null }),
    callOf({ method: "prompts/get", name: "echo" }),
  ]) {
    assert.equal(limiter.admit(call).admitted, true);
    assert.deepEqual(limiter.admit(call).states, []);
  }
  assert.equal(limiter.admit(callOf()).admitted, true);
  assert.equal(limiter.admit(callOf()).limit?.limitId, "tools");
});

const dimensions = [
  { per: ["organization"], other: { caller: { ...ana, userId: "bob" } }, isShared: true },
  { per: ["user"], other: { caller: { ...ana, userId: "bob" } }, isShared: false },
  { per: ["user"], other: { name: "sum" }, isShared: true },
  { per: ["agent"], other: { caller: { ...ana, agentId: "bot" } }, isShared: false },
  { per: ["server"], other: { server: "two" }, isShared: false },
  { per: ["server"], other: { name: "sum" }, isShared: true },
  { per: ["tool"], other: { name: "sum" }, isShared: false },
  { per: ["tool"], other: { server: "two" }, isShared: false },
  { per: ["endpoint"], other: { method: "prompts/get" }, isShared: false },
  { per: ["user", "tool"], other: { caller: { ...ana, userId: "bob" } }, isShared: false },
  { per: ["tool"], other: { name: `echo${"x".repeat(900)}` }, isShared: false },
];
for (const { per, other, isShared } of dimensions) {
  test(`per ${per.join(" and ")}, ${JSON.stringify(other).slice(0, 60)} is counted ${isShared ? "together" : "apart"}`, () => {
    const { limiter } = scene([limitOf("one", 1, 1_000, { per })]);
    assert.equal(limiter.admit(callOf()).admitted, true);
    assert.equal(limiter.admit(callOf(other)).admitted, !isShared);
    assert.equal(limiter.admit(callOf()).admitted, false);
  });
}

test("a call must be within all of its limits, and what one refuses spends nothing of the others", () => {
  const { limiter, at } = scene([
    limitOf("a-user", 3, 60_000, { per: ["user"] }),
    limitOf("b-echo", 1, 1_000, { match: { tools: ["echo"] } }),
  ]);
  assert.equal(limiter.admit(callOf()).admitted, true);
  for (let ms = 1; ms <= 500; ms += 100) {
    at(ms);
    assert.equal(limiter.admit(callOf()).limit?.limitId, "b-echo");
  }
  const left = [1, 2, 3].map(() => limiter.admit(callOf({ name: "sum" })).admitted);
  assert.deepEqual(left, [true, true, false]);
});

test("a token that was granted and not spent, because another limit refused, is given back", () => {
  const limits = [limitOf("a", 2, 60_000), limitOf("b", 100, 60_000)];
  const inner = grantor();
  let isShut = false;
  const lease = (request: LeaseRequested, limit: Limit) => {
    if (isShut && limit.limitId === "b") throw new Fault("unavailable", "the ring is full");
    return inner.lease(request, limit);
  };
  const { limiter, at } = scene(limits, { lease });
  isShut = true;
  assert.equal(limiter.admit(callOf()).admitted, false);
  isShut = false;
  at(200);
  limiter.returnUnspent();
  assert.deepEqual(
    inner.requests.map(({ wanted, returned }) => [wanted, returned]),
    [
      [1, 0],
      [0, 1],
    ],
  );
  const admitted = [1, 2, 3].map(() => limiter.admit(callOf()).admitted);
  assert.deepEqual(admitted, [true, true, false]);
});

test("definitions that did not change their numbers keep what was spent; others begin anew", () => {
  const { limiter } = scene([limitOf("one", 1, 60_000)], { lease: grantor().lease });
  assert.equal(limiter.admit(callOf()).admitted, true);
  limiter.replace([limitOf("one", 1, 60_000, { description: "changed" })]);
  assert.equal(limiter.admit(callOf()).admitted, false);
  limiter.replace([limitOf("one", 2, 60_000)]);
  assert.equal(limiter.admit(callOf()).admitted, true);
  limiter.replace([limitOf("one", 2, 60_000, { enabled: false })]);
  assert.deepEqual(limiter.admit(callOf()).states, []);
  limiter.replace([]);
  assert.equal(limiter.size(), 0);
});

test("a full table refuses new keys while the old ones count, and admits them when these are idle", () => {
  const { limiter, at } = scene([limitOf("one", 100, 1_000, { per: ["user"] })], { bucketsMax: 2 });
  const admit = (userId: string) => limiter.admit(callOf({ caller: { ...ana, userId } })).admitted;
  assert.deepEqual([admit("a"), admit("b"), admit("c"), admit("a")], [true, true, false, true]);
  at(5_000);
  assert.deepEqual([admit("c"), admit("a"), admit("b")], [true, true, false]);
  assert.equal(limiter.size(), 2);
});

test("over a remote grantor the fallback goes on for its share and its time; then calls are refused until grants come", () => {
  const inner = grantor("remote");
  const asked: { readonly request: LeaseRequested; readonly limit: Limit }[] = [];
  const lease = (request: LeaseRequested, limit: Limit) => void asked.push({ request, limit });
  const fallback = { share: 0.1, gates: 2, lastsMs: 10_000 };
  const { limiter, at } = scene([limitOf("many", 100, 60_000)], { lease: lease as () => undefined, fallback });
  const burst = () => Array.from({ length: 50 }, () => limiter.admit(callOf()).admitted).filter(Boolean).length;
  assert.equal(burst(), 4, "a few at once");
  at(600);
  assert.equal(burst(), 1, "the rest of the share, when nobody answers");
  at(5_000);
  assert.equal(burst(), 0);
  at(70_000);
  assert.equal(burst(), 0, "the grantor has been away for too long");

  const [last] = asked.slice(-1);
  assert.ok(last);
  const granted = inner.lease(last.request, last.limit) as LeaseGranted;
  limiter.granted({ ...granted, gateway: "another" });
  limiter.granted({ ...granted, id: "stale/grant" });
  assert.equal(burst(), 0);
  limiter.granted(granted);
  limiter.granted(granted);
  assert.equal(burst(), granted.tokens);
});

test("at four gates that meet a bucket at once what is admitted before the first grant is a fiftieth of the limit, whatever the fallback", () => {
  const fallback = { share: 1, gates: 4, lastsMs: 10_000 };
  const admitted = [1, 2, 3, 4].map(() => {
    const { limiter } = scene([limitOf("many", 2_000, 60_000)], { lease: () => undefined, fallback });
    return Array.from({ length: 500 }, () => limiter.admit(callOf()).admitted).filter(Boolean).length;
  });
  assert.deepEqual(admitted, [10, 10, 10, 10]);
});

test("calls that were turned away for want of a token are asked for together, of small limits too", () => {
  const inner = grantor("remote");
  const asked: { readonly request: LeaseRequested; readonly limit: Limit }[] = [];
  const { limiter } = scene([limitOf("few", 30, 60_000)], { lease: (request, limit) => void asked.push({ request, limit }) as undefined });
  const burst = () => Array.from({ length: 20 }, () => limiter.admit(callOf()).admitted).filter(Boolean).length;
  const answer = () => {
    for (const { request, limit } of asked.splice(0)) limiter.granted(inner.lease(request, limit) as LeaseGranted);
  };
  const admitted = [1, 2, 3, 4, 5, 6].map(() => {
    const some = burst();
    while (asked.length > 0) answer();
    return some;
  });
  assert.deepEqual([admitted[0], admitted[1]], [0, 1]);
  assert.ok((admitted[2] ?? 0) >= 7, admitted.join(" "));
  assert.ok(admitted.reduce((sum, one) => sum + one) <= 30);
});

test("where nobody answers other buckets, a new one need not wait for the fallback", () => {
  const fallback = { share: 0.5, gates: 1, lastsMs: 10_000 };
  const { limiter, at } = scene([limitOf("each", 100, 60_000, { per: ["user"] })], { lease: () => undefined, fallback });
  const burst = (userId: string) =>
    Array.from({ length: 100 }, () => limiter.admit(callOf({ caller: { ...ana, userId } })).admitted).filter(Boolean).length;
  assert.equal(burst("ana"), 4);
  at(600);
  assert.deepEqual([burst("ana"), burst("bob")], [46, 50]);
});

test("what goes on credit while a grant is on its way is paid for by the grant: in all, no more is admitted than granted", () => {
  const inner = grantor("remote");
  const asked: { readonly request: LeaseRequested; readonly limit: Limit }[] = [];
  const lease = (request: LeaseRequested, limit: Limit) => void asked.push({ request, limit });
  const { limiter, at } = scene([limitOf("few", 3, 60_000)], {
    lease: lease as () => undefined,
    fallback: { share: 1, gates: 1, lastsMs: 10_000 },
  });
  const answer = () => {
    for (const { request, limit } of asked.splice(0)) limiter.granted(inner.lease(request, limit) as LeaseGranted);
  };
  // One call every ten seconds: each lease has expired by the next, and none is refused for that.
  const admitted = [0, 10_000, 20_000, 30_000, 40_000].map((ms) => {
    at(ms);
    limiter.returnUnspent();
    answer();
    const isAdmitted = limiter.admit(callOf()).admitted;
    while (asked.length > 0) answer();
    return isAdmitted;
  });
  assert.deepEqual(admitted, [true, true, true, false, false]);
});

test("while grants come, all gates together go on credit for a fiftieth of a limit, or for a call each", () => {
  for (const [callsMax, gates, onCredit] of [
    [1_000, 4, 5],
    [100, 4, 1],
  ] as const) {
    const asked: LeaseRequested[] = [];
    const lease = (request: LeaseRequested) => void asked.push(request) as undefined;
    const { limiter, at } = scene([limitOf("many", callsMax, 60_000)], { lease, fallback: { share: 1, gates, lastsMs: 10_000 } });
    limiter.admit(callOf());
    const { id, timeMs, organizationId, gateway, limitId, bucket } = asked[0] ?? assert.fail("nothing was asked");
    const granted = { id: `${id}/grant`, timeMs, organizationId, gateway, limitId, bucket, tokens: 1, returned: 0, epoch: 1 };
    limiter.granted({ ...granted, notAfterMs: timeMs + 1_000 });
    at(2_000);
    const admitted = Array.from({ length: 50 }, () => limiter.admit(callOf()).admitted).filter(Boolean).length;
    assert.equal(admitted, onCredit, `${callsMax} over ${gates} gates`);
  }
});

test("a lease is void after its life, counted from the request on the gate's own clock", () => {
  const asked: LeaseRequested[] = [];
  const { limiter, at } = scene([limitOf("many", 100, 60_000)], { lease: (request) => void asked.push(request) as undefined });
  limiter.admit(callOf());
  const [request] = asked;
  assert.ok(request);
  const ahead = 3_600_000;
  const { gateway, organizationId, limitId, bucket, timeMs } = request;
  const lease = { gateway, organizationId, limitId, bucket, tokens: 10, returned: 0, epoch: 1 };
  limiter.granted({ ...lease, id: `${request.id}/grant`, timeMs: timeMs + ahead, notAfterMs: timeMs + ahead + 1_000 });
  at(1_000);
  assert.equal(limiter.admit(callOf()).admitted, true);
  at(1_001);
  assert.equal(limiter.admit(callOf()).admitted, false);
});

/** A gate that holds leases of a remote grantor, each of them for ten seconds from when it is asked for. */
function leased(limit = limitOf("many", 400, 3_600_000)) {
  const asked: LeaseRequested[] = [];
  const { limiter, at } = scene([limit], { lease: (request) => void asked.push(request) as undefined });
  const place = { gateway: "gate", organizationId: "acme", limitId: "many", bucket: "organization" };
  return {
    ...{ limiter, at, asked },
    /** Answers what was asked last. Its name is the lease's. */
    grant(tokens: number): string {
      const { id, timeMs, bucket } = asked.at(-1) ?? assert.fail("nothing was asked");
      limiter.granted({ ...place, bucket, id: `${id}/grant`, timeMs, tokens, returned: 0, notAfterMs: timeMs + 10_000, epoch: 1 });
      return id;
    },
    recall(leaseId: string, gateway = "gate"): readonly [wanted: number, returned: number][] {
      const before = asked.length;
      const { bucket } = asked.at(-1) ?? assert.fail("nothing was asked");
      limiter.recalled({ ...place, gateway, bucket, id: "recall", timeMs: 0, leaseId });
      return asked.slice(before).map(({ wanted, returned }) => [wanted, returned]);
    },
    admitted(calls: number): number {
      return Array.from({ length: calls }, () => limiter.admit(callOf()).admitted).filter(Boolean).length;
    },
  };
}

test("a gate that is idle gives back at once what is left of a recalled lease, and spends no more of it", () => {
  const { at, grant, recall, admitted, asked } = leased();
  admitted(1);
  const lease = grant(100);
  at(1_000);
  assert.deepEqual(recall(lease), [[0, 100]]);
  assert.deepEqual(recall(lease), [], "once");
  assert.equal(admitted(1), 0);
  assert.deepEqual([asked.at(-1)?.wanted, asked.at(-1)?.returned], [1, 0], "and asks again when it has calls, for little at first");
});

test("a busy gate keeps what it will spend at its pace; when it falls silent, the next recall brings the rest", () => {
  const { at, grant, recall, admitted } = leased();
  admitted(1);
  const lease = grant(300);
  at(1_000);
  admitted(20);
  at(2_000);
  // Ten a second for eight seconds more.
  assert.deepEqual(recall(lease), [[0, 200]]);
  at(2_500);
  assert.equal(admitted(5), 5);
  assert.deepEqual(recall(lease), [], "at this pace nothing is left over");
  at(3_500);
  assert.deepEqual(recall(lease), [[0, 75]]);
});

test("of a lease that is not its latest, of another gate's or of one that is over, a gate gives nothing back", () => {
  const { at, grant, recall, admitted } = leased();
  admitted(1);
  const first = grant(40);
  admitted(30);
  const second = grant(100);
  at(1_000);
  for (const other of [first, "gate/0000000000/000000009"]) assert.deepEqual(recall(other), []);
  assert.deepEqual(recall(second, "another"), []);
  at(10_001);
  assert.deepEqual(recall(second), []);
});

test("with a request on its way a gate gives nothing back: the grantor may know a later lease by then", () => {
  const { at, grant, recall, admitted } = leased();
  admitted(1);
  const lease = grant(40);
  admitted(30);
  at(5_000);
  assert.deepEqual(recall(lease), []);
  grant(0);
  at(9_000);
  assert.deepEqual(recall(lease), [[0, 6]], "when nothing was granted it is the latest still");
});

test("what was granted by a definition that has changed is not given back in the name of the new one", () => {
  const { at, limiter, grant, recall, admitted } = leased();
  admitted(1);
  const lease = grant(100);
  limiter.replace([limitOf("many", 200, 3_600_000)]);
  admitted(1);
  at(1_000);
  assert.deepEqual(recall(lease), []);
});

test("a gate that has ended takes no grant any more: what it gave back may be counted as a part of it", () => {
  const { limiter, grant, admitted, asked } = leased();
  admitted(1);
  grant(40);
  admitted(30);
  const pending = asked.at(-1);
  limiter.close();
  assert.deepEqual(asked.at(-1)?.returned, 10);
  assert.ok(pending);
  const { id, timeMs, organizationId, gateway, limitId, bucket } = pending;
  const late = { id: `${id}/grant`, timeMs, organizationId, gateway, limitId, bucket, tokens: 40, returned: 0, epoch: 1 };
  limiter.granted({ ...late, notAfterMs: timeMs + 10_000 });
  assert.equal(admitted(1), 0);
});

test("headers tell each limit, what is left and when to come again", () => {
  const { limiter, at } = scene([limitOf("b-tool", 2, 1_500, { per: ["tool"] }), limitOf("a-all", 5, 60_000)]);
  assert.deepEqual(rateLimitHeaders(limiter.admit(callOf())), [
    "RateLimit-Policy",
    '"a-all";q=5;w=60, "b-tool";q=2;w=2',
    "RateLimit",
    '"a-all";r=4;t=60, "b-tool";r=1;t=2',
  ]);
  limiter.admit(callOf());
  at(400);
  assert.deepEqual(rateLimitHeaders(limiter.admit(callOf())).slice(2), [
    "RateLimit",
    '"a-all";r=3;t=60, "b-tool";r=0;t=2',
    "Retry-After",
    "2",
  ]);
  assert.deepEqual(rateLimitHeaders(null), []);
  assert.deepEqual(rateLimitHeaders({ admitted: true, limit: null, retryAfterMs: 0, states: [] }), []);
});
