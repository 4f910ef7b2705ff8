import { parseBudget } from "../../domain/budgets/parse.ts";
import { parseLimit } from "../../domain/limits/parse.ts";
import { parsePolicy } from "../../domain/policy/parse.ts";
import type { LogRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { type MemoryLog, memoryLog, memoryStates } from "../../processors/memory-log.ts";
import type { Processor } from "../../processors/processor.ts";
import type { Runtime } from "../../processors/runtime.ts";
import { topology } from "../../processors/topology.ts";
import { type Random, randomFrom } from "../e2e/seeded.ts";
import { type Clock, small, turn, virtualClock } from "./clock.ts";
import { deniedTool, type SimulatedGate, simulatedGate } from "./gate.ts";
import { tellGates } from "./leases.ts";
import { type SimulatedProcess, startProcess } from "./process.ts";

/** What is left when everything has come to rest. */
export interface Outcome {
  readonly log: MemoryLog;
  readonly gates: readonly SimulatedGate[];
  readonly limit: { readonly callsMax: number; readonly windowMs: number };
  readonly nowMs: number;
  /** When the policy was changed. */
  readonly changedMs: number;
  readonly met: Readonly<Record<"crashes" | "zombies" | "joins", number>>;
}

const windowMs = 4_000;
const faultsPercent = 4;
const noon = Date.UTC(2030, 0, 10, 12);

/** Gates that call, processes that come, go, die and wake, over one log: all of it chosen by the seed. */
export async function simulate(seed: number): Promise<Outcome> {
  const random = randomFrom(seed);
  const clock = virtualClock(noon);
  const log = memoryLog({ pause: turn, recordsMax: random.integer(1, 40) });
  // Leases of long windows outlive a step, so that they are spent, and recalled where they are few.
  const quota = { callsMax: random.integer(1, random.pick([4, 60])), windowMs: random.integer(500, random.pick([5_000, 120_000])) };
  const limit = parseLimit({ limitId: "limit", ...quota }, owner);
  await define(log, clock, JSON.stringify({ ...limit, match: {} }));
  const gates = ["gate-1", "gate-2"].map((name) => simulatedGate({ name, log, clock, random, limit }));
  const grants = await log.subscribe([small(topics.leases)], { from: "end" }, (records) => {
    const limiters = gates.map(({ limiter }) => limiter());
    for (const record of records) tellGates(limiters, record);
  });

  const cluster = clusterOf({ log, clock, random });
  const steps = random.integer(8, 18);
  const changesAt = random.integer(3, steps - 2);
  let changedMs = 0;
  cluster.start();
  for (let step = 0; step < steps; step += 1) {
    clock.advance(random.integer(20, 1_500));
    if (step === changesAt) changedMs = await change(log, clock);
    play(gates, random, changedMs > 0);
    for (const gate of gates) await gate.send(false);
    cluster.happen();
    for (let turns = random.integer(1, 8); turns > 0; turns -= 1) await turn();
  }
  for (const gate of gates) await gate.send(true);
  await cluster.settle();
  await grants.close();
  return { log, gates, limit, nowMs: clock.nowMs(), changedMs, met: cluster.met };
}

/** Calls, and what else may happen to gates. */
function play(gates: readonly SimulatedGate[], random: Random, isChanged: boolean): void {
  for (let calls = random.integer(0, 8); calls > 0; calls -= 1) random.pick(gates).call(isChanged && random.integer(0, 3) > 0 ? 2 : 1);
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

/** Fresh ones for each process: some keep what they compiled. */
function processors(): readonly Processor[] {
  const whole = topology({ leases: "stream", activity: { windowMs, graceMs: 500 }, anomalies: null });
  return whole.map((one) => ({ ...one, sources: one.sources.map(small) }));
}

interface Surroundings {
  readonly log: MemoryLog;
  readonly clock: Clock;
  readonly random: Random;
}

/** The processes, of which two run at most. */
function clusterOf({ log, clock, random }: Surroundings) {
  const stores = [memoryStates(), memoryStates()];
  const met = { crashes: 0, zombies: 0, joins: 0 };
  const dead: SimulatedProcess[] = [];
  const running = new Map<number, SimulatedProcess>();
  const leaving = new Set<SimulatedProcess>();
  const woken: Promise<void>[] = [];

  const launch = (place: number, dies: number, percent: number) => {
    // A disk that was lost is a new one.
    if (random.integer(0, 3) === 0) stores[place] = memoryStates();
    const states = stores[place] ?? memoryStates();
    const one = startProcess({ log, states, processors: processors(), clock, random, dies, faultsPercent: percent });
    one.runtime.catch(() => {});
    running.set(place, one);
    met.joins += 1;
    return one;
  };
  const bury = (place: number, one: SimulatedProcess) => {
    running.delete(place);
    met.crashes += 1;
    // Dead for good, and its store is taken up again; or it wakes up with its store, which nobody else then has.
    if (random.integer(0, 1) === 0) {
      dead.push(one);
      stores[place] = memoryStates();
    }
    return one.expel();
  };
  /** It gives back what it has, unless it dies over that. */
  const leave = async (place: number, one: SimulatedProcess) => {
    let isOver = false;
    leaving.add(one);
    void one.runtime
      .then((runtime) => runtime.close())
      .catch(() => {})
      .finally(() => {
        isOver = true;
      });
    while (!isOver && !one.stands()) await turn();
    if (isOver) running.delete(place);
    else await bury(place, one);
    leaving.delete(one);
  };
  const start = (place = 0) => void launch(place, random.integer(10, random.pick([100, 400, 2_000])), faultsPercent);
  const happenAt = (place: number) => {
    const one = running.get(place);
    if (one === undefined) {
      if (random.integer(0, 2) === 0) start(place);
      return;
    }
    // Its place is free when it has left.
    if (leaving.has(one)) return;
    if (one.stands()) {
      if (random.integer(0, 1) === 0) void bury(place, one);
    } else if (random.integer(0, 9) === 0) void leave(place, one);
  };
  const wakeOne = () => {
    const one = dead.shift();
    if (one === undefined) return;
    met.zombies += 1;
    one.wake();
    // Where it had not joined yet, it joins now: it is to leave again.
    woken.push(one.runtime.then((runtime) => runtime.close()).catch(() => {}));
  };
  return {
    met,
    start: () => start(),
    happen() {
      for (const place of [0, 1]) happenAt(place);
      if (random.integer(0, 4) === 0) wakeOne();
    },
    /** Everybody goes, those that stood still wake up, and one that nothing happens to finishes the work. */
    async settle(): Promise<void> {
      await Promise.all([...running].map(([place, one]) => leave(place, one)));
      for (const one of leaving) while (leaving.has(one)) await turn();
      const last = launch(0, Number.POSITIVE_INFINITY, 0);
      const runtime = await last.runtime;
      while (dead.length > 0) wakeOne();
      await Promise.all(woken);
      await finish(runtime, clock);
      await runtime.close();
    },
  };
}

async function finish(runtime: Runtime, clock: Clock): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    do await turn();
    while (runtime.lag() > 0);
    await runtime.caughtUp();
    for (let turns = 0; turns < 4; turns += 1) await turn();
    clock.advance(windowMs + 1_000);
    for (let turns = 0; turns < 6; turns += 1) await turn();
  }
}
