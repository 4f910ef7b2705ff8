import type { RestrictionChanged } from "./events.ts";
import { recordKey } from "./record-key.ts";

/** Whom or what a restriction is about. A tool's `name` may be a prompt's, a resource's URI, or how a resource is used (`resources/read`). */
export type RestrictionTarget =
  | { readonly kind: "caller"; readonly userId: string; readonly agentId: string | null }
  | { readonly kind: "tool"; readonly server: string; readonly name: string }
  | { readonly kind: "server"; readonly server: string };

/**
 * What is done about it. `throttle`: at most `callsPerMinute` at each gate. `step-up`: only callers who have proved anew who they are
 * since it began (RFC 9470). `quarantine`: nothing passes.
 */
export const restrictionActions = ["throttle", "step-up", "quarantine"] as const;
export type RestrictionAction = (typeof restrictionActions)[number];

/** Of two the one that lets less pass is the harder. */
export const hardnessOf: Readonly<Record<RestrictionAction, number>> = { throttle: 1, "step-up": 2, quarantine: 3 };

/** A restriction on a caller, a tool or a server, by the anomaly processor or by an administrator. It ends by itself, or is released. */
export interface Restriction {
  readonly organizationId: string;
  readonly target: RestrictionTarget;
  readonly action: RestrictionAction;
  /** For `throttle`. */
  readonly callsPerMinute: number;
  /** A sentence for the caller. */
  readonly reason: string;
  /** What was seen, for administrators. */
  readonly evidence: string;
  /** `anomaly:{id}`, or `user:{id}` of the administrator. */
  readonly imposedBy: string;
  readonly sinceMs: number;
  readonly expiresAtMs: number;
}

/** The name of a target within its organization: `caller:ana/coder`, `tool:files/write`, `server:files`. One restriction a target. */
export function targetId(target: RestrictionTarget): string {
  if (target.kind === "caller") return `caller:${recordKey(target.userId, target.agentId ?? "")}`;
  if (target.kind === "tool") return `tool:${recordKey(target.server, target.name)}`;
  return `server:${recordKey(target.server)}`;
}

/** Whether the rule of a decision is a target's name: what it names is restricted. */
export function isTargetId(rule: string): boolean {
  return /^(?:caller|tool|server):/.test(rule);
}

/** The restriction that an event imposes. */
export function restrictionOf(event: RestrictionChanged): Restriction {
  const { organizationId, action, callsPerMinute, reason, evidence, by, sinceMs, expiresAtMs } = event;
  return {
    organizationId,
    target: targetOf(event),
    // Written by the control plane and the anomaly processor; what a newer version may write restricts most.
    action: restrictionActions.find((known) => known === action) ?? "quarantine",
    callsPerMinute,
    reason,
    evidence,
    imposedBy: by,
    sinceMs,
    expiresAtMs,
  };
}

function targetOf({ targetKind, userId, agentId, server, name }: RestrictionChanged): RestrictionTarget {
  if (targetKind === "caller") return { kind: "caller", userId: userId ?? "", agentId };
  if (targetKind === "tool") return { kind: "tool", server: server ?? "", name: name ?? "" };
  return { kind: "server", server: server ?? "" };
}

/** When the act was decided; of a release, not before what it ends. */
export function decidedMs({ change, timeMs, sinceMs }: RestrictionChanged): number {
  return change === "released" ? Math.max(timeMs, sinceMs) : sinceMs;
}

/**
 * True for an act about a target that comes late: what was decided later, at `actedMs`, is known. What an anomaly led to may be told twice, and by an
 * owner whose time is over; an act of an administrator follows what they knew of, and stands against what was decided at the same time.
 * So the same act counts, in whatever order they come.
 */
export function isLate(event: RestrictionChanged, actedMs = Number.NEGATIVE_INFINITY): boolean {
  return event.by.startsWith("anomaly:") ? decidedMs(event) <= actedMs : decidedMs(event) < actedMs;
}

/** How an event names its target, for those who write one. */
export function aboutTarget(target: RestrictionTarget) {
  const nobody = { userId: null, agentId: null, server: null, name: null };
  const about = { ...nobody, targetKind: target.kind, target: targetId(target) };
  if (target.kind === "caller") return { ...about, userId: target.userId, agentId: target.agentId };
  if (target.kind === "tool") return { ...about, server: target.server, name: target.name };
  return { ...about, server: target.server };
}
