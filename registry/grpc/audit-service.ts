import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Principal } from "../../domain/envelope.ts";
import {
  type AuditService,
  type EntrySchema,
  type Filter,
  Kind,
  type NamedUsageSchema,
  type PrincipalSchema,
  type UsageSchema,
} from "../../proto/gen/sluice/audit/v1/audit_pb.ts";
import { type AuditEntry, type AuditFilter, auditVerdicts } from "../audit/audit-entry.ts";
import type { NamedUsage, Usage } from "../audit/usage-sums.ts";
import type { Control } from "../control.ts";
import { readChoice } from "../object-reader.ts";
import type { Implementation } from "./grpc-bridge.ts";
import { pageRequest, pageToken } from "./wire-page.ts";
import { msOf, timestampOf } from "./wire-time.ts";

/** sluice.audit.v1.AuditService over the control plane. */
export function auditService(control: Control): Implementation<typeof AuditService> {
  return {
    async *tailAudit({ since, follow, filter }, { actor, signal }) {
      const options = { sinceMs: msOf(since, "since"), follow, filter: filterOf(filter), signal };
      for await (const entry of control.tailAudit(actor, options)) yield { entry: entryMessage(entry) };
    },
    async queryAudit({ since, until, filter, ...request }, { actor }) {
      const range = { sinceMs: msOf(since, "since"), untilMs: msOf(until, "until") };
      const page = await control.queryAudit(actor, { ...pageRequest(request), ...range, filter: filterOf(filter) });
      return { entries: page.entries.map(entryMessage), ...pageToken(page) };
    },
    async getStats({ since, until }, { actor }) {
      const stats = await control.stats(actor, { sinceMs: msOf(since, "since"), untilMs: msOf(until, "until") });
      return {
        total: usageMessage(stats.total),
        byUser: stats.byUser.map(namedMessage),
        byServer: stats.byServer.map(namedMessage),
        byTool: stats.byTool.map(namedMessage),
        byHour: stats.byHour.map(namedMessage),
      };
    },
  };
}

const kindsOf: Readonly<Record<Kind, readonly AuditEntry["kind"][]>> = {
  [Kind.UNSPECIFIED]: ["decided", "ended", "administered"],
  [Kind.DECIDED]: ["decided"],
  [Kind.ENDED]: ["ended"],
  [Kind.ADMINISTERED]: ["administered"],
};

function filterOf(filter: Filter | undefined): AuditFilter {
  if (filter === undefined) return {};
  const { userId, server, verdict, kinds } = filter;
  return {
    userId: userId || undefined,
    server: server || undefined,
    verdict: verdict === "" ? undefined : readChoice(verdict, "filter.verdict", auditVerdicts),
    // A kind of a later revision fits nothing that we have.
    kinds: kinds.length === 0 ? undefined : kinds.flatMap((kind) => kindsOf[kind] ?? []),
  };
}

function entryMessage(entry: AuditEntry): MessageInitShape<typeof EntrySchema> {
  return { id: entry.event.id, time: timestampOf(entry.event.timeMs), record: recordMessage(entry) };
}

function recordMessage(entry: AuditEntry): NonNullable<MessageInitShape<typeof EntrySchema>["record"]> {
  if (entry.kind === "ended") return endedMessage(entry.event);
  if (entry.kind === "administered") {
    const { principal, address, via, action, targetType, targetId, outcome, reason, details } = entry.event;
    return {
      case: "administered",
      value: {
        ...{ principal: principalMessage(principal), address, via, action, targetType, targetId, outcome, reason },
        detailsJson: details ?? "",
      },
    };
  }
  return decidedMessage(entry.event);
}

type EntryOf<Name extends AuditEntry["kind"]> = Extract<AuditEntry, { readonly kind: Name }>["event"];

function decidedMessage(event: EntryOf<"decided">) {
  const { callId, address, transport, protocol, method, serverLabels, verdict, stage, reason, gateway, audit } = event;
  const value = {
    ...{ callId, address, transport, protocol, method, serverLabels, verdict, stage, reason, gateway, audit },
    principal: principalMessage(event.principal),
    server: event.server ?? "",
    virtualServer: event.virtualServer ?? "",
    name: event.name ?? "",
    argumentsJson: event.arguments ?? "",
    argumentsBytes: BigInt(event.argumentsBytes),
    rule: event.rule ?? "",
    policyVersion: event.policyVersion ?? 0,
    epoch: BigInt(event.epoch),
    sequence: BigInt(event.sequence),
    traceparent: event.traceparent ?? "",
  };
  return { case: "decided", value } as const;
}

function endedMessage(event: EntryOf<"ended">) {
  const { callId, userId, method, outcome, status, errorCode, attempts, gateway } = event;
  const value = {
    ...{ callId, userId, method, outcome, status, attempts, gateway },
    ...(errorCode === null ? {} : { errorCode }),
    server: event.server ?? "",
    name: event.name ?? "",
    upstream: event.upstream ?? "",
    requestBytes: BigInt(event.requestBytes),
    responseBytes: BigInt(event.responseBytes),
    durationMicros: BigInt(event.durationMicros),
    epoch: BigInt(event.epoch),
    sequence: BigInt(event.sequence),
    traceparent: event.traceparent ?? "",
  };
  return { case: "ended", value } as const;
}

function principalMessage({ userId, agentId, roles, scopes, groups, credential }: Principal): MessageInitShape<typeof PrincipalSchema> {
  return { userId, agentId: agentId ?? "", roles: [...roles], scopes: [...scopes], groups: [...groups], credential };
}

function usageMessage(usage: Usage): MessageInitShape<typeof UsageSchema> {
  return {
    calls: BigInt(usage.calls),
    denied: BigInt(usage.denied),
    limited: BigInt(usage.limited),
    failed: BigInt(usage.failed),
    requestBytes: BigInt(usage.requestBytes),
    responseBytes: BigInt(usage.responseBytes),
    durationMicros: BigInt(usage.durationMicros),
    costUnits: BigInt(usage.costUnits),
    p50Micros: BigInt(usage.latencyMicros?.p50 ?? 0),
    p95Micros: BigInt(usage.latencyMicros?.p95 ?? 0),
    p99Micros: BigInt(usage.latencyMicros?.p99 ?? 0),
  };
}

function namedMessage({ name, ...usage }: NamedUsage): MessageInitShape<typeof NamedUsageSchema> {
  return { name, usage: usageMessage(usage) };
}
