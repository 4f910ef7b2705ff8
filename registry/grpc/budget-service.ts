import type { JsonObject } from "@bufbuild/protobuf";
import type { BudgetService } from "../../proto/gen/sluice/policy/v1/policy_pb.ts";
import type { Control } from "../control.ts";
import type { DocumentView } from "../documents/document-commands.ts";
import type { Implementation } from "./grpc-bridge.ts";
import { pageRequest, pageToken } from "./wire-page.ts";
import { timestampOf } from "./wire-time.ts";

/** sluice.policy.v1.BudgetService over the control plane. */
export function budgetService(control: Control): Implementation<typeof BudgetService> {
  return {
    async putBudget({ definition, expectedVersion }, { actor }) {
      return { budget: budgetMessage(await control.putBudget(actor, definition, { expectedVersion })) };
    },
    async listBudgets(request, { actor }) {
      const page = await control.listBudgets(actor, pageRequest(request));
      return { budgets: page.entries.map(budgetMessage), ...pageToken(page) };
    },
    async removeBudget({ id, expectedVersion }, { actor }) {
      await control.removeBudget(actor, id, { expectedVersion });
      return {};
    },
    async listSpending({ budgetId, ...request }, { actor }) {
      const page = await control.listSpending(actor, { ...pageRequest(request), budgetId: budgetId || undefined });
      const spending = page.entries.map(({ budgetId: id, bucket, unit, periodStartMs, periodEndMs, spent, amountMax }) => ({
        ...{ budgetId: id, bucket, unit },
        periodStart: timestampOf(periodStartMs),
        periodEnd: timestampOf(periodEndMs),
        spent: BigInt(spent),
        amountMax: BigInt(amountMax),
      }));
      return { spending, ...pageToken(page) };
    },
  };
}

function budgetMessage({ id, version, origin, definition }: DocumentView) {
  // A stored definition came from JSON and is JSON.
  return { id, version, origin, definition: definition as JsonObject };
}
