import { test } from "node:test";
import { evaluate } from "../../loadtest/anomaly/evaluate.ts";
import type { Responses } from "./respond.ts";

const alertOnly: Responses = { caller: [], tool: [], server: [] };

test("a labelled fortnight is found out as it was before", (t) => {
  const traffic = { seed: 11, callers: 12, days: 6, quietDays: 4, attacksOfEach: 1 };
  const { classes, benign } = evaluate(traffic, { alertsPerDay: 2, settleMs: 20_000, responses: alertOnly });
  t.assert.snapshot({ classes, benign });
});
