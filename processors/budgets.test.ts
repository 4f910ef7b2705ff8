import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Budget, periodOf } from "../domain/budgets/budget.ts";
import { otherTools } from "../domain/budgets/compiled-budget.ts";
import { parseBudget } from "../domain/budgets/parse.ts";
import { type Directory, emptyDirectory, foldDirectory } from "../domain/directory.ts";
import type { ActivityObserved, BudgetSpent, ToolActivity } from "../domain/events.ts";
import { topics } from "../domain/topics.ts";
import { budgets } from "./budgets.ts";
import { topologyDriver } from "./memory/topology-driver.ts";

const driver = (startMs = 0) => topologyDriver([budgets()], { startMs });
type Driver = ReturnType<typeof driver>;
const dayMs = 86_400_000;

function defined(stage: Driver, given: object, change: "put" | "removed" = "put"): void {
  const budget: Budget = parseBudget(
    { budgetId: "b", unit: "calls", period: "day", amountMax: 10, ...given },
    { organizationId: "acme", origin: "api" },
  );
  const value = {
    id: "1",
    timeMs: 0,
    organizationId: "acme",
    change,
    name: budget.budgetId,
    version: 1,
    definition: JSON.stringify(budget),
  } as const;
  stage.pipe(topics.budgets, { type: "budget_changed", key: "acme/b", value, timestampMs: 0 });
}

function window(windowMs: number, tools: readonly Partial<ToolActivity>[], given: Partial<ActivityObserved> = {}) {
  const value: ActivityObserved = {
    id: `${windowMs}`,
    timeMs: windowMs + 60_000,
    organizationId: "acme",
    windowMs,
    lengthMs: 60_000,
    userId: "ana",
    agentId: null,
    calls: 1,
    denied: 0,
    limited: 0,
    failed: 0,
    addresses: [],
    tools: tools.map((tool) => ({
      server: "files",
      name: "read",
      calls: 1,
      denied: 0,
      failed: 0,
      ended: 1,
      durationLogs: 7,
      argumentBytesMax: 1,
      bytes: 100,
      costUnits: 1,
      ...tool,
    })),
    order: [],
    ...given,
  };
  return { type: "activity_observed", key: "acme", value, timestampMs: value.timeMs } as const;
}

function told(stage: Driver, nowMs: number): Readonly<Record<string, number>> {
  stage.advance(nowMs);
  const records = stage.read(topics.spending).map(({ value }) => value as BudgetSpent);
  return Object.fromEntries(records.map(({ bucket, spent }) => [bucket, spent]));
}

test("tools that were too many to be told apart count for every budget of that server's tools", () => {
  for (const [match, spent] of [
    [{ tools: ["deep_*"] }, { "": 7 }],
    [{ tools: ["deep_*"], servers: ["mail"] }, {}],
  ] as const) {
    const stage = driver();
    defined(stage, { unit: "calls", match });
    stage.pipe(topics.activity, window(0, [{ name: otherTools, ended: 7 }]));
    assert.deepEqual(told(stage, 5_000), spent);
  }
});

test("calls, bytes and cost are spent by what the budget counts apart and what it is about", () => {
  for (const [given, expected] of [
    [{ unit: "calls" }, { "": 5 }],
    [{ unit: "calls", per: ["user"] }, { "user=ana": 5 }],
    [
      { unit: "calls", per: ["user", "endpoint"] },
      { "user=ana&endpoint=files/read": 2, "user=ana&endpoint=files/write": 3 },
    ],
    [{ unit: "calls", match: { tools: ["wr*"] } }, { "": 3 }],
    [{ unit: "calls", match: { users: ["bob"] } }, {}],
    [{ unit: "bytes" }, { "": 900 }],
    [{ unit: "cost" }, { "": 2 + 15 }],
    [{ unit: "calls", enabled: false }, {}],
  ] as const) {
    const stage = driver();
    defined(stage, given);
    stage.pipe(
      topics.activity,
      window(0, [
        { ended: 2, bytes: 300, costUnits: 2 },
        { name: "write", ended: 3, bytes: 600, costUnits: 15 },
      ]),
    );
    assert.deepEqual(told(stage, 1_000), expected, JSON.stringify(given));
  }
});

test("where there is no room for more buckets, what is new is counted together, and what is known goes on", () => {
  const few = topologyDriver([budgets(2)]);
  defined(few, { per: ["endpoint"] });
  few.pipe(
    topics.activity,
    window(
      0,
      ["a", "b", "c", "d"].map((name) => ({ name, ended: 2 })),
    ),
  );
  few.pipe(
    topics.activity,
    window(
      60_000,
      ["d", "a"].map((name) => ({ name })),
    ),
  );
  assert.deepEqual(told(few, 120_000), { "endpoint=files/a": 3, "endpoint=files/b": 2, "*": 5 });
  // Two days after the period they are forgotten, and there is room again.
  few.advance(4 * dayMs);
  few.pipe(topics.activity, window(4 * dayMs, [{ name: "d" }]));
  assert.deepEqual(told(few, 4 * dayMs + 1_000), { "endpoint=files/d": 1 });
});

