import { Fault } from "../../domain/fault.ts";
import type { StoredRecord, Topic } from "../../domain/record.ts";
import type { MemoryParts } from "./memory-log.ts";

export interface CursorOptions extends MemoryParts {
  readonly topic: Topic;
  readonly partition: number;
  readonly next: number;
  readonly recordsMax: number;
  readonly handle: (records: readonly StoredRecord[]) => Promise<void>;
  readonly undecodable?: ((offset: number, cause: Fault) => Promise<void>) | undefined;
  readonly moved: (next: number) => unknown;
}

/** Reads one partition of a log in memory, batch after batch, each until it is taken. */
export interface MemoryCursor {
  readonly topic: Topic;
  readonly partition: number;
  next(): number;
  end(): number;
  /** Resolves when everything before `next` has been handled. */
  until(next: number): Promise<void>;
  /** Hands over nothing more; resolves when the batch in hand has ended. */
  close(): Promise<void>;
  /** The same without waiting for it. */
  drop(): void;
}

export function memoryCursor(options: CursorOptions): MemoryCursor {
  const { topic, partition, moved } = options;
  const listeners = options.listeners(topic);
  const waiters = new Set<{ readonly next: number; readonly resolve: () => void; readonly reject: (reason: unknown) => void }>();
  let next = options.next;
  let running: Promise<void> | undefined;
  let closed = false;

  const end = () => options.end(topic, partition);

  async function run(): Promise<void> {
    while (!closed && next < end()) {
      try {
        const after = await handleNext(options, next);
        if (closed) return;
        next = after;
        moved(next);
        resolveWaiters();
      } catch {
        // Handed over again: what a log does with a batch that was rejected.
        await options.pause();
      }
    }
  }

  function resolveWaiters(): void {
    for (const waiter of waiters) if (waiter.next <= next && waiters.delete(waiter)) waiter.resolve();
  }

  function wake(): void {
    if (running !== undefined || closed || next >= end()) return;
    running = Promise.resolve()
      .then(run)
      .finally(() => {
        running = undefined;
        wake();
      });
  }

  function drop(): void {
    closed = true;
    listeners.delete(wake);
    for (const { reject } of waiters) reject(new Fault("cancelled", "the subscription was closed"));
    waiters.clear();
  }

  listeners.add(wake);
  wake();
  return {
    topic,
    partition,
    next: () => next,
    end,
    until: (wanted) => {
      if (wanted <= next) return Promise.resolve();
      return new Promise((resolve, reject) => waiters.add({ next: wanted, resolve, reject }));
    },
    async close() {
      drop();
      await running;
    },
    drop,
  };
}

/** One batch, or one record that can't be decoded. Answers where to go on. */
async function handleNext(options: CursorOptions, next: number): Promise<number> {
  const { topic, partition, recordsMax, handle, undecodable } = options;
  const end = options.end(topic, partition);
  let records: readonly StoredRecord[];
  try {
    records = options.read(topic, partition, next, recordsMax);
  } catch (cause) {
    if (undecodable === undefined || !(cause instanceof Fault)) throw cause;
    if (recordsMax > 1) return handleNext({ ...options, recordsMax: 1 }, next);
    const offset = cause.offset ?? next;
    await undecodable(offset, cause);
    return offset + 1;
  }
  // Compaction leaves gaps: there may be nothing up to the end.
  if (records.length > 0) await handle(records);
  return (records.at(-1)?.offset ?? end - 1) + 1;
}
