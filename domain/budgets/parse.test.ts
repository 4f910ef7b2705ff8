import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../fault.ts";
import { periodOf } from "./budget.ts";
import { costOf } from "./cost.ts";
import { parseBudget } from "./parse.ts";

const good = { budgetId: "month", unit: "cost", period: "month", amountMax: 100 };
const place = { organizationId: "acme", origin: "api" } as const;

test("a budget is read with its defaults", () => {
  assert.deepEqual(parseBudget(good, place), { ...place, ...good, description: "", enabled: true, per: ["organization"], match: {} });
});

const wrong: readonly (readonly [string, object | null, string])[] = [
  ["no object", null, ""],
  ["no name", { ...good, budgetId: "" }, "budgetId"],
  ["no amount", { ...good, amountMax: 0 }, "amountMax"],
  ["part of a unit", { ...good, amountMax: 1.5 }, "amountMax"],
  ["an unknown unit", { ...good, unit: "bits" }, "unit"],
  ["an unknown period", { ...good, period: "week" }, "period"],
  ["nothing counted apart", { ...good, per: [] }, "per"],
  ["something twice", { ...good, per: ["user", "user"] }, "per[1]"],
  ["an empty list", { ...good, match: { users: [] } }, "match.users"],
  ["an unknown part", { ...good, match: { roles: ["x"] } }, "match.roles"],
  ["an unknown field", { ...good, amount: 1 }, "amount"],
];
for (const [name, input, field] of wrong) {
  test(`a budget with ${name} is refused at ${field || "its beginning"}`, () => {
    assert.throws(
      () => parseBudget(input, place),
      (fault) => fault instanceof Fault && fault.code === "invalid" && (fault.field ?? "") === field,
    );
  });
}

test("days and months are those of UTC", () => {
  assert.deepEqual(periodOf("day", Date.UTC(2026, 11, 31, 23, 59)), { startMs: Date.UTC(2026, 11, 31), endMs: Date.UTC(2027, 0, 1) });
  assert.deepEqual(periodOf("month", Date.UTC(2028, 1, 29)), { startMs: Date.UTC(2028, 1, 1), endMs: Date.UTC(2028, 2, 1) });
});

test("a tool costs what its name says, else what the longest fitting pattern says, else 1", () => {
  const costs = { search: 5, "s*": 2, "se*": 3, "*": 0, constructor: 9 };
  for (const [name, cost] of [
    ["search", 5],
    ["send", 3],
    ["stop", 2],
    ["read", 0],
    ["constructor", 9],
  ] as const)
    assert.equal(costOf(costs, name), cost);
  assert.equal(costOf({ a: 2 }, "toString"), 1);
  assert.equal(costOf(undefined, "a"), 1);
});
