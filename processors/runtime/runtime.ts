import type { Fault } from "../../domain/fault.ts";
import type { EventLog, Membership, Subscription } from "../../domain/ports/event-log.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { StateStore } from "../../domain/ports/state-store.ts";
import type { Position, RecordPlace, StoredRecord, Topic } from "../../domain/record.ts";
import { changelogOf, topics } from "../../domain/topics.ts";
import type { Processor } from "../processor.ts";
import { openTask, type Task } from "./task.ts";
import type { TaskObserver } from "./task-share.ts";

export interface RuntimeOptions {
  readonly log: EventLog;
  /** On this machine. What it holds is built anew where it is lost, if there are changelogs. */
  readonly states: StateStore;
  readonly processors: readonly Processor[];
  /**
   * Whether states are written to changelogs, too: needed where several processes share the partitions.
   * Where the log and the states are in one folder, that only one process may open, nobody else could take over.
   */
  readonly changelogs: boolean;
  readonly nowMs: () => number;
  readonly logger: Logger;
  /** Calls `run` about every `intervalMs`, until the answer is called. */
  readonly every: (intervalMs: number, run: () => void) => () => void;
  readonly observer?: TaskObserver;
  /** Resolves when this thread has done what else it had to do: a long batch is taken with pauses. None unless told. */
  readonly pause?: () => Promise<void>;
  /**
   * How often an owner sees to it that nobody else has written to its changelogs, in milliseconds; 10 minutes unless told. Compaction must wait for
   * more than twice as long.
   */
  readonly lookMs?: number;
  /** Records of one atomic commit, at most, while definitions are read; 500 unless told. */
  readonly batchRecordsMax?: number;
}

export interface Runtime {
  /** Resolves when everything that was on the log as the processors started has been processed, by whoever owns its partition. */
  caughtUp(): Promise<void>;
  /** Resolves when the record at `position` of `topic` has been processed here: by each task that reads it, if it comes to be ours. */
  reached(topic: Topic, position: Position): Promise<void>;
  /** For each processor what is ours of it. */
  status(): readonly ProcessorStatus[];
  /** Records written and not yet processed, over all that is ours. */
  lag(): number;
  /** Ends after the batches in hand are committed, and gives the partitions back. */
  close(): Promise<void>;
}

export interface ProcessorStatus {
  readonly processor: string;
  readonly partitions: readonly number[];
  /** Partitions whose state is being restored. */
  readonly restoring: number;
  /** Records of changelogs and definitions that are still to be read before those can go on. */
  readonly behind: number;
  readonly lag: number;
}

/**
 * Runs processors over the log: one task for each partition that the group of the processor gives us.
 *
 * Outputs are appended first, then state and source positions are written as one. A crash between the two repeats outputs, with the same
 * header `src`, by which tasks that read them drop them; a record is never counted twice. Definitions (`broadcast`) are read whole by every
 * process, and kept in the state of every task.
 */
export async function runProcessors(options: RuntimeOptions): Promise<Runtime> {
  const running: Running[] = [];
  try {
    for (const processor of options.processors) running.push(await start(processor, options));
  } catch (cause) {
    await Promise.all(running.map(({ close }) => close()));
    throw cause;
  }
  return {
    caughtUp: async () => void (await Promise.all(running.map(({ caughtUp }) => caughtUp()))),
    reached: async (topic, position) => void (await Promise.all(running.map(({ reached }) => reached(topic, position)))),
    status: () => running.map(({ status }) => status()),
    lag: () => running.reduce((sum, { status }) => sum + status().lag, 0),
    close: async () => void (await Promise.all(running.map(({ close }) => close()))),
  };
}

interface Running extends Pick<Runtime, "caughtUp" | "reached" | "close"> {
  status(): ProcessorStatus;
}

/** What of a processor is in our hands. */
interface Hands {
  readonly tasks: Map<number, Task>;
  /** Tasks whose state is not restored yet. */
  readonly starting: Set<Task>;
  /** Called whenever a task has moved on, or came, or went. */
  changed(): void;
  /** Resolves once `holds`. */
  until(holds: () => boolean): Promise<void>;
}

const lookMsUsual = 10 * 60_000;

