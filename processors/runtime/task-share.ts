import { Fault } from "../../domain/fault.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { LogRecord, RecordPlace, StoredRecord, Topic } from "../../domain/record.ts";
import { writerKey } from "../../domain/record-key.ts";
import { topics } from "../../domain/topics.ts";
import { writerHeader } from "../../domain/writer-epoch.ts";
import type { Processor } from "../processor.ts";
import { retriesFor, retryEnded, retryHeader } from "./dead-letters.ts";
import { readToEnd } from "./read-to-end.ts";
import { isRepeat } from "./source-header.ts";
import { type Loaded, openTaskState, type TaskState, type TaskStateOptions } from "./task-state.ts";
import {
  addOutput,
  applyStep,
  type Batch,
  emptyBatch,
  isEmpty,
  originOfStep,
  refuse,
  type Stepping,
  sourceOf,
  stepOverAll,
} from "./task-steps.ts";

/** What a task tells of itself, for metrics. */
export interface TaskObserver {
  /** A batch was processed, and committed where it changed anything, in so many milliseconds. */
  processed(processor: string, records: number, durationMs: number): void;
  refused(processor: string): void;
  repeated(processor: string): void;
}

export interface TaskOptions extends TaskStateOptions {
  readonly logger: Logger;
  readonly observer?: TaskObserver | undefined;
  /** Resolves when this thread has done what else it had to do: a long batch is taken with pauses. None unless told. */
  readonly pause?: (() => Promise<void>) | undefined;
  /** Records of one commit, at most, while definitions are read; 500 unless told. */
  readonly batchRecordsMax?: number;
}

export interface Owned {
  readonly partition: number;
  readonly epoch: number;
}

/** Records that changed nothing are read again after a crash: not more than about so many. */
const uncommittedMax = 1_000;
/** Clocks of owners that differ by no more are smoothed over: time does not step back. */
const clockDifferenceMsMax = 60_000;
/** The position of wall time, beside those of the sources. */
const tickSource = "tick";

/** The state of a task and what changes it, in memory and as it is stored. Its functions must not overlap: the task sees to that. */
export class TaskShare {
  readonly #stepping: Stepping;
  readonly #owned: Owned;
  readonly #options: TaskOptions;
  readonly #state: TaskState;
  #loaded: Loaded | null = null;
  #hasStarted = false;
  #reading = 0;
  #stopped = false;
  /** Records behind the committed positions that have changed nothing. */
  #uncommitted = 0;
  /** Nothing was committed since the last look. */
  #isQuiet = false;

