import type { LeaseGranted, LeaseRequested } from "../events.ts";
import { added, counted, credited, emptyWindow, freeAt, pruned, type Window } from "./window.ts";

/**
 * What the grantor knows of one bucket (a limit and one combination of what it is counted by).
 *
 * Tokens count as spent from the grant on, until `windowMs` after the end of their lease: wherever in its lease a token is used,
 * no window of `windowMs` can hold more than `callsMax` of them. The price is that a token counts longer than it must, by its lease and
 * the rounding: at most 1.5 sub-buckets (7.5 % of the window), or 100 ms and one sub-bucket where that is more; over a log also by the time
 * that grants take.
 */
export interface BucketState {
  readonly window: Window;
  /** The last lease of each gate: the only one of which unspent tokens are taken back. */
  readonly leases: Readonly<Record<string, LastLease>>;
  /** The time of the last request. A clock that steps back does not take this one back. */
  readonly lastMs: number;
}

/** Fields that may be missing: those that leases had not yet where a state was written by an earlier version. */
export interface LastLease {
  /** The request that it answered: its name. */
  readonly requestId: string;
  /** Its tokens count until a window after this. */
  readonly endMs: number;
  /** Granted, and not taken back. */
  readonly tokens: number;
  /** When it was granted. */
  readonly grantedMs?: number;
  /** When it was recalled last. */
  readonly recalledMs?: number;
  /** Its gate has asked for more since: it holds `lowWater` of it at most. */
  readonly isLow?: boolean;
  /** The gate's last request, where it was granted nothing after this lease, and when that was. */
  readonly later?: { readonly requestId: string; readonly timeMs: number };
}

export interface Quota {
  readonly callsMax: number;
  readonly windowMs: number;
}

/**
 * How long leases last. `local`: granted and spent by the same process, at once. A single token is then spent in its very millisecond,
 * which makes small limits exact. `remote`: a grant has to travel, so a lease lasts at least 100 ms, and the time that its gate waits for it.
 */
export type LeaseRange = "local" | "remote";

export const emptyBucket: BucketState = { window: emptyWindow, leases: {}, lastMs: 0 };

/** A gate asks for its next lease when so much of the one it has is left. */
export const lowWater = 1 / 4;
/** Sub-buckets a window: entries that a window holds, at most, are this and two. */
export const subBuckets = 20;
/** Limits up to this are granted token by token where the range is local, and their ends are not rounded. */
export const smallCallsMax = 40;
/** A gate that asks for more than it needs keeps the tokens from the others for so long at most. */
const leaseMsMax = 5_000;
const remoteLeaseMsMin = 100;
/** Leases last so much longer at most, for the way that they have to go. */
const waitedMsMax = 2_000;

/** The share of a limit that is granted at least, while it lasts. */
export function chunkOf(callsMax: number): number {
  return Math.max(1, Math.floor(callsMax / 40));
}

export interface Granted {
  readonly state: BucketState;
  /** Null where the request was seen before: nothing changes, nothing is to be told. */
  readonly granted: LeaseGranted | null;
  /** Tokens that the window leaves after this grant. */
  readonly left: number;
  /** When a token will be free at the earliest; the time of the grant where one is. */
  readonly freeAtMs: number;
}

/**
 * The step of the limits processor: takes back what the gate returns of its last lease, then grants by demand.
 * Never grants more than the window leaves. A grant of 0 is void after the moment at which asking again makes sense.
 */
export function grant(state: BucketState, request: LeaseRequested, quota: Quota, range: LeaseRange): Granted {
  const nowMs = Math.max(state.lastMs, request.timeMs);
  const last = state.leases[request.gateway];
  if (last !== undefined && isAnswered(last, request.id)) {
    const window = pruned(state.window, quota.windowMs, nowMs);
    return { state, granted: null, left: leftOf(window, quota), freeAtMs: freeAt(window, quota, 1, nowMs) };
  }
  const returned = last === undefined ? 0 : Math.min(last.tokens, Math.max(0, request.returned));
  const window = pruned(last === undefined ? state.window : credited(state.window, last.endMs, returned), quota.windowMs, nowMs);
  const tokens = Math.min(Math.max(0, request.wanted), share(quota.callsMax, leftOf(window, quota), range));
  const notAfterMs = tokens > 0 ? leaseEnd(quota, range, nowMs, request.waitedMs) : freeAt(window, quota, 1, nowMs);
  const { gateway, organizationId, limitId, bucket } = request;
  const granted = {
    id: grantId(request.id),
    timeMs: nowMs,
    organizationId,
    gateway,
    limitId,
    bucket,
    tokens,
    returned,
    notAfterMs,
    epoch: 1,
  };
  const after = evolve(state, granted, quota, range);
  return { state: after, granted, left: leftOf(after.window, quota), freeAtMs: freeAt(after.window, quota, 1, nowMs) };
}

