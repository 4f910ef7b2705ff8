import { Fault, toFault } from "../../domain/fault.ts";
import type { Position } from "../../domain/record.ts";
import type { Message, PartitionBatch, Producer } from "./producer.ts";

export interface AppendQueueOptions {
  readonly producer: Producer;
  /** How long records wait for others to share a request with. */
  readonly lingerMs: number;
  readonly onWritten: (count: number, bytes: number, seconds: number) => void;
}

/** A record on its way: where it goes, and whose append waits for it. */
interface Waiting {
  readonly topic: string;
  readonly partition: number;
  readonly message: Message;
  readonly bytes: number;
  readonly index: number;
  readonly append: Append;
}

interface Append {
  readonly positions: Position[];
  left: number;
  readonly resolve: (positions: readonly Position[]) => void;
  readonly reject: (reason: unknown) => void;
}

export interface AppendQueue {
  append(topic: string, records: readonly { readonly partition: number; readonly message: Message }[]): Promise<readonly Position[]>;
  /** Writes what waits, and refuses what comes. */
  close(): Promise<void>;
}

/** A batch of a partition must stay below what a topic admits (`max.message.bytes`), before compression. */
const partitionBytesMax = 1024 * 1024;
const requestRecordsMax = 10_000;
const recordOverheadBytes = 64;
/** Waiting records beyond this are refused: whoever writes has a spool for such times. */
const waitingBytesMax = 128 * 1024 * 1024;

/**
 * Collects records and writes them batch by batch, one request in flight. Where a request fails, everything that waited behind it fails,
 * too: whoever tries again does it in the order that it had.
 */
export function createAppendQueue({ producer, lingerMs, onWritten }: AppendQueueOptions): AppendQueue {
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function failAll(reason: unknown): void {
    const appends = new Set(waiting.map(({ append }) => append));
    waiting = [];
    waitingBytes = 0;
    for (const { reject } of appends) reject(reason);
  }

  async function writeNext(): Promise<void> {
    const { batches, taken } = nextBatches(waiting);
    const startedMs = performance.now();
    const results = await producer.write(batches.map(({ batch }) => batch));
    for (const [at, { batch, records }] of batches.entries()) {
      const result = results[at];
      for (const [place, record] of records.entries()) {
        if (typeof result === "number") settle(record, { partition: batch.partition, offset: result + place });
        else record.append.reject(result);
      }
    }
    const done = new Set(batches.flatMap(({ records }) => records));
    waiting = taken === waiting.length ? [] : waiting.filter((record) => !done.has(record));
    const bytes = [...done].reduce((sum, record) => sum + record.bytes, 0);
    waitingBytes -= bytes;
    onWritten(done.size, bytes, (performance.now() - startedMs) / 1_000);
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      try {
        await writeNext();
      } catch (error) {
        failAll(toFault(error));
      }
    }
    running = undefined;
  }

  function begin(): void {
    clearTimeout(timer);
    timer = undefined;
    running ??= run();
  }

  return {
    append(topic, records) {
      if (isClosed) return Promise.reject(new Fault("unavailable", "the log is closed"));
      if (records.length === 0) return Promise.resolve([]);
      if (waitingBytes > waitingBytesMax)
        return Promise.reject(new Fault("unavailable", "more waits to be written than memory is set aside for"));
      return new Promise((resolve, reject) => {
        const append: Append = { positions: [], left: records.length, resolve, reject };
        for (const [index, { partition, message }] of records.entries()) {
          const bytes = message.key.length + (message.value?.length ?? 0) + recordOverheadBytes;
          waiting.push({ topic, partition, message, bytes, index, append });
          waitingBytes += bytes;
        }
        // While a request is under way the next one gathers by itself.
        if (running === undefined) timer ??= setTimeout(begin, lingerMs);
      });
    },
    async close() {
      isClosed = true;
      begin();
      await running;
    },
  };
}

function settle({ append, index }: Waiting, position: Position): void {
  append.positions[index] = position;
  append.left -= 1;
  if (append.left === 0) append.resolve(append.positions);
}

interface NextBatch {
  readonly batch: PartitionBatch;
  readonly records: Waiting[];
}

/** As much as fits one request, oldest first; a partition that is full holds back what comes after it, for itself only. */
function nextBatches(waiting: readonly Waiting[]): { readonly batches: readonly NextBatch[]; readonly taken: number } {
  const batches = new Map<string, NextBatch & { bytes: number; isFull: boolean }>();
  let taken = 0;
  for (const record of waiting) {
    if (taken >= requestRecordsMax) break;
    const place = `${record.topic}/${record.partition}`;
    const found = batches.get(place) ?? {
      batch: { topic: record.topic, partition: record.partition, messages: [] },
      records: [],
      bytes: 0,
      isFull: false,
    };
    batches.set(place, found);
    found.isFull ||= found.bytes > 0 && found.bytes + record.bytes > partitionBytesMax;
    if (found.isFull) continue;
    found.bytes += record.bytes;
    found.records.push(record);
    (found.batch.messages as Message[]).push(record.message);
    taken += 1;
  }
  return { batches: [...batches.values()], taken };
}
