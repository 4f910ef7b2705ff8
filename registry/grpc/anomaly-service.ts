import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AnomalyFound } from "../../domain/events.ts";
import { type Restriction, type RestrictionTarget, targetId } from "../../domain/restriction.ts";
import type {
  AnomalySchema,
  AnomalyService,
  RestrictionSchema,
  Target,
  TargetSchema,
} from "../../proto/gen/sluice/anomaly/v1/anomaly_pb.ts";
import type { Control } from "../control.ts";
import type { Implementation } from "./grpc-bridge.ts";
import { pageRequest, pageToken } from "./wire-page.ts";
import { msOf, timestampOf } from "./wire-time.ts";

/** sluice.anomaly.v1.AnomalyService over the control plane. */
export function anomalyService(control: Control): Implementation<typeof AnomalyService> {
  return {
    async listAnomalies(request, { actor }) {
      const page = await control.listAnomalies(actor, { ...pageRequest(request), sinceMs: msOf(request.since, "since") });
      return { anomalies: page.entries.map(anomalyMessage), ...pageToken(page) };
    },
    async listRestrictions(request, { actor }) {
      const page = await control.listRestrictions(actor, pageRequest(request));
      return { restrictions: page.entries.map(restrictionMessage), ...pageToken(page) };
    },
    async imposeRestriction({ target, action, callsPerMinute, reason, expiresAt }, { actor }) {
      const expiresAtMs = msOf(expiresAt, "expiresAt");
      const restriction = await control.imposeRestriction(actor, {
        ...(target === undefined ? {} : { target: targetInput(target) }),
        action,
        ...(callsPerMinute === 0 ? {} : { callsPerMinute }),
        ...(reason === "" ? {} : { reason }),
        ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
      });
      return { restriction: restrictionMessage(restriction) };
    },
    async releaseRestriction({ targetId: target }, { actor }) {
      await control.releaseRestriction(actor, target);
      return {};
    },
  };
}

/** Empty texts are absent ones. */
function targetInput({ kind, userId, agentId, server, name }: Target): Readonly<Record<string, string>> {
  const given = Object.entries({ userId, agentId, server, name }).filter(([, text]) => text !== "");
  return { kind, ...Object.fromEntries(given) };
}

function targetMessage(target: RestrictionTarget): MessageInitShape<typeof TargetSchema> {
  if (target.kind === "caller") return { kind: target.kind, userId: target.userId, agentId: target.agentId ?? "" };
  return target.kind === "tool"
    ? { kind: target.kind, server: target.server, name: target.name }
    : { kind: target.kind, server: target.server };
}

function anomalyMessage(anomaly: AnomalyFound): MessageInitShape<typeof AnomalySchema> {
  const { id, timeMs, target, targetKind, detector, probability, strength, windowMs, lengthMs, evidence, action } = anomaly;
  const { userId, agentId, server, name } = anomaly;
  return {
    ...{ id, detector, probability, strength, action, targetId: target, evidence: [...evidence] },
    time: timestampOf(timeMs),
    target: { kind: targetKind, userId: userId ?? "", agentId: agentId ?? "", server: server ?? "", name: name ?? "" },
    windowStart: timestampOf(windowMs),
    windowEnd: timestampOf(windowMs + lengthMs),
  };
}

function restrictionMessage(restriction: Restriction): MessageInitShape<typeof RestrictionSchema> {
  const { target, action, callsPerMinute, reason, evidence, imposedBy, sinceMs, expiresAtMs } = restriction;
  return {
    ...{ action, callsPerMinute, reason, evidence, imposedBy },
    targetId: targetId(target),
    target: targetMessage(target),
    since: timestampOf(sinceMs),
    expiresAt: timestampOf(expiresAtMs),
  };
}
