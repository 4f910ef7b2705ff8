import assert from "node:assert/strict";
import { emptyDirectory, foldDirectory } from "../../domain/directory.ts";
import type { CallDecided, CallEnded } from "../../domain/events.ts";
import { topics } from "../../domain/topics.ts";
import { limits } from "../../processors/limits.ts";
import { isRepeat } from "../../processors/source-header.ts";
import { openUsageView } from "../../registry/audit/usage-view.ts";
import { small } from "./clock.ts";
import { deniedTool } from "./gate.ts";
import type { Outcome } from "./world.ts";

/** What the processors say must be what the records of the gates add up to. */
export async function check(outcome: Outcome): Promise<void> {
  const { decided, ended } = acceptedOf(outcome);
  assert.deepEqual(outcome.log.all(topics.deadLetters), [], "nothing was refused");
  await checkUsage(outcome, decided, ended);
  checkActivity(outcome, decided, ended);
  checkBudgets(outcome, ended);
  checkReviews(outcome, decided);
  checkGrants(outcome);
  const admittedAt = outcome.gates.flatMap((gate) => gate.admittedAt).sort((left, right) => left - right);
  const most = mostIn(admittedAt, outcome.limit.windowMs);
  assert.ok(
    most <= outcome.limit.callsMax,
    `${most} calls in a window of ${outcome.limit.windowMs} ms, which admits ${outcome.limit.callsMax}`,
  );
}

function acceptedOf({ gates }: Outcome) {
  const records = gates.flatMap(({ accepted }) => accepted);
  const decided = records.flatMap(({ value }) => (value !== null && "verdict" in value ? [value] : []));
  const ended = records.flatMap(({ value }) => (value !== null && "outcome" in value ? [value] : []));
  return { decided, ended };
}

function sumOf<Item>(items: readonly Item[], amount: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + amount(item), 0);
}

async function checkUsage({ log, nowMs }: Outcome, decided: readonly CallDecided[], ended: readonly CallEnded[]): Promise<void> {
  const view = await openUsageView({ log });
  await view.caughtUp();
  const { total, byUser } = view.stats("acme", { nowMs });
  await view.close();
  const { latencyMicros: _, ...counts } = total;
  assert.deepEqual(counts, recounted(decided, ended), "usage");
  for (const { name, latencyMicros: _latency, ...usage } of byUser) {
    const ofUser = decided.filter(({ principal }) => principal.userId === name);
    assert.deepEqual(
      usage,
      recounted(
        ofUser,
        ended.filter(({ userId }) => userId === name),
      ),
      `usage of ${name}`,
    );
  }
}

function recounted(decided: readonly CallDecided[], ended: readonly CallEnded[]) {
  const count = (holds: (call: CallDecided) => boolean) => decided.filter(holds).length;
  return {
    calls: count(({ verdict }) => verdict === "allow"),
    denied: count(({ verdict, stage }) => verdict === "deny" && stage !== "limit"),
    limited: count(({ stage }) => stage === "limit"),
    failed: ended.filter(({ outcome }) => outcome !== "ok").length,
    requestBytes: sumOf(ended, ({ requestBytes }) => requestBytes),
    responseBytes: sumOf(ended, ({ responseBytes }) => responseBytes),
    durationMicros: sumOf(ended, ({ durationMicros }) => durationMicros),
    costUnits: sumOf(ended, ({ costUnits }) => costUnits),
  };
}

/** Each window counts once, by its id: what is told again is the same. */
function checkActivity({ log }: Outcome, decided: readonly CallDecided[], ended: readonly CallEnded[]): void {
  const windows = new Map<string, { readonly calls: number; readonly ended: number }>();
  for (const { value } of log.all(topics.activity)) {
    if (value === null || !("tools" in value)) continue;
    const found = { calls: value.calls, ended: sumOf(value.tools, (tool) => tool.ended) };
    assert.deepEqual(found, windows.get(value.id) ?? found, `window ${value.id} is told again as it was`);
    windows.set(value.id, found);
  }
  assert.equal(
    sumOf([...windows.values()], ({ calls }) => calls),
    decided.length,
    "activity: calls",
  );
  assert.equal(
    sumOf([...windows.values()], (window) => window.ended),
    ended.length,
    "activity: ends",
  );
}

function checkBudgets({ log }: Outcome, ended: readonly CallEnded[]): void {
  const directory = emptyDirectory();
  for (const record of log.all(topics.spending)) if (record.type === "budget_spent") foldDirectory(directory, record);
  const spent = Object.fromEntries([...directory.spending.values()].map((one) => [`${one.budgetId} ${one.bucket}`, one.spent]));
  const expected: Record<string, number> = {};
  for (const { userId, server, name, requestBytes, responseBytes } of ended) {
    const calls = `calls user=${userId}`;
    const bytes = `bytes endpoint=${server}/${name}`;
    expected[calls] = (expected[calls] ?? 0) + 1;
    expected[bytes] = (expected[bytes] ?? 0) + requestBytes + responseBytes;
  }
  assert.deepEqual(Object.entries(spent).sort(), Object.entries(expected).sort(), "budgets");
}

function checkReviews({ log, changedMs }: Outcome, decided: readonly CallDecided[]): void {
  const counts = new Map<string, { readonly finding: string; readonly count: number }>();
  for (const { value } of log.all(topics.reviews)) {
    if (value === null || !("finding" in value)) continue;
    // What is told again may have grown meanwhile.
    if ((counts.get(value.id)?.count ?? 0) < value.count) counts.set(value.id, value);
  }
  const found = (finding: string) =>
    sumOf(
      [...counts.values()].filter((one) => one.finding === finding),
      ({ count }) => count,
    );
  const wrong = decided.filter(({ name, verdict }) => name === deniedTool && verdict === "allow");
  assert.equal(found("contradicted"), wrong.length, "contradicted");
  const stale = decided.filter(({ policyOffset, timeMs }) => policyOffset < 2 && changedMs < timeMs - 1_000);
  // A decision is reviewed by the policies that have come: that it was stale shows where the newer one came before it.
  assert.ok(found("stale") <= stale.length, `stale: ${found("stale")} of ${stale.length}`);
}

/** Grants and recalls, without repeats, are those of a processor to which nothing ever happened. */
function checkGrants({ log }: Outcome): void {
  const positions = new Map<string, number>();
  const records = log.all(small(topics.leases));
  const told = records.filter((record) => record.type !== "lease_requested" && !isRepeat(record, positions));
  const states = new Map<number, Map<string, string>>();
  const expected = [];
  for (const record of [...log.all(topics.limits), ...records]) {
    for (const partition of record.type === "limit_changed" ? [0, 1] : [record.partition]) {
      const state = states.get(partition) ?? new Map<string, string>();
      states.set(partition, state);
      const { changes, emit } = limits.step(state, record as Parameters<typeof limits.step>[1]);
      for (const [key, value] of changes) if (value !== null) state.set(key, value);
      expected.push(...emit.map((one) => one.record.value));
    }
  }
  assert.deepEqual(
    told.map(({ value }) => value),
    expected,
    "grants and recalls",
  );
}

/** The most calls in any half-open window. */
function mostIn(admittedAt: readonly number[], windowMs: number): number {
  let first = 0;
  let most = 0;
  admittedAt.forEach((atMs, index) => {
    while ((admittedAt[first] ?? atMs) <= atMs - windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}