async function start(processor: Processor, options: RuntimeOptions): Promise<Running> {
  const { log, every, nowMs, changelogs, lookMs = lookMsUsual } = options;
  const { name, sources, restMs = 0, tickMs } = processor;
  const broadcast: readonly Topic[] = [...processor.broadcast, topics.deadLetters];
  const ends = await endsOf(log, sources);
  const hands = emptyHands();
  const { tasks } = hands;

  const tellAll = async (tell: (task: Task) => Promise<void>) => {
    await Promise.all([...tasks.values()].map((task) => hear(hands, task, tell)));
    hands.changed();
  };
  const undecodable = (place: RecordPlace, cause: Fault) => tellAll((task) => task.pass(place, cause));
  // Begun before any task reads the definitions itself: none falls between, and what both bring is skipped by its offset.
  const definitions = await log.subscribe(broadcast, { from: "end", restMs, undecodable }, (records: readonly StoredRecord[]) =>
    tellAll((task) => task.take(records)),
  );
  const membership = await log.join(name, sources, memberOf(processor, hands, options)).catch(async (cause: unknown) => {
    await definitions.close();
    throw cause;
  });
  const tick = () => {
    for (const task of tasks.values()) task.tick(nowMs());
  };
  const look = () => {
    for (const task of tasks.values()) task.look();
  };
  const stops = [...(tickMs > 0 ? [every(tickMs, tick)] : []), ...(changelogs ? [every(lookMs, look)] : [])];

  const isPast = (topic: Topic, { partition, offset }: Position) => {
    const readers = broadcast.some((one) => one.name === topic.name) ? [...tasks.values()] : [tasks.get(partition)];
    return readers.length > 0 && readers.every((task) => task !== undefined && task.position(topic, partition) > offset);
  };
  return {
    caughtUp: () => hands.until(() => ends.every(({ topic, partition, end }) => isPast(topic, { partition, offset: end - 1 }))),
    async reached(topic, position) {
      if (![...sources, ...broadcast].some((one) => one.name === topic.name)) return;
      await hands.until(() => isPast(topic, position));
    },
    status: () => statusOf(name, hands, { membership, definitions }),
    async close() {
      for (const stop of stops) stop();
      await definitions.close();
      await membership.close();
    },
  };
}

function memberOf(processor: Processor, { tasks, starting, changed }: Hands, options: RuntimeOptions): Parameters<EventLog["join"]>[2] {
  const { logger, changelogs } = options;
  const changelog = changelogs ? changelogOf({ name: processor.name, partitions: partitionsOf(processor) }) : null;
  return {
    restMs: processor.restMs ?? 0,
    async assigned(partition, epoch) {
      const before = tasks.get(partition);
      // One that is about to close hears nothing more: what it can't take would be told again and again for as long as that takes.
      tasks.delete(partition);
      if (before !== undefined) starting.delete(before);
      await before?.close();
      const task = openTask(processor, { partition, epoch }, { ...options, changelog });
      tasks.set(partition, task);
      starting.add(task);
      try {
        await task.start();
      } catch (cause) {
        if (tasks.get(partition) === task) logger.warn("A task can't start yet", { processor: processor.name, partition, epoch, cause });
        throw cause;
      }
      starting.delete(task);
      changed();
      return new Map(processor.sources.map((topic) => [topic.name, task.position(topic, partition)]));
    },
    async revoked(partition) {
      const task = tasks.get(partition);
      tasks.delete(partition);
      if (task !== undefined) starting.delete(task);
      await task?.close();
      changed();
    },
    async records(partition, records) {
      await tasks.get(partition)?.take(records);
      changed();
    },
    async undecodable(partition, { topic, offset }, cause) {
      await tasks.get(partition)?.pass({ topic, partition, offset }, cause);
      changed();
    },
  };
}

/**
 * Hands definitions to a task. One that is restored takes them when it has come so far, and the others need not wait for that: where it fails, it
 * reads them itself. One that has gone need not take them any more; any other that has failed is to get them again.
 */
async function hear({ tasks, starting, changed }: Hands, task: Task, tell: (task: Task) => Promise<void>): Promise<void> {
  const taken = tell(task).catch((cause: unknown) => {
    for (const one of tasks.values()) if (one === task && !starting.has(task)) throw cause;
  });
  if (!starting.has(task)) await taken;
  else taken.then(changed, () => {});
}

function statusOf(
  processor: string,
  { tasks, starting }: Hands,
  { membership, definitions }: { readonly membership: Membership; readonly definitions: Subscription },
): ProcessorStatus {
  const behind = [...tasks.values()].reduce((sum, task) => sum + task.behind(), 0);
  return {
    processor,
    partitions: [...tasks.keys()].sort((left, right) => left - right),
    restoring: starting.size,
    behind,
    lag: membership.lag() + definitions.lag() + behind,
  };
}

function emptyHands(): Hands {
  const waiting = new Set<() => void>();
  return {
    tasks: new Map(),
    starting: new Set(),
    changed() {
      for (const look of waiting) look();
    },
    until: (holds) =>
      new Promise((resolve) => {
        const look = () => {
          if (!holds()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

/** The partitions that have records, and where they end. */
async function endsOf(log: EventLog, sources: readonly Topic[]) {
  const ends: { readonly topic: Topic; readonly partition: number; readonly end: number }[] = [];
  for (const topic of sources) {
    for (const { partition, start, end } of await log.extent(topic)) if (end > start) ends.push({ topic, partition, end });
  }
  return ends;
}

/** Task i reads partition i of every source, and writes partition i of the changelog. */
export function partitionsOf({ name, sources }: Pick<Processor, "name" | "sources">): number {
  const counts = new Set(sources.map(({ partitions }) => partitions));
  const [count] = counts;
  if (count === undefined || counts.size > 1) throw new Error(`The sources of processor ${name} must have equally many partitions.`);
  return count;
}
