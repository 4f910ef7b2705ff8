import { createHash } from "node:crypto";
import { isIP } from "node:net";
import type { EventType } from "../../domain/events.ts";
import type { LogRecord, StoredRecord } from "../../domain/record.ts";
import { callText, type FieldValues, ruleValues, targetValues } from "./field-values.ts";
import { anomalyValues, restrictionValues, reviewValues } from "./finding-values.ts";

export type SunkType =
  | "call_decided"
  | "call_ended"
  | "administered"
  | "upstream_changed"
  | "anomaly_found"
  | "restriction_changed"
  | "decisions_reviewed";

/** A document as it is sent. */
export interface AuditDocument {
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface DocumentOptions {
  readonly namespace: string;
  /** `none`: only their size is sent. */
  readonly arguments: "none" | "redacted";
  readonly ingestedAtMs: number;
}

export type RecordOf<Type extends EventType> = Extract<StoredRecord, LogRecord<Type>>;

/**
 * The document of a record; undefined for a tombstone, which says nothing. The same record gives the same id, wherever and whenever it is sent.
 * Throws a `RangeError` where the event's time is none.
 */
export function documentOf(record: StoredRecord<SunkType>, options: DocumentOptions): AuditDocument | undefined {
  if (record.value === null) return undefined;
  const { id, timeMs, organizationId } = record.value;
  const values: FieldValues = {
    ...commonValues(record, options),
    "@timestamp": new Date(timeMs).toISOString(),
    "event.id": id,
    "organization.id": organizationId,
    ...valuesOf(record, options),
  };
  return { id: documentId(record.type, organizationId, id, timeMs), body: nested(values) };
}

/**
 * Begins with the time, so that ids of one moment stand together in the index, and ends in a hash of what makes the event unique;
 * at most 41 characters, while an event's id may be of any length.
 */
export function documentId(type: SunkType, organizationId: string, eventId: string, timeMs: number): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([type, organizationId, eventId]))
    .digest("base64url");
  return `${timeMs.toString(36)}-${digest.slice(0, 28)}`;
}

function commonValues({ topic, partition, offset }: StoredRecord, { namespace, ingestedAtMs }: DocumentOptions): FieldValues {
  return {
    "ecs.version": "9.0.0",
    "data_stream.type": "logs",
    "data_stream.dataset": "sluice.audit",
    "data_stream.namespace": namespace,
    "event.kind": "event",
    "event.module": "sluice",
    "event.dataset": "sluice.audit",
    "event.ingested": new Date(ingestedAtMs).toISOString(),
    "service.name": "sluice",
    "mcp.record.topic": topic,
    "mcp.record.partition": partition,
    "mcp.record.offset": offset,
  };
}

function valuesOf(record: StoredRecord<SunkType>, options: DocumentOptions): FieldValues {
  const { type, value } = record;
  if (value === null) return {};
  if (type === "call_decided") return decidedValues(value, options);
  if (type === "call_ended") return endedValues(value);
  if (type === "administered") return administeredValues(value);
  if (type === "upstream_changed") return upstreamValues(value);
  if (type === "decisions_reviewed") return reviewValues(value);
  return type === "anomaly_found" ? anomalyValues(value) : restrictionValues(value);
}

type Value<Type extends SunkType> = NonNullable<RecordOf<Type>["value"]>;

function decidedValues(event: Value<"call_decided">, options: DocumentOptions): FieldValues {
  const { verdict, stage, reason, principal } = event;
  const isAllowed = verdict === "allow";
  return {
    message: `${principal.userId} was ${isAllowed ? "allowed" : "denied"} ${callText(event)}: ${reason}`,
    "event.action": "call-decided",
    "event.category": decidedCategories(event),
    "event.type": [stage === "authentication" || event.method === "initialize" ? "start" : "access", isAllowed ? "allowed" : "denied"],
    "event.outcome": isAllowed ? "success" : "failure",
    "event.reason": reason,
    ...processValues(event),
    ...principalValues(principal),
    ...addressValues(event.address),
    ...traceValues(event.traceparent),
    ...targetValues(event),
    ...ruleValues(event),
    "network.protocol": event.transport,
    "mcp.decision": isAllowed ? "allow" : "deny",
    "mcp.stage": stage,
    "mcp.protocol.version": event.protocol === "" ? null : event.protocol,
    "mcp.server.labels": Object.keys(event.serverLabels).length === 0 ? null : event.serverLabels,
    "mcp.virtual_server.name": event.virtualServer,
    "mcp.arguments.bytes": event.argumentsBytes,
    "mcp.arguments.redacted": options.arguments === "redacted" ? event.arguments : null,
    "mcp.audit.mode": event.audit,
    "mcp.policy.offset": event.policyOffset,
  };
}

function decidedCategories({ stage, method }: Value<"call_decided">): readonly string[] {
  if (stage === "authentication") return ["authentication", "api"];
  return method === "initialize" ? ["session", "api"] : ["api"];
}

const outcomes: Readonly<Record<string, string>> = { ok: "success", cancelled: "unknown" };

