import type { Fault } from "../../domain/fault.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { type ReadPlace, readPast } from "../../domain/read-past.ts";
import type { Topic } from "../../domain/record.ts";

/** Reads a partition from `place.from` until nothing more is there; `left` is how many records were there at the start and are not read yet. */
export async function* readToEnd(log: EventLog, topic: Topic, place: ReadPlace, refused: (offset: number, cause: Fault) => void) {
  const extent = (await log.extent(topic)).find(({ partition }) => partition === place.partition);
  let from = Math.max(place.from, extent?.start ?? 0);
  while (extent !== undefined) {
    const { records, next } = await readPast(log, topic, { ...place, from }, refused);
    if (next === from) return;
    from = next;
    yield { records, left: Math.max(0, extent.end - next) };
  }
}
