import { Fault } from "../../domain/fault.ts";
import type { EventLog, Subscription } from "../../domain/ports/event-log.ts";
import { firstFrom, readPast } from "../../domain/read-past.ts";
import type { StoredRecord, Topic } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { type AuditEntry, type AuditFilter, entryOf, passes } from "./audit-entry.ts";

const readRecordsMax = 200;
const followersMax = 200;

/** Gates write in batches, and spool while the log is away: by so much a record may be older than one that stands before it. */
export const disorderMs = 30_000;

export type AuditType = "call_decided" | "call_ended" | "administered";
export const auditTopics: readonly Topic<AuditType>[] = [topics.calls, topics.audit];

interface TailOptions {
  readonly organizationId: string;
  /** undefined: only what happens from now on. */
  readonly sinceMs: number | undefined;
  /** Go on with what happens until `signal` aborts. */
  readonly follow: boolean;
  readonly filter: AuditFilter;
  readonly signal: AbortSignal;
}

export interface AuditTail {
  /** The records of one organization, oldest first as far as the log tells. A slow reader holds up nobody: records are read for it as it goes. */
  tail(options: TailOptions): AsyncIterable<AuditEntry>;
  close(): Promise<void>;
}

/** One partition, read forward. */
interface Source {
  readonly topic: Topic<AuditType>;
  readonly partition: number;
  /** Where reading ends unless we follow. */
  readonly end: number;
  next: number;
  waiting: readonly StoredRecord<AuditType>[];
  /** There may be more behind `next`. */
  more: boolean;
}

type Follower = (topic: string, partition: number) => void;

export function openAuditTail({ log }: { readonly log: EventLog }): AuditTail {
  const followers = new Set<Follower>();
  let subscription: Promise<Subscription> | undefined;

  /** One subscription for all followers; it only says where to look. */
  async function follow(follower: Follower): Promise<void> {
    if (followers.size >= followersMax) throw new Fault("unavailable", "too many follow the audit already", { retryAfterMs: 10_000 });
    followers.add(follower);
    subscription ??= log.subscribe(auditTopics, { from: "end", undecodable: () => {} }, (records) => {
      for (const { topic, partition } of places(records)) for (const tell of followers) tell(topic, partition);
    });
    await subscription;
  }

  async function fill(source: Source): Promise<void> {
    source.more = false;
    const { topic, partition } = source;
    do {
      const { records, next } = await readPast(log, topic, { partition, from: source.next, recordsMax: readRecordsMax });
      if (next === source.next) return;
      source.waiting = records;
      source.next = next;
      source.more = true;
    } while (source.waiting.length === 0);
  }

  /** Records of all partitions, the oldest at hand first; with `following` it waits for more until `signal` aborts. */
  async function* merged(reading: Reading, following: boolean, signal: AbortSignal): AsyncGenerator<StoredRecord<AuditType>, void> {
    while (!signal.aborted) {
      const source = await oldest(reading.sources, { following, fill });
      const record = source?.waiting[0];
      if (source !== undefined && record !== undefined) {
        source.waiting = source.waiting.slice(1);
        yield record;
      } else if (following) await moreOf(reading, signal);
      else return;
    }
  }

  async function* tail({ organizationId, sinceMs, follow: following, filter, signal }: TailOptions): AsyncGenerator<AuditEntry, void> {
    const reading: Reading = { sources: [], wake: () => {} };
    const follower: Follower = (topic, partition) => tell(reading, topic, partition);
    const stop = () => reading.wake();
    signal.addEventListener("abort", stop);
    try {
      // Before the extents are read: what is written after that is then told.
      if (following) await follow(follower);
      reading.sources = await sourcesFrom(log, sinceMs);
      for await (const record of merged(reading, following, signal)) {
        const entry = entryOf(record);
        if (entry !== undefined && entry.event.timeMs >= (sinceMs ?? 0) && passes(entry, organizationId, filter)) yield entry;
      }
    } finally {
      signal.removeEventListener("abort", stop);
      followers.delete(follower);
    }
  }

  return {
    tail,
    async close() {
      await (await subscription)?.close();
    },
  };
}

interface Reading {
  sources: readonly Source[];
  wake: () => void;
}

function tell(reading: Reading, topic: string, partition: number): void {
  for (const source of reading.sources) if (source.topic.name === topic && source.partition === partition) source.more = true;
  reading.wake();
}

/** Resolves when there may be more to read, or nobody wants it any longer. */
function moreOf(reading: Reading, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    reading.wake = resolve;
    if (signal.aborted || reading.sources.some(({ more }) => more)) resolve();
  });
}

/** Each partition once. */
function places(records: readonly StoredRecord[]): Iterable<{ readonly topic: string; readonly partition: number }> {
  return new Map(records.map(({ topic, partition }) => [`${topic}/${partition}`, { topic, partition }])).values();
}

async function sourcesFrom(log: EventLog, sinceMs: number | undefined): Promise<readonly Source[]> {
  const sources: Source[] = [];
  for (const topic of auditTopics) {
    for (const { partition, start, end } of await log.extent(topic)) {
      const next = sinceMs === undefined ? end : await firstOffsetAt(log, topic, { partition, start, end, timeMs: sinceMs - disorderMs });
      sources.push({ topic, partition, end, next, waiting: [], more: true });
    }
  }
  return sources;
}

/** The source whose next record is the oldest, once all that have run dry are filled; undefined where nothing is left now. */
async function oldest(
  sources: readonly Source[],
  { following, fill }: { readonly following: boolean; readonly fill: (source: Source) => Promise<void> },
): Promise<Source | undefined> {
  const dry = sources.filter(({ waiting, more, next, end }) => waiting.length === 0 && more && (following || next < end));
  await Promise.all(dry.map(fill));
  let found: Source | undefined;
  for (const source of sources) {
    const head = source.waiting[0];
    if (head === undefined || (!following && head.offset >= source.end)) continue;
    if (head.timestampMs < (found?.waiting[0]?.timestampMs ?? Number.POSITIVE_INFINITY)) found = source;
  }
  return found;
}

/** The first offset whose record is not older than `timeMs`, by halving: records of a partition are nearly in the order of time. */
export async function firstOffsetAt<Type extends AuditType>(
  log: EventLog,
  topic: Topic<Type>,
  { partition, start, end, timeMs }: { readonly partition: number; readonly start: number; readonly end: number; readonly timeMs: number },
): Promise<number> {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const record = await firstFrom(log, topic, { partition, from: middle });
    if (record === undefined || record.timestampMs >= timeMs) high = middle;
    else low = record.offset + 1;
  }
  return low;
}
