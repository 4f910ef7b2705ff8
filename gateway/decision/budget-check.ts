import { type Budget, budgetBounds, periodOf } from "../../domain/budgets/budget.ts";
import {
  budgetBucket,
  type CompiledBudget,
  compileBudget,
  otherTools,
  overflowBucket,
  type Spender,
  spentName,
} from "../../domain/budgets/compiled-budget.ts";
import type { Call, Decision } from "../../domain/call.ts";
import { type Directory, spendingKey } from "../../domain/directory.ts";

/** Whether a budget that a call would spend of is spent: the denial, or null. */
export type CheckBudgets = (call: Call) => Decision | null;

export interface BudgetCheckOptions {
  readonly directory: Pick<Directory, "budgets" | "spending" | "offsets">;
  readonly nowMs: () => number;
}

/**
 * Holds a call against what the log says is spent. A budget is counted behind the calls, so what the last windows of activity spent comes on top of it: at a steady
 * rate r, at most r × (window + settling). Costs nothing while there are no budgets.
 */
export function createBudgetCheck({ directory, nowMs }: BudgetCheckOptions): CheckBudgets {
  let compiled: ReadonlyMap<string, readonly CompiledBudget[]> = new Map();
  let compiledOffset = -1;

  /** Compiled anew where a budget changed; what was put last is what is told by the offset. */
  const budgetsOf = (organizationId: string): readonly CompiledBudget[] => {
    const offset = directory.offsets.get("budgets") ?? 0;
    if (offset !== compiledOffset) {
      compiled = byOrganization(directory.budgets);
      compiledOffset = offset;
    }
    return compiled.get(organizationId) ?? [];
  };

  /** What the processor found no place for, to count it apart, it counts together with others. */
  const isSpent = ({ organizationId, budgetId, amountMax }: Budget, bucket: string, periodStartMs: number): boolean => {
    const own = directory.spending.get(spendingKey(organizationId, budgetId, bucket));
    const hasPlace = own !== undefined && own.periodEndMs + budgetBounds.keptMs > nowMs();
    const spent = hasPlace ? own : directory.spending.get(spendingKey(organizationId, budgetId, overflowBucket));
    return spent !== undefined && spent.periodStartMs === periodStartMs && spent.spent >= amountMax;
  };

  return (call) => {
    if (directory.budgets.size === 0) return null;
    const { organizationId, userId, agentId } = call.caller;
    const spender = { userId, agentId, server: call.server, name: spentName(call.method, call.name) };
    for (const { budget, fits } of budgetsOf(organizationId)) {
      if (!fits(spender)) continue;
      const now = nowMs();
      const { startMs, endMs } = periodOf(budget.period, now);
      if (!bucketsOf(budget, spender).some((bucket) => isSpent(budget, bucket, startMs))) continue;
      return {
        verdict: "deny",
        stage: "limit",
        rule: budget.budgetId,
        policyVersion: null,
        reason: `the budget ${budget.budgetId} of ${budget.amountMax} ${budget.unit} a ${budget.period} is spent; it begins anew at ${new Date(endMs).toISOString()}`,
        retryAfterMs: endMs - now,
      };
    }
    return null;
  };
}

/** The call's own bucket and, where tools are counted apart, that of the tools that were called beside too many others to be told apart. */
function bucketsOf(budget: Budget, spender: Spender): readonly string[] {
  const own = budgetBucket(budget, spender);
  return budget.per.includes("endpoint") ? [own, budgetBucket(budget, { ...spender, name: otherTools })] : [own];
}

function byOrganization(budgets: Directory["budgets"]): ReadonlyMap<string, readonly CompiledBudget[]> {
  const found = new Map<string, CompiledBudget[]>();
  for (const { entity } of budgets.values()) {
    if (!entity.enabled) continue;
    const own = found.get(entity.organizationId) ?? [];
    own.push(compileBudget(entity));
    found.set(entity.organizationId, own);
  }
  return found;
}
