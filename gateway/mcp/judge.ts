import { spentName } from "../../domain/budgets/compiled-budget.ts";
import { costOf } from "../../domain/budgets/cost.ts";
import type { Call } from "../../domain/call.ts";
import { principalOf } from "../../domain/identity.ts";
import type { CallTrace } from "../../domain/ports/telemetry.ts";
import type { AuditMode } from "../../domain/server.ts";
import type { Judged } from "../decision/decide.ts";
import type { Gate } from "./gate.ts";
import type { Inbound } from "./inbound.ts";
import type { Outcome } from "./outcome.ts";

/** A decision that has been handed to the recorder. */
export interface Judgement {
  readonly judged: Judged;
  readonly call: Call;
  readonly audit: AuditMode;
  /** The call's name as it is recorded and traced: without secrets. */
  readonly recordedName: string | null;
  /** Resolves when the record is durable; undefined in buffered mode. */
  readonly recorded: Promise<void> | undefined;
  readonly trace: CallTrace | null;
}

/**
 * Decides a call and records the decision with its full inputs. Throws nothing: a recorder that refuses shows as a rejected `recorded`.
 */
export function judge(gate: Gate, inbound: Inbound, call: Call, audit: AuditMode): Judgement {
  const judged = gate.decide(call);
  const { decision } = judged;
  const { scanned } = inbound;
  const recordedName = call.name === null ? null : gate.redactor.text(call.name);
  const trace =
    gate.telemetry?.begin({
      method: call.method,
      name: recordedName,
      server: call.server,
      protocol: inbound.version,
      transport: call.transport,
      startMs: inbound.startMs,
      parent: scanned.traceparent ?? null,
      link: inbound.request.header("traceparent") || null,
    }) ?? null;
  gate.metrics.decided(call.method, call.server, decision.verdict, decision.stage);

  const args = scanned.arguments;
  const { caller } = inbound;
  let recorded: Promise<void> | undefined;
  try {
    recorded =
      gate.recorder.decided({
        timeMs: inbound.startMs,
        organizationId: caller.organizationId,
        callId: inbound.callId,
        principal: principalOf(caller),
        address: call.address,
        transport: call.transport,
        protocol: inbound.version,
        method: call.method,
        server: call.server,
        serverLabels: call.serverLabels,
        virtualServer: call.virtualServer ?? null,
        name: recordedName,
        arguments: args === null || !gate.recordsArguments ? null : gate.redactor.json(inbound.body.subarray(args.start, args.end)),
        argumentsBytes: args === null ? 0 : args.end - args.start,
        traceparent: trace?.traceparent ?? scanned.traceparent ?? null,
        verdict: decision.verdict,
        stage: decision.stage,
        rule: decision.rule,
        policyVersion: decision.policyVersion,
        // A denial names what was asked for.
        reason: decision.verdict === "allow" ? decision.reason : gate.redactor.text(decision.reason),
        policyOffset: gate.view.policyOffset(),
        serverOffset: gate.view.serverOffset(),
        audit,
      }) ?? undefined;
  } catch (refusal) {
    recorded = Promise.reject(refusal);
  }
  if (decision.verdict === "deny") {
    recorded?.catch((cause: unknown) => gate.logger.error("A denial could not be recorded", { callId: inbound.callId, cause }));
    trace?.end({ outcome: "denied", errorType: decision.stage, status: 200, endMs: gate.nowMs() });
  }
  return { judged, call, audit, recordedName, recorded, trace };
}

/** Records how a forwarded message ended. In strict mode the promise resolves when that is durable. */
export function recordEnd(
  gate: Gate,
  inbound: Inbound,
  { call, audit, recordedName, trace }: Judgement,
  outcome: Outcome,
  upstream: string | null,
): Promise<void> | undefined {
  inbound.onEnd?.();
  const durationMicros = Math.round((performance.now() - inbound.startedAt) * 1000);
  gate.metrics.ended(call.method, call.server, outcome.outcome, durationMicros);
  trace?.end({
    outcome: outcome.outcome,
    errorType: outcome.outcome === "ok" ? null : outcome.errorCode === null ? outcome.outcome.replace("-", "_") : String(outcome.errorCode),
    status: outcome.status,
    endMs: inbound.startMs + durationMicros / 1000,
  });
  try {
    return (
      gate.recorder.ended(
        {
          timeMs: Math.round(inbound.startMs + durationMicros / 1000),
          organizationId: inbound.caller.organizationId,
          callId: inbound.callId,
          userId: inbound.caller.userId,
          agentId: inbound.caller.agentId,
          costUnits: costOfCall(gate, call),
          method: call.method,
          server: call.server,
          name: recordedName,
          upstream,
          outcome: outcome.outcome,
          status: outcome.status,
          errorCode: outcome.errorCode,
          requestBytes: inbound.releasedBytes ?? inbound.body.length,
          responseBytes: outcome.responseBytes,
          durationMicros,
          attempts: 1,
          traceparent: trace?.traceparent ?? inbound.scanned.traceparent ?? null,
        },
        audit,
      ) ?? undefined
    );
  } catch (refusal) {
    return Promise.reject(refusal);
  }
}

/** Records an end that nobody waits for: the recorder reports its own failures. */
export function noteEnd(...end: Parameters<typeof recordEnd>): void {
  recordEnd(...end)?.catch(() => {});
}

/** What the server sets for the tool now; a call to no server costs nothing. */
function costOfCall({ router }: Gate, { caller, server, method, name }: Call): number {
  if (server === null) return 0;
  return costOf(router.find(caller.organizationId, server)?.server.costs, spentName(method, name));
}
