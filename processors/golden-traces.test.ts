import { test } from "node:test";
import { parseBudget } from "../domain/budgets/parse.ts";
import type { LeaseRequested } from "../domain/events.ts";
import { leaseKey, leaseRequestId } from "../domain/limits/lease.ts";
import { parseLimit } from "../domain/limits/parse.ts";
import { parsePolicy } from "../domain/policy/parse.ts";
import { topics } from "../domain/topics.ts";
import { randomOf } from "../loadtest/anomaly/random.ts";
import { activity } from "./anomaly/activity.ts";
import { budgets } from "./budgets.ts";
import { decidedRecord, endedRecord } from "./call-events.ts";
import { limits } from "./limits/limits.ts";
import { type TopologyDriver, topologyDriver } from "./memory/topology-driver.ts";
import { policyReview } from "./policy-review/policy-review.ts";
import { usage } from "./usage.ts";

const place = { organizationId: "acme", origin: "api" } as const;

function defined(stage: TopologyDriver, kind: "policy" | "limit" | "budget", name: string, definition: object, timeMs = 0): void {
  const value = {
    id: `${kind}/${name}`,
    timeMs,
    organizationId: "acme",
    change: "put",
    name,
    version: 1,
    definition: JSON.stringify(definition),
  } as const;
  const record = { key: `acme/${name}`, value, timestampMs: timeMs };
  if (kind === "policy") stage.pipe(topics.policies, { type: "policy_changed", ...record });
  else if (kind === "limit") stage.pipe(topics.limits, { type: "limit_changed", ...record });
  else stage.pipe(topics.budgets, { type: "budget_changed", ...record });
}

/** Three minutes of calls of three callers, of which some are denied, limited or fail: always the same. */
function calls(stage: TopologyDriver): void {
  const random = randomOf(42);
  for (let call = 1; call <= 60; call += 1) {
    const timeMs = call * 3_000;
    const userId = random.pick(["ana", "bob", "cyd"]);
    const name = random.pick(["read", "read", "send"]);
    const isDenied = name === "send" && userId === "cyd";
    const isLimited = !isDenied && random.next() < 0.1;
    const principal = { userId, agentId: null, roles: [], scopes: [], groups: [], credential: "key:1" };
    const verdict = isDenied || isLimited ? "deny" : "allow";
    const decided = { sequence: 2 * call, timeMs, principal, name, verdict, stage: isLimited ? "limit" : "policy", policyOffset: 2 };
    stage.pipe(topics.calls, decidedRecord({ ...decided, argumentsBytes: 20 + random.below(200) }));
    if (verdict === "deny") continue;
    const outcome = random.next() < 0.1 ? "tool-error" : "ok";
    const ended = {
      sequence: 2 * call + 1,
      timeMs: timeMs + 40,
      userId,
      name,
      outcome,
      durationMicros: 1_000 * (1 + random.below(90)),
      costUnits: name === "send" ? 5 : 1,
    };
    stage.pipe(topics.calls, endedRecord(ended));
  }
}

test("usage counts a trace as it always did", (t) => {
  const stage = topologyDriver([usage]);
  calls(stage);
  stage.advance(200_000);
  t.assert.snapshot(stage.read(topics.usage).map(({ value }) => value));
});

test("activity and budgets count a trace as they always did", (t) => {
  const stage = topologyDriver([activity({ windowMs: 60_000, graceMs: 5_000 }), budgets()]);
  defined(stage, "budget", "cost", parseBudget({ budgetId: "cost", unit: "cost", period: "day", amountMax: 100, per: ["user"] }, place));
  calls(stage);
  stage.advance(400_000);
  t.assert.snapshot({
    activity: stage.read(topics.activity).map(({ value }) => value),
    spending: stage.read(topics.spending).map(({ value }) => value),
  });
});

test("policies are held against a trace as they always were", (t) => {
  const stage = topologyDriver([policyReview()]);
  const rules = [
    { id: "all", effect: "allow" },
    { id: "cyd-sends-nothing", effect: "deny", match: { users: ["cyd"], tools: ["send"] } },
  ];
  defined(stage, "policy", "live", parsePolicy({ policyId: "live", rules }, place));
  defined(
    stage,
    "policy",
    "shadow",
    parsePolicy(
      {
        policyId: "shadow",
        shadow: true,
        rules: [{ id: "bob-reads-nothing", effect: "deny", match: { users: ["bob"], tools: ["read"] } }],
      },
      place,
    ),
    1_000,
  );
  calls(stage);
  stage.advance(400_000);
  t.assert.snapshot(stage.read(topics.reviews).map(({ value }) => value));
});

/** Requests of three gates for two buckets, 400 ms apart, on the topic of leases; then what the processor told. */
function leasesAlong(seed: number, definition: { readonly callsMax: number; readonly windowMs: number }, wantedMax: number) {
  const stage = topologyDriver([limits]);
  defined(stage, "limit", "many", parseLimit({ limitId: "many", per: ["user"], ...definition }, place));
  const random = randomOf(seed);
  const counts = new Map<string, number>();
  for (let step = 0; step < 60; step += 1) {
    const gateway = random.pick(["gate-1", "gate-2", "gate-3"]);
    const count = (counts.get(gateway) ?? 0) + 1;
    counts.set(gateway, count);
    const bucket = random.pick(["user=ana", "user=bob"]);
    const timeMs = step * 400;
    const value: LeaseRequested = {
      id: leaseRequestId(gateway, 1, count),
      timeMs,
      organizationId: "acme",
      gateway,
      limitId: "many",
      bucket,
      wanted: 1 + random.below(wantedMax),
      returned: random.below(2),
      waitedMs: 0,
    };
    stage.pipe(topics.leases, { type: "lease_requested", key: leaseKey(value), value, timestampMs: timeMs });
  }
  return stage.read(topics.leases).map(({ value }) => value);
}

test("limits are granted along a trace as they always were", (t) => {
  t.assert.snapshot(leasesAlong(43, { callsMax: 40, windowMs: 10_000 }, 8));
});

test("leases are recalled along a trace as they always were", (t) => {
  t.assert.snapshot(leasesAlong(44, { callsMax: 120, windowMs: 120_000 }, 60));
});
