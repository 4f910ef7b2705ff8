import type { Principal } from "../../domain/envelope.ts";
import type { EventType } from "../../domain/events.ts";
import type { StoredRecord } from "../../domain/record.ts";
import { fullSamples } from "../avro/event-samples.ts";
import { type AuditDocument, documentOf, type SunkType } from "./document.ts";

/**
 * Two hours of two tenants, and what was before: calls that are allowed, denied, limited and failing, one without an end, one that is missing;
 * acts, keys, unusual things, decisions that were found wanting. Always the same.
 */
export function sampleRecords(beganMs: number): readonly StoredRecord<SunkType>[] {
  const records = [...numbered(callsOf(beganMs), beganMs), ...actsOf(beganMs), ...findingsOf(beganMs), ...reviewsOf(beganMs)];
  return records.map((record, offset) => ({ ...record, offset }));
}

export function sampleDocuments(beganMs: number): readonly AuditDocument[] {
  const options = { namespace: "sample", arguments: "none", ingestedAtMs: beganMs } as const;
  return sampleRecords(beganMs).flatMap((record) => documentOf(record, options) ?? []);
}

const calls = 200;
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const tools = ["forecast", "alerts", "radar"] as const;

const { principal: known } = fullSamples.call_decided;
const principals = {
  ana: { ...known, userId: "ana", roles: ["admin", "analyst"], groups: ["finance"], credential: "key:AnaKey000001" },
  bob: { ...known, userId: "bob", agentId: null, roles: ["analyst"], groups: ["finance", "research"], credential: "key:BobKey000001" },
  eve: { ...known, userId: "eve", roles: ["analyst"], groups: ["research"], credential: "jwt:eve" },
  "-": { ...known, userId: "-", agentId: null, roles: [], scopes: [], groups: [], credential: "none" },
} as const satisfies Readonly<Record<string, Principal>>;
const users = ["ana", "bob", "eve", "-"] as const;

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
  { verdict: "deny", stage: "quarantine", rule: "tool:weather/radar" },
] as const;
const outcomes = ["ok", "ok", "tool-error", "rpc-error", "upstream-error", "timeout", "cancelled"] as const;

/** The gate was killed while it forwarded this one. */
const endless = 72;

function callsOf(beganMs: number): readonly StoredRecord<SunkType>[] {
  const recent = Array.from({ length: calls }, (_, index) => callOf(index, beganMs + Math.floor((index * 120 * minuteMs) / calls))).flat();
  // What ana and bob did before is not their first use any more; bob works on Sundays, before anybody is up.
  return [
    ...callOf(0, beganMs - 20 * dayMs, "old-"),
    ...callOf(13, sundayBefore(beganMs - 20 * dayMs) + 3 * 60 * minuteMs, "old-"),
    ...recent,
  ];
}

/** What was decided, and how it ended. `age` tells older ones from those of the two hours. */
function callOf(index: number, timeMs: number, age = ""): readonly StoredRecord<SunkType>[] {
  const userId = users[index % users.length] ?? "-";
  const call = { ...(userId === "-" ? nobodysCall : toolCall(index)), timeMs, callId: `${age}call-${index}` };
  const decision = userId === "-" ? refused : (decisions[index % decisions.length] ?? decisions[0]);
  const decided = stored("call_decided", {
    ...fullSamples.call_decided,
    ...call,
    ...decision,
    id: `d-${age}${index}`,
    principal: principals[userId],
    // Bob has one place, the others have several.
    address: userId === "bob" ? "192.0.2.77" : `192.0.2.${index % 7}`,
    serverLabels: call.server === null ? {} : { env: call.server === "weather" ? "prod" : "test" },
    policyVersion: decision.rule?.startsWith("agents/") === true ? 6 + Math.floor(index / 100) : null,
  });
  return decision.verdict === "deny" || index === endless ? [decided] : [decided, endOf(index, call, userId, age)];
}

const nobodysCall = { organizationId: "-", method: "", server: null, name: null };
const refused = { verdict: "deny", stage: "authentication", rule: null, reason: "the credential could not be verified" } as const;

function toolCall(index: number) {
  return {
    organizationId: index % 5 === 0 ? "rival" : "acme",
    method: "tools/call",
    server: Math.floor(index / 12) % 2 === 0 ? "weather" : "news",
    name: tools[index % tools.length] ?? null,
  };
}

function endOf(
  index: number,
  call: ReturnType<typeof toolCall> | typeof nobodysCall,
  userId: keyof typeof principals,
  age: string,
): StoredRecord<SunkType> {
  const { agentId } = principals[userId];
  return stored("call_ended", {
    ...fullSamples.call_ended,
    ...call,
    id: `e-${age}${index}`,
    userId,
    agentId,
    outcome: outcomes[Math.floor(index / 12) % outcomes.length] ?? "ok",
    // One call in ten takes longer than half a minute.
    durationMicros: Math.floor(index / 12) % 10 === 0 ? 31e6 : 1000 * (index + 1),
    costUnits: index % 5,
  });
}