  constructor(processor: Processor, owned: Owned, options: TaskOptions) {
    const task = `${processor.name}/${owned.partition}`;
    this.#owned = owned;
    this.#options = options;
    this.#state = openTaskState(task, owned, options);
    this.#stepping = {
      processor,
      task,
      nowMs: options.nowMs,
      pause: options.pause,
      refused(place, cause) {
        options.logger.error("A processor refused a record", { processor: processor.name, ...place, cause });
        options.observer?.refused(processor.name);
      },
    };
  }

  /** Whether the state was there once. Where a commit failed since, whatever comes next loads it again. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  get behind(): number {
    return this.#state.restoring() + this.#reading;
  }

  position(topic: string, partition: number): number {
    return this.#loaded?.positions.get(sourceOf(topic, partition)) ?? 0;
  }

  /** What is being read is given up at the next batch. */
  stop(): void {
    this.#stopped = true;
  }

  /** The state as it is stored, with what is new of the topics that every task reads in whole. */
  async load(): Promise<Loaded> {
    if (this.#loaded !== null) return this.#loaded;
    const fresh = await this.#state.load();
    for (const topic of [...this.#stepping.processor.broadcast, topics.deadLetters]) {
      for (const { partition } of await this.#options.log.extent(topic)) await this.#readAll(fresh, topic, partition);
    }
    this.#reading = 0;
    this.#loaded = fresh;
    this.#hasStarted = true;
    return fresh;
  }

  async #readAll(state: Loaded, topic: Topic, partition: number): Promise<void> {
    const { log, batchRecordsMax = 500 } = this.#options;
    const place = { partition, from: state.positions.get(sourceOf(topic.name, partition)) ?? 0, recordsMax: batchRecordsMax };
    const undecodable = new Map<number, unknown>();
    for await (const { records, left } of readToEnd(log, topic, place, (offset, cause) => void undecodable.set(offset, cause))) {
      this.#reading = left;
      await this.process(state, records);
      for (const [offset, cause] of undecodable) await this.pass(state, { topic: topic.name, partition, offset }, cause);
      undecodable.clear();
      if (this.#stopped) throw new Fault("cancelled", "the task is closed");
    }
  }

  async process(state: Loaded, records: readonly StoredRecord[]): Promise<void> {
    const startedMs = this.#options.nowMs();
    const { processor } = this.#stepping;
    const fresh = this.#freshOf(state, records);
    if (fresh === undefined) return;
    const batch = emptyBatch();
    await this.#orReload(async () => {
      const heard = fresh.filter(({ topic }) => topic !== topics.deadLetters.name);
      if (heard.length > 0) await stepOverAll(this.#stepping, state, heard, batch);
      for (const retry of retriesFor(processor.name, fresh)) await this.#tryAgain(state, retry, batch);
      this.#uncommitted += records.length;
      if (!isEmpty(batch) || this.#uncommitted >= uncommittedMax) await this.#commit(state, batch);
    });
    this.#options.observer?.processed(processor.name, fresh.length, this.#options.nowMs() - startedMs);
  }

  /** Those that are behind the positions, which move on, and are no repeats; undefined where everything has been read before. */
  #freshOf(state: Loaded, records: readonly StoredRecord[]): readonly StoredRecord[] | undefined {
    const fresh: StoredRecord[] = [];
    let moved = false;
    let last = { topic: "", partition: -1, source: "" };
    for (const record of records) {
      const { topic, partition, offset } = record;
      // Mostly that of the record before.
      if (topic !== last.topic || partition !== last.partition) last = { topic, partition, source: sourceOf(topic, partition) };
      if (offset < (state.positions.get(last.source) ?? 0)) continue;
      state.positions.set(last.source, offset + 1);
      moved = true;
      if (isRepeat(record, state.positions)) this.#options.observer?.repeated(this.#stepping.processor.name);
      else fresh.push(record);
    }
    return moved ? fresh : undefined;
  }

  /** The record of a dead letter is handed over again, by whichever task owns its partition. */
  async #tryAgain(state: Loaded, request: StoredRecord<"retry_requested">, batch: Batch): Promise<void> {
    const { value } = request;
    if (value === null) return;
    const { partition, offset, letterId } = value;
    const topic = topicOf(this.#stepping.processor, value.topic, partition === this.#owned.partition);
    // A state that is built anew has yet to come to the record: then it is processed in its place, and not before those in front of it.
    if (topic === undefined || offset >= (state.positions.get(sourceOf(topic.name, partition)) ?? 0)) return;
    const origin = originOfStep(this.#stepping, request);
    const ended = (cause?: unknown) =>
      addOutput(batch, topics.deadLetters, retryEnded(value, this.#options.nowMs(), cause), { ...origin, index: 0 });
    try {
      const [record] = await this.#options.log.read(topic, { partition, from: offset, recordsMax: 1 });
      if (record?.offset !== offset) throw new Fault("not-found", "the record is no longer kept");
      const again = { ...record, headers: { ...record.headers, [retryHeader]: letterId } } as StoredRecord;
      applyStep(state, this.#stepping.processor.step(state.entries, again), batch, origin);
      ended();
    } catch (cause) {
      if (isPassing(cause)) throw cause;
      ended(cause);
    }
  }

  /** Passes a record that can't be decoded: it becomes a dead letter, unless it was to be about one. */
  async pass(state: Loaded, place: RecordPlace, cause: unknown): Promise<void> {
    const source = sourceOf(place.topic, place.partition);
    if (place.offset < (state.positions.get(source) ?? 0)) return;
    state.positions.set(source, place.offset + 1);
    const batch = emptyBatch();
    if (place.topic === topics.deadLetters.name)
      this.#options.logger.error("What is about a dead letter can't be decoded", { ...place, cause });
    else refuse(this.#stepping, place, undefined, batch, cause);
    await this.#orReload(() => this.#commit(state, batch));
  }

  async tick(wallMs: number): Promise<void> {
    const state = await this.load();
    // Rises over all owners, whatever their clocks: it tells repeats from news.
    const next = Math.max(wallMs, (state.positions.get(tickSource) ?? 0) + 1);
    // A clock that was far ahead once must not keep those after it from the time that it is.
    const timestampMs = next - wallMs > clockDifferenceMsMax ? wallMs : next;
    const batch = emptyBatch();
    await this.#orReload(async () => {
      const step = this.#stepping.processor.step(state.entries, { type: "tick", timestampMs });
      applyStep(state, step, batch, { name: `${this.#stepping.task}/${tickSource}`, epoch: this.#writerEpoch, offset: next });
      if (isEmpty(batch)) return;
      state.positions.set(tickSource, next);
      await this.#commit(state, batch);
    });
  }

  /** What others have written to the changelog is found by whatever is written next: a mark, where that is nothing else. */
  async look(): Promise<void> {
    const state = await this.load();
    if (this.#isQuiet) await this.#orReload(() => this.#commit(state, emptyBatch()));
    this.#isQuiet = true;
  }

  /** What was read and changed nothing need not be read again by the next owner. */
  async settle(): Promise<void> {
    if (this.#loaded !== null && this.#uncommitted > 0) await this.#commit(this.#loaded, emptyBatch());
  }

  async #commit(state: Loaded, { puts, deletes, outputs }: Batch): Promise<void> {
    await Promise.all([...outputs].map(([topic, records]) => this.#options.log.append(topic, this.#ofOwner(topic, records))));
    await this.#state.commit(state, { puts, deletes });
    this.#uncommitted = 0;
    this.#isQuiet = false;
  }

  /** By which readers tell what this owner wrote from what others did; 0 where nobody else ever owns the task. */
  get #writerEpoch(): number {
    return this.#options.changelog === null ? 0 : this.#owned.epoch;
  }

  /** What one owner tells late must not take the place of what its successor told (decision 0017). */
  #ofOwner(topic: Topic, records: readonly LogRecord[]): readonly LogRecord[] {
    if (topic.cleanup !== "compact" || this.#writerEpoch === 0) return records;
    const epoch = this.#writerEpoch;
    return records.map((record) => ({
      ...record,
      key: writerKey(record.key, epoch),
      headers: { ...record.headers, [writerHeader]: String(epoch) },
    }));
  }

  /** What is in memory is ahead of what is stored where `work` fails: the next turn begins with what is stored. */
  async #orReload(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (failure) {
      this.#loaded = null;
      throw failure;
    }
  }
}

/** The topic of a dead letter, where this task is the one to try it again. */
function topicOf({ sources, broadcast }: Processor, name: string, isOwn: boolean): Topic | undefined {
  return (isOwn ? [...sources, ...broadcast] : broadcast).find((topic) => topic.name === name);
}

/** A log that is away now, not a record that is wrong. */
function isPassing(cause: unknown): boolean {
  return cause instanceof Fault && (cause.code === "unavailable" || cause.code === "timeout" || cause.code === "cancelled");
}
