import type { EventType } from "../../domain/events.ts";
import type { StoredRecord } from "../../domain/record.ts";
import { fullSamples } from "../avro/event-samples.ts";
import { type AuditDocument, documentOf, type SunkType } from "./document.ts";

/** Two hours of two tenants: calls that are allowed, denied, limited and failing, acts, unusual things. Always the same. */
export function sampleRecords(beganMs: number): readonly StoredRecord<SunkType>[] {
  const records = Array.from({ length: calls }, (_, index) => callRecords(index, beganMs)).flat();
  return [...records, ...otherRecords(beganMs)].map((record, offset) => ({ ...record, offset }));
}

export function sampleDocuments(beganMs: number): readonly AuditDocument[] {
  const options = { namespace: "sample", arguments: "none", ingestedAtMs: beganMs } as const;
  return sampleRecords(beganMs).flatMap((record) => documentOf(record, options) ?? []);
}

const calls = 200;
const minuteMs = 60_000;
const users = ["ana", "bob", "eve", "-"] as const;
const tools = ["forecast", "alerts", "radar"] as const;

function stored<Type extends SunkType>(type: Type, value: (typeof fullSamples)[Type & EventType]): StoredRecord<SunkType> {
  // The type and the value belong together, which the compiler can't follow through the index.
  return {
    type,
    key: "k",
    value,
    timestampMs: value.timeMs,
    topic: "sample",
    partition: 0,
    offset: 0,
  } as unknown as StoredRecord<SunkType>;
}

/** Every kind of decision comes round, in a fixed order. */
const decisions = [
  { verdict: "allow", stage: "policy", rule: "agents/may-forecast" },
  { verdict: "allow", stage: "policy", rule: "agents/may-forecast" },
  { verdict: "deny", stage: "policy", rule: "agents/never" },
  { verdict: "deny", stage: "limit", rule: "per-user" },
  { verdict: "deny", stage: "policy", rule: null },
  { verdict: "deny", stage: "quarantine", rule: null },
] as const;
const outcomes = ["ok", "ok", "tool-error", "rpc-error", "upstream-error", "timeout", "cancelled"] as const;

function callRecords(index: number, beganMs: number): readonly StoredRecord<SunkType>[] {
  const userId = users[index % users.length] ?? "-";
  const isNobody = userId === "-";
  const decision = isNobody
    ? ({ verdict: "deny", stage: "authentication", rule: null } as const)
    : (decisions[index % decisions.length] ?? decisions[0]);
  const timeMs = beganMs + Math.floor((index * 120 * minuteMs) / calls);
  const call = {
    timeMs,
    organizationId: isNobody ? "-" : index % 3 === 0 ? "rival" : "acme",
    callId: `call-${index}`,
    method: "tools/call",
    server: isNobody ? null : index % 2 === 0 ? "weather" : "news",
    name: isNobody ? null : (tools[index % tools.length] ?? null),
  };
  const address = `192.0.2.${index % 7}`;
  const principal = { ...fullSamples.call_decided.principal, userId };
  const decided = stored("call_decided", {
    ...fullSamples.call_decided,
    ...call,
    ...decision,
    id: `d${index}`,
    principal,
    address,
    sequence: index,
  });
  if (decision.verdict === "deny") return [decided];
  const outcome = outcomes[index % outcomes.length] ?? "ok";
  // One call in ten takes longer than half a minute.
  const durationMicros = index % 10 === 0 ? 31e6 : 1000 * (index + 1);
  return [decided, stored("call_ended", { ...fullSamples.call_ended, ...call, id: `e${index}`, userId, outcome, durationMicros })];
}

function otherRecords(beganMs: number): readonly StoredRecord<SunkType>[] {
  const { administered, upstream_changed, anomaly_found, restriction_changed } = fullSamples;
  const at = { timeMs: beganMs + minuteMs };
  return [
    stored("administered", { ...administered, ...at, id: "a1", action: "policies.put", targetType: "policy", targetId: "agents" }),
    stored("administered", { ...administered, ...at, id: "a2", action: "keys.revoke", targetType: "key", targetId: "k1" }),
    stored("administered", {
      ...administered,
      ...at,
      id: "a3",
      action: "users.put",
      targetType: "user",
      targetId: "eve",
      outcome: "refused",
      reason: "no",
    }),
    stored("upstream_changed", { ...upstream_changed, ...at, id: "u1", circuit: "open" }),
    stored("anomaly_found", { ...anomaly_found, ...at, id: "n1" }),
    stored("restriction_changed", { ...restriction_changed, ...at, id: "r1", action: "quarantine" }),
    stored("restriction_changed", {
      ...restriction_changed,
      timeMs: beganMs + 2 * minuteMs,
      id: "r2",
      action: "quarantine",
      change: "released",
    }),
  ];
}
