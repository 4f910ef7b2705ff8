import { Fault } from "../domain/fault.ts";
import type { EventLog } from "../domain/ports/event-log.ts";
import type { Logger } from "../domain/ports/logger.ts";
import type { StateStore } from "../domain/ports/state-store.ts";
import type { LogRecord, StoredRecord, Topic } from "../domain/record.ts";
import type { Processor, Step } from "./processor.ts";
import { readToEnd } from "./read-to-end.ts";

export interface TaskOptions {
  readonly log: EventLog;
  readonly states: StateStore;
  readonly logger: Logger;
  readonly onRefused?: (processor: string, record: StoredRecord, cause: unknown) => void;
  readonly batchRecordsMax?: number;
}

/** A processor's share of one partition. Everything it does happens one after the other. */
export interface Task {
  /** Reads and processes what the log holds beyond the stored positions. Rejects where log or store fail; `take` then tries again. */
  catchUp(): Promise<void>;
  /** Processes records, those before the stored position excepted; resolves when they are committed. */
  take(records: readonly StoredRecord[]): Promise<void>;
  /** Hands wall time to the processor, unless the task is still catching up or has a tick in hand. */
  tick(nowMs: number): void;
  /** The next offset of a source; 0 before the state has been loaded. */
  position(topic: Topic, partition: number): number;
  /** Records found on the log and not yet read, while catching up. */
  behind(): number;
  close(): Promise<void>;
}

interface Loaded {
  readonly entries: Map<string, string>;
  readonly positions: Map<string, number>;
}

/** What one batch made: committed together. */
interface Batch {
  readonly puts: Map<string, string>;
  readonly deletes: Set<string>;
  readonly outputs: Map<Topic, LogRecord[]>;
}

