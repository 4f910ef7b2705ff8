import { setTimeout as pause, setImmediate } from "node:timers/promises";
import { Fault } from "../../domain/fault.ts";
import type { Subscription } from "../../domain/ports/event-log.ts";
import type { StoredRecord } from "../../domain/record.ts";
import type { PartitionEntry } from "./catalog.ts";

const retryMsMin = 100;
const retryMsMax = 5_000;
/** Records that are read without a break. */
const sliceRecords = 500;

export interface SubscriptionOptions {
  /** Where each partition goes on. */
  readonly cursors: readonly { readonly partition: PartitionEntry; readonly next: number }[];
  readonly recordsMax: number;
  /**
   * After a run through a partition the next one begins at a multiple of this, unless somebody waits: subscriptions that rest equally long
   * run together, share what they read, and commit together.
   */
  readonly restMs: number;
  readonly read: (partition: PartitionEntry, from: number, recordsMax: number) => StoredRecord[];
  readonly handle: (records: readonly StoredRecord[]) => Promise<void> | void;
  /** Takes what can't be decoded, to go on behind it. Without it, a subscription waits in front of such a record. */
  readonly undecodable?: (partition: PartitionEntry, offset: number, cause: Fault) => Promise<void>;
  /** Called with the next offset after every handled batch. */
  readonly moved: (partition: PartitionEntry, next: number) => void;
  /** Calls back after each commit; returns how to stop that. */
  readonly onCommit: (listener: () => void) => () => void;
  /** Called once nothing is handled any more. */
  readonly closed: () => Promise<void>;
}

interface Cursor {
  readonly partition: PartitionEntry;
  next: number;
  /** The run through this partition that is under way. */
  running: Promise<void> | undefined;
  /** No run begins before; 0 while there is no rest. */
  restsUntilMs: number;
}

interface Waiter {
  readonly cursor: Cursor;
  readonly until: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Runs through each partition to its end, and again after each commit. Nothing polls while nothing is written. */
export function startSubscription(options: SubscriptionOptions): Subscription {
  const cursors: Cursor[] = options.cursors.map(({ partition, next }) => ({ partition, next, running: undefined, restsUntilMs: 0 }));
  const endsAtStart = cursors.map(({ partition }) => partition.end);
  const closing = new AbortController();
  let waiters: Waiter[] = [];

  function advance(cursor: Cursor, next: number): void {
    cursor.next = next;
    if (waiters.length === 0) return;
    const reached = waiters.filter((waiter) => waiter.cursor === cursor && waiter.until <= next);
    waiters = waiters.filter((waiter) => !reached.includes(waiter));
    for (const { resolve } of reached) resolve();
  }

  function until(cursor: Cursor, next: number): Promise<void> {
    if (cursor.next >= next) return Promise.resolve();
    if (closing.signal.aborted) return Promise.reject(cancelled());
    return new Promise((resolve, reject) => {
      waiters.push({ cursor, until: next, resolve, reject });
      wake();
    });
  }

  async function runThrough(cursor: Cursor): Promise<void> {
    while (cursor.next < cursor.partition.end && !closing.signal.aborted) {
      const next = await handleBatch(cursor, options, closing.signal);
      if (next === undefined) return;
      options.moved(cursor.partition, next);
      advance(cursor, next);
      // A long history must not keep this thread from its calls.
      await setImmediate();
    }
  }

  function wake(): void {
    for (const cursor of cursors) {
      if (cursor.running !== undefined || cursor.next >= cursor.partition.end || (waiters.length === 0 && rest.holds(cursor))) continue;
      cursor.running = runThrough(cursor).finally(() => {
        cursor.running = undefined;
        rest.begin(cursor);
        // What was committed after the last look has woken nobody.
        if (!closing.signal.aborted) wake();
      });
    }
  }

  const rest = restBetween(options.restMs, wake);
  const stopListening = options.onCommit(wake);
  wake();
  return {
    async caughtUp() {
      await Promise.all(cursors.map((cursor, index) => until(cursor, endsAtStart[index] ?? 0)));
    },
    async reached(topic, { partition, offset }) {
      const cursor = cursors.find((candidate) => candidate.partition.topic === topic.name && candidate.partition.partition === partition);
      if (cursor === undefined) throw new Fault("invalid", `partition ${partition} of ${topic.name} is not part of this subscription`);
      await until(cursor, offset + 1);
    },
    lag: () => cursors.reduce((sum, { partition, next }) => sum + Math.max(0, partition.end - Math.max(next, partition.start)), 0),
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      stopListening();
      rest.end();
      await Promise.all(cursors.map(({ running }) => running));
      for (const { reject } of waiters.splice(0)) reject(cancelled());
      await options.closed();
    },
  };
}

