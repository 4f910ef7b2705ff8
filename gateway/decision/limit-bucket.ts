import type { LeaseGranted } from "../../domain/events.ts";
import { chunkOf, lowWater, requestIdOf, smallCallsMax, subBuckets } from "../../domain/limits/lease.ts";
import type { Limit } from "../../domain/limits/limit.ts";
import { added, counted, credited, emptyWindow, pruned, type Window } from "../../domain/limits/window.ts";

/** What the gate holds of one limit for one combination of what it is counted by. Changed in place: this is the hot path. */
export interface Bucket {
  readonly key: string;
  readonly name: string;
  limit: Limit;
  /** Tokens of the latest lease, good until `untilMs`; those of the one before, spent first and never given back. */
  tokens: number;
  untilMs: number;
  olderTokens: number;
  olderUntilMs: number;
  /** The latest lease: its name (the request that it answers), what it held, and when it came. */
  leaseId: string;
  granted: number;
  grantedAtMs: number;
  /** What was left of it when it came, or was recalled, and when that was: its pace is measured from there. */
  paceTokens: number;
  paceFromMs: number;
  /** What to ask for next. */
  wanted: number;
  /** Calls that were turned away since it was asked for last, because no token was there. */
  short: number;
  /** The request that is not answered yet. */
  pendingId: string | null;
  pendingAtMs: number;
  /** It was made in advance, while there were tokens: whoever spends faster than they come is not given credit. */
  isAdvance: boolean;
  /** Nothing was to be had: not to be asked for before this. */
  emptyUntilMs: number;
  /** What the grantor said last: tokens left in the window, and when one will be free. */
  left: number;
  freeAtMs: number;
  /** Ever answered by the grantor. */
  answered: boolean;
  /** What was spent without a lease, and not paid for by a later one. */
  spare: Window;
  /** So much of it the next grant pays for. */
  owed: number;
  /** The grantor had nothing left when it answered last. */
  starved: boolean;
  /** No longer in the table. */
  dropped: boolean;
}

export function emptyBucketOf(key: string, name: string, limit: Limit): Bucket {
  return {
    key,
    name,
    limit,
    tokens: 0,
    untilMs: 0,
    olderTokens: 0,
    olderUntilMs: 0,
    leaseId: "",
    granted: 0,
    grantedAtMs: 0,
    paceTokens: 0,
    paceFromMs: 0,
    wanted: chunkOf(limit.callsMax),
    short: 0,
    pendingId: null,
    pendingAtMs: 0,
    isAdvance: false,
    emptyUntilMs: 0,
    left: 0,
    freeAtMs: 0,
    answered: false,
    spare: emptyWindow,
    owed: 0,
    starved: false,
    dropped: false,
  };
}

export function hasToken(bucket: Bucket, nowMs: number): boolean {
  return (bucket.tokens > 0 && nowMs <= bucket.untilMs) || (bucket.olderTokens > 0 && nowMs <= bucket.olderUntilMs);
}

/** Spends a token of the lease that ends first. False where there is none. */
export function spend(bucket: Bucket, nowMs: number): boolean {
  if (bucket.olderTokens > 0 && nowMs <= bucket.olderUntilMs) {
    bucket.olderTokens -= 1;
    return true;
  }
  if (bucket.tokens <= 0 || nowMs > bucket.untilMs) return false;
  bucket.tokens -= 1;
  return true;
}

/** Takes up a grant. Its life is counted from the request, on the gate's own clock: the grantor's may differ. */
export function takeGrant(bucket: Bucket, grant: LeaseGranted, requestedAtMs: number, nowMs: number): void {
  const { tokens, timeMs, notAfterMs } = grant;
  bucket.answered = true;
  bucket.pendingId = null;
  bucket.starved = tokens <= 0;
  if (tokens <= 0) return;
  const isLive = bucket.tokens > 0 && nowMs <= bucket.untilMs;
  bucket.olderTokens = isLive ? bucket.tokens : 0;
  bucket.olderUntilMs = bucket.untilMs;
  bucket.tokens = tokens - payBack(bucket, tokens, nowMs);
  bucket.untilMs = Math.min(notAfterMs, requestedAtMs + notAfterMs - timeMs);
  bucket.leaseId = requestIdOf(grant);
  bucket.granted = tokens;
  bucket.grantedAtMs = nowMs;
  bucket.paceTokens = bucket.tokens;
  bucket.paceFromMs = nowMs;
  bucket.emptyUntilMs = 0;
}

