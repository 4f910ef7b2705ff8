import type { LeaseGranted, LeaseRecalled } from "../events.ts";
import { type BucketState, chunkOf, type Granted, type LastLease, lowWater, notAfterMsOf, type Quota, requestIdOf } from "./lease.ts";

/** A lease is not recalled sooner than this after it was granted or recalled: in that time its gate shows at which pace it spends. */
export const recallAgainMs = 500;
/** A gate that waits for tokens which were recalled asks for them so often: at most seven times a second for one bucket. */
export const askForRecalledMs = 150;
/** What is void within this is not worth the way to its gate and back. */
const worthwhileMs = 200;
/** Leases that one request recalls, the largest first. */
const recalledMax = 8;

export interface Recall {
  readonly state: BucketState;
  /** The grant, which says to ask again soon where it is for nothing and tokens are on their way back. */
  readonly granted: LeaseGranted;
  readonly recalled: readonly LeaseRecalled[];
}

type Held = readonly [gateway: string, lease: LastLease];

/**
 * What else a grant gives rise to where the window has less than `wanted`: leases of other gates are recalled, which give back what they will
 * not spend. Only what they return changes the window.
 *
 * A lease is worth it from a chunk on: a gate of little demand, which holds less, keeps it. Recalls may be lost or late: they are repeated
 * while tokens are wanted, at most ten times in the life of a lease.
 */
export function recall({ state, granted, left }: Granted & { readonly granted: LeaseGranted }, wanted: number, quota: Quota): Recall {
  if (left > 0 || granted.tokens >= wanted) return { state, granted, recalled: [] };
  const nowMs = granted.timeMs;
  const leases = { ...state.leases };
  const own = leases[granted.gateway];
  if (own !== undefined && granted.tokens === 0) leases[granted.gateway] = { ...own, isLow: true };

  const held = Object.entries(leases).filter(([gateway, lease]) => gateway !== granted.gateway && isWorthwhile(lease, quota, nowMs));
  const due = held
    .filter(([, lease]) => firmUntilMs(lease) <= nowMs)
    .sort(byTokens)
    .slice(0, recalledMax);
  for (const [gateway, lease] of due) leases[gateway] = { ...lease, recalledMs: nowMs };
  return {
    state: { ...state, leases },
    granted: granted.tokens > 0 ? granted : { ...granted, notAfterMs: Math.min(granted.notAfterMs, askAgainMs(held, nowMs)) },
    recalled: due.map(([gateway, { requestId }]) => recalledOf(granted, gateway, requestId)),
  };
}

function isWorthwhile(lease: LastLease, { callsMax }: Quota, nowMs: number): boolean {
  const tokens = lease.isLow === true ? Math.floor(lease.tokens * lowWater) : lease.tokens;
  return tokens >= chunkOf(callsMax) && notAfterMsOf(lease) - worthwhileMs >= nowMs;
}

/** When it makes sense to ask again: soon where tokens are on their way, else when the first lease can be recalled. */
function askAgainMs(held: readonly Held[], nowMs: number): number {
  const firstMs = Math.min(...held.map(([, lease]) => (lease.recalledMs === undefined ? firmUntilMs(lease) : nowMs)));
  return Math.max(firstMs, nowMs + askForRecalledMs);
}

function firmUntilMs({ grantedMs = 0, recalledMs = grantedMs }: LastLease): number {
  return recalledMs + recallAgainMs;
}

function byTokens([, one]: Held, [, other]: Held): number {
  return other.tokens - one.tokens;
}

function recalledOf({ id, timeMs, organizationId, limitId, bucket }: LeaseGranted, gateway: string, leaseId: string): LeaseRecalled {
  return { id: `${requestIdOf({ id })}/recall/${gateway}`, timeMs, organizationId, gateway, limitId, bucket, leaseId };
}
