/**
 * A budget: at most `amountMax` of a unit in a day or a month (UTC), counted apart for each combination of what `per` names. Unlike a rate limit, which is decided
 * before each call, a budget is counted from the log: what is spent in the last windows of activity may come on top of it.
 */
export interface Budget {
  readonly organizationId: string;
  readonly budgetId: string;
  readonly description: string;
  readonly enabled: boolean;
  /** `calls` that were forwarded; their request and answer `bytes`; or `cost`: the units that servers set for their tools. */
  readonly unit: BudgetUnit;
  readonly period: BudgetPeriod;
  readonly amountMax: number;
  readonly per: readonly BudgetDimension[];
  readonly match: BudgetMatch;
  readonly origin: "file" | "api" | "demo";
}

export const budgetUnits = ["calls", "bytes", "cost"] as const;
export type BudgetUnit = (typeof budgetUnits)[number];

export const budgetPeriods = ["day", "month"] as const;
export type BudgetPeriod = (typeof budgetPeriods)[number];

/** `endpoint` is server and tool together. The organization is always part of the key. */
export const budgetDimensions = ["organization", "user", "agent", "server", "endpoint"] as const;
export type BudgetDimension = (typeof budgetDimensions)[number];

/** As in limits: every part given must fit; entries may hold `*`. */
export interface BudgetMatch {
  readonly users?: readonly string[];
  readonly agents?: readonly string[];
  readonly servers?: readonly string[];
  readonly tools?: readonly string[];
}

/** `keptMs`: so long after its period a bucket keeps its place among the `bucketsMax` of a budget. */
export const budgetBounds = { perOrganizationMax: 1_000, amountMax: 1e15, bucketsMax: 100_000, keptMs: 48 * 60 * 60_000 } as const;

/** The period that a moment belongs to: from its start, until before its end. Milliseconds since 1970. */
export function periodOf(period: BudgetPeriod, timeMs: number): { readonly startMs: number; readonly endMs: number } {
  const time = new Date(timeMs);
  const [year, month, day] = [time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()];
  if (period === "day") return { startMs: Date.UTC(year, month, day), endMs: Date.UTC(year, month, day + 1) };
  return { startMs: Date.UTC(year, month, 1), endMs: Date.UTC(year, month + 1, 1) };
}
