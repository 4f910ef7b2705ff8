import type { EventType } from "../domain/events.ts";
import type { LogRecord, StoredRecord, Topic } from "../domain/record.ts";

/** Wall time as data: the runtime hands it to a processor like a record, so that replay sees the same time. */
export interface Tick {
  readonly type: "tick";
  readonly timestampMs: number;
}

/**
 * A stream processor is a name, its sources and a pure function.
 *
 * `step` sees the state of this task (its share of one partition), must not read the clock, draw random numbers or perform I/O:
 * replaying the same records and ticks rebuilds the same state and the same output.
 * State is a map from key to JSON string, changed only through the returned `changes` (null deletes).
 */
export interface Processor<In extends EventType = EventType, Out extends EventType = EventType> {
  readonly name: string;
  /** Task i reads partition i of every source: they must have equally many partitions. */
  readonly sources: readonly Topic<In>[];
  /** Read in whole, every partition, by every task: small topics of definitions. */
  readonly broadcast: readonly Topic<In>[];
  /** Wall time is handed over about this often, once a task has read what was there; 0 for never. */
  readonly tickMs: number;
  /** Records may wait so long to be processed together with others, which costs less; 0, for what somebody waits for, unless told. */
  readonly restMs?: number;
  step(state: ReadonlyMap<string, string>, input: StoredRecord<In> | Tick): Step<Out>;
  /**
   * The same for many records, where that costs less than one step after the other: its changes are those that the steps make
   * together. It emits nothing: an output tells the one record that it comes from. Where it throws, the records are stepped over one by one.
   */
  gather?(state: ReadonlyMap<string, string>): Gathering<In>;
}

export type GatheringProcessor<In extends EventType, Out extends EventType> = Processor<In, Out> &
  Required<Pick<Processor<In, Out>, "gather">>;

/** Many records taken as one, which are handed over a few at a time. */
export interface Gathering<In extends EventType = EventType> {
  add(records: readonly StoredRecord<In>[]): void;
  /** What all of them change; to be called once, at the end. */
  changes(): Step["changes"];
}

/** The changes of records that are all there. */
export function changesOf<In extends EventType>(gathering: Gathering<In>, records: readonly StoredRecord<In>[]): Step["changes"] {
  gathering.add(records);
  return gathering.changes();
}

export interface Step<Out extends EventType = EventType> {
  readonly changes: ReadonlyMap<string, string | null>;
  readonly emit: readonly { readonly topic: Topic; readonly record: LogRecord<Out> }[];
}

/** The step that changes and says nothing. */
export const nothing: Step<never> = { changes: new Map(), emit: [] };