/** What a grant makes of the state, when it is decided and when it is read back from the log. A repeated one changes nothing. */
export function evolve(state: BucketState, granted: LeaseGranted, quota: Quota, range: LeaseRange): BucketState {
  const last = state.leases[granted.gateway];
  const requestId = requestIdOf(granted);
  if (last !== undefined && isAnswered(last, requestId)) return state;
  const nowMs = Math.max(state.lastMs, granted.timeMs);
  const returned = last === undefined ? 0 : Math.min(granted.returned, last.tokens);
  const window = pruned(last === undefined ? state.window : credited(state.window, last.endMs, returned), quota.windowMs, nowMs);
  const leases = liveLeases(state.leases, quota.windowMs, nowMs);
  if (granted.tokens <= 0) {
    const lease = kept(leases[granted.gateway], returned, { requestId, timeMs: nowMs });
    return { window, leases: { ...leases, [granted.gateway]: lease }, lastMs: nowMs };
  }
  const endMs = alignUp(granted.notAfterMs, entryMs(quota, range));
  const lease = { requestId, endMs, tokens: granted.tokens, grantedMs: nowMs };
  return { window: added(window, endMs, granted.tokens), leases: { ...leases, [granted.gateway]: lease }, lastMs: nowMs };
}

/** The gate that is granted nothing still holds what it did not return of its lease. */
function kept(last: LastLease | undefined, returned: number, later: { readonly requestId: string; readonly timeMs: number }): LastLease {
  if (last === undefined || last.tokens <= returned) return { requestId: later.requestId, endMs: later.timeMs, tokens: 0 };
  return { ...last, tokens: last.tokens - returned, later };
}

/** The gate's last request, and those before it, are not answered again. */
function isAnswered({ requestId, later }: LastLease, id: string): boolean {
  return id <= (later?.requestId ?? requestId);
}

/** After this moment no token of the lease is spent any more; nothing is known of leases that an earlier version granted. */
export function notAfterMsOf({ endMs, grantedMs }: LastLease): number {
  return grantedMs === undefined ? 0 : Math.min(endMs, grantedMs + leaseMsMax);
}

/** From this moment on the state says nothing that an empty one does not say. */
export function idleAtMs({ window, lastMs }: BucketState, windowMs: number): number {
  return Math.max(lastMs, window.entries.at(-1)?.endMs ?? 0) + windowMs;
}

/**
 * The id of a gate's request. Ids of one gate rise in string order, over its restarts too: that is how a repeated or belated request is known,
 * which must not return its tokens twice. `epoch`: the start of the process in milliseconds since 1970; `count`: 1, 2, 3 … in the epoch.
 */
export function leaseRequestId(gateway: string, epoch: number, count: number): string {
  return `${gateway}/${epoch.toString(36).padStart(9, "0")}/${count.toString(36).padStart(9, "0")}`;
}

const grantSuffix = "/grant";

export function grantId(requestId: string): string {
  return `${requestId}${grantSuffix}`;
}

/** The request that a grant answers: the name of its lease. */
export function requestIdOf({ id }: Pick<LeaseGranted, "id">): string {
  return id.slice(0, -grantSuffix.length);
}

/** Where there is no room to count, nothing is granted; asking again makes sense a second later. */
export function uncounted({ id, timeMs, organizationId, gateway, limitId, bucket }: LeaseRequested): LeaseGranted {
  const place = { organizationId, gateway, limitId, bucket };
  return { id: grantId(id), timeMs, ...place, tokens: 0, returned: 0, notAfterMs: timeMs + 1_000, epoch: 1 };
}

/** The key of the records of one bucket in the log: its tenant, limit and bucket. */
export function leaseKey({ organizationId, limitId, bucket }: Pick<LeaseRequested, "organizationId" | "limitId" | "bucket">): string {
  return `${organizationId}/${limitId}/${bucket}`;
}

function leftOf(window: Window, { callsMax }: Quota): number {
  return Math.max(0, callsMax - counted(window));
}

/** Large demands take a quarter of what is left at most, so that several gates share the end of a window. */
function share(callsMax: number, left: number, range: LeaseRange): number {
  if (callsMax <= smallCallsMax) return range === "local" ? Math.min(1, left) : Math.ceil(left / 4);
  return Math.min(left, Math.max(chunkOf(callsMax), Math.floor(left / 4)));
}

function leaseEnd(quota: Quota, range: LeaseRange, nowMs: number, waitedMs: number): number {
  if (range === "local" && quota.callsMax <= smallCallsMax) return nowMs;
  const widthMs = subBucketMs(quota);
  const wayMs = Math.min(waitedMsMax, Math.max(0, waitedMs));
  const lifeMinMs = range === "local" ? widthMs / 2 : Math.max(remoteLeaseMsMin, widthMs / 2) + wayMs;
  // A lease that ends with a sub-bucket loses nothing to rounding.
  return Math.min(alignUp(Math.ceil(nowMs + lifeMinMs), widthMs), nowMs + leaseMsMax);
}

function entryMs(quota: Quota, range: LeaseRange): number {
  return range === "local" && quota.callsMax <= smallCallsMax ? 1 : subBucketMs(quota);
}

function subBucketMs({ windowMs }: Quota): number {
  return Math.max(1, Math.ceil(windowMs / subBuckets));
}

function alignUp(atMs: number, widthMs: number): number {
  return Math.ceil(atMs / widthMs) * widthMs;
}

function liveLeases(leases: BucketState["leases"], windowMs: number, nowMs: number): BucketState["leases"] {
  for (const gateway in leases) {
    const lease = leases[gateway];
    if (lease !== undefined && lastMsOf(lease) + windowMs <= nowMs) {
      return Object.fromEntries(Object.entries(leases).filter(([, one]) => lastMsOf(one) + windowMs > nowMs));
    }
  }
  return leases;
}

function lastMsOf({ endMs, later }: LastLease): number {
  return Math.max(endMs, later?.timeMs ?? 0);
}
