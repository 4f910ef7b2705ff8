import type { Stage, Transport } from "../../domain/call.ts";
import { type Caller, principalOf } from "../../domain/identity.ts";
import type { HttpRequest } from "../../domain/ports/http.ts";
import type { Gate } from "./gate.ts";
import type { Inbound } from "./inbound.ts";

/**
 * Refusals in front of the decision are on the log, too. A flood of them must not drown it:
 * past `refusalsPerSecondMax` they are counted in the metrics only.
 */
const refusalsPerSecondMax = 50;
let second = 0;
let recordedThisSecond = 0;

const nobody: Caller = {
  organizationId: "-",
  userId: "-",
  agentId: null,
  roles: [],
  scopes: [],
  groups: [],
  credential: "none",
  expiresAtMs: null,
};

/** Records that a request was refused before it became a call: nobody's, or malformed. */
export function recordRefusal(gate: Gate, request: HttpRequest, caller: Caller | null, stage: Stage, reason: string): void {
  record(gate, {
    caller: caller ?? nobody,
    address: request.address,
    transport: request.transport,
    callId: gate.newId(),
    method: "",
    protocol: "",
    stage,
    reason,
    name: null,
    server: null,
  });
}

/** Records that a call asked for a server that is not there, or not there for its caller. */
export function recordRouteRefusal(gate: Gate, inbound: Inbound, name: string | null): void {
  record(gate, {
    caller: inbound.caller,
    address: inbound.request.address,
    transport: inbound.request.transport,
    callId: inbound.callId,
    method: inbound.scanned.method ?? "",
    protocol: inbound.version,
    stage: "route",
    reason: "there is no such server",
    name: name === null ? null : gate.redactor.text(name),
    server: null,
  });
}

interface Refusal {
  readonly caller: Caller;
  readonly address: string;
  readonly transport: Transport;
  readonly callId: string;
  readonly method: string;
  readonly protocol: string;
  readonly stage: Stage;
  readonly reason: string;
  readonly name: string | null;
  readonly server: string | null;
}

function record(gate: Gate, { caller, stage, ...refusal }: Refusal): void {
  gate.metrics.decided(refusal.method, null, "deny", stage);
  const now = Math.floor(gate.nowMs() / 1000);
  if (now !== second) {
    second = now;
    recordedThisSecond = 0;
  }
  recordedThisSecond += 1;
  if (recordedThisSecond > refusalsPerSecondMax) return;

  try {
    void gate.recorder.decided({
      timeMs: gate.nowMs(),
      organizationId: caller.organizationId,
      principal: principalOf(caller),
      serverLabels: {},
      virtualServer: null,
      arguments: null,
      argumentsBytes: 0,
      traceparent: null,
      verdict: "deny",
      stage,
      rule: null,
      policyVersion: null,
      policyOffset: gate.view.policyOffset(),
      serverOffset: gate.view.serverOffset(),
      audit: "buffered",
      ...refusal,
    });
  } catch (cause) {
    gate.logger.error("A refusal could not be recorded", { cause });
  }
}
