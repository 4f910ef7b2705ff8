import assert from "node:assert/strict";
import { test } from "node:test";
import type { LeaseRequested } from "../events.ts";
import { type BucketState, emptyBucket, grant, leaseRequestId, type Quota } from "./lease.ts";
import { recall } from "./recall.ts";

/** Leases of five seconds. */
const quota = { callsMax: 100, windowMs: 3_600_000 };
const startMs = 1_000_000;

/** A grantor of one bucket, with the requests of its gates at milliseconds after the start. */
function grantorOf(limit: Quota = quota, initial: BucketState = emptyBucket) {
  let state = initial;
  let count = initial === emptyBucket ? 0 : 1_000;
  return {
    ask(gateway: string, atMs: number, { wanted = 25, returned = 0 } = {}) {
      count += 1;
      const place = { organizationId: "acme", gateway, limitId: "limit", bucket: "user=ana" };
      const request: LeaseRequested = {
        ...place,
        id: leaseRequestId(gateway, 1, count),
        timeMs: startMs + atMs,
        wanted,
        returned,
        waitedMs: 0,
      };
      const step = grant(state, request, limit, "remote");
      assert.ok(step.granted !== null);
      const { state: after, granted, recalled } = recall({ ...step, granted: step.granted }, wanted, limit);
      state = after;
      return { request, tokens: granted.tokens, againMs: granted.notAfterMs - startMs - atMs, recalled };
    },
    state: () => state,
  };
}

/** A state in which these gates hold leases, and nothing is left. */
function held(leases: Readonly<Record<string, number>>) {
  const grantor = grantorOf({ ...quota, callsMax: 1_000_000 });
  for (const [gateway, tokens] of Object.entries(leases)) grantor.ask(gateway, 0, { wanted: tokens });
  return grantorOf({ ...quota, callsMax: Object.values(leases).reduce((sum, tokens) => sum + tokens, 0) }, grantor.state());
}

test("where nothing is left, the lease of another gate is recalled, by its name", () => {
  const { ask, state } = held({ idle: 100 });
  const { tokens, recalled, request } = ask("busy", 1_000);
  assert.equal(tokens, 0);
  const { requestId: leaseId } = state().leases["idle"] ?? {};
  const { organizationId, limitId, bucket, timeMs } = request;
  assert.deepEqual(recalled, [{ id: `${request.id}/recall/idle`, timeMs, organizationId, gateway: "idle", limitId, bucket, leaseId }]);
});

test("nothing is recalled where as much is granted as is wanted, or something is left", () => {
  const { ask } = held({ idle: 100 });
  assert.deepEqual(ask("busy", 1_000, { wanted: 0 }).recalled, []);
  const roomy = grantorOf();
  roomy.ask("idle", 0);
  const { tokens, recalled } = roomy.ask("busy", 1_000, { wanted: 100 });
  assert.deepEqual([tokens, recalled], [18, []]);
});

test("a lease shows for half a second at which pace it is spent, before it is recalled, and recalled again", () => {
  const { ask } = held({ idle: 100 });
  const seen = [0, 499, 500, 501, 999, 1_000, 4_800, 4_801].map((atMs) => ask("busy", atMs).recalled.length);
  assert.deepEqual(seen, [0, 0, 1, 0, 0, 1, 1, 0], "and not when it is over before an answer could come");
});

test("whoever waits is told to ask again when tokens may have come back, or a lease can be recalled, and else when the window frees some", () => {
  const { ask } = held({ idle: 100 });
  assert.equal(ask("busy", 100).againMs, 400);
  assert.equal(ask("busy", 499).againMs, 150);
  assert.equal(ask("busy", 500).againMs, 150);
  assert.equal(ask("busy", 700).againMs, 150);
  const { againMs } = ask("busy", 4_900);
  assert.ok(againMs > 3_000_000, `${againMs}`);
});

test("a gate that has asked for more holds a quarter of its lease at most: it is recalled where that is a chunk", () => {
  // A chunk of what these hold together is three tokens.
  const { ask } = held({ small: 10, large: 90, busy: 20 });
  ask("small", 100);
  ask("large", 100);
  assert.deepEqual(
    ask("busy", 1_000).recalled.map(({ gateway }) => gateway),
    ["large"],
  );
});

test("gates of little demand keep what they hold", () => {
  const { ask } = held({ slow: 1, idle: 99 });
  assert.deepEqual(
    ask("busy", 1_000).recalled.map(({ gateway }) => gateway),
    ["idle"],
  );
});

test("of a small limit each token is recalled", () => {
  const { ask } = grantorOf({ callsMax: 2, windowMs: 3_600_000 });
  ask("idle", 0, { wanted: 1 });
  ask("busy", 0, { wanted: 1 });
  assert.deepEqual(
    ask("busy", 600, { wanted: 1 }).recalled.map(({ gateway }) => gateway),
    ["idle"],
  );
});

test("one request recalls the eight largest leases, the next one others", () => {
  const gates = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`gate-${index}`, 10 + index]));
  const { ask } = held(gates);
  const first = ask("busy", 1_000).recalled.map(({ gateway }) => gateway);
  const second = ask("busy", 1_150).recalled.map(({ gateway }) => gateway);
  assert.deepEqual([first.length, first[0], second], [8, "gate-11", ["gate-3", "gate-2", "gate-1", "gate-0"]]);
});

test("what is returned is granted to whoever waits, and is not recalled from it at once", () => {
  const { ask } = held({ idle: 100 });
  ask("busy", 1_000);
  assert.deepEqual(ask("idle", 1_020, { wanted: 0, returned: 90 }).recalled, []);
  assert.equal(ask("busy", 1_150).tokens, 22);
  for (let asked = ask("third", 1_160); asked.tokens > 0; asked = ask("third", 1_160));
  assert.deepEqual(ask("idle", 1_200).recalled, []);
  assert.deepEqual(
    ask("idle", 1_700).recalled.map(({ gateway }) => gateway),
    ["busy"],
  );
});

test("states of before there were recalls are read: their leases are let run out", () => {
  const { ask, state } = held({ idle: 100 });
  const old = Object.fromEntries(
    Object.entries(state().leases).map(([gateway, { requestId, endMs, tokens }]) => [gateway, { requestId, endMs, tokens }]),
  );
  const later = grantorOf(quota, { ...state(), leases: old });
  assert.deepEqual(later.ask("busy", 1_000).recalled, []);
  assert.equal(later.ask("idle", 1_100, { wanted: 0, returned: 40 }).recalled.length, 0);
  assert.equal(later.ask("busy", 1_200).tokens, 10);
  assert.deepEqual(ask("busy", 1_000).recalled.length, 1);
});