test("calls that were refused spend nothing", () => {
  const stage = driver();
  defined(stage, {});
  stage.pipe(topics.activity, window(0, [{ calls: 9, ended: 0, bytes: 0 }]));
  assert.deepEqual(told(stage, 1_000), {});
});

test("a period begins at nothing, a late window of the period before changes nothing, and months have their lengths", () => {
  const stage = driver(dayMs - 60_000);
  defined(stage, {});
  stage.pipe(topics.activity, window(dayMs - 60_000, [{ ended: 3 }]));
  assert.deepEqual(told(stage, dayMs), { "": 3 });
  stage.pipe(topics.activity, window(dayMs, [{ ended: 2 }]));
  stage.pipe(topics.activity, window(dayMs - 120_000, [{ ended: 7 }], { userId: "bob" }));
  assert.deepEqual(told(stage, dayMs + 2_000), { "": 2 });

  const february = Date.UTC(2028, 1, 29, 23, 59);
  const months = driver(february);
  defined(months, { period: "month" });
  months.pipe(topics.activity, window(february, [{ ended: 4 }]));
  months.pipe(topics.activity, window(february + 60_000, [{ ended: 1 }]));
  assert.deepEqual(told(months, february + 120_000), { "": 1 });
});

test("another amount is told at once for everything that is counted, a removed budget is counted no more", () => {
  const stage = driver();
  defined(stage, { per: ["user"] });
  stage.pipe(topics.activity, window(0, [{ ended: 5 }]));
  told(stage, 1_000);
  defined(stage, { per: ["user"], amountMax: 4 });
  stage.advance(2_000);
  const [spent] = stage.read(topics.spending).map(({ value }) => value as BudgetSpent);
  assert.partialDeepStrictEqual(spent, { spent: 5, amountMax: 4 });
  defined(stage, {}, "removed");
  stage.pipe(topics.activity, window(60_000, [{ ended: 5 }]));
  assert.deepEqual(told(stage, 3_000), {});
});

/** What gates know is spent of the bucket of everything. */
function known(stage: Driver, nowMs: number, directory: Directory): BudgetSpent | undefined {
  stage.advance(nowMs);
  const place = { topic: topics.spending.name, partition: 0, offset: 0 };
  for (const record of stage.read(topics.spending)) foldDirectory(directory, { ...record, ...place });
  return directory.spending.get("acme/b/");
}

test("a budget of another period or unit begins anew: what was spent in days is not a month's, and calls are no bytes", () => {
  const noon = Date.UTC(2026, 10, 20, 12);
  for (const [given, change, kept] of [
    [{ period: "day" }, { period: "month" }, 0],
    [{ period: "month" }, { period: "day" }, 0],
    [{ unit: "bytes" }, { unit: "calls" }, 0],
    [{ unit: "calls" }, { unit: "calls", amountMax: 3 }, 2],
  ] as const) {
    const stage = driver(noon);
    const directory = emptyDirectory();
    defined(stage, given);
    stage.pipe(topics.activity, window(noon, [{ ended: 2, bytes: 900 }]));
    known(stage, noon + 1_000, directory);
    defined(stage, change);
    assert.equal(known(stage, noon + 2_000, directory)?.spent, kept, "at once");
    stage.pipe(topics.activity, window(noon + 60_000, [{ ended: 3 }]));
    const { startMs, endMs } = periodOf("period" in change ? change.period : "day", noon);
    const expected = { spent: kept + 3, unit: "calls", periodStartMs: startMs, periodEndMs: endMs };
    assert.partialDeepStrictEqual(known(stage, noon + 3_000, directory), expected, JSON.stringify(change));
  }
});

test("windows that repeat count once, and what is spent is the sum of all others", () => {
  const one = fc.record({
    minute: fc.nat({ max: 30 }),
    user: fc.constantFrom("ana", "bob"),
    ended: fc.integer({ min: 1, max: 9 }),
    again: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 40 }), (given) => {
      const stage = driver();
      defined(stage, { per: ["user"] });
      const expected: Record<string, number> = {};
      const minutes: Record<string, number> = {};
      for (const { user, ended, again } of given) {
        // Windows of one caller come in order.
        const minute = (minutes[user] ?? -1) + 1;
        minutes[user] = minute;
        const record = window(minute * 60_000, [{ ended }], { userId: user });
        stage.pipe(topics.activity, record);
        if (again) stage.pipe(topics.activity, record);
        expected[`user=${user}`] = (expected[`user=${user}`] ?? 0) + ended;
      }
      assert.deepEqual(told(stage, 3_600_000), Object.fromEntries(Object.entries(expected)));
    }),
    { numRuns: 50 },
  );
});

test("the same records give the same state, and old periods are forgotten", () => {
  const run = () => {
    const stage = driver();
    defined(stage, { unit: "cost", per: ["user"] });
    for (let minute = 0; minute < 20; minute += 1)
      stage.pipe(topics.activity, window(minute * 60_000, [{ ended: minute }], { userId: `user-${minute % 3}` }));
    stage.advance(1_200_000);
    return stage;
  };
  const [first, second] = [run(), run()];
  assert.deepEqual(first.state("budgets"), second.state("budgets"));
  first.advance(5 * dayMs);
  assert.deepEqual(
    [...first.state("budgets").keys()].filter((key) => /^(spent|seen)\//.test(key)),
    [],
  );
});
