import type { LeaseGranted, LeaseRequested } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import { grantId, leaseRequestId } from "../../domain/limits/lease.ts";
import type { Limit } from "../../domain/limits/limit.ts";
import { createGrantorWay, type GrantorWay } from "./grantor-way.ts";
import {
  adjustDemand,
  type Bucket,
  giveBack,
  giveBackSurplus,
  hasToken,
  isLow,
  spareLeft,
  spend,
  spendSpare,
  takeGrant,
} from "./limit-bucket.ts";

/** Asks the grantor: its answer, or undefined where it will come over the log. A `Fault` refuses the call. */
export type Lease = (request: LeaseRequested, limit: Limit) => LeaseAnswer | undefined;

/** A grant as an injected grantor answers it; one in the same process knows what is left, too. */
export type LeaseAnswer = LeaseGranted & { readonly left?: number; readonly freeAtMs?: number };

/**
 * What may be spent while no grant comes: of every limit `share` (0 to 1) over all gates, of which there are `gates`; at least one call a gate
 * and window, unless `share` is 0. For at most `lastsMs` after the first request that stayed unanswered; then calls are refused.
 * Later grants pay for it. What they don't, because nothing was left, is the overshoot: at most `gates × max(1, floor(callsMax × share / gates))` in any window.
 */
export interface Fallback {
  readonly share: number;
  readonly gates: number;
  readonly lastsMs: number;
}

/** Whoever was granted nothing asks again after this at the latest: others may have given tokens back. */
const askAgainMs = 1_000;
/** A grantor is waited for so long before the fallback is used. */
const patienceMs = 500;
/** A grantor that can't take requests is asked again after this. */
const soonMs = 100;

export interface GrantorOptions {
  readonly gateway: string;
  readonly lease: Lease;
  readonly epoch: number;
  readonly fallback: Fallback | undefined;
}

/** Gets tokens into buckets, gives back what is left over, and stands in while nobody answers. */
export function createGrantor({ gateway, lease, fallback, epoch }: GrantorOptions) {
  const holding = new Set<Bucket>();
  const way = createGrantorWay();
  const requestOf = createRequests(gateway, epoch, way);

  const accept = (bucket: Bucket, answer: LeaseAnswer, requestedAtMs: number, now: number) => {
    takeGrant(bucket, answer, requestedAtMs, now);
    way.answered(requestedAtMs, now);
    bucket.left = answer.left ?? 0;
    bucket.freeAtMs = answer.freeAtMs ?? answer.notAfterMs;
    if (answer.tokens > 0) holding.add(bucket);
    else bucket.emptyUntilMs = emptyUntil(answer, requestedAtMs, now);
  };

  const ask = (bucket: Bucket, now: number, isAdvance: boolean) => {
    if (bucket.pendingId !== null && now - bucket.pendingAtMs < way.againMs(now)) return;
    adjustDemand(bucket, now);
    const request = requestOf(bucket, demandOf(bucket), now > bucket.untilMs ? giveBack(bucket) : 0, now);
    const answer = leased(lease, request, bucket.limit);
    if (answer === undefined) {
      bucket.pendingId = request.id;
      bucket.pendingAtMs = now;
      bucket.isAdvance = isAdvance;
      way.asked(now);
    } else accept(bucket, answer, now, now);
  };

  const giveUp = (bucket: Bucket, returned: number, now: number) => {
    const answer = leased(lease, requestOf(bucket, 0, returned, now), bucket.limit);
    bucket.left = answer?.left ?? bucket.left;
    bucket.emptyUntilMs = 0;
  };

  return {
    unansweredMs: way.unansweredMs,
    /** Whether a call can be admitted now, asking for tokens where there are none. */
    ready(bucket: Bucket, now: number): boolean {
      if (hasToken(bucket, now)) return true;
      ask(bucket, now, false);
      if (hasToken(bucket, now) || hasSpare(bucket, fallback, way, now)) return true;
      bucket.short += 1;
      return false;
    },
    /** Spends what `ready` has found. */
    take(bucket: Bucket, now: number): void {
      if (!spend(bucket, now)) spendSpare(bucket, now);
      // Over a remote grantor the next lease is asked for before this one has run out.
      else if (isRemote(bucket) && isLow(bucket) && now >= bucket.emptyUntilMs) ask(bucket, now, true);
    },
    granted(bucket: Bucket, event: LeaseGranted, now: number): void {
      if (bucket.pendingId === null || event.id !== grantId(bucket.pendingId)) return;
      accept(bucket, event, bucket.pendingAtMs, now);
      // The grant has paid for what went on credit: the next one is for what comes.
      if (bucket.tokens === 0 && !bucket.starved) ask(bucket, now, true);
    },
    recalled(bucket: Bucket, leaseId: string, now: number): void {
      const returned = giveBackSurplus(bucket, leaseId, now);
      if (returned > 0) giveUp(bucket, returned, now);
    },
    returnUnspent(now: number, everything: boolean): void {
      for (const bucket of holding) {
        if (!everything && (bucket.pendingId !== null || now <= bucket.untilMs)) continue;
        holding.delete(bucket);
        // Another bucket may have taken the place of a dropped one: what that one got is not to be given back in its name.
        if (bucket.tokens === 0 || bucket.dropped) continue;
        // What is still to come is not taken any more: the grantor takes what is given back for a part of it.
        bucket.pendingId = null;
        giveUp(bucket, giveBack(bucket), now);
      }
    },
  };
}

