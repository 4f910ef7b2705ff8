import { Fault } from "../domain/fault.ts";
import type { EventLog } from "../domain/ports/event-log.ts";
import type { StoredRecord, Topic } from "../domain/record.ts";

export interface Place {
  readonly partition: number;
  readonly from: number;
  readonly recordsMax: number;
}

/** Reads a partition from `place.from` until nothing more is there; `left` is how many records were there at the start and are not read yet. */
export async function* readToEnd(log: EventLog, topic: Topic, place: Place, refused: (offset: number, cause: Fault) => void) {
  const extent = (await log.extent(topic)).find(({ partition }) => partition === place.partition);
  let from = Math.max(place.from, extent?.start ?? 0);
  while (extent !== undefined) {
    const { records, next } = await readPast(log, topic, { ...place, from }, refused);
    if (next === from) return;
    from = next;
    yield { records, left: Math.max(0, extent.end - next) };
  }
}

/**
 * Reads on, past records that can't be decoded (`Fault("invalid")`): `refused` is told the offset of each.
 * Answers the records and the offset to go on from; there is nothing more where that is `place.from`.
 */
async function readPast(
  log: EventLog,
  topic: Topic,
  place: Place,
  refused: (offset: number, cause: Fault) => void,
): Promise<{ readonly records: readonly StoredRecord[]; readonly next: number }> {
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
