import type { Call } from "../../domain/call.ts";
import type { LeaseGranted, LeaseRecalled } from "../../domain/events.ts";
import { leaseKey } from "../../domain/limits/lease.ts";
import type { Limit } from "../../domain/limits/limit.ts";
import { type Bucket, hasToken } from "./limit-bucket.ts";
import { createGrantor, type Fallback, type Lease } from "./limit-grantor.ts";
import { bucketOf, type CompiledLimit, compileLimit } from "./limit-match.ts";
import { createMatchCache } from "./limit-match-cache.ts";
import { createBucketTable } from "./limit-table.ts";

/** Whether a call is within its limits, and what is left of them. */
export interface Admission {
  readonly admitted: boolean;
  /** The limit that refused; null where the call was admitted. */
  readonly limit: Limit | null;
  /** When the same call would be admitted at the earliest, as far as is known here; 0 where it was admitted. */
  readonly retryAfterMs: number;
  /** Every limit that the call fits, in the order of their definition. */
  readonly states: readonly LimitState[];
}

export interface LimitState {
  readonly limitId: string;
  readonly callsMax: number;
  readonly windowMs: number;
  /** Calls that this gate knows to be left. Over a remote grantor those of its own lease: others may have more. */
  readonly remaining: number;
  /** Until a call will be free again, where none is left; else until all that is spent now is free again at the latest. */
  readonly resetMs: number;
}

export interface Limiter {
  /** Puts the definitions in force. Limits whose numbers did not change keep their buckets. */
  replace(limits: readonly Limit[]): void;
  /** Admits and spends, or refuses and spends nothing. Synchronous, from memory. */
  admit(call: Call): Admission;
  /** A grant that arrived over the log. Grants to others, repeated and belated ones are ignored. */
  granted(event: LeaseGranted): void;
  /** Gives back what will not be spent of a lease. Recalls of others' leases, of those before the latest and of what is asked for are ignored. */
  recalled(event: LeaseRecalled): void;
  /** Gives back what expired leases left over: to be called about every second. */
  returnUnspent(): void;
  /** Gives back everything. */
  close(): void;
  /** For how long nobody has granted anything, though it was asked for; 0 while somebody does. */
  unansweredMs(): number;
  /** Buckets kept. */
  size(): number;
}

export interface LimiterOptions {
  readonly gateway: string;
  /** Whole milliseconds since 1970 that never step back: a clock that jumps ahead would free windows too early. */
  readonly nowMs: () => number;
  /** When this process started; ids of requests rise with it. `nowMs()` unless told. */
  readonly epoch?: number;
  readonly lease: Lease;
  /** None unless told: then nothing is admitted without a grant. */
  readonly fallback?: Fallback;
  /** Buckets kept at once; 100,000 unless told. */
  readonly bucketsMax?: number;
}

/** Where a limit has no room for another bucket. */
const fullRetryMs = 1_000;
/** While a grant is on its way. */
const soonMs = 100;

const free: Admission = { admitted: true, limit: null, retryAfterMs: 0, states: [] };

export function createLimiter(options: LimiterOptions): Limiter {
  const { gateway, nowMs, lease, fallback, bucketsMax = 100_000 } = options;
  const grantor = createGrantor({ gateway, lease, fallback, epoch: options.epoch ?? nowMs() });
  const table = createBucketTable(bucketsMax);
  let byOrganization = new Map<string, readonly CompiledLimit[]>();
  const matches = createMatchCache();

  /** The buckets that a call is counted in, or the limit for which there is no room. */
  const resolve = (call: Call, limits: readonly CompiledLimit[], now: number): readonly Bucket[] | Limit => {
    const found: Bucket[] = [];
    for (const { limit, fits } of limits) {
      if (!fits(call)) continue;
      const bucket = table.get(limit, bucketOf(limit, call), now);
      if (bucket === null) return limit;
      found.push(bucket);
    }
    return found;
  };

  const bucketsOf = (call: Call, limits: readonly CompiledLimit[], now: number): readonly Bucket[] | Limit => {
    const key = matches.keyOf(call);
    const known = key === null ? undefined : matches.get(key);
    if (known !== undefined && !known.some(isDropped)) return known;
    const found = resolve(call, limits, now);
    if (key !== null && isList(found)) matches.set(key, found);
    return found;
  };

  /** Those that are known to be empty come first: no other limit is then asked for tokens that would not be spent. */
  const refusingOf = (buckets: readonly Bucket[], now: number): Bucket | undefined =>
    buckets.find((bucket) => now < bucket.emptyUntilMs && !hasToken(bucket, now)) ?? buckets.find((bucket) => !grantor.ready(bucket, now));

  return {
    replace(limits) {
      const enabled = limits.filter((limit) => limit.enabled).sort((left, right) => (left.limitId < right.limitId ? -1 : 1));
      byOrganization = Map.groupBy(enabled.map(compileLimit), ({ limit }) => limit.organizationId);
      table.keep(enabled);
      matches.clear();
    },
    admit(call) {
      const limits = byOrganization.get(call.caller.organizationId);
      if (limits === undefined) return free;
      const now = nowMs();
      const buckets = bucketsOf(call, limits, now);
      if (!isList(buckets)) return { admitted: false, limit: buckets, retryAfterMs: fullRetryMs, states: [] };
      const refusing = refusingOf(buckets, now);
      if (refusing !== undefined) return refusal(refusing, buckets, now);
      for (const bucket of buckets) grantor.take(bucket, now);
      return { admitted: true, limit: null, retryAfterMs: 0, states: buckets.map((bucket) => stateOf(bucket, now)) };
    },
    granted(event) {
      if (event.gateway !== gateway) return;
      const bucket = table.find(leaseKey(event));
      if (bucket !== undefined) grantor.granted(bucket, event, nowMs());
    },
    recalled(event) {
      if (event.gateway !== gateway) return;
      const bucket = table.find(leaseKey(event));
      if (bucket !== undefined) grantor.recalled(bucket, event.leaseId, nowMs());
    },
    returnUnspent: () => grantor.returnUnspent(nowMs(), false),
    close: () => grantor.returnUnspent(nowMs(), true),
    unansweredMs: () => grantor.unansweredMs(nowMs()),
    size: table.size,
  };
}

function isList(found: readonly Bucket[] | Limit): found is readonly Bucket[] {
  return Array.isArray(found);
}

function isDropped({ dropped }: Bucket): boolean {
  return dropped;
}

function refusal(refusing: Bucket, buckets: readonly Bucket[], now: number): Admission {
  const freeAtMs = refusing.emptyUntilMs > now ? refusing.freeAtMs : now + soonMs;
  return {
    admitted: false,
    limit: refusing.limit,
    retryAfterMs: Math.max(1, freeAtMs - now),
    states: buckets.map((bucket) => stateOf(bucket, now)),
  };
}

function stateOf({ limit, tokens, untilMs, olderTokens, olderUntilMs, left, freeAtMs }: Bucket, now: number): LimitState {
  const held = (now <= untilMs ? tokens : 0) + (now <= olderUntilMs ? olderTokens : 0);
  const remaining = Math.min(limit.callsMax, held + left);
  const { limitId, callsMax, windowMs } = limit;
  return { limitId, callsMax, windowMs, remaining, resetMs: remaining === 0 && freeAtMs > now ? freeAtMs - now : windowMs };
}
