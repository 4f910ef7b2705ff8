import type { Envelope } from "../../domain/envelope.ts";
import type { EventType } from "../../domain/events.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { readBetween } from "../../domain/read-past.ts";
import type { Topic } from "../../domain/record.ts";
import { invalid } from "../object-reader.ts";
import { decodeCursor, encodeCursor, limitOf, type Page, type PageRequest } from "../page.ts";

const readMax = 500;

export interface FoundQuery<Event> extends PageRequest {
  readonly organizationId: string;
  readonly sinceMs: number;
  readonly passes?: (event: Event) => boolean;
}

/** The events of one organization on a topic of one partition, newest first. The cursor is the offset before which the next page begins. */
export async function foundEvents<Event extends Envelope, Type extends EventType>(
  log: EventLog,
  topic: Topic<Type>,
  { organizationId, sinceMs, passes = () => true, ...request }: FoundQuery<Event>,
): Promise<Page<Event>> {
  const limit = limitOf(request);
  const entries: Event[] = [];
  for await (const { event, offset } of backwards<Event, Type>(log, topic, request.cursor)) {
    if (event.organizationId !== organizationId) continue;
    if (event.timeMs < sinceMs) break;
    if (!passes(event)) continue;
    if (entries.length === limit) return { entries, nextCursor: encodeCursor(String(offset + 1)) };
    entries.push(event);
  }
  return { entries, nextCursor: undefined };
}

async function* backwards<Event, Type extends EventType>(log: EventLog, topic: Topic<Type>, cursor: string | undefined) {
  const [extent] = await log.extent(topic);
  const { start = 0, end = 0 } = extent ?? {};
  let until = cursor === undefined ? end : offsetOf(cursor, end);
  while (until > start) {
    const from = Math.max(start, until - readMax);
    const records = await readBetween(log, topic, { partition: 0, from, until });
    for (const { value, offset } of records.toReversed()) {
      // The topic holds events of this one type.
      if (value !== null) yield { event: value as Event, offset };
    }
    until = from;
  }
}

function offsetOf(cursor: string, end: number): number {
  const offset = Number(decodeCursor(cursor));
  if (!Number.isSafeInteger(offset) || offset < 0 || offset > end) throw invalid("cursor", "is not one of ours");
  return offset;
}
