import { Fault } from "../../domain/fault.ts";
import type { LogRecord, Topic } from "../../domain/record.ts";
import type { After, Sink } from "./recorder-sink.ts";

export interface LaneOptions {
  readonly topic: Topic;
  readonly sink: Sink;
  readonly after: After;
  readonly flushMs: number;
  /** A batch is written as soon as there are so many. */
  readonly batchRecordsMin: number;
  readonly recordsMax: number;
  readonly bytesMax: number;
}

/** Told when a record is durable, or that it could not be made so. */
export interface Waiter {
  readonly resolve: () => void;
  readonly reject: (refusal: unknown) => void;
  /** Whether a record that was refused is written all the same when that is possible again: what it tells has happened. */
  readonly keeps: boolean;
}

/** The records of one topic on their way: a bounded queue, and one batch being written. Batches grow while a write takes its time. */
export interface Lane {
  /** Throws `Fault("unavailable")` where the queue is full: to be asked before a record is numbered. */
  reserve(bytes: number): void;
  /** Without a waiter, the record stays until it is durable. */
  push(record: LogRecord, bytes: number, waiter: Waiter | null): void;
  /** Resolves when everything pushed so far is durable, or was refused. */
  settled(): Promise<void>;
  waiting(): number;
}

interface Entry {
  readonly record: LogRecord;
  readonly bytes: number;
  waiter: Waiter | null;
}

const batchRecordsMax = 4_096;
const retryMs = 100;

export function createLane({ topic, sink, after, flushMs, batchRecordsMin, recordsMax, bytesMax }: LaneOptions): Lane {
  const queue = createQueue();
  const progress = createProgress();
  let writing: readonly Entry[] = [];
  let cancelFlush: (() => void) | null = null;
  /** Somebody waits, or a batch is full: the queue is flushed as soon as nothing is being written. */
  let isUrgent = false;

  const schedule = (delayMs: number) => {
    if (queue.length() === 0) isUrgent = false;
    if (queue.length() === 0 || writing.length > 0) return;
    cancelFlush?.();
    cancelFlush = after(delayMs, flush);
  };

  const hurry = () => {
    if (isUrgent || queue.length() === 0) return;
    isUrgent = true;
    schedule(0);
  };

  const flush = () => {
    cancelFlush = null;
    writing = queue.take(batchRecordsMax);
    isUrgent = queue.length() > 0;
    sink.write(topic, writing.map(recordOf)).then(written, refused);
  };

  const written = () => {
    const batch = writing;
    writing = [];
    queue.forget(batch);
    for (const { waiter } of batch) waiter?.resolve();
    progress.finish(batch.length);
    schedule(isUrgent ? 0 : flushMs);
  };

  /** What someone waits for is refused to him; what nobody waits for, and what must be kept, goes back to the head of the queue. */
  const refused = (refusal: unknown) => {
    const batch = writing;
    writing = [];
    const kept = batch.filter(({ waiter }) => waiter === null || waiter.keeps);
    queue.forget(batch);
    queue.putBack(kept);
    for (const entry of batch) {
      entry.waiter?.reject(refusal);
      entry.waiter = null;
    }
    progress.finish(batch.length - kept.length);
    isUrgent = true;
    schedule(retryMs);
  };

  return {
    reserve(bytes) {
      if (queue.length() + writing.length < recordsMax && queue.bytes() + bytes <= bytesMax) return;
      throw new Fault("unavailable", "the record of this call can't be kept now", { retryAfterMs: 1_000 });
    },
    push(record, bytes, waiter) {
      queue.push({ record, bytes, waiter });
      progress.begin();
      if (waiter !== null || queue.length() >= batchRecordsMin) hurry();
      else if (cancelFlush === null) schedule(flushMs);
    },
    settled() {
      hurry();
      return progress.settled();
    },
    waiting: () => queue.length() + writing.length,
  };
}

/** Entries in order, and the bytes of all that have not been forgotten, taken ones among them. */
function createQueue() {
  let entries: Entry[] = [];
  let bytes = 0;
  return {
    length: () => entries.length,
    bytes: () => bytes,
    push(entry: Entry) {
      entries.push(entry);
      bytes += entry.bytes;
    },
    take(count: number): readonly Entry[] {
      const taken = entries.slice(0, count);
      entries = entries.slice(count);
      return taken;
    },
    forget(taken: readonly Entry[]) {
      for (const entry of taken) bytes -= entry.bytes;
    },
    putBack(taken: readonly Entry[]) {
      entries = [...taken, ...entries];
      for (const entry of taken) bytes += entry.bytes;
    },
  };
}

/** Counts what began and what ended, and tells when all that had begun has ended. */
function createProgress() {
  let begun = 0;
  let finished = 0;
  let settling: { readonly target: number; readonly resolve: () => void }[] = [];
  return {
    begin() {
      begun += 1;
    },
    finish(count: number) {
      finished += count;
      for (const { target, resolve } of settling) if (target <= finished) resolve();
      settling = settling.filter(({ target }) => target > finished);
    },
    settled(): Promise<void> {
      if (finished === begun) return Promise.resolve();
      return new Promise((resolve) => settling.push({ target: begun, resolve }));
    },
  };
}

function recordOf({ record }: Entry): LogRecord {
  return record;
}
