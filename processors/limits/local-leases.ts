import type { LeaseGranted, LeaseRequested } from "../../domain/events.ts";
import { type BucketState, emptyBucket, evolve, grant, idleAtMs, leaseKey, type Quota, uncounted } from "../../domain/limits/lease.ts";
import type { LogRecord } from "../../domain/record.ts";

type LeaseRecord = LogRecord<"lease_requested" | "lease_granted">;

/** A grant, with what only the grantor knows. */
export interface LeaseAnswer extends LeaseGranted {
  /** Tokens that the window leaves after this grant. */
  readonly left: number;
  /** When a token will be free at the earliest. */
  readonly freeAtMs: number;
}

export interface LocalLeases {
  /** Answers at once. Tokens that can't be recorded are not granted: the refusal of `record` is passed on. */
  lease(request: LeaseRequested, quota: Quota): LeaseAnswer | undefined;
  /**
   * Takes up what was granted before a restart: to be called, before the first `lease`, with the records of the topic of leases, oldest first,
   * of as long as the longest window at least. Grants of limits that are no longer there (`quotaOf` knows none) are passed over.
   */
  restore(
    records: readonly LogRecord<"lease_requested" | "lease_granted" | "lease_recalled">[],
    quotaOf: (organizationId: string, limitId: string) => Quota | undefined,
  ): void;
  /** Buckets that are kept. */
  size(): number;
}

export interface LocalLeasesOptions {
  /** Takes the events of one lease for the topic of leases; throws where it can't. Nothing is recorded where nothing was granted or returned. */
  readonly record: (records: readonly LeaseRecord[]) => void;
  /** Buckets kept at once; 100,000 unless told. Only idle ones are forgotten; where all count, a new one gets nothing. */
  readonly bucketsMax?: number;
}

interface Kept {
  readonly state: BucketState;
  readonly idleAtMs: number;
}

/** How many buckets are looked at to make room for one. */
const lookedAtMax = 64;

/**
 * The grantor of a single gate, in its own process: the step of the limits processor, called at once, its state in memory.
 *
 * After a restart `restore` counts what the log kept. What was granted in the last moments before a crash, and had not been written,
 * is unknown then: at most the tokens of one flush of the recorder (10 ms) can be granted twice.
 */
export function localLeases({ record, bucketsMax = 100_000 }: LocalLeasesOptions): LocalLeases {
  const buckets = new Map<string, Kept>();

  return {
    lease(request, quota) {
      const key = leaseKey(request);
      const kept = buckets.get(key);
      if (kept === undefined && buckets.size >= bucketsMax && !makeRoom(buckets, request.timeMs)) return fullAnswer(request);

      const { state, granted, left, freeAtMs } = grant(kept?.state ?? emptyBucket, request, quota, "local");
      if (granted === null) return undefined;
      if (granted.tokens > 0 || granted.returned > 0) {
        const { timeMs } = granted;
        record([
          { type: "lease_requested", key, value: request, timestampMs: timeMs },
          { type: "lease_granted", key, value: granted, timestampMs: timeMs },
        ]);
      }
      buckets.set(key, { state, idleAtMs: idleAtMs(state, quota.windowMs) });
      return { ...granted, left, freeAtMs };
    },
    restore(records, quotaOf) {
      for (const { type, value } of records) {
        if (type !== "lease_granted" || value === null) continue;
        const quota = quotaOf(value.organizationId, value.limitId);
        if (quota === undefined) continue;
        const key = leaseKey(value);
        const state = evolve(buckets.get(key)?.state ?? emptyBucket, value, quota, "local");
        buckets.set(key, { state, idleAtMs: idleAtMs(state, quota.windowMs) });
      }
    },
    size: () => buckets.size,
  };
}

/** Forgets an idle bucket among the oldest; those that still count go to the back of the queue. */
function makeRoom(buckets: Map<string, Kept>, nowMs: number): boolean {
  let looked = 0;
  for (const [key, kept] of buckets) {
    buckets.delete(key);
    if (kept.idleAtMs <= nowMs) return true;
    buckets.set(key, kept);
    looked += 1;
    if (looked >= lookedAtMax) return false;
  }
  return false;
}

function fullAnswer(request: LeaseRequested): LeaseAnswer {
  const granted = uncounted(request);
  return { ...granted, left: 0, freeAtMs: granted.notAfterMs };
}
