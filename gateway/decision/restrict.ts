import { spentName } from "../../domain/budgets/compiled-budget.ts";
import type { Call, Decision } from "../../domain/call.ts";
import { entityKey } from "../../domain/directory.ts";
import { isPlumbing } from "../../domain/mcp/plumbing.ts";
import { hardnessOf, type Restriction, type RestrictionTarget, targetId } from "../../domain/restriction.ts";

export interface RestrictOptions {
  /** By `{organization}/{target}`, as the directory keeps them. */
  readonly restrictions: ReadonlyMap<string, Restriction>;
  readonly nowMs: () => number;
}

/** Whether a restriction on the caller, the server or the tool stands against a call: the denial, or null. */
export type Restrict = (call: Call) => Decision | null;

const minuteMs = 60_000;
/** Throttled targets whose calls are remembered. */
const throttledMax = 10_000;

/**
 * Holds a call against what is restricted: its caller (this agent of the user, or the user with all agents), its server, and its tool.
 * The hardest one decides, so that what is denied all the same takes nothing of what a throttle lets pass. Costs nothing while nothing is restricted.
 */
export function createRestrict({ restrictions, nowMs }: RestrictOptions): Restrict {
  const passed = new Map<string, number[]>();

  return (call) => {
    if (restrictions.size === 0) return null;
    const now = nowMs();
    for (const { key, restriction } of standing(restrictions, call, now)) {
      const denial = denialOf(restriction, call, now, () => throttle(passed, key, restriction, now));
      if (denial !== null) return denial;
    }
    return null;
  };
}

/** Those that are about a call, the hardest first. */
function standing(restrictions: RestrictOptions["restrictions"], call: Call, now: number) {
  const found: { readonly key: string; readonly restriction: Restriction }[] = [];
  for (const target of targetsOf(call)) {
    const key = entityKey(call.caller.organizationId, targetId(target));
    const restriction = restrictions.get(key);
    if (restriction !== undefined && restriction.expiresAtMs > now) found.push({ key, restriction });
  }
  return found.sort((left, right) => hardnessOf[right.restriction.action] - hardnessOf[left.restriction.action]);
}

function targetsOf({ caller: { userId, agentId }, server, method, name }: Call): readonly RestrictionTarget[] {
  const targets: RestrictionTarget[] = [{ kind: "caller", userId, agentId }];
  if (agentId !== null) targets.push({ kind: "caller", userId, agentId: null });
  if (server === null) return targets;
  targets.push({ kind: "server", server });
  if (name !== null) targets.push({ kind: "tool", server, name });
  // What is found unusual of resources is told by how they are used.
  const used = spentName(method, name);
  if (used !== name) targets.push({ kind: "tool", server, name: used });
  return targets;
}

function denialOf(restriction: Restriction, call: Call, now: number, throttled: () => number | null): Decision | null {
  const { action, reason, target, sinceMs } = restriction;
  const denial = { verdict: "deny", stage: "quarantine", rule: targetId(target), policyVersion: null, retryAfterMs: null } as const;
  const what = target.kind === "caller" ? "the caller" : target.kind === "server" ? "the server" : "the tool";
  if (action === "quarantine") return { ...denial, reason: `${what} is in quarantine: ${reason}` };
  if (action === "step-up") {
    if ((call.caller.provedAtMs ?? Number.NEGATIVE_INFINITY) >= sinceMs) return null;
    const stepUpMaxAgeMs = Math.max(1_000, now - sinceMs);
    return { ...denial, reason: `${what} needs a new sign-in: ${reason}`, stepUpMaxAgeMs };
  }
  if (isPlumbing(call.method, call.name)) return null;
  const retryAfterMs = throttled();
  return retryAfterMs === null ? null : { ...denial, stage: "limit", reason: `${what} is throttled: ${reason}`, retryAfterMs };
}

/** Lets at most `callsPerMinute` pass in any minute; answers when the next one may. */
function throttle(passed: Map<string, number[]>, key: string, { callsPerMinute }: Restriction, now: number): number | null {
  const times = passed.get(key) ?? [];
  const within = times.findIndex((time) => time > now - minuteMs);
  times.splice(0, within < 0 ? times.length : within);
  passed.delete(key);
  passed.set(key, times);
  if (passed.size > throttledMax) passed.delete(passed.keys().next().value ?? "");
  const [oldest = now] = times;
  if (times.length >= callsPerMinute) return Math.max(1, oldest + minuteMs - now);
  times.push(now);
  return null;
}
