import { entityKey } from "../../domain/directory.ts";
import type { LeaseRequested } from "../../domain/events.ts";
import { leaseKey } from "../../domain/limits/lease.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { LogRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import type { GateView } from "../../gateway/decision/gate-view.ts";
import { createLimiter, type Limiter } from "../../gateway/decision/limiter.ts";
import type { Recorder } from "../../gateway/recording/recorder.ts";
import { localLeases } from "../../processors/limits/local-leases.ts";
import { readSince } from "../../processors/read-since.ts";
import { every, type ProcessParts } from "./process-parts.ts";

/** A limiter, and how it gets its tokens. */
export interface Limits {
  readonly limiter: Limiter;
  /** To be called once the definitions are known, before the first call. */
  begin(view: GateView): Promise<void>;
  close(): Promise<void>;
}

/** The longest window of a limit that a restart takes up again. */
const restoredMs = 24 * 60 * 60_000;

/** Tokens are granted in this process, at once: for the one gate of an embedded log. */
export function localLimits(parts: ProcessParts, log: EventLog, recorder: Recorder): Limits {
  const leases = localLeases({ record: (records) => recorder.leased(records) });
  const { limiter, stop } = limiterOf(parts, (request, limit) => leases.lease(request, limit));
  return {
    limiter,
    async begin({ directory }) {
      // What was granted before a restart stays spent.
      const quotaOf = (organizationId: string, limitId: string) => directory.limits.get(entityKey(organizationId, limitId))?.entity;
      await readSince(log, topics.leases, Date.now() - restoredMs, (records) => leases.restore(records, quotaOf));
    },
    close: async () => stop(),
  };
}

/** Tokens are asked for over the log, and granted by the processor of limits to all gates. */
export function streamLimits(parts: ProcessParts, log: EventLog): Limits {
  const requests = requestQueue(log, parts.logger);
  const { limiter, stop } = limiterOf(parts, (request) => requests.push(request));
  let closeGrants = async () => {};
  return {
    limiter,
    async begin() {
      // A grant that can't be decoded is asked for again.
      const grants = await log.subscribe([topics.leases], { from: "end", undecodable: () => {} }, (records) => {
        for (const { type, value } of records) {
          if (type === "lease_granted" && value !== null) limiter.granted(value);
          else if (type === "lease_recalled" && value !== null) limiter.recalled(value);
        }
      });
      closeGrants = () => grants.close();
    },
    async close() {
      stop();
      await requests.flush();
      await closeGrants();
    },
  };
}

type Lease = Parameters<typeof createLimiter>[0]["lease"];

function limiterOf({ gateway, epoch, config }: ProcessParts, lease: Lease): { readonly limiter: Limiter; readonly stop: () => void } {
  const { share, gates, lastsMs } = config.limiter.fallback;
  const limiter = createLimiter({ gateway, epoch, nowMs: monotonic(), lease, fallback: { share, gates, lastsMs } });
  const stopReturning = every(1_000, () => limiter.returnUnspent());
  return {
    limiter,
    stop() {
      stopReturning();
      limiter.close();
    },
  };
}

/** Requests of one turn of the event loop go together. What can't be written is asked again by the limiter, which has its fallback. */
function requestQueue(log: EventLog, logger: Logger) {
  let waiting: LogRecord<"lease_requested">[] = [];
  let flushing: Promise<void> = Promise.resolve();

  const flush = (): Promise<void> => {
    const records = waiting;
    waiting = [];
    if (records.length > 0) {
      flushing = log.append(topics.leases, records).then(
        () => {},
        (cause: unknown) => logger.debug("Requests for tokens of limits were not taken", { count: records.length, cause: String(cause) }),
      );
    }
    return flushing;
  };
  return {
    flush,
    push(request: LeaseRequested): undefined {
      if (waiting.length === 0) setImmediate(() => void flush());
      waiting.push({ type: "lease_requested", key: leaseKey(request), value: request, timestampMs: request.timeMs });
      return undefined;
    },
  };
}

/** Wall time that never steps back: a clock that is set must not free windows too early. */
function monotonic(): () => number {
  const startedAt = Date.now() - performance.now();
  return () => Math.floor(startedAt + performance.now());
}
