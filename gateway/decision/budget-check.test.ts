import assert from "node:assert/strict";
import { test } from "node:test";
import { parseBudget } from "../../domain/budgets/parse.ts";
import type { Call } from "../../domain/call.ts";
import { emptyDirectory, entityKey, spendingKey } from "../../domain/directory.ts";
import { createBudgetCheck } from "./budget-check.ts";

const noon = Date.UTC(2026, 10, 28, 12);
const caller = {
  organizationId: "acme",
  userId: "ana",
  agentId: null,
  roles: [],
  scopes: [],
  groups: [],
  credential: "key:1",
  expiresAtMs: null,
};
const call: Call = {
  callId: "1",
  atMs: noon,
  caller,
  transport: "http",
  address: "::1",
  method: "tools/call",
  server: "files",
  serverLabels: {},
  name: "read",
  args: undefined,
};

function checking(given: object, spent: number, periodStartMs = Date.UTC(2026, 10, 28)) {
  const directory = emptyDirectory();
  const entity = parseBudget(
    { budgetId: "day", unit: "calls", period: "day", amountMax: 10, per: ["user"], ...given },
    { organizationId: "acme", origin: "api" },
  );
  directory.budgets.set(entityKey("acme", "day"), { entity, version: 1, offset: 0 });
  directory.offsets.set("budgets", 1);
  const value = {
    id: "1",
    timeMs: noon,
    organizationId: "acme",
    budgetId: "day",
    bucket: "user=ana",
    unit: "calls",
    periodStartMs,
    periodEndMs: periodStartMs + 86_400_000,
  };
  directory.spending.set(spendingKey("acme", "day", "user=ana"), { ...value, spent, amountMax: 10 });
  return { directory, check: createBudgetCheck({ directory, nowMs: () => noon }) };
}

test("a call of a spent budget is refused until the period ends, and says so", () => {
  const { check } = checking({}, 10);
  assert.partialDeepStrictEqual(check(call), { verdict: "deny", stage: "limit", rule: "day", retryAfterMs: 12 * 3_600_000 });
  assert.match(check(call)?.reason ?? "", /the budget day of 10 calls a day is spent; it begins anew at 2026-11-29T00:00:00/);
});

test("a budget that is not spent, of yesterday, of others, or switched off refuses nothing", () => {
  assert.equal(checking({}, 9).check(call), null);
  assert.equal(checking({}, 10, Date.UTC(2026, 10, 27)).check(call), null);
  assert.equal(checking({ enabled: false }, 10).check(call), null);
  assert.equal(checking({ match: { tools: ["write"] } }, 10).check(call), null);
  assert.equal(checking({}, 10).check({ ...call, caller: { ...caller, userId: "bob" } }), null);
  assert.equal(checking({}, 10).check({ ...call, caller: { ...caller, organizationId: "other" } }), null);
});

test("tools that could not be told apart, and buckets for which there was no room, are held to what they spent together", () => {
  const spentIn = (bucket: string, given: object, own = 0) => {
    const { directory, check } = checking(given, own);
    const known = directory.spending.get(spendingKey("acme", "day", "user=ana"));
    assert.ok(known);
    directory.spending.set(spendingKey("acme", "day", bucket), { ...known, bucket, spent: 10 });
    return { directory, check };
  };
  const endpoint = { per: ["user", "endpoint"] };
  assert.notEqual(spentIn("user=ana&endpoint=files/", endpoint).check(call), null);
  assert.equal(spentIn("user=ana&endpoint=mail/", endpoint).check(call), null);
  assert.equal(spentIn("user=ana&endpoint=files/", { per: ["user"] }).check(call), null);
  assert.equal(spentIn("*", {}).check(call), null, "whoever is counted apart has its own");
  const bob = { ...call, caller: { ...caller, userId: "bob" } };
  assert.notEqual(spentIn("*", {}).check(bob), null);
  const { directory, check } = spentIn("*", {});
  const ago = { periodStartMs: Date.UTC(2026, 10, 20), periodEndMs: Date.UTC(2026, 10, 21) };
  const known = directory.spending.get(spendingKey("acme", "day", "user=ana"));
  assert.ok(known);
  directory.spending.set(spendingKey("acme", "day", "user=ana"), { ...known, ...ago });
  assert.notEqual(check(call), null, "its place was given away long ago");
});

test("a budget that is raised lets calls pass at once", () => {
  const { directory, check } = checking({}, 10);
  assert.notEqual(check(call), null);
  const entity = parseBudget(
    { budgetId: "day", unit: "calls", period: "day", amountMax: 20, per: ["user"] },
    { organizationId: "acme", origin: "api" },
  );
  directory.budgets.set(entityKey("acme", "day"), { entity, version: 2, offset: 1 });
  directory.offsets.set("budgets", 2);
  assert.equal(check(call), null);
});
