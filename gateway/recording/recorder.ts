import { bounds } from "../../domain/bounds.ts";
import type { Administered, CallDecided, CallEnded } from "../../domain/events.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { Metrics } from "../../domain/ports/metrics.ts";
import type { Spool } from "../../domain/ports/spool.ts";
import type { LogRecord } from "../../domain/record.ts";
import { recordKey } from "../../domain/record-key.ts";
import type { AuditMode } from "../../domain/server.ts";
import { topics } from "../../domain/topics.ts";
import { createLane, type Lane } from "./recorder-lane.ts";
import { type After, afterTimer, createSink, type Sink } from "./recorder-sink.ts";

/** An event before the recorder has numbered it. */
export type Unnumbered<Event> = Omit<Event, "id" | "gateway" | "epoch" | "sequence">;

/**
 * Records calls and administrative acts: nothing is dropped silently.
 *
 * What is refused is refused by `Fault("unavailable")`, thrown or as the promise's reason: then the log and the spool are both out of reach,
 * and the caller answers 503 and forwards nothing. Records of one topic become durable in the order in which they were recorded.
 */
export interface Recorder {
  /**
   * `strict` (the event's `audit`): a promise that resolves when the decision is durable; a decision that was refused is not written later, and
   * its sequence number stays a gap. `buffered`: undefined; the record is in the ring and becomes durable within `flushMs` and a write.
   */
  decided(event: Unnumbered<CallDecided>): undefined | Promise<void>;
  /** As `decided`, but what has happened is not forgotten: an outcome that could not be made durable in time stays in the ring. */
  ended(event: Unnumbered<CallEnded>, audit: AuditMode): undefined | Promise<void>;
  /** Resolves when the act is durable; rejects where that takes too long, and writes it later. */
  administered(event: Unnumbered<Administered>): Promise<void>;
  /** Leases of a local grantor, buffered. */
  leased(records: readonly LogRecord<"lease_requested" | "lease_granted">[]): void;
  /** Resolves when everything recorded so far is durable (or has been refused). */
  settled(): Promise<void>;
  /** Makes durable what is in the ring, for at most `closeMs`; says what is lost then. */
  close(): Promise<void>;
  /** Whether records go straight to the log: false while they are spooled. */
  isDirect(): boolean;
}

export interface RecorderOptions {
  readonly log: EventLog;
  readonly spool: Spool;
  /** The name of this gate, one for each process. */
  readonly gateway: string;
  /** When this process started, in milliseconds since 1970. Sequence numbers count from 1 in it. */
  readonly epoch: number;
  readonly nowMs: () => number;
  readonly logger: Logger;
  readonly metrics?: Metrics;
  /** `bounds.auditFlushMs` unless told. */
  readonly flushMs?: number;
  /** Records waiting in memory, for each topic: `bounds.auditRingRecordsMax` and 64 MiB unless told. */
  readonly ringRecordsMax?: number;
  readonly ringBytesMax?: number;
  /** A log or spool that has not answered for so long is taken to be away; 2,000 unless told. */
  readonly answerMs?: number;
  /** 10,000 unless told. */
  readonly closeMs?: number;
  /** Timers; those of Node unless told. */
  readonly after?: After;
}

/** What an event takes in memory beside its arguments, roughly. */
const eventBytes = 1_024;
const noWait = () => {};

