import type { EventType } from "./events.ts";
import { Fault } from "./fault.ts";
import type { EventLog } from "./ports/event-log.ts";
import type { StoredRecord, Topic } from "./record.ts";

export interface Place {
  readonly partition: number;
  readonly from: number;
  readonly recordsMax: number;
}

/**
 * Reads on, past records that can't be decoded (`Fault("invalid")`): `refused` is told the offset of each.
 * Answers the records and the offset to go on from; there is nothing more where that is `place.from`.
 */
export async function readPast<Type extends EventType>(
  log: EventLog,
  topic: Topic<Type>,
  place: Place,
  refused: (offset: number, cause: Fault) => void = () => {},
): Promise<{ readonly records: readonly StoredRecord<Type>[]; readonly next: number }> {
  try {
    const records = await log.read(topic, place);
    return { records, next: (records.at(-1)?.offset ?? place.from - 1) + 1 };
  } catch (cause) {
    if (!(cause instanceof Fault) || cause.code !== "invalid") throw cause;
    // One of several: they are read one by one until it is passed.
    if (place.recordsMax > 1) return readPast(log, topic, { ...place, recordsMax: 1 }, refused);
    refused(place.from, cause);
    return { records: [], next: place.from + 1 };
  }
}

/** All records that can be decoded, from the offset `from` up to `until`, which is not among them. */
export async function readBetween<Type extends EventType>(
  log: EventLog,
  topic: Topic<Type>,
  { partition, from, until }: { readonly partition: number; readonly from: number; readonly until: number },
): Promise<readonly StoredRecord<Type>[]> {
  const found: StoredRecord<Type>[] = [];
  for (let at = from; at < until; ) {
    const { records, next } = await readPast(log, topic, { partition, from: at, recordsMax: until - at });
    found.push(...records.filter(({ offset }) => offset < until));
    if (next === at) break;
    at = next;
  }
  return found;
}
