import assert from "node:assert/strict";
import { test } from "node:test";
import { operator } from "../../registry/actor.ts";
import { callOver, stage } from "./stage.ts";
import { until } from "./until.ts";

const actor = operator("default", "file");

test("calls that cost what a budget allows are refused from then on, until it is raised", async (t) => {
  const harness = await stage(
    t,
    { era: "modern" },
    {
      anomalies: { windowMs: 1_000, settleMs: 500 },
      server: { costs: { search: 5 } },
      budgets: [{ budgetId: "monthly", unit: "cost", period: "month", amountMax: 10, per: ["user"] }],
    },
  );
  for (const tool of ["search", "search", "read"]) assert.equal((await callOver(harness, tool)).status, 200);
  await until("the budget is counted", async () =>
    (await harness.gate.control.listSpending(actor)).entries.some(({ spent }) => spent === 11),
  );
  const refused = await until("the gate goes by it", async () => {
    const response = await callOver(harness, "read");
    return response.status === 429 ? response : undefined;
  });
  assert.match(await refused.text(), /the budget monthly of 10 cost a month is spent/);
  assert.match(refused.headers.get("retry-after") ?? "", /^\d+$/);
});

test("a budget that an administrator raises lets calls pass at once", async (t) => {
  const harness = await stage(t, { era: "modern" }, { anomalies: { windowMs: 1_000, settleMs: 500 } });
  const put = (amountMax: number) =>
    harness.gate.control.putBudget(actor, { budgetId: "monthly", unit: "calls", period: "month", amountMax });
  await put(2);
  for (let call = 0; call < 3; call += 1) await callOver(harness, "read");
  await until("the budget is spent", async () => (await callOver(harness, "read")).status === 429);
  await put(1_000);
  assert.equal((await callOver(harness, "read")).status, 200);
});
