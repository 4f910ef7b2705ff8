import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call } from "../../domain/call.ts";
import { entityKey } from "../../domain/directory.ts";
import type { Caller } from "../../domain/identity.ts";
import { type Restriction, type RestrictionTarget, targetId } from "../../domain/restriction.ts";
import { createDecide } from "./decide.ts";
import { createRestrict } from "./restrict.ts";

const caller: Caller = {
  organizationId: "acme",
  userId: "ana",
  agentId: "coder",
  roles: [],
  scopes: [],
  groups: [],
  credential: "key:1",
  expiresAtMs: null,
  provedAtMs: 500,
};

function call(given: Partial<Call> = {}): Call {
  return {
    callId: "1",
    atMs: 0,
    caller,
    transport: "http",
    address: "127.0.0.1",
    method: "tools/call",
    server: "files",
    serverLabels: {},
    name: "write",
    args: undefined,
    ...given,
  };
}

function restricted(target: RestrictionTarget, given: Partial<Restriction> = {}) {
  let now = 1_000;
  const restriction: Restriction = {
    organizationId: "acme",
    target,
    action: "quarantine",
    callsPerMinute: 0,
    reason: "unusual activity was found (rate)",
    evidence: "[]",
    imposedBy: "anomaly:1",
    sinceMs: 1_000,
    expiresAtMs: 600_000,
    ...given,
  };
  const restrictions = new Map([[entityKey(restriction.organizationId, targetId(target)), restriction]]);
  const restrict = createRestrict({ restrictions, nowMs: () => now });
  return { restrict, restriction, at: (ms: number) => (now = ms) };
}

const agent: RestrictionTarget = { kind: "caller", userId: "ana", agentId: "coder" };
const user: RestrictionTarget = { kind: "caller", userId: "ana", agentId: null };

test("a caller in quarantine gets nothing, not even a handshake, until it ends", () => {
  const { restrict, at } = restricted(agent);
  assert.partialDeepStrictEqual(restrict(call()), { verdict: "deny", stage: "quarantine", rule: "caller:ana/coder" });
  assert.match(restrict(call())?.reason ?? "", /the caller is in quarantine: unusual activity/);
  assert.notEqual(restrict(call({ method: "initialize", name: null, server: null })), null);
  at(600_000);
  assert.equal(restrict(call()), null);
});

const cases: readonly (readonly [string, RestrictionTarget, Partial<Call>, boolean])[] = [
  ["an agent that is restricted", agent, {}, true],
  ["another agent of that user", agent, { caller: { ...caller, agentId: "other" } }, false],
  ["the user themselves, of whom one agent is restricted", agent, { caller: { ...caller, agentId: null } }, false],
  ["an agent of a user who is restricted", user, {}, true],
  ["another user", user, { caller: { ...caller, userId: "bob" } }, false],
  ["the same names in another organization", user, { caller: { ...caller, organizationId: "other" } }, false],
  ["a tool of a server that is restricted", { kind: "server", server: "files" }, {}, true],
  ["a tool of another server", { kind: "server", server: "mail" }, {}, false],
  ["a tool that is restricted", { kind: "tool", server: "files", name: "write" }, {}, true],
  ["another tool of that server", { kind: "tool", server: "files", name: "read" }, {}, false],
  [
    "how a server's resources are used",
    { kind: "tool", server: "files", name: "resources/read" },
    { method: "resources/read", name: "file:///a" },
    true,
  ],
  ["one resource", { kind: "tool", server: "files", name: "file:///a" }, { method: "resources/read", name: "file:///a" }, true],
  ["another resource", { kind: "tool", server: "files", name: "file:///a" }, { method: "resources/read", name: "file:///b" }, false],
  ["a tool whose name would fake a path", { kind: "tool", server: "files", name: "a/b" }, { name: "a%2fb" }, false],
];
for (const [name, target, given, isDenied] of cases) {
  test(`${name} is ${isDenied ? "denied" : "not denied"}`, () => assert.equal(restricted(target).restrict(call(given)) !== null, isDenied));
}

test("a throttled caller passes so many times in any minute, and is told when again", () => {
  const { restrict, at } = restricted(agent, { action: "throttle", callsPerMinute: 2 });
  assert.deepEqual([restrict(call()), restrict(call())], [null, null]);
  assert.partialDeepStrictEqual(restrict(call()), { stage: "limit", retryAfterMs: 60_000 });
  assert.equal(restrict(call({ method: "tools/list", name: null })), null, "lists and handshakes are no calls");
  at(61_000);
  assert.equal(restrict(call()), null);
});

test("of several restrictions the hardest decides, and what it denies is not counted by a throttle", () => {
  const of = (target: RestrictionTarget, given: Partial<Restriction>) => restricted(target, given).restriction;
  const throttled = of(agent, { action: "throttle", callsPerMinute: 1 });
  const files = of({ kind: "server", server: "files" }, { action: "quarantine" });
  const restrictions = new Map([throttled, files].map((one) => [entityKey("acme", targetId(one.target)), one]));
  const restrict = createRestrict({ restrictions, nowMs: () => 1_000 });
  assert.partialDeepStrictEqual(restrict(call()), { stage: "quarantine", rule: "server:files" });
  assert.equal(restrict(call({ server: "mail" })), null, "the one call that may pass");
  assert.partialDeepStrictEqual(restrict(call({ server: "mail" })), { stage: "limit", rule: "caller:ana/coder" });
});

test("who proved anew who they are passes a step-up, who did so before it does not", () => {
  const { restrict, at } = restricted(agent, { action: "step-up" });
  at(11_000);
  assert.partialDeepStrictEqual(restrict(call()), { stage: "quarantine", stepUpMaxAgeMs: 10_000 });
  assert.equal(restrict(call({ caller: { ...caller, provedAtMs: 1_000 } })), null);
  const { provedAtMs: _proved, ...unknown } = caller;
  assert.notEqual(restrict(call({ caller: unknown })), null);
});

test("a restriction denies what a policy allows, and costs no limit", () => {
  let admitted = 0;
  const decide = createDecide({
    policies: () =>
      ({ decide: () => ({ verdict: "allow", stage: "policy", rule: "a/b", policyVersion: 1, reason: "", retryAfterMs: null }) }) as never,
    limiter: {
      admit: () => {
        admitted += 1;
        return { admitted: true } as never;
      },
    },
    restrict: restricted(agent).restrict,
    checkBudgets: () => null,
  });
  assert.equal(decide(call()).decision.stage, "quarantine");
  assert.equal(decide(call({ caller: { ...caller, agentId: "other" } })).decision.verdict, "allow");
  assert.equal(admitted, 1);
});

test("a restriction that can't be read denies", () => {
  const broken = new Map([["acme/caller:ana/coder", null as unknown as Restriction]]);
  const decide = createDecide({
    policies: () => ({ decide: () => ({ verdict: "allow" }) }) as never,
    limiter: { admit: () => ({ admitted: true }) as never },
    restrict: createRestrict({ restrictions: broken, nowMs: () => 0 }),
    checkBudgets: () => null,
  });
  assert.partialDeepStrictEqual(decide(call()).decision, { verdict: "deny", stage: "fault" });
});
