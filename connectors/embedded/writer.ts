import { Fault } from "../../domain/fault.ts";
import type { LogRecord, Position } from "../../domain/record.ts";
import type { Codec } from "../avro/codec.ts";
import { type Batch, openBatch } from "./batch.ts";
import type { Catalog, TopicEntry } from "./catalog.ts";
import type { GroupPosition, StateMessage, WriterStart } from "./writer-protocol.ts";
import { startWriterThread, type WriterThread, type WriterThreadEvents } from "./writer-thread.ts";

/** Bytes that may wait for the writer; what comes on top is refused until it has caught up. */
const waitingBytesMax = 64 * 1024 * 1024;
/** Where fewer appends waited for the last commit than this, a pause would only make them slower: then the next one starts at once. */
const crowdMin = 4;
/** Positions of groups alone may wait for something else to be committed with. */
const positionsMs = 100;
/** The same while the log can't be written. */
const refusedPositionsMs = 1_000;

/** This thread's side of the writer: gathers what arrives into batches and has one of them committed at a time. */
export interface Writer {
  /** As `EventLog.append`; a record that can't be encoded is thrown at once. */
  append(topic: TopicEntry, records: readonly LogRecord[], partition?: number): Promise<readonly Position[]>;
  change(state: StateMessage): Promise<void>;
  move(position: GroupPosition): void;
  maintain(nowMs: number): void;
  /** Resolves when everything that arrived before has been committed or refused. */
  flush(): Promise<void>;
  /** Calls `listener` after each commit. Returns how to stop that. */
  onCommit(listener: () => void): () => void;
  close(): Promise<void>;
}

export interface WriterOptions {
  readonly start: WriterStart;
  readonly codec: Codec;
  readonly catalog: Catalog;
  /** Under load a commit starts no sooner than this after the one before, unless `recordsMax` records wait. */
  readonly flushMs: number;
  readonly recordsMax: number;
}

export function openWriter({ start, codec, catalog, flushMs, recordsMax }: WriterOptions): Writer {
  const listeners = new Set<() => void>();
  const committer = openCommitter({
    newBatch: () => openBatch(codec, recordsMax),
    startThread: (events) =>
      startWriterThread(start, {
        ...events,
        trimmed(message) {
          const partition = catalog.partition(message.partitionId);
          if (partition !== undefined) partition.start = message.start;
        },
      }),
    flushMs,
    recordsMax,
    committed() {
      for (const listener of listeners) listener();
    },
  });
  let closed = false;

  function gathering(): Batch {
    if (closed) throw new Fault("unavailable", "the log is closed");
    if (committer.waitingBytes() > waitingBytesMax) throw unavailable("the log is behind: too much waits to be written");
    return committer.gathering();
  }

  return {
    append(topic, records, partition) {
      const positions = gathering().append(topic, records, partition);
      committer.schedule();
      return positions;
    },
    change(state) {
      const changed = gathering().change(state);
      committer.schedule();
      return changed;
    },
    move(position) {
      committer.gathering().move(position);
      committer.schedule();
    },
    maintain: (nowMs) => committer.thread.send({ kind: "maintain", nowMs }, []),
    flush: committer.flush,
    onCommit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      await committer.end();
    },
  };
}

interface CommitterOptions {
  readonly newBatch: () => Batch;
  readonly startThread: (events: Omit<WriterThreadEvents, "trimmed">) => WriterThread;
  readonly flushMs: number;
  readonly recordsMax: number;
  readonly committed: () => void;
}

interface Committer {
  readonly thread: WriterThread;
  readonly gathering: () => Batch;
  readonly waitingBytes: () => number;
  /** Starts the next commit, or sees to it that it starts when it is due. */
  readonly schedule: () => void;
  readonly flush: () => Promise<void>;
  /** Commits what waits, once, and ends the thread. */
  readonly end: () => Promise<void>;
}

/** Group commit: one batch is being committed while the next one gathers. */
function openCommitter({ newBatch, startThread, flushMs, recordsMax, committed }: CommitterOptions): Committer {
  let gathering = newBatch();
  let committing: Batch | undefined;
  let lastStart = Number.NEGATIVE_INFINITY;
  let lastAppends = 0;
  let timer: Timer | undefined;
  let urgent = false;
  let refused = false;
  let ended = false;

  function commit(): void {
    timer = undefined;
    committing = gathering;
    gathering = newBatch();
    lastStart = performance.now();
    lastAppends = committing.appends();
    urgent = false;
    const { message, moved } = committing.seal();
    thread.send(message, moved);
  }

  function schedule(): void {
    if (ended || committing !== undefined || gathering.isEmpty()) return;
    const now = performance.now();
    const dueMs = urgent || gathering.records() >= recordsMax ? now : Math.max(now, lastStart + pauseMs());
    if (timer !== undefined && timer.dueMs <= dueMs) return;
    timer?.cancel();
    timer = startTimer(dueMs, now, commit);
  }

  function pauseMs(): number {
    if (gathering.waiting() === 0) return refused ? refusedPositionsMs : positionsMs;
    return lastAppends < crowdMin ? 0 : flushMs;
  }

  function settle(reason: string | undefined, bases: readonly number[]): void {
    const batch = committing;
    committing = undefined;
    refused = reason !== undefined;
    if (reason === undefined) {
      batch?.committed(bases);
      committed();
    } else {
      batch?.failed(unavailable(`the log can't be written: ${reason}`));
      // Nobody waits for a position, so it goes with a later commit.
      for (const position of batch?.positions() ?? []) gathering.keep(position);
    }
    schedule();
  }

  async function flush(): Promise<void> {
    const settled = [committing?.settled, gathering.isEmpty() ? undefined : gathering.settled];
    urgent = true;
    schedule();
    await Promise.all(settled);
  }

  async function end(): Promise<void> {
    await flush();
    ended = true;
    timer?.cancel();
    await thread.close();
  }

  const thread = startThread({
    answered: (message) => (message.kind === "written" ? settle(undefined, message.bases) : settle(message.reason, [])),
    lost: (reason) => settle(reason, []),
  });
  const waitingBytes = () => gathering.bytes() + (committing?.bytes() ?? 0);
  return { thread, gathering: () => gathering, waitingBytes, schedule, flush, end };
}

interface Timer {
  readonly dueMs: number;
  readonly cancel: () => void;
}

function startTimer(dueMs: number, now: number, run: () => void): Timer {
  if (dueMs <= now) {
    // At once, but after everything that this turn of the event loop still appends.
    const immediate = setImmediate(run);
    return { dueMs, cancel: () => clearImmediate(immediate) };
  }
  const timeout = setTimeout(run, dueMs - now);
  return { dueMs, cancel: () => clearTimeout(timeout) };
}

function unavailable(message: string): Fault {
  return new Fault("unavailable", message, {
    next: "Check the free space and the permissions of the data folder; writing goes on by itself.",
  });
}
