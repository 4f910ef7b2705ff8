import assert from "node:assert/strict";
import { emptyDirectory, foldDirectory } from "../../domain/directory.ts";
import type { CallDecided, CallEnded } from "../../domain/events.ts";
import { topics } from "../../domain/topics.ts";
import { limits } from "../../processors/limits/limits.ts";
import { memoryStates } from "../../processors/memory/memory-log.ts";
import { isRepeat } from "../../processors/runtime/source-header.ts";
import { openTaskState } from "../../processors/runtime/task-state.ts";
import { openUsageView } from "../../registry/audit/usage-view.ts";
import { partitions, small } from "./clock.ts";
import { changelogs, compactChangelogs, compactOutputs } from "./compaction.ts";
import { deniedTool } from "./gate.ts";
import { checkAnomalies, checkRestrictions, type Found, type StateOf, sameState } from "./recount-anomalies.ts";
import type { Outcome } from "./world.ts";

/** What the processors say must be what the records of the gates add up to. Answers how much that was. */
export async function check(outcome: Outcome): Promise<Found & Readonly<Record<"calls" | "recalls", number>>> {
  const { decided, ended } = acceptedOf(outcome);
  assert.deepEqual(outcome.log.all(topics.deadLetters), [], "nothing was refused");
  await checkUsage(outcome, decided, ended);
  checkActivity(outcome, decided, ended);
  checkBudgets(outcome, ended);
  const found = checkAnomalies(outcome, decided, await statesOf(outcome));
  checkRestrictions(outcome.log);
  // Somebody begins to read when only the last record of each key is left.
  compactOutputs(outcome.log);
  await checkUsage(outcome, decided, ended);
  checkBudgets(outcome, ended);
  checkReviews(outcome, decided);
  checkGrants(outcome);
  const recalls = outcome.log.all(small(topics.leases)).filter(({ type }) => type === "lease_recalled").length;
  const admittedAt = outcome.gates.flatMap((gate) => gate.admittedAt).sort((left, right) => left - right);
  const most = mostIn(admittedAt, outcome.limit.windowMs);
  assert.ok(
    most <= outcome.limit.callsMax,
    `${most} calls in a window of ${outcome.limit.windowMs} ms, which admits ${outcome.limit.callsMax}`,
  );
  return { ...found, calls: decided.length, recalls };
}

/** The states of the last owner, which are those that another restores from the compacted changelogs. */
async function statesOf({ log, states, nowMs }: Outcome): Promise<StateOf> {
  compactChangelogs(log);
  const found = new Map<string, ReadonlyMap<string, string>>();
  for (const changelog of changelogs) {
    for (let partition = 0; partition < partitions; partition += 1) {
      const task = `${changelog.name.slice("changelog-".length)}/${partition}`;
      const kept = (await states.load(task)).entries;
      const restoring = { log, states: memoryStates(), changelog, nowMs: () => nowMs };
      const { entries } = await openTaskState(task, { partition, epoch: Number.MAX_SAFE_INTEGER }, restoring).load();
      sameState(entries, kept, `the state of ${task} as it is restored`);
      found.set(task, entries);
    }
  }
  return (processor, partition) => found.get(`${processor}/${partition}`) ?? new Map();
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
  const { total, byUser } = await view.stats("acme", { nowMs });
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
  for (const record of log.kept(topics.spending)) foldDirectory(directory, record);
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
    assert.equal(value.count, counts.get(value.id)?.count ?? value.count, `finding ${value.id} is told again as it was`);
    counts.set(value.id, value);
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