/** Makes requests, whose ids rise. */
function createRequests(gateway: string, epoch: number, { waitedMs }: GrantorWay) {
  let count = 0;
  return (bucket: Bucket, wanted: number, returned: number, now: number): LeaseRequested => {
    count += 1;
    const { organizationId, limitId } = bucket.limit;
    const id = leaseRequestId(gateway, epoch, count);
    return { id, timeMs: now, organizationId, gateway, limitId, bucket: bucket.name, wanted, returned, waitedMs: waitedMs() };
  };
}

/** What a bucket usually wants, or what it lacked: calls that come all at once are not made to ask one by one. */
function demandOf(bucket: Bucket): number {
  const lacked = bucket.short + bucket.owed;
  bucket.short = 0;
  return Math.max(bucket.wanted, Math.min(lacked, bucket.limit.callsMax));
}

/** Where this gate is the only one, nobody gives any back. */
function emptyUntil({ timeMs, notAfterMs, freeAtMs }: LeaseAnswer, requestedAtMs: number, now: number): number {
  return freeAtMs ?? Math.min(requestedAtMs + notAfterMs - timeMs, now + askAgainMs);
}

/** What may be spent without a lease: a little at once, the whole share when the grantor stays away, and not for ever. */
function hasSpare(bucket: Bucket, fallback: Fallback | undefined, way: GrantorWay, now: number): boolean {
  if (fallback === undefined || fallback.share <= 0 || bucket.pendingId === null) return false;
  // While the answer is on its way a few calls go on credit, unless they come thick and fast, or there was nothing left the last time.
  // Where nobody answers other buckets either, there is nothing to wait for.
  const isWaiting = now - bucket.pendingAtMs < patienceMs && (bucket.answered || way.unansweredMs(now) < patienceMs);
  if (isWaiting && (bucket.starved || bucket.isAdvance || bucket.owed >= creditMax(bucket, fallback))) return false;
  if (way.unansweredMs(now) > fallback.lastsMs) return false;
  const spareMax = Math.max(1, Math.floor((bucket.limit.callsMax * fallback.share) / fallback.gates));
  return spareLeft(bucket, spareMax, now) > 0;
}

/** Calls on credit at one gate: together with those of the other gates this share of the limit, but a few in any case. */
const creditShare = 0.02;
/** Of a bucket that is new: callers do several things at once when they begin. */
const firstCredit = 4;

function creditMax({ limit, answered }: Bucket, { gates }: Fallback): number {
  return Math.max(answered ? 1 : firstCredit, Math.floor((limit.callsMax * creditShare) / gates));
}

/** Known by the request that its answer did not come with. */
function isRemote({ pendingAtMs }: Bucket): boolean {
  return pendingAtMs > 0;
}

/** A grantor that can't take the request grants nothing. */
function leased(lease: Lease, request: LeaseRequested, limit: Limit): LeaseAnswer | undefined {
  try {
    return lease(request, limit);
  } catch (refusal) {
    if (!(refusal instanceof Fault)) throw refusal;
    const { timeMs } = request;
    return { ...request, id: grantId(request.id), tokens: 0, returned: 0, notAfterMs: timeMs + soonMs, epoch: 1 };
  }
}
