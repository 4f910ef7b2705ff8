import type { CallDecided, CallEnded } from "../domain/events.ts";
import type { LogRecord } from "../domain/record.ts";

/** Records of calls for tests: everything but what a test is about. */
export function decidedRecord(given: Partial<CallDecided> & { readonly sequence: number }): LogRecord<"call_decided"> {
  const value: CallDecided = {
    id: `gate/1/${given.sequence}`,
    timeMs: 0,
    organizationId: "acme",
    callId: `call-${given.sequence}`,
    gateway: "gate",
    epoch: 1,
    principal: { userId: "ana", agentId: null, roles: [], scopes: [], groups: [], credential: "key:1" },
    address: "127.0.0.1",
    transport: "http",
    protocol: "2025-11-25",
    method: "tools/call",
    server: "everything",
    serverLabels: {},
    virtualServer: null,
    name: "echo",
    arguments: null,
    argumentsBytes: 0,
    traceparent: null,
    verdict: "allow",
    stage: "policy",
    rule: null,
    policyVersion: null,
    reason: "",
    policyOffset: 0,
    serverOffset: 0,
    audit: "buffered",
    ...given,
  };
  return { type: "call_decided", key: `acme/${value.principal.userId}`, value, timestampMs: value.timeMs };
}

export function endedRecord(given: Partial<CallEnded> & { readonly sequence: number }): LogRecord<"call_ended"> {
  const value: CallEnded = {
    id: `gate/1/${given.sequence}`,
    timeMs: 0,
    organizationId: "acme",
    callId: `call-${given.sequence}`,
    gateway: "gate",
    epoch: 1,
    userId: "ana",
    agentId: null,
    method: "tools/call",
    server: "everything",
    name: "echo",
    upstream: "one",
    outcome: "ok",
    status: 200,
    errorCode: null,
    requestBytes: 100,
    responseBytes: 1_000,
    durationMicros: 500,
    attempts: 1,
    traceparent: null,
    costUnits: 1,
    ...given,
  };
  return { type: "call_ended", key: `acme/${value.userId}`, value, timestampMs: value.timeMs };
}
