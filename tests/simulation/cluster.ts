import type { StateStore } from "../../domain/ports/state-store.ts";
import { type MemoryLog, memoryStates } from "../../processors/memory/memory-log.ts";
import type { Runtime } from "../../processors/runtime/runtime.ts";
import type { Random } from "../e2e/seeded.ts";
import { type Clock, turn } from "./clock.ts";
import { type SimulatedProcess, startProcess } from "./process.ts";
import { processors, windowMs } from "./topology.ts";

/** How often each of what may happen to processes did. */
export type Met = Readonly<Record<"crashes" | "zombies" | "joins", number>>;

export interface Cluster {
  readonly met: Met;
  start(): void;
  /** Processes may come, go, die, and wake up. */
  happen(): void;
  /** Everybody goes, those that stood still wake up, and one that nothing happens to finishes the work: it leaves its store. */
  settle(): Promise<StateStore>;
}

interface Surroundings {
  readonly log: MemoryLog;
  readonly clock: Clock;
  readonly random: Random;
}

const faultsPercent = 4;

/** The processes, of which two run at most. */
export function clusterOf({ log, clock, random }: Surroundings): Cluster {
  const stores = [memoryStates(), memoryStates()];
  const met = { crashes: 0, zombies: 0, joins: 0 };
  const dead: SimulatedProcess[] = [];
  const running = new Map<number, SimulatedProcess>();
  const leaving = new Map<SimulatedProcess, Promise<void>>();
  const awake: SimulatedProcess[] = [];
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
  const leave = (place: number, one: SimulatedProcess): Promise<void> => {
    const left = leaving.get(one) ?? goAway(place, one).finally(() => leaving.delete(one));
    leaving.set(one, left);
    return left;
  };
  const goAway = async (place: number, one: SimulatedProcess) => {
    let isOver = false;
    void one.runtime
      .then((runtime) => runtime.close())
      .catch(() => {})
      .finally(() => {
        isOver = true;
      });
    while (!isOver && !one.stands()) await turn();
    if (isOver) running.delete(place);
    else await bury(place, one);
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
    // What it takes for its own goes on, until it finds out. Where it had not joined yet, it joins now: it is to leave again.
    if (one.isUp()) awake.push(one);
    else woken.push(closed(one));
  };
  return {
    met,
    start: () => start(),
    happen() {
      for (const place of [0, 1]) happenAt(place);
      if (random.integer(0, 2) === 0) woken.push(...awake.splice(0).map(closed));
      if (random.integer(0, 4) === 0) wakeOne();
    },
    async settle() {
      await Promise.all([...running].map(([place, one]) => leave(place, one)));
      await Promise.all(leaving.values());
      const last = launch(0, Number.POSITIVE_INFINITY, 0);
      const runtime = await last.runtime;
      while (dead.length > 0) wakeOne();
      await goOn(runtime, clock);
      await Promise.all([...awake.map(closed), ...woken]);
      // The last calls are counted, their windows closed, told, judged, and what was found in them told.
      for (let round = 0; round < 5; round += 1) await goOn(runtime, clock);
      await runtime.close();
      return stores[0] ?? memoryStates();
    },
  };
}

async function closed({ runtime }: SimulatedProcess): Promise<void> {
  await runtime.then((running) => running.close()).catch(() => {});
}

/** Lets a process do what there is to do, and then what the time of a window brings. */
async function goOn(runtime: Runtime, clock: Clock): Promise<void> {
  do await turn();
  while (runtime.lag() > 0);
  await runtime.caughtUp();
  for (let turns = 0; turns < 4; turns += 1) await turn();
  clock.advance(windowMs + 1_000);
  for (let turns = 0; turns < 6; turns += 1) await turn();
}
