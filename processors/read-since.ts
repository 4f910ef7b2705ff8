import type { EventType } from "../domain/events.ts";
import type { EventLog } from "../domain/ports/event-log.ts";
import { firstFrom, readPast } from "../domain/read-past.ts";
import type { StoredRecord, Topic } from "../domain/record.ts";

/** Records of one key are in order; times of different keys may be out of it by so much. */
const disorderMs = 60_000;

/**
 * Hands over, partition by partition and oldest first, the records of a topic that happened since `sinceMs` (and some before).
 * The first one is found by halving: a reader of the last minutes need not read days.
 */
export async function readSince<Type extends EventType>(
  log: EventLog,
  topic: Topic<Type>,
  sinceMs: number,
  handle: (records: readonly StoredRecord<Type>[]) => void,
): Promise<void> {
  for (const { partition, start, end } of await log.extent(topic)) {
    let from = await firstSince(log, topic, { partition, start, end }, sinceMs - disorderMs);
    for (;;) {
      const { records, next } = await readPast(log, topic, { partition, from, recordsMax: 1_000 });
      if (next === from) break;
      handle(records);
      from = next;
    }
  }
}

interface Extent {
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

async function firstSince<Type extends EventType>(log: EventLog, topic: Topic<Type>, extent: Extent, sinceMs: number): Promise<number> {
  let low = extent.start;
  let high = extent.end;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const record = await firstFrom(log, topic, { partition: extent.partition, from: middle });
    if (record === undefined || record.timestampMs >= sinceMs) high = middle;
    else low = Math.max(middle, record.offset) + 1;
  }
  return low;
}