/** Numbers the records of calls as the two gates that took them do; one record of the first is lost, one of the second is there twice. */
function numbered(records: readonly StoredRecord<SunkType>[], beganMs: number): readonly StoredRecord<SunkType>[] {
  const firstOfSecond = records.length - 50;
  const all = records.map((record, index) => {
    const isSecond = index >= firstOfSecond;
    const process = { gateway: isSecond ? "gate-2" : "gate-1", epoch: beganMs, sequence: 1 + index - (isSecond ? firstOfSecond : 0) };
    return { ...record, value: { ...record.value, ...process } } as StoredRecord<SunkType>; // still what it was, from another gate
  });
  const last = all.at(-1);
  const repeated = { ...last, value: { ...last?.value, id: "repeated" } } as StoredRecord<SunkType>; // as around a rollover: see docs/analysts.md
  return [...all.filter((_, index) => index !== 150), repeated];
}

function actsOf(beganMs: number): readonly StoredRecord<SunkType>[] {
  const act = (change: Partial<(typeof fullSamples)["administered"]> & { readonly id: string; readonly action: string }) =>
    stored("administered", { ...fullSamples.administered, timeMs: beganMs + minuteMs, principal: principals.ana, ...change });
  const key = { action: "keys.issue", targetType: "key" } as const;
  return [
    act({ id: "a1", action: "policies.put", targetType: "policy", targetId: "agents" }),
    act({ id: "a2", ...key, action: "keys.revoke", targetId: "BobKey000001", timeMs: beganMs + 30 * minuteMs }),
    act({
      id: "a3",
      action: "users.put",
      targetType: "user",
      targetId: "eve",
      outcome: "refused",
      reason: "no",
      principal: principals.bob,
    }),
    act({ id: "a4", ...key, targetId: "AnaKey000001", timeMs: beganMs - 120 * dayMs }),
    act({ id: "a5", ...key, targetId: "BobKey000001", timeMs: beganMs - 120 * dayMs }),
    act({ id: "a6", ...key, targetId: "OldKey000001", timeMs: beganMs - 120 * dayMs }),
    act({ id: "a7", ...key, targetId: "NewKey000001", timeMs: beganMs - 10 * dayMs }),
    act({ id: "a8", ...key, action: "keys.revoke", targetId: "AnaKey000001", outcome: "refused", reason: "no", principal: principals.eve }),
    act({ id: "a9", ...key, targetId: "", outcome: "refused", reason: "no", organizationId: "rival" }),
  ];
}

function findingsOf(beganMs: number): readonly StoredRecord<SunkType>[] {
  const { upstream_changed, anomaly_found, restriction_changed } = fullSamples;
  const restriction = { ...restriction_changed, action: "quarantine", sinceMs: beganMs, expiresAtMs: beganMs + 30 * minuteMs };
  return [
    stored("upstream_changed", { ...upstream_changed, timeMs: beganMs + minuteMs, id: "u1", circuit: "open" }),
    stored("anomaly_found", { ...anomaly_found, timeMs: beganMs + minuteMs, id: "n1" }),
    stored("restriction_changed", { ...restriction, timeMs: beganMs + minuteMs, id: "r1" }),
    // The first is lifted before it ends, the second is forgotten after it has.
    stored("restriction_changed", { ...restriction, timeMs: beganMs + 2 * minuteMs, id: "r2", change: "released", by: "user:ana" }),
    stored("restriction_changed", { ...restriction, timeMs: beganMs + 40 * minuteMs, id: "r3", change: "released", by: "user:bob" }),
  ];
}

function reviewsOf(beganMs: number): readonly StoredRecord<SunkType>[] {
  const review = { ...fullSamples.decisions_reviewed, timeMs: beganMs + minuteMs };
  return [
    stored("decisions_reviewed", { ...review, id: "v1" }),
    stored("decisions_reviewed", { ...review, id: "v2", count: 4, staleMs: 2_500 }),
    stored("decisions_reviewed", {
      ...review,
      id: "v3",
      finding: "contradicted",
      userId: "bob",
      agentId: null,
      staleInputs: [],
      staleMs: 0,
    }),
    stored("decisions_reviewed", { ...review, id: "v4", finding: "shadow", staleInputs: [], staleMs: 0 }),
    stored("decisions_reviewed", { ...review, id: "v5", organizationId: "rival" }),
  ];
}

/** Midnight, UTC, of the last Sunday that was over by then. */
function sundayBefore(timeMs: number): number {
  const midnight = new Date(timeMs - dayMs).setUTCHours(0, 0, 0, 0);
  return midnight - new Date(midnight).getUTCDay() * dayMs;
}
