import assert from "node:assert/strict";
import { parseBudget } from "../../domain/budgets/parse.ts";
import { parseLimit } from "../../domain/limits/parse.ts";
import { parsePolicy } from "../../domain/policy/parse.ts";
import type { StateStore } from "../../domain/ports/state-store.ts";
import type { LogRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { type MemoryLog, memoryLog } from "../../processors/memory/memory-log.ts";
import { type Random, randomFrom } from "../e2e/seeded.ts";
import { administratorOf } from "./administrator.ts";
import { type Clock, noon, small, turn, virtualClock } from "./clock.ts";
import { clusterOf, type Met } from "./cluster.ts";
import { compactChangelogs, compactOutputs } from "./compaction.ts";
import { deniedTool, type SimulatedGate, simulatedGate, users } from "./gate.ts";
import { rememberHabits } from "./habits.ts";
import { tellGates } from "./leases.ts";

/** What is left when everything has come to rest. */
export interface Outcome {
  readonly log: MemoryLog;
  /** Of the last process, which owned everything. */
  readonly states: StateStore;
  readonly gates: readonly SimulatedGate[];
  readonly limit: { readonly callsMax: number; readonly windowMs: number };
  readonly nowMs: number;
  /** When the policy was changed. */
  readonly changedMs: number;
  readonly met: Met;
}

/** Gates that call, processes that come, go, die and wake, over one log: all of it chosen by the seed. */
export async function simulate(seed: number): Promise<Outcome> {
  const random = randomFrom(seed);
  const clock = virtualClock(noon);
  let pauses = 0;
  const pause = () => {
    pauses += 1;
    return turn();
  };
  const log = memoryLog({ pause, recordsMax: random.integer(1, 40) });
  await rememberHabits(log);
  // Leases of long windows outlive a step, so that they are spent, and recalled where they are few.
  const quota = { callsMax: random.integer(1, random.pick([4, 60])), windowMs: random.integer(500, random.pick([5_000, 120_000])) };
  const limit = parseLimit({ limitId: "limit", ...quota }, owner);
  await define(log, clock, JSON.stringify({ ...limit, match: {} }));
  const gates = ["gate-1", "gate-2"].map((name) => simulatedGate({ name, log, clock, random, limit }));
  const grants = await log.subscribe([small(topics.leases)], { from: "end" }, (records) => {
    const limiters = gates.map(({ limiter }) => limiter());
    for (const record of records) tellGates(limiters, record);
  });

  const administrator = await administratorOf({ log, clock, random });
  const cluster = clusterOf({ log, clock, random });
  const steps = random.integer(8, 18);
  const changesAt = random.integer(3, steps - 2);
  let changedMs = 0;
  cluster.start();
  for (let step = 0; step < steps; step += 1) {
    clock.advance(random.integer(20, 1_500));
    if (step === changesAt) changedMs = await change(log, clock);
    play(gates, random, changedMs > 0);
    if (random.integer(0, 3) === 0) await administrator.act();
    for (const gate of gates) await gate.send(false);
    cluster.happen();
    if (random.integer(0, 3) === 0) compactOutputs(log);
    if (random.integer(0, 3) === 0) compactChangelogs(log);
    for (let turns = random.integer(1, 8); turns > 0; turns -= 1) await turn();
  }
  for (const gate of gates) await gate.send(true);
  const states = await cluster.settle();
  await Promise.all([grants.close(), administrator.close()]);
  await atRest(() => pauses);
  return { log, states, gates, limit, nowMs: clock.nowMs(), changedMs, met: cluster.met };
}

/** Nobody tries again and again what can't be done any more. */
async function atRest(pauses: () => number): Promise<void> {
  for (let turns = 0; turns < 10; turns += 1) await turn();
  const before = pauses();
  for (let turns = 0; turns < 5; turns += 1) await turn();
  assert.equal(pauses(), before, "what is handed over again when everything has come to rest");
}

/** Calls, and what else may happen to gates. */
function play(gates: readonly SimulatedGate[], random: Random, isChanged: boolean): void {
  const policyOffset = () => (isChanged && random.integer(0, 3) > 0 ? 2 : 1);
  for (let calls = random.integer(0, 8); calls > 0; calls -= 1) random.pick(gates).call(policyOffset());
  if (random.integer(0, 9) === 0) random.pick(gates).attack(random.pick(users), policyOffset());
  if (random.integer(0, 9) === 0) random.pick(gates).restart();
  if (random.integer(0, 4) === 0) random.pick(gates).limiter().returnUnspent();
}

const owner = { organizationId: "acme", origin: "api" } as const;

function changed(clock: Clock, name: string, definition: string) {
  return { id: name, timeMs: clock.nowMs(), organizationId: "acme", change: "put", name, version: 1, definition } as const;
}

const rules = [
  { id: "all", effect: "allow" },
  { id: "no-removal", effect: "deny", match: { tools: [deniedTool] } },
];

async function define(log: MemoryLog, clock: Clock, limit: string): Promise<void> {
  const put = { key: "acme/x", timestampMs: clock.nowMs() };
  await change(log, clock);
  await log.append(topics.limits, [{ ...put, type: "limit_changed", value: changed(clock, "limit", limit) }]);
  for (const given of [
    { budgetId: "calls", unit: "calls", period: "day", amountMax: 1_000_000, per: ["user"] },
    { budgetId: "bytes", unit: "bytes", period: "month", amountMax: 1_000_000, per: ["endpoint"] },
  ]) {
    const definition = JSON.stringify(parseBudget(given, owner));
    await log.append(topics.budgets, [{ ...put, type: "budget_changed", value: changed(clock, given.budgetId, definition) }]);
  }
}

/** The policy is put again: whoever goes by the one before is late. */
async function change(log: MemoryLog, clock: Clock): Promise<number> {
  const definition = JSON.stringify(parsePolicy({ policyId: "policy", rules }, owner));
  const value = changed(clock, "policy", definition);
  const record: LogRecord<"policy_changed"> = { type: "policy_changed", key: "acme/policy", value, timestampMs: clock.nowMs() };
  await log.append(topics.policies, [record]);
  return clock.nowMs();
}
