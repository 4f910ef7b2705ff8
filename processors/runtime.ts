import type { EventLog, Subscription } from "../domain/ports/event-log.ts";
import type { Logger } from "../domain/ports/logger.ts";
import type { StateStore } from "../domain/ports/state-store.ts";
import type { Position, StoredRecord, Topic } from "../domain/record.ts";
import type { Processor } from "./processor.ts";
import { openTask, type Task } from "./task.ts";

export interface RuntimeOptions {
  readonly log: EventLog;
  readonly states: StateStore;
  readonly processors: readonly Processor[];
  readonly nowMs: () => number;
  readonly logger: Logger;
  /** Calls `run` about every `intervalMs`, until the answer is called. */
  readonly every: (intervalMs: number, run: () => void) => () => void;
  /** Told of each record that a processor could not take; the partition goes on behind it. */
  readonly onRefused?: (processor: string, record: StoredRecord, cause: unknown) => void;
  /** Records of one atomic commit, at most; 500 unless told. */
  readonly batchRecordsMax?: number;
}

export interface Runtime {
  /** Resolves when everything that was on the log as the processors started has been processed. */
  caughtUp(): Promise<void>;
  /** Resolves when the record at `position` of `topic` has been processed by every processor that reads it. */
  reached(topic: Topic, position: Position): Promise<void>;
  /** Records written and not yet processed, over all processors. */
  lag(): number;
  /** Ends after the batches in hand are committed. */
  close(): Promise<void>;
}

/**
 * Runs processors over the log: one task for each partition, its state loaded from the store and brought up to date before anything else.
 *
 * Outputs are appended first, then state and source positions are committed in one write. A crash between the two repeats outputs,
 * with the same header `src` (`{topic}/{partition}/{offset}#{n}`, by which readers drop them), and never counts a record twice.
 * Every partition is run here: one copy of the runtime for a log, until the log can hand out partitions.
 */
export async function runProcessors(options: RuntimeOptions): Promise<Runtime> {
  const running: Running[] = [];
  for (const processor of options.processors) running.push(await start(processor, options));
  const started = Promise.all(running.map(({ ready }) => ready));
  // A failure is reported to whoever asks for `caughtUp`; without one, the log of the task has told it.
  started.catch(() => {});

  return {
    caughtUp: () => started.then(() => {}),
    async reached(topic, position) {
      await started;
      // What the tasks read while they caught up never went through the subscription.
      const behind = running.filter((one) => !hasPassed(one, topic, position));
      await Promise.all(behind.map(({ subscription }) => subscription.reached(topic, position)));
    },
    lag: () =>
      running.reduce((sum, { subscription, tasks }) => sum + subscription.lag() + tasks.reduce((all, task) => all + task.behind(), 0), 0),
    async close() {
      for (const { stopTicks } of running) stopTicks();
      await Promise.all(running.map(({ subscription }) => subscription.close()));
      await Promise.all(running.flatMap(({ tasks }) => tasks.map((task) => task.close())));
    },
  };
}

interface Running {
  readonly processor: Processor;
  readonly tasks: readonly Task[];
  readonly subscription: Subscription;
  readonly ready: Promise<unknown>;
  readonly stopTicks: () => void;
}

/** Whether every task that reads `topic` is past `position`; true where none does. */
function hasPassed({ processor, tasks }: Running, topic: Topic, { partition, offset }: Position): boolean {
  const isPast = (task: Task) => task.position(topic, partition) > offset;
  if (processor.broadcast.some(({ name }) => name === topic.name)) return tasks.every(isPast);
  if (processor.sources.some(({ name }) => name === topic.name)) return tasks.slice(partition, partition + 1).every(isPast);
  return true;
}

async function start(processor: Processor, options: RuntimeOptions): Promise<Running> {
  const tasks = Array.from({ length: partitionsOf(processor) }, (_, partition) => openTask(processor, partition, options));
  const broadcast = new Set(processor.broadcast.map(({ name }) => name));

  // The subscription begins before the tasks read what is there: no record falls between, and what both bring is skipped by its offset.
  const { sources, broadcast: definitions, restMs = 0 } = processor;
  const subscription = await options.log.subscribe([...sources, ...definitions], { from: "end", restMs }, async (records) => {
    const readers = new Map<Task, StoredRecord[]>();
    for (const record of records) {
      for (const task of broadcast.has(record.topic) ? tasks : tasks.slice(record.partition, record.partition + 1)) {
        const share = readers.get(task);
        if (share === undefined) readers.set(task, [record]);
        else share.push(record);
      }
    }
    await Promise.all([...readers].map(([task, share]) => task.take(share)));
  });
  const ready = Promise.all(tasks.map((task) => task.catchUp()));
  const stopTicks =
    processor.tickMs > 0
      ? options.every(processor.tickMs, () => {
          for (const task of tasks) task.tick(options.nowMs());
        })
      : () => {};
  return { processor, tasks, subscription, ready, stopTicks };
}

function partitionsOf({ name, sources }: Processor): number {
  const counts = new Set(sources.map(({ partitions }) => partitions));
  const [count] = counts;
  if (count === undefined || counts.size > 1) throw new Error(`The sources of processor ${name} must have equally many partitions.`);
  return count;
}