function endedValues(event: Value<"call_ended">): FieldValues {
  const { outcome, errorCode, userId } = event;
  const isFailure = outcomes[outcome] === undefined;
  return {
    message: `${callText(event)} of ${userId} ended: ${outcome}`,
    "event.action": "call-ended",
    "event.category": ["api"],
    "event.type": ["access", "end"],
    "event.outcome": outcomes[outcome] ?? "failure",
    "event.duration": event.durationMicros * 1000,
    "user.id": userId,
    "related.user": userId,
    "gen_ai.agent.id": event.agentId,
    ...processValues(event),
    ...traceValues(event.traceparent),
    ...targetValues(event),
    "http.response.status_code": event.status,
    "http.request.body.bytes": event.requestBytes,
    "http.response.body.bytes": event.responseBytes,
    "error.type": isFailure ? outcome : null,
    "error.code": errorCode === null ? null : String(errorCode),
    "mcp.outcome": outcome,
    "mcp.upstream.id": event.upstream,
    "mcp.attempts": event.attempts,
    "mcp.cost": event.costUnits,
  };
}

/** Of acts on people, organizations and their keys; acts on anything else are configuration. */
const identityTargets: ReadonlySet<string> = new Set(["user", "key", "organization"]);
const detailsCharactersMax = 16_384;

function administeredValues(event: Value<"administered">): FieldValues {
  const { action, targetType, targetId, outcome, reason, principal, details } = event;
  const isDone = outcome === "done";
  const target = targetId === "" ? targetType : `${targetType} ${targetId}`;
  return {
    message: `${principal.userId} ${isDone ? "did" : "was refused"} ${action} on ${target}${reason === "" ? "" : `: ${reason}`}`,
    "event.action": action,
    "event.category": [identityTargets.has(targetType) ? "iam" : "configuration"],
    "event.type": [/\.(?:remove|revoke|delete)$/.test(action) ? "deletion" : "change", ...(isDone ? [] : ["denied"])],
    "event.outcome": isDone ? "success" : "failure",
    "event.reason": reason === "" ? null : reason,
    ...principalValues(principal),
    ...addressValues(event.address),
    ...traceValues(event.traceparent ?? null),
    ...(targetType === "user" ? { "user.target.id": targetId, "related.user": [principal.userId, targetId] } : {}),
    "mcp.server.name": targetType === "server" ? targetId : null,
    "mcp.target.type": targetType,
    "mcp.target.id": targetId === "" ? null : targetId,
    "mcp.via": event.via,
    "mcp.change": details === null ? null : details.slice(0, detailsCharactersMax),
  };
}

const healthOutcomes = { healthy: "success", unhealthy: "failure", unknown: "unknown" } as const;

function upstreamValues({ gateway, server, upstream, health, circuit, reason }: Value<"upstream_changed">): FieldValues {
  return {
    message: `${server}/${upstream} is ${health}, its circuit ${circuit}: ${reason}`,
    "event.action": "upstream-changed",
    "event.category": ["network"],
    "event.type": ["info"],
    "event.outcome": healthOutcomes[health],
    "event.reason": reason,
    "service.node.name": gateway,
    "mcp.server.name": server,
    "mcp.upstream.id": upstream,
    "mcp.upstream.health": health,
    "mcp.upstream.circuit": circuit,
  };
}

interface RecordParts {
  readonly callId: string;
  readonly gateway: string;
  readonly epoch: number;
  readonly sequence: number;
}

function processValues({ callId, gateway, epoch, sequence }: RecordParts): FieldValues {
  return {
    "mcp.call.id": callId,
    "service.node.name": gateway,
    "service.ephemeral_id": String(epoch),
    "event.sequence": sequence,
  };
}

function principalValues({ userId, agentId, roles, scopes, groups, credential }: Value<"administered">["principal"]): FieldValues {
  return {
    "user.id": userId,
    "user.roles": roles.length === 0 ? null : roles,
    "user.group.name": groups.length === 0 ? null : groups,
    "related.user": userId,
    "gen_ai.agent.id": agentId,
    "mcp.credential": credential,
    "mcp.scopes": scopes.length === 0 ? null : scopes,
  };
}

/** What is no address (a socket's path, `unknown`) must not cost the document its place in the index. */
function addressValues(address: string): FieldValues {
  if (address === "") return {};
  return {
    "source.address": address,
    ...(isIP(address) === 0 || address.includes("%") ? {} : { "source.ip": address, "related.ip": address }),
  };
}

/** version "-" trace "-" parent "-" flags, as in W3C Trace Context. */
const traceparentPattern = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-/;

function traceValues(traceparent: string | null): FieldValues {
  const [, trace, span] = traceparentPattern.exec(traceparent ?? "") ?? [];
  return { "trace.id": trace, "span.id": span };
}

function nested(values: FieldValues): Readonly<Record<string, unknown>> {
  const root: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined) continue;
    const path = name.split(".");
    const leaf = path.pop() ?? name;
    let branch = root;
    for (const part of path) {
      branch[part] ??= {};
      branch = branch[part] as Record<string, unknown>; // only branches are made above
    }
    branch[leaf] = value;
  }
  return root;
}