export function openTask(processor: Processor, partition: number, options: TaskOptions): Task {
  const share = openShare(processor, partition, options);
  let lastTickMs = 0;
  let ticking = false;
  let closed = false;
  let turn: Promise<void> = Promise.resolve();

  /** Runs `work` after what is in hand; its failure is its caller's, not its successor's. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    if (closed) return Promise.reject(new Fault("cancelled", "the task is closed"));
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  };

  return {
    catchUp: () => inTurn(async () => void (await share.load())),
    take: (records) => inTurn(async () => share.process(await share.load(), records)),
    tick(nowMs) {
      if (closed || ticking || !share.isLoaded() || nowMs <= lastTickMs) return;
      ticking = true;
      lastTickMs = nowMs;
      inTurn(() => share.tick(nowMs))
        .catch((cause: unknown) => options.logger.warn("A tick of a processor failed", { processor: processor.name, partition, cause }))
        .finally(() => {
          ticking = false;
        });
    },
    position: share.position,
    behind: share.behind,
    async close() {
      closed = true;
      share.stop();
      await turn;
    },
  };
}

/** The state of a task and what changes it. Its functions must not overlap: the task sees to that. */
function openShare(processor: Processor, partition: number, options: TaskOptions) {
  const { log, states, batchRecordsMax = 500 } = options;
  const task = `${processor.name}/${partition}`;
  const nameOf = rememberedSource();
  let loaded: Loaded | null = null;
  let behind = 0;
  let stopped = false;

  const readAll = async (state: Loaded, topic: Topic, index: number): Promise<void> => {
    const source = sourceOf(topic.name, index);
    const place = { partition: index, from: state.positions.get(source) ?? 0, recordsMax: batchRecordsMax };
    for await (const { records, left } of readToEnd(log, topic, place, passedOver(source, options))) {
      behind = left;
      await process(state, records);
      if (stopped) return;
    }
  };

  const process = async (state: Loaded, records: readonly StoredRecord[]): Promise<void> => {
    const batch = emptyBatch();
    const positions = new Map<string, number>();
    const fresh = records.filter(({ topic, partition: from, offset }) => {
      const source = nameOf(topic, from);
      const isFresh = offset >= (positions.get(source) ?? state.positions.get(source) ?? 0);
      if (isFresh) positions.set(source, offset + 1);
      return isFresh;
    });
    if (fresh.length === 0) return;
    stepOverAll(processor, state, fresh, batch, options);
    await commit(state, batch, positions);
  };

  const commit = async (state: Loaded, { puts, deletes, outputs }: Batch, positions: ReadonlyMap<string, number>) => {
    try {
      for (const [topic, records] of outputs) await log.append(topic, records);
      await states.commit(task, { puts, deletes: [...deletes], positions });
    } catch (failure) {
      loaded = null; // What is in memory is ahead of what is stored: the next turn begins with what is stored.
      throw failure;
    }
    for (const [source, next] of positions) state.positions.set(source, next);
  };

  const load = async (): Promise<Loaded> => {
    if (loaded !== null) return loaded;
    const { entries, positions } = await states.load(task);
    const fresh = { entries: new Map(entries), positions: new Map(positions) };
    for (const topic of processor.broadcast) {
      for (let from = 0; from < topic.partitions; from += 1) await readAll(fresh, topic, from);
    }
    for (const topic of processor.sources) await readAll(fresh, topic, partition);
    behind = 0;
    loaded = fresh;
    return fresh;
  };

  return {
    load,
    process,
    async tick(nowMs: number): Promise<void> {
      const state = await load();
      const batch = emptyBatch();
      apply(state, processor.step(state.entries, { type: "tick", timestampMs: nowMs }), batch, `${task}/tick/${nowMs}`);
      if (batch.puts.size + batch.deletes.size + batch.outputs.size > 0) await commit(state, batch, new Map());
    },
    isLoaded: () => loaded !== null,
    position: (topic: Topic, from: number): number => loaded?.positions.get(sourceOf(topic.name, from)) ?? 0,
    behind: () => behind,
    stop() {
      stopped = true;
    },
  };
}

function passedOver(source: string, { logger }: TaskOptions) {
  return (offset: number, cause: unknown) => logger.error("A record can't be decoded and is passed over", { source, offset, cause });
}

/** At once where the processor can; a record that spoils that is found one by one. */
function stepOverAll(processor: Processor, state: Loaded, records: readonly StoredRecord[], batch: Batch, options: TaskOptions): void {
  try {
    const changes = processor.changesOf?.(state.entries, records);
    if (changes !== undefined) {
      apply(state, { changes, emit: [] }, batch, "");
      return;
    }
  } catch {
    // The steps below tell which record it is.
  }
  for (const record of records) stepOver(processor, state, record, batch, options);
}

/** A record that a processor can't take must not hold up those behind it: it is told of and passed. */
function stepOver(processor: Processor, state: Loaded, record: StoredRecord, batch: Batch, { logger, onRefused }: TaskOptions): void {
  const source = sourceOf(record.topic, record.partition);
  try {
    apply(state, processor.step(state.entries, record), batch, `${source}/${record.offset}`);
  } catch (cause) {
    logger.error("A processor refused a record", { processor: processor.name, source, offset: record.offset, cause });
    onRefused?.(processor.name, record, cause);
  }
}

function emptyBatch(): Batch {
  return { puts: new Map(), deletes: new Set(), outputs: new Map() };
}

function sourceOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** As `sourceOf`, which is asked for every record and mostly for the same. */
function rememberedSource(): typeof sourceOf {
  let last = { topic: "", partition: -1, source: "" };
  return (topic, partition) => {
    if (topic !== last.topic || partition !== last.partition) last = { topic, partition, source: sourceOf(topic, partition) };
    return last.source;
  };
}

/** All of a step or nothing: a step that throws has returned nothing. */
function apply({ entries }: Loaded, { changes, emit }: Step, { puts, deletes, outputs }: Batch, src: string): void {
  for (const [key, value] of changes) {
    if (value === null) {
      entries.delete(key);
      puts.delete(key);
      deletes.add(key);
    } else {
      entries.set(key, value);
      puts.set(key, value);
      deletes.delete(key);
    }
  }
  let count = 0;
  for (const { topic, record } of emit) {
    const output = { ...record, headers: { ...record.headers, src: `${src}#${count}` } };
    const records = outputs.get(topic);
    if (records === undefined) outputs.set(topic, [output]);
    else records.push(output);
    count += 1;
  }
}
