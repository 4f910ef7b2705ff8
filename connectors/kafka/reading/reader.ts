import { setTimeout as pause, setImmediate } from "node:timers/promises";
import type { RawRecord } from "../wire/record-batch.ts";
import type { Cursor } from "./fetch-round.ts";

export interface ReaderOptions {
  /** The topic's name on the brokers. */
  readonly topic: string;
  readonly partition: number;
  /** The offset to begin at. */
  readonly from: number;
  /** The next offset to be written, as known now. */
  readonly end: number;
  readonly recordsMax: number;
  /** Decodes and hands over one batch; where it rejects, it is called again with the same after a pause. */
  readonly handle: (records: readonly RawRecord[]) => Promise<void>;
  /** Called with the next offset after every handled batch. */
  readonly moved: (next: number) => void;
  /** More may be fetched. */
  readonly wake: () => void;
  /** Records that were not kept long enough to be read, or that the brokers lost: their number. */
  readonly onSkipped: (records: number) => void;
}

/** Reads one partition: what was fetched waits here, and is handed over batch by batch. */
export interface Reader {
  readonly cursor: Cursor;
  /** The offset behind what has been handled. */
  handled(): number;
  lag(): number;
  /** Resolves when the batch in hand has been handled or given up. */
  close(): Promise<void>;
}

const retryMsMin = 100;
const retryMsMax = 5_000;
/** Fetched and not handled, in memory, where it is not compressed any more: beyond either, nothing more is fetched. */
const waitingRecordsMax = 2_000;
const waitingBytesMax = 4 * 1024 * 1024;

export function startReader(options: ReaderOptions): Reader {
  const closing = new AbortController();
  let waiting: RawRecord[] = [];
  let waitingBytes = 0;
  let fetchNext = options.from;
  let handledNext = options.from;
  let end = Math.max(options.end, options.from);
  let running: Promise<void> | undefined;

  const wants = () => waiting.length < waitingRecordsMax && waitingBytes < waitingBytesMax;

  function advance(next: number): void {
    handledNext = next;
    options.moved(next);
  }

  async function run(): Promise<void> {
    while (waiting.length > 0 && !closing.signal.aborted) {
      const batch = waiting.slice(0, options.recordsMax);
      if (!(await handleUntilTaken(batch, options.handle, closing.signal))) return;
      waiting = waiting.slice(batch.length);
      waitingBytes -= bytesOf(batch);
      // Compaction and aborted writes leave gaps at the end of what was fetched.
      advance(waiting.length === 0 ? fetchNext : (batch.at(-1)?.offset ?? handledNext) + 1);
      options.wake();
      // A long history must not keep this thread from its calls.
      await setImmediate();
    }
  }

  function begin(): void {
    running ??= run().finally(() => {
      running = undefined;
      if (waiting.length > 0 && !closing.signal.aborted) begin();
    });
  }

  const cursor: Cursor = {
    topic: options.topic,
    partition: options.partition,
    next: () => fetchNext,
    wants,
    take({ records, next }, highWatermark) {
      end = Math.max(highWatermark, next);
      fetchNext = next;
      if (records.length > 0) {
        waiting = waiting.concat(records);
        waitingBytes += bytesOf(records);
        begin();
      } else if (waiting.length === 0 && next > handledNext) {
        advance(next);
      }
    },
    sawEnd(current) {
      end = Math.max(end, current);
    },
    moved(extent) {
      options.onSkipped(Math.max(0, extent.start - fetchNext));
      fetchNext = fetchNext < extent.start ? extent.start : extent.end;
      end = extent.end;
      if (waiting.length === 0) advance(fetchNext);
    },
  };

  return {
    cursor,
    handled: () => handledNext,
    lag: () => Math.max(0, end - handledNext),
    async close() {
      closing.abort();
      await running;
    },
  };
}

function bytesOf(records: readonly RawRecord[]): number {
  return records.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
}

/** False where the reader is closed before the batch was taken. */
async function handleUntilTaken(batch: readonly RawRecord[], handle: ReaderOptions["handle"], signal: AbortSignal): Promise<boolean> {
  for (let pauseMs = retryMsMin; !signal.aborted; pauseMs = Math.min(pauseMs * 2, retryMsMax)) {
    try {
      await handle(batch);
      return true;
    } catch {
      // The handler could not do it now. The batch is kept and handed over again; `lag` shows it meanwhile.
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return false;
}
