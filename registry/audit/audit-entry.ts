import type { Administered, CallDecided, CallEnded } from "../../domain/events.ts";
import type { StoredRecord } from "../../domain/record.ts";

/** A record of what happened, whatever it is about. */
export type AuditEntry =
  | { readonly kind: "decided"; readonly event: CallDecided }
  | { readonly kind: "ended"; readonly event: CallEnded }
  | { readonly kind: "administered"; readonly event: Administered };

export const auditKinds = ["decided", "ended", "administered"] as const satisfies readonly AuditEntry["kind"][];
export const auditVerdicts = ["allow", "deny"] as const;

/** Every part that is given must fit. */
export interface AuditFilter {
  readonly userId?: string | undefined;
  /** Calls to this server, and acts on it. */
  readonly server?: string | undefined;
  /** Acts that were done count as allowed, refused ones as denied. Ends have no verdict. */
  readonly verdict?: (typeof auditVerdicts)[number] | undefined;
  readonly kinds?: readonly AuditEntry["kind"][] | undefined;
}

export function entryOf(record: StoredRecord<"call_decided" | "call_ended" | "administered">): AuditEntry | undefined {
  if (record.value === null) return undefined;
  if (record.type === "call_decided") return { kind: "decided", event: record.value };
  if (record.type === "call_ended") return { kind: "ended", event: record.value };
  return { kind: "administered", event: record.value };
}

/** The one place where tenants are kept apart: nothing of another organization passes, whatever the filter says. */
export function passes(entry: AuditEntry, organizationId: string, filter: AuditFilter): boolean {
  if (entry.event.organizationId !== organizationId) return false;
  if (filter.kinds !== undefined && filter.kinds.length > 0 && !filter.kinds.includes(entry.kind)) return false;
  if (filter.userId !== undefined && userOf(entry) !== filter.userId) return false;
  if (filter.server !== undefined && serverOf(entry) !== filter.server) return false;
  return filter.verdict === undefined || verdictOf(entry) === filter.verdict;
}

function userOf(entry: AuditEntry): string {
  return entry.kind === "ended" ? entry.event.userId : entry.event.principal.userId;
}

function serverOf(entry: AuditEntry): string | null {
  if (entry.kind !== "administered") return entry.event.server;
  return entry.event.targetType === "server" ? entry.event.targetId : null;
}

function verdictOf(entry: AuditEntry): string | null {
  if (entry.kind === "decided") return entry.event.verdict;
  if (entry.kind === "ended") return null;
  return entry.event.outcome === "done" ? "allow" : "deny";
}
