import { Fault } from "../../../domain/fault.ts";
import type { Position } from "../../../domain/record.ts";
import type { Message } from "../wire/record-codec.ts";
import type { PartitionBatch, Producer } from "./producer.ts";

export interface AppendQueueOptions {
  readonly producer: Producer;
  /** The broker that leads a partition now; undefined while nobody does. */
  readonly leaderOf: (topic: string, partition: number) => number | undefined;
  /** How long records wait for others to share a request with. */
  readonly lingerMs: number;
  readonly onWritten: (seconds: number) => void;
}

/** A record on its way: where it goes, and whose append waits for it. */
interface Waiting {
  readonly message: Message;
  readonly bytes: number;
  readonly index: number;
  readonly append: Append;
}

/** The records that wait for one partition, oldest first. */
interface Line {
  readonly topic: string;
  readonly partition: number;
  records: Waiting[];
  /** What stood before them is under way. */
  isBusy: boolean;
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

/** Stands for the broker of partitions that nobody leads now. */
const nobody = -1;

/**
 * Collects records and writes them batch by batch, one request in flight to a broker: while it is, the next one gathers. A broker that is
 * slow, or away, holds up the partitions that it leads, and no others.
 */
export function createAppendQueue(options: AppendQueueOptions): AppendQueue {
  const lines = createLines();
  const running = new Set<number>();
  let underWay = 0;
  let whenIdle = () => {};
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const leaderOf = ({ topic, partition }: Line) => options.leaderOf(topic, partition) ?? nobody;

  function begin(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const leader of new Set(lines.ready().map(leaderOf))) {
      if (running.has(leader)) continue;
      running.add(leader);
      void run(leader);
    }
    if (running.size + underWay === 0) whenIdle();
  }

  async function run(leader: number): Promise<void> {
    for (;;) {
      const led = lines.ready().filter((line) => leaderOf(line) === leader);
      if (led.length === 0) break;
      const batches = nextBatches(led);
      for (const { line } of batches) lines.toTheEnd(line);
      await write(batches);
    }
    running.delete(leader);
    // What was under way may be led by another now.
    begin();
  }

  /** Resolves when all have been tried; what has to be tried again holds up its own partition only. */
  async function write(batches: readonly NextBatch[]): Promise<void> {
    const startedMs = performance.now();
    const left = new Map(batches.map((one) => [one.batch, one]));
    let isTried = false;
    underWay += left.size;
    await options.producer.write([...left.keys()], (batch, result) => {
      const one = left.get(batch);
      if (one === undefined || !left.delete(batch)) return;
      underWay -= 1;
      waitingBytes -= settleLine(one, result);
      options.onWritten((performance.now() - startedMs) / 1_000);
      if (isTried) begin();
    });
    isTried = true;
  }

  return {
    append(topic, records) {
      const refusal = refusalOf(isClosed, waitingBytes);
      if (refusal !== undefined) return Promise.reject(refusal);
      if (records.length === 0) return Promise.resolve([]);
      timer ??= setTimeout(begin, options.lingerMs);
      return new Promise((resolve, reject) => {
        const append: Append = { positions: [], left: records.length, resolve, reject };
        for (const [index, { partition, message }] of records.entries()) {
          waitingBytes += lines.add(topic, partition, { message, bytes: bytesOf(message), index, append });
        }
      });
    },
    close() {
      isClosed = true;
      return new Promise((resolve) => {
        whenIdle = resolve;
        begin();
      });
    },
  };
}

function refusalOf(isClosed: boolean, waitingBytes: number): Fault | undefined {
  if (isClosed) return new Fault("unavailable", "the log is closed");
  if (waitingBytes <= waitingBytesMax) return undefined;
  return new Fault("unavailable", "more waits to be written than memory is set aside for");
}

function bytesOf({ key, value }: Message): number {
  return key.length + (value?.length ?? 0) + recordOverheadBytes;
}

/** The lines of all partitions, in the order in which it is their turn. */
function createLines() {
  const lines = new Map<string, Line>();
  const placeOf = ({ topic, partition }: Pick<Line, "topic" | "partition">) => `${topic}/${partition}`;
  return {
    /** Answers the bytes that wait more than before. */
    add(topic: string, partition: number, record: Waiting): number {
      const line = lines.get(placeOf({ topic, partition })) ?? { topic, partition, records: [], isBusy: false };
      lines.set(placeOf(line), line);
      line.records.push(record);
      return record.bytes;
    },
    ready: () => [...lines.values()].filter(({ isBusy, records }) => !isBusy && records.length > 0),
    toTheEnd(line: Line): void {
      lines.delete(placeOf(line));
      lines.set(placeOf(line), line);
    },
  };
}

/** Answers the bytes that wait no longer. */
function settleLine(one: NextBatch, result: number | Fault): number {
  one.line.isBusy = false;
  settleBatch(one, result);
  // What stands behind a batch that could not be written fails with it: whoever tries again does it in the order that it had.
  const behind = result instanceof Fault && result.code === "unavailable" ? one.line.records.splice(0) : [];
  for (const { append } of behind) append.reject(result);
  return [...one.records, ...behind].reduce((sum, { bytes }) => sum + bytes, 0);
}

function settleBatch({ batch, records }: NextBatch, result: number | Fault): void {
  for (const [place, record] of records.entries()) {
    if (typeof result === "number") settle(record, { partition: batch.partition, offset: result + place });
    else record.append.reject(result);
  }
}

function settle({ append, index }: Waiting, position: Position): void {
  append.positions[index] = position;
  append.left -= 1;
  if (append.left === 0) append.resolve(append.positions);
}

interface NextBatch {
  readonly line: Line;
  readonly batch: PartitionBatch;
  readonly records: readonly Waiting[];
}

/** Takes as much as fits one request, and of each line what fits a batch. */
function nextBatches(lines: readonly Line[]): readonly NextBatch[] {
  const batches: NextBatch[] = [];
  let count = 0;
  for (const line of lines) {
    if (count >= requestRecordsMax) break;
    const records = takeBatch(line, requestRecordsMax - count);
    const { topic, partition } = line;
    batches.push({ line, records, batch: { topic, partition, messages: records.map(({ message }) => message) } });
    count += records.length;
  }
  return batches;
}

function takeBatch(line: Line, recordsMax: number): readonly Waiting[] {
  let bytes = 0;
  let count = 0;
  for (const record of line.records) {
    bytes += record.bytes;
    if (count >= recordsMax || (count > 0 && bytes > partitionBytesMax)) break;
    count += 1;
  }
  const taken = line.records.slice(0, count);
  line.records = line.records.slice(count);
  line.isBusy = true;
  return taken;
}
