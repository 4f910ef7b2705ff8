import type { Events, EventType } from "./events.ts";
import { Fault } from "./fault.ts";

/** What is appended to the log: one event, the key that orders it, and when it happened (not when it was written). */
export type LogRecord<Type extends EventType = EventType> = {
  readonly [T in Type]: {
    readonly type: T;
    /** Order is kept among records of one key. At most 512 bytes of UTF-8. */
    readonly key: string;
    /** null is a tombstone: compaction forgets the key. */
    readonly value: Events[T] | null;
    readonly timestampMs: number;
    readonly headers?: Readonly<Record<string, string>>;
  };
}[Type];

/** A place in the log. Offsets of a partition rise; they need not be contiguous after compaction. */
export interface Position {
  readonly partition: number;
  readonly offset: number;
}

/** Where a record is, by the name of its topic. */
export interface RecordPlace extends Position {
  readonly topic: string;
}

/** The `field` of the fault by which a codec refuses bytes that do not even begin as an event of any version does. */
export const foreignField = "framing";

/** Whether what can't be decoded was written by no version of ours: nothing is missed that is passed over. */
export function isForeign({ field }: Pick<Fault, "field">): boolean {
  return field === foreignField;
}

/** Runs what decodes the record at an offset: where that refuses it, the refusal says which one it is. */
export function decodingAt<Decoded>(offset: number, decode: () => Decoded): Decoded {
  try {
    return decode();
  } catch (reason) {
    if (!(reason instanceof Fault) || reason.code !== "invalid") throw reason;
    const { message, cause, field, next } = reason;
    throw new Fault("invalid", message, {
      cause,
      offset,
      ...(field === undefined ? {} : { field }),
      ...(next === undefined ? {} : { next }),
    });
  }
}

/** A record as it was read back. */
export type StoredRecord<Type extends EventType = EventType> = LogRecord<Type> & RecordPlace;

/**
 * A topic: a name, the events it may hold, and how long they are kept.
 * `compact` keeps the last record of every key for good; `delete` keeps every record for `retentionMs`.
 */
export interface Topic<Type extends EventType = EventType> {
  readonly name: string;
  readonly types: readonly Type[];
  readonly partitions: number;
  readonly cleanup: "compact" | "delete";
  readonly retentionMs: number | null;
  readonly about: string;
  /** What its keys are made of, for the documentation. */
  readonly keys?: string;
}
