import { type Budget, budgetBounds, periodOf } from "../domain/budgets/budget.ts";
import { budgetBucket, type CompiledBudget, compileBudget, overflowBucket, type Spender } from "../domain/budgets/compiled-budget.ts";
import type { ActivityObserved, BudgetSpent, DefinitionChanged, ToolActivity } from "../domain/events.ts";
import { recordKey } from "../domain/record-key.ts";
import { topics } from "../domain/topics.ts";
import { type Draft, draftOf } from "./draft.ts";
import { nothing, type Processor, type Step, type Tick } from "./processor.ts";

type In = "activity_observed" | "budget_changed";
type State = ReadonlyMap<string, string>;
type Spent = Omit<BudgetSpent, "id" | "timeMs">;

const compiledMax = 10_000;
/** Windows of a caller come in order, and none comes later than this. */
const silentMs = budgetBounds.keptMs;

/**
 * Counts what is spent of budgets: `activity`, `budgets` → `spending`, which gates hold calls against.
 * A window of a caller counts once, however often it comes. What is counted is told at the next tick.
 *
 * State: `budget/{organization}/{id}` the definitions; `spent/{organization}/{id}/{bucket}` the amounts;
 * `seen/{organization}/{caller}` its last window; `buckets/{organization}/{id}` how many a budget has; `changed` what is to be told.
 */
export function budgets(bucketsMax: number = budgetBounds.bucketsMax): Processor<In, "budget_spent"> {
  const compiled = new Map<string, CompiledBudget>();
  const compile = (definition: string): CompiledBudget => {
    const known = compiled.get(definition);
    if (known !== undefined) return known;
    if (compiled.size >= compiledMax) compiled.clear();
    // Checked before it was written to the topic of budgets.
    const fresh = compileBudget(JSON.parse(definition) as Budget);
    compiled.set(definition, fresh);
    return fresh;
  };
  return {
    name: "budgets",
    sources: [topics.activity],
    broadcast: [topics.budgets],
    tickMs: 1_000,
    step(state, input) {
      if (input.type === "tick") return tell(state, input);
      if (input.value === null) return nothing;
      if (input.type === "budget_changed") return define(state, input.value);
      return count(state, input.value, { compile, bucketsMax });
    },
  };
}

/** A budget of another amount is told anew for every bucket, because it may be spent now, or no longer; one of another unit or period begins anew. */
function define(state: State, { organizationId, name, change, definition }: DefinitionChanged): Step<never> {
  const draft = draftOf(state);
  const key = recordKey(organizationId, name);
  const { enabled, unit, period, amountMax } = JSON.parse(definition) as Budget;
  draft.put(`budget/${key}`, change === "put" && enabled ? definition : null);
  if (change === "removed") return { changes: draft.store(), emit: [] };
  const prefix = `spent/${key}/`;
  for (const [place, value] of state) {
    if (!place.startsWith(prefix)) continue;
    const known = JSON.parse(value) as Spent;
    const { startMs, endMs } = periodOf(period, known.periodStartMs);
    const isAnother = known.unit !== unit || known.periodStartMs !== startMs || known.periodEndMs !== endMs;
    const spent = isAnother ? 0 : known.spent;
    draft.write<Spent>(place, { ...known, unit, periodStartMs: startMs, periodEndMs: endMs, spent, amountMax });
    mark(draft, place);
  }
  return { changes: draft.store(), emit: [] };
}

interface Counting {
  readonly compile: (definition: string) => CompiledBudget;
  readonly bucketsMax: number;
}

function count(state: State, observed: ActivityObserved, { compile, bucketsMax }: Counting): Step<never> {
  const draft = draftOf(state);
  const { organizationId, userId, agentId, windowMs, tools } = observed;
  const organization = recordKey(organizationId);
  const seen = `seen/${organization}/${recordKey(userId, agentId ?? "")}`;
  if (windowMs <= Number(draft.text(seen) ?? -1)) return nothing;
  draft.put(seen, String(windowMs));

  const prefix = `budget/${organization}/`;
  for (const [key, definition] of state) {
    if (!key.startsWith(prefix)) continue;
    const { budget, fits } = compile(definition);
    for (const tool of tools) {
      const spender: Spender = { userId, agentId, server: tool.server, name: tool.name };
      if (tool.ended === 0 || !fits(spender)) continue;
      const bucket = placeOf(draft, budget, budgetBucket(budget, spender), bucketsMax);
      spend(draft, budget, bucket, { windowMs, amount: amountOf[budget.unit](tool) });
    }
  }
  return { changes: draft.store(), emit: [] };
}

