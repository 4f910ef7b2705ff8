import type { EventLog } from "../../domain/ports/event-log.ts";
import { readBetween } from "../../domain/read-past.ts";
import type { StoredRecord, Topic } from "../../domain/record.ts";
import { invalid } from "../object-reader.ts";
import { decodeCursor, encodeCursor, limitOf, type Page, type PageRequest } from "../page.ts";
import { type AuditEntry, type AuditFilter, entryOf, passes } from "./audit-entry.ts";
import { type AuditType, auditTopics, disorderMs, firstOffsetAt } from "./audit-tail.ts";

const readRecordsMax = 200;
/** Records looked at for one page; a page that ends by it has a cursor, and may be short. */
const scannedRecordsMax = 20_000;

export interface AuditQuery extends PageRequest {
  readonly organizationId: string;
  /** Not before. */
  readonly sinceMs: number | undefined;
  /** Before. */
  readonly untilMs: number | undefined;
  readonly filter: AuditFilter;
}

/** One partition, read backward: everything from `position` on has been looked at or is waiting. */
interface Source {
  readonly topic: Topic<AuditType>;
  readonly partition: number;
  readonly start: number;
  position: number;
  /** Newest first. */
  waiting: readonly StoredRecord<AuditType>[];
}

/** The records of one organization, newest first, in pages. */
export async function queryAudit(log: EventLog, query: AuditQuery): Promise<Page<AuditEntry>> {
  const { organizationId, sinceMs = 0, untilMs = Number.POSITIVE_INFINITY, filter } = query;
  const limit = limitOf(query);
  const sources = await sourcesBefore(log, query);
  const entries: AuditEntry[] = [];
  for (let scanned = 0; scanned < scannedRecordsMax; scanned += 1) {
    const source = await newest(log, sources, sinceMs - disorderMs);
    const record = source?.waiting[0];
    if (source === undefined || record === undefined) return { entries, nextCursor: undefined };
    if (entries.length === limit) break;
    source.waiting = source.waiting.slice(1);
    const entry = entryOf(record);
    if (entry === undefined || !isIn(entry.event.timeMs, sinceMs, untilMs)) continue;
    if (passes(entry, organizationId, filter)) entries.push(entry);
  }
  return { entries, nextCursor: cursorOf(sources) };
}

function isIn(timeMs: number, sinceMs: number, untilMs: number): boolean {
  return timeMs >= sinceMs && timeMs < untilMs;
}

async function sourcesBefore(log: EventLog, { cursor, untilMs }: AuditQuery): Promise<readonly Source[]> {
  const positions = cursor === undefined ? undefined : parseCursor(cursor);
  const sources: Source[] = [];
  for (const topic of auditTopics) {
    for (const { partition, start, end } of await log.extent(topic)) {
      const known = positions?.get(`${topic.name}/${partition}`);
      const position =
        known ?? (untilMs === undefined ? end : await firstOffsetAt(log, topic, { partition, start, end, timeMs: untilMs + disorderMs }));
      sources.push({ topic, partition, start, position: Math.min(position, end), waiting: [] });
    }
  }
  return sources;
}

/** The source whose next record is the newest; undefined where all are at their start, or before `oldestMs`. */
async function newest(log: EventLog, sources: readonly Source[], oldestMs: number): Promise<Source | undefined> {
  await Promise.all(sources.map((source) => fill(log, source)));
  let found: Source | undefined;
  for (const source of sources) {
    const head = source.waiting[0];
    if (head === undefined || head.timestampMs < oldestMs) continue;
    if (head.timestampMs > (found?.waiting[0]?.timestampMs ?? Number.NEGATIVE_INFINITY)) found = source;
  }
  return found;
}

async function fill(log: EventLog, source: Source): Promise<void> {
  while (source.waiting.length === 0 && source.position > source.start) {
    const { topic, partition, start, position } = source;
    const from = Math.max(start, position - readRecordsMax);
    source.waiting = (await readBetween(log, topic, { partition, from, until: position })).toReversed();
    source.position = from;
  }
}

function cursorOf(sources: readonly Source[]): string {
  const positions = sources.map(({ topic, partition, position, waiting }) => {
    const head = waiting[0];
    return [`${topic.name}/${partition}`, head === undefined ? position : head.offset + 1];
  });
  return encodeCursor(JSON.stringify(Object.fromEntries(positions)));
}

/** A cursor that was tampered with reads other places of the log, and still nothing of another organization. */
function parseCursor(cursor: string): ReadonlyMap<string, number> {
  let positions: unknown;
  try {
    positions = JSON.parse(decodeCursor(cursor));
  } catch {
    // Whatever is wrong with it, the answer is the same.
  }
  const entries = typeof positions === "object" && positions !== null ? Object.entries(positions) : [];
  const sound = entries.filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1]) && entry[1] >= 0);
  if (sound.length === 0 || sound.length !== entries.length) throw invalid("cursor", "is not one of ours");
  return new Map(sound);
}
