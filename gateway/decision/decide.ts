import type { Call, Decision } from "../../domain/call.ts";
import { isPlumbing } from "../../domain/mcp/plumbing.ts";
import { isListed, type PolicyTable } from "../../domain/policy/evaluate.ts";
import type { CheckBudgets } from "./budget-check.ts";
import type { Admission, Limiter } from "./limiter.ts";
import type { Restrict } from "./restrict.ts";

/** A decision and, where limits were asked, how much is left of them. */
export interface Judged {
  readonly decision: Decision;
  readonly admission: Admission | null;
}

/** Decides one call: the only function that does, for every transport, for listing and for calling. */
export type Decide = (call: Call) => Judged;

export interface DecideOptions {
  readonly policies: (organizationId: string) => PolicyTable;
  readonly limiter: Pick<Limiter, "admit">;
  readonly restrict: Restrict;
  readonly checkBudgets: CheckBudgets;
  /** Whether what is decided by is too old to be believed: then nothing is allowed. Never, unless told. */
  readonly isStale?: () => boolean;
}

/**
 * What is restricted first, then policy, then budgets, then limits, so that a call that may not be made costs its caller nothing.
 * Synchronous and from memory. Whatever throws here denies: a gate that can't decide stays shut.
 */
export function createDecide({ policies, limiter, restrict, checkBudgets, isStale = () => false }: DecideOptions): Decide {
  return (call) => {
    try {
      if (isStale()) return { decision: stale, admission: null };
      const restricted = restrict(call);
      if (restricted !== null) return { decision: restricted, admission: null };
      const decision = policies(call.caller.organizationId).decide(call);
      // Handshakes and notifications are no calls: they spend nothing.
      if (decision.verdict === "deny" || isPlumbing(call.method, call.name)) return { decision, admission: null };
      const overspent = checkBudgets(call);
      if (overspent !== null) return { decision: overspent, admission: null };
      const admission = limiter.admit(call);
      if (admission.admitted) return { decision, admission };
      return { decision: limited(admission), admission };
    } catch {
      return { decision: failed, admission: null };
    }
  };
}

/** Whether an item may be seen in a list: the same policies, without spending of any limit. */
export function isVisible(policies: PolicyTable, listing: Call): boolean {
  try {
    return isListed(policies, listing);
  } catch {
    return false;
  }
}

function limited({ limit, retryAfterMs }: Admission): Decision {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return {
    verdict: "deny",
    stage: "limit",
    rule: limit?.limitId ?? null,
    policyVersion: null,
    reason:
      limit === null
        ? `no quota is available now; try again in ${seconds} s`
        : `over the limit ${limit.limitId} of ${limit.callsMax} calls in ${limit.windowMs / 1000} s; try again in ${seconds} s`,
    retryAfterMs: Math.max(1, retryAfterMs),
  };
}

const stale: Decision = {
  verdict: "deny",
  stage: "fault",
  rule: null,
  policyVersion: null,
  reason: "the gate can't tell what is allowed now: the log that says so has been out of reach for too long",
  retryAfterMs: null,
};

const failed: Decision = {
  verdict: "deny",
  stage: "fault",
  rule: null,
  policyVersion: null,
  reason: "the decision failed, so the call is denied",
  retryAfterMs: null,
};
