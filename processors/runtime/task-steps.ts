import type { LogRecord, RecordPlace, StoredRecord, Topic } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { outputHeader } from "../../domain/writer-epoch.ts";
import type { Processor, Step } from "../processor.ts";
import { refusedRecord } from "./dead-letters.ts";
import { type Origin, sourceHeader } from "./source-header.ts";
import type { Loaded } from "./task-state.ts";

/** What one batch made: committed together. */
export interface Batch {
  readonly puts: Map<string, string>;
  readonly deletes: Set<string>;
  readonly outputs: Map<Topic, LogRecord[]>;
}

export function emptyBatch(): Batch {
  return { puts: new Map(), deletes: new Set(), outputs: new Map() };
}

export function isEmpty({ puts, deletes, outputs }: Batch): boolean {
  return puts.size + deletes.size + outputs.size === 0;
}

/** What steps are taken with. */
export interface Stepping {
  readonly processor: Processor;
  /** Of the task: its processor and partition. */
  readonly task: string;
  readonly nowMs: () => number;
  readonly pause: (() => Promise<void>) | undefined;
  /** Told of each record that the processor could not take. */
  readonly refused: (place: RecordPlace, cause: unknown) => void;
}

/** Records that are gathered without a break. */
const sliceRecords = 250;

/** At once where the processor can; a record that spoils that is found one by one. */
export async function stepOverAll(stepping: Stepping, state: Loaded, records: readonly StoredRecord[], batch: Batch): Promise<void> {
  try {
    const changes = await gather(stepping, state, records);
    if (changes !== undefined) {
      applyChanges(state, changes, batch);
      return;
    }
  } catch {
    // The steps below tell which record it is.
  }
  for (const record of records) stepOver(stepping, state, record, batch);
}

/** A long batch must not keep this thread from its calls. */
async function gather({ processor, pause }: Stepping, { entries }: Loaded, records: readonly StoredRecord[]) {
  const gathering = processor.gather?.(entries);
  for (let from = 0; gathering !== undefined && from < records.length; from += sliceRecords) {
    if (from > 0) await pause?.();
    gathering.add(records.slice(from, from + sliceRecords));
  }
  return gathering?.changes();
}

/** A record that a processor can't take must not hold up those behind it: it becomes a dead letter and is passed. */
function stepOver(stepping: Stepping, state: Loaded, record: StoredRecord, batch: Batch): void {
  try {
    applyStep(state, stepping.processor.step(state.entries, record), batch, originOfStep(stepping, record));
  } catch (cause) {
    refuse(stepping, record, record, batch, cause);
  }
}

/** `record`: undefined where it can't be decoded. */
export function refuse(
  stepping: Stepping,
  { topic, partition, offset }: RecordPlace,
  record: StoredRecord | undefined,
  batch: Batch,
  cause: unknown,
): void {
  const place = { topic, partition, offset };
  stepping.refused(place, cause);
  const letter = refusedRecord({ processor: stepping.processor.name, place, record, cause, nowMs: stepping.nowMs() });
  addOutput(batch, topics.deadLetters, letter, { ...originOfStep(stepping, place), index: 0 });
}

/** Where the outputs of a step over this record come from. */
export function originOfStep({ task }: Pick<Stepping, "task">, { topic, partition, offset }: RecordPlace): Omit<Origin, "index"> {
  return { name: `${task}/${sourceOf(topic, partition)}`, epoch: 0, offset };
}

export function sourceOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** All of a step or nothing: a step that throws has returned nothing. */
export function applyStep(state: Loaded, { changes, emit }: Step, batch: Batch, origin: Omit<Origin, "index">): void {
  applyChanges(state, changes, batch);
  for (const [index, { topic, record }] of emit.entries()) addOutput(batch, topic, record, { ...origin, index });
}

function applyChanges({ entries }: Loaded, changes: Step["changes"], { puts, deletes }: Batch): void {
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
}

export function addOutput({ outputs }: Batch, topic: Topic, record: LogRecord, origin: Origin): void {
  const output = { ...record, headers: { ...record.headers, [outputHeader]: sourceHeader(origin) } };
  const records = outputs.get(topic);
  if (records === undefined) outputs.set(topic, [output]);
  else records.push(output);
}