/** Unspent tokens of the latest lease, which are the grantor's again with the next request. */
export function giveBack(bucket: Bucket): number {
  const returned = bucket.tokens;
  bucket.tokens = 0;
  return returned;
}

/**
 * Gives back, of the latest lease where that is recalled, what is left over at the pace at which it was spent since it came, or was recalled
 * before. Whoever is busy keeps what it needs, and whoever is idle nothing: busy gates don't take tokens from each other in turn.
 */
export function giveBackSurplus(bucket: Bucket, leaseId: string, nowMs: number): number {
  const { tokens, untilMs, paceTokens, paceFromMs } = bucket;
  // With a request on its way the grantor may know a later lease already: it would take what is given back for a part of that one.
  if (leaseId !== bucket.leaseId || bucket.pendingId !== null || nowMs > untilMs) return 0;
  const perMs = (paceTokens - tokens) / Math.max(1, nowMs - paceFromMs);
  const kept = Math.min(tokens, Math.ceil(perMs * (untilMs - nowMs)));
  bucket.tokens = kept;
  bucket.paceTokens = kept;
  bucket.paceFromMs = nowMs;
  const returned = tokens - kept;
  if (returned === 0) return 0;
  // The rest is what the lease should have been, and the next one should be.
  bucket.granted -= returned;
  bucket.wanted = Math.max(1, Math.min(bucket.wanted, bucket.granted));
  return returned;
}

/** Whether the next lease is to be asked for. */
export function isLow({ tokens, granted }: Bucket): boolean {
  return tokens <= granted * lowWater;
}

/** Asks for twice as much where the last lease was spent in half its life, for half where half of it was left over. */
export function adjustDemand(bucket: Bucket, nowMs: number): void {
  const { callsMax } = bucket.limit;
  if (callsMax <= smallCallsMax || bucket.granted === 0) return;
  const isExhausted = isLow(bucket);
  const lifeMs = bucket.untilMs - bucket.grantedAtMs;
  if (isExhausted && nowMs - bucket.grantedAtMs < lifeMs / 2) bucket.wanted = Math.min(bucket.wanted * 2, Math.ceil(callsMax / 4));
  else if (bucket.tokens * 2 > bucket.granted) bucket.wanted = Math.max(1, Math.floor(bucket.wanted / 2));
}

/** Calls that were admitted while the answer was on its way take their tokens from it: in all, no more is admitted than granted. */
function payBack(bucket: Bucket, tokens: number, nowMs: number): number {
  // What was spent a window ago counts no more.
  spareLeft(bucket, 0, nowMs);
  const paid = Math.min(bucket.owed, tokens);
  bucket.owed -= paid;
  for (let left = paid; left > 0; ) {
    const last = bucket.spare.entries.at(-1);
    if (last === undefined) break;
    bucket.spare = credited(bucket.spare, last.endMs, left);
    left -= Math.min(left, last.tokens);
  }
  return paid;
}

/** What may be spent without a lease, in any window. */
export function spareLeft(bucket: Bucket, spareMax: number, nowMs: number): number {
  bucket.spare = pruned(bucket.spare, bucket.limit.windowMs, nowMs);
  const spent = counted(bucket.spare);
  if (spent === 0) bucket.owed = 0;
  return Math.max(0, spareMax - spent);
}

export function spendSpare(bucket: Bucket, nowMs: number): void {
  const widthMs = Math.ceil(bucket.limit.windowMs / subBuckets);
  bucket.spare = added(bucket.spare, Math.ceil(nowMs / widthMs) * widthMs, 1);
  bucket.owed += 1;
}

/** Nothing is lost and nothing is won by forgetting such a bucket. */
export function isIdle(bucket: Bucket, nowMs: number): boolean {
  return !hasToken(bucket, nowMs) && bucket.pendingId === null && spareLeft(bucket, 1, nowMs) === 1;
}