/** The pauses between runs through a partition; `wake` is called when one is over and there was something to do meanwhile. */
function restBetween(restMs: number, wake: () => void) {
  let timer: NodeJS.Timeout | undefined;
  return {
    begin(cursor: Cursor): void {
      if (restMs > 0) cursor.restsUntilMs = (Math.floor(performance.now() / restMs) + 1) * restMs;
    },
    holds({ restsUntilMs }: Cursor): boolean {
      const leftMs = restsUntilMs === 0 ? 0 : restsUntilMs - performance.now();
      if (leftMs <= 0) return false;
      timer ??= setTimeout(() => {
        timer = undefined;
        wake();
      }, leftMs).unref();
      return true;
    },
    end: () => clearTimeout(timer),
  };
}

/** Hands over one batch until it is taken. Returns the offset behind it, or undefined where the subscription is closed first. */
async function handleBatch({ next, partition }: Cursor, options: SubscriptionOptions, signal: AbortSignal): Promise<number | undefined> {
  const { handle } = options;
  const end = partition.end;
  let records: readonly StoredRecord[] | Fault | undefined;
  for (let pauseMs = retryMsMin; !signal.aborted; pauseMs = Math.min(pauseMs * 2, retryMsMax)) {
    try {
      records ??= await readBatch(options, partition, next);
      if (records instanceof Fault) {
        const offset = records.offset ?? Math.max(next, partition.start);
        await options.undecodable?.(partition, offset, records);
        return offset + 1;
      }
      const last = records.at(-1);
      // Compaction and retention leave gaps: there may be nothing up to the end.
      if (last === undefined) return end;
      await handle(records);
      return last.offset + 1;
    } catch {
      // The handler (or the disk) could not do it now. The batch is kept and handed over again; `lag` shows it meanwhile.
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

/** A batch is read a slice at a time: decoding it at once would keep this thread from its calls. */
async function readBatch(options: SubscriptionOptions, partition: PartitionEntry, from: number): Promise<readonly StoredRecord[] | Fault> {
  const { recordsMax } = options;
  const first = readOrFault({ ...options, recordsMax: Math.min(sliceRecords, recordsMax) }, partition, from);
  if (first instanceof Fault || first.length < sliceRecords) return first;
  const records = [...first];
  while (records.length < recordsMax) {
    await setImmediate();
    const next = (records.at(-1)?.offset ?? from) + 1;
    const more = readOrFault({ ...options, recordsMax: Math.min(sliceRecords, recordsMax - records.length) }, partition, next);
    // The next batch begins with what can't be decoded.
    if (more instanceof Fault) break;
    records.push(...more);
    if (more.length < sliceRecords) break;
  }
  return records;
}

/** What can't be decoded is found one by one: those before it are handed over first. */
function readOrFault(
  { read, recordsMax, undecodable }: SubscriptionOptions,
  partition: PartitionEntry,
  next: number,
): readonly StoredRecord[] | Fault {
  try {
    return read(partition, next, recordsMax);
  } catch (cause) {
    if (undecodable === undefined || !(cause instanceof Fault) || cause.code !== "invalid") throw cause;
    try {
      return read(partition, next, 1);
    } catch (still) {
      if (still instanceof Fault && still.code === "invalid") return still;
      throw still;
    }
  }
}

function cancelled(): Fault {
  return new Fault("cancelled", "the subscription was closed");
}