export function createRecorder(options: RecorderOptions): Recorder {
  const { gateway, epoch, logger, spool, after = afterTimer, closeMs = 10_000, answerMs = 2_000 } = options;
  const count = durableCounter(options.metrics);
  const sink = createSink({ ...options, after, answerMs, onDurable: count });
  const lanes = lanesOf(options, sink, after);
  if (options.metrics !== undefined) expose(options.metrics, lanes, spool);
  let sequence = 0;
  let acts = 0;

  /** `keeps`: see `Waiter`. */
  const push = (lane: Lane, record: LogRecord, bytes: number, strict: boolean, keeps: boolean): undefined | Promise<void> => {
    if (strict) return new Promise((resolve, reject) => lane.push(record, bytes, { resolve, reject, keeps }));
    lane.push(record, bytes, null);
    return undefined;
  };

  const settled = async () => void (await Promise.all(Object.values(lanes).map((lane) => lane.settled())));
  const waiting = () => Object.values(lanes).reduce((sum, lane) => sum + lane.waiting(), 0);

  return {
    decided(event) {
      const bytes = eventBytes + 2 * (event.arguments?.length ?? 0);
      lanes.calls.reserve(bytes);
      sequence += 1;
      const value: CallDecided = { ...event, id: `${gateway}/${epoch}/${sequence}`, gateway, epoch, sequence };
      const key = recordKey(event.organizationId, event.principal.userId);
      const record: LogRecord = { type: "call_decided", key, value, timestampMs: event.timeMs };
      return push(lanes.calls, record, bytes, event.audit === "strict", false);
    },
    ended(event, audit) {
      lanes.calls.reserve(eventBytes);
      sequence += 1;
      const value: CallEnded = { ...event, id: `${gateway}/${epoch}/${sequence}`, gateway, epoch, sequence };
      const key = recordKey(event.organizationId, event.userId);
      const record: LogRecord = { type: "call_ended", key, value, timestampMs: event.timeMs };
      return push(lanes.calls, record, eventBytes, audit === "strict", true);
    },
    async administered(event) {
      const bytes = eventBytes + 2 * (event.details?.length ?? 0);
      lanes.audit.reserve(bytes);
      acts += 1;
      const value: Administered = { ...event, id: `${gateway}/${epoch}/act-${acts}` };
      const record: LogRecord = { type: "administered", key: recordKey(event.organizationId), value, timestampMs: event.timeMs };
      await push(lanes.audit, record, bytes, true, true);
    },
    leased(records) {
      lanes.leases.reserve(eventBytes * records.length);
      for (const record of records) lanes.leases.push(record, eventBytes, null);
    },
    settled,
    async close() {
      let stopWaiting = noWait;
      const late = new Promise<void>((resolve) => {
        stopWaiting = after(closeMs, resolve);
      });
      await Promise.race([settled(), late]);
      stopWaiting();
      sink.stop();
      if (waiting() > 0) logger.error("Records could not be made durable and are lost", { gateway, epoch, count: waiting() });
    },
    isDirect: sink.isDirect,
  };
}

type Lanes = Readonly<Record<"calls" | "audit" | "leases", Lane>>;

function lanesOf({ flushMs = bounds.auditFlushMs, ringRecordsMax, ringBytesMax }: RecorderOptions, sink: Sink, after: After): Lanes {
  const shared = {
    sink,
    after,
    flushMs,
    batchRecordsMin: bounds.auditBatchRecordsMax,
    recordsMax: ringRecordsMax ?? bounds.auditRingRecordsMax,
    bytesMax: ringBytesMax ?? 64 * 1024 * 1024,
  };
  return {
    calls: createLane({ topic: topics.calls, ...shared }),
    audit: createLane({ topic: topics.audit, ...shared }),
    leases: createLane({ topic: topics.leases, ...shared }),
  };
}

function durableCounter(metrics: Metrics | undefined): (topic: { readonly name: string }, count: number, place: "log" | "spool") => void {
  const family = metrics?.counter("sluice_records_durable_total", "Records made durable, in the log or first in the spool.", [
    "topic",
    "place",
  ]);
  return ({ name }, count, place) => family?.series(name, place).add(count);
}

function expose(metrics: Metrics, lanes: Lanes, spool: Spool): void {
  metrics.gauge("sluice_records_waiting", "Records in memory that are not durable yet.", ["topic"], () =>
    Object.entries(lanes).map(([topic, lane]) => ({ labels: [topic], value: lane.waiting() })),
  );
  metrics.gauge("sluice_spool_bytes", "Bytes in the spool that the log has not taken yet.", [], () => [
    { labels: [], value: spool.size() },
  ]);
}
