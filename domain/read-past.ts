import type { EventType } from "./events.ts";
import { Fault } from "./fault.ts";
import type { EventLog } from "./ports/event-log.ts";
import type { StoredRecord, Topic } from "./record.ts";

type Reads = Pick<EventLog, "read">;

export interface ReadPlace {
  readonly partition: number;
  readonly from: number;
  readonly recordsMax: number;
}

/** What was read, and the offset to go on from; where that is the one that reading began at, there is nothing more. */
export interface ReadPast<Type extends EventType> {
  readonly records: readonly StoredRecord<Type>[];
  readonly next: number;
}

/**
 * Reads on past records that can't be decoded (`Fault("invalid")`): `passed` is told the offset of each. For readers whom one such record must
 * not keep from all that come after it; processors make a dead letter of it.
 */
export async function readPast<Type extends EventType>(
  log: Reads,
  topic: Topic<Type>,
  place: ReadPlace,
  passed: (offset: number, cause: Fault) => void = () => {},
): Promise<ReadPast<Type>> {
  try {
    const records = await log.read(topic, place);
    return { records, next: (records.at(-1)?.offset ?? place.from - 1) + 1 };
  } catch (cause) {
    if (!(cause instanceof Fault) || cause.code !== "invalid") throw cause;
    // One of several: what stands before it is read first.
    if (place.recordsMax > 1) return readPast(log, topic, { ...place, recordsMax: Math.floor(place.recordsMax / 2) }, passed);
    // Compaction leaves gaps in front of it.
    const offset = Math.max(place.from, cause.offset ?? place.from);
    passed(offset, cause);
    return { records: [], next: offset + 1 };
  }
}

/** The records of a partition from one offset to before another that can be decoded. */
export async function readBetween<Type extends EventType>(
  log: Reads,
  topic: Topic<Type>,
  { partition, from, until }: { readonly partition: number; readonly from: number; readonly until: number },
): Promise<readonly StoredRecord<Type>[]> {
  const found: StoredRecord<Type>[] = [];
  for (let next = from; next < until; ) {
    const part = await readPast(log, topic, { partition, from: next, recordsMax: until - next });
    if (part.next === next) break;
    for (const record of part.records) if (record.offset < until) found.push(record);
    next = part.next;
  }
  return found;
}

/** The first record from an offset on that can be decoded; undefined where there is none. */
export async function firstFrom<Type extends EventType>(
  log: Reads,
  topic: Topic<Type>,
  { partition, from }: { readonly partition: number; readonly from: number },
): Promise<StoredRecord<Type> | undefined> {
  for (let next = from; ; ) {
    const part = await readPast(log, topic, { partition, from: next, recordsMax: 1 });
    if (part.next === next || part.records.length > 0) return part.records[0];
    next = part.next;
  }
}
