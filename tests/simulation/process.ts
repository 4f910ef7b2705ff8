import { Fault } from "../../domain/fault.ts";
import type { EventLog, GroupMember } from "../../domain/ports/event-log.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { StateStore } from "../../domain/ports/state-store.ts";
import type { LogRecord, Topic } from "../../domain/record.ts";
import type { MemoryLog } from "../../processors/memory/memory-log.ts";
import type { Processor } from "../../processors/processor.ts";
import { type Runtime, runProcessors } from "../../processors/runtime/runtime.ts";
import type { Random } from "../e2e/seeded.ts";
import { type Clock, small, turn } from "./clock.ts";

export interface ProcessOptions {
  readonly log: MemoryLog;
  readonly states: StateStore;
  readonly processors: readonly Processor[];
  readonly clock: Clock;
  readonly random: Random;
  /** Questions to log and store that are answered before it stands still for ever, or until it is released. */
  readonly dies: number;
  /** How often what it asks is late, or fails: of a hundred. */
  readonly faultsPercent: number;
}

/** A process that runs all processors, whose way to log and store can be cut at any point. */
export interface SimulatedProcess {
  /** Resolves as it runs; never, where it has died before. */
  readonly runtime: Promise<Runtime>;
  /** Whether all its processors have joined. */
  isUp(): boolean;
  /** Whether it has come to the point at which it dies. */
  stands(): boolean;
  /** Lets one that stood still go on, as who it was. */
  wake(): void;
  /** What a broker does with a member that it has not heard of for too long. */
  expel(): Promise<void>;
}

export function startProcess(options: ProcessOptions): SimulatedProcess {
  const { log, states, processors, clock, random } = options;
  const way = wayOf(options);
  const members: { readonly group: string; readonly member: GroupMember }[] = [];
  const cut: EventLog = {
    ...log,
    append: (topic, records, place) => append(options, way, small(topic), { records: records as readonly LogRecord[], place }) as never,
    async read(topic, place) {
      await way.pass();
      return log.read(small(topic), place);
    },
    async extent(topic) {
      await way.pass();
      return log.extent(small(topic));
    },
    async subscribe(topics, how, handle) {
      await way.pass();
      return log.subscribe(topics.map(small), how, handle);
    },
    async join(group, topics, member) {
      await way.pass();
      members.push({ group, member });
      return log.join(group, topics.map(small), member);
    },
  };
  const store: StateStore = {
    ...states,
    async commit(task, change) {
      await way.pass();
      if (way.fails()) throw new Error("the disk is full");
      await states.commit(task, change);
      await way.pass();
    },
  };
  const runtime = runProcessors({
    ...{ log: cut, states: store, processors, changelogs: true, nowMs: clock.nowMs, logger: silentLogger },
    every: (intervalMs, run) => clock.every(intervalMs, () => (way.stands() ? undefined : run())),
    batchRecordsMax: random.integer(1, 50),
    lookMs: random.integer(500, 5_000),
  });
  let isUp = false;
  runtime
    .then(() => {
      isUp = true;
    })
    .catch(() => {});
  return {
    runtime,
    isUp: () => isUp,
    stands: way.stands,
    wake: way.wake,
    expel: async () => void (await Promise.all(members.map(({ group, member }) => log.expel(group, member)))),
  };
}

type Way = ReturnType<typeof wayOf>;

/** Everything that the process asks passes here. */
function wayOf({ random, dies, faultsPercent }: ProcessOptions) {
  let left = dies;
  let wake = () => {};
  let isAwake = false;
  const woken = new Promise<void>((resolve) => {
    wake = () => {
      isAwake = true;
      resolve();
    };
  });
  const chance = () => !isAwake && random.next() * 100 < faultsPercent;
  return {
    stands: () => left < 0 && !isAwake,
    fails: chance,
    wake: () => wake(),
    async pass(): Promise<void> {
      left -= 1;
      if (chance()) for (let late = random.integer(1, 4); late > 0; late -= 1) await turn();
      // It may have died while this was late.
      if (left < 0) await woken;
    },
  };
}

interface Appended {
  readonly records: readonly LogRecord[];
  readonly place: { readonly partition: number } | undefined;
}

/** May be cut before, in the middle of, and behind what it writes; a failure may come where everything was written. */
async function append({ log }: ProcessOptions, way: Way, topic: Topic, { records, place }: Appended) {
  const unavailable = () => new Fault("unavailable", "the broker is away");
  await way.pass();
  if (way.fails()) throw unavailable();
  const half = Math.floor(records.length / 2);
  const first = await log.append(topic, records.slice(0, half), place);
  if (half > 0) await way.pass();
  const second = await log.append(topic, records.slice(half), place);
  await way.pass();
  if (way.fails()) throw unavailable();
  return [...first, ...second];
}