const amountOf: Readonly<Record<Budget["unit"], (tool: ToolActivity) => number>> = {
  calls: ({ ended }) => ended,
  bytes: ({ bytes }) => bytes,
  cost: ({ costUnits }) => costUnits,
};

/** The bucket that is counted in: past so many, what is new is counted together, or a budget of everything that can be named would grow without end. */
function placeOf(draft: Draft, { organizationId, budgetId }: Budget, bucket: string, bucketsMax: number): string {
  const key = recordKey(organizationId, budgetId);
  if (draft.read<Spent | null>(`spent/${key}/${bucket}`, null) !== null) return bucket;
  const buckets = draft.read(`buckets/${key}`, 0);
  if (buckets >= bucketsMax) return overflowBucket;
  draft.write(`buckets/${key}`, buckets + 1);
  return bucket;
}

function spend(
  draft: Draft,
  { organizationId, budgetId, unit, amountMax, period }: Budget,
  bucket: string,
  { windowMs, amount }: { readonly windowMs: number; readonly amount: number },
): void {
  const { startMs, endMs } = periodOf(period, windowMs);
  const place = `spent/${recordKey(organizationId, budgetId)}/${bucket}`;
  const known = draft.read<Spent | null>(place, null);
  // A window of the period before comes late: that period is told no more.
  if (known !== null && known.periodStartMs > startMs) return;
  const before = known !== null && known.periodStartMs === startMs ? known.spent : 0;
  draft.write<Spent>(place, {
    organizationId,
    budgetId,
    bucket,
    unit,
    periodStartMs: startMs,
    periodEndMs: endMs,
    spent: before + amount,
    amountMax,
  });
  mark(draft, place);
}

function mark(draft: Draft, place: string): void {
  const changed = draft.read<Record<string, true>>("changed", {});
  changed[place] = true;
  draft.write("changed", changed);
}

function tell(state: State, { timestampMs }: Tick): Step<"budget_spent"> {
  const draft = draftOf(state);
  const changed = Object.keys(draft.read<Readonly<Record<string, true>>>("changed", {}));
  const emit: Step<"budget_spent">["emit"][number][] = [];
  for (const place of changed) {
    const spent = draft.read<Spent | null>(place, null);
    if (spent === null) continue;
    const key = recordKey(spent.organizationId, spent.budgetId, spent.bucket);
    // The same amount is the same event, however often it is told.
    const value = { id: `${key}#${spent.periodStartMs}.${spent.spent}.${spent.amountMax}`, timeMs: timestampMs, ...spent };
    emit.push({ topic: topics.spending, record: { type: "budget_spent", key, value, timestampMs } });
  }
  if (changed.length > 0) draft.put("changed", null);
  forget(state, draft, timestampMs);
  return { changes: draft.store(), emit };
}

/** Once an hour: callers that are long silent, and periods that have ended. */
function forget(state: State, draft: Draft, nowMs: number): void {
  if (Math.abs(nowMs - Number(draft.text("swept") ?? 0)) < 60 * 60_000) return;
  draft.put("swept", String(nowMs));
  for (const [key, value] of state) {
    if (key.startsWith("seen/") && Number(value) < nowMs - silentMs) draft.put(key, null);
    if (!key.startsWith("spent/")) continue;
    const { periodEndMs, organizationId, budgetId, bucket } = JSON.parse(value) as Spent;
    if (periodEndMs > nowMs - silentMs) continue;
    draft.put(key, null);
    if (bucket === overflowBucket) continue;
    const buckets = `buckets/${recordKey(organizationId, budgetId)}`;
    draft.write(buckets, Math.max(0, draft.read(buckets, 0) - 1));
  }
}
