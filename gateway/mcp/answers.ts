import type { Call, Decision } from "../../domain/call.ts";
import { Fault, type FaultCode } from "../../domain/fault.ts";
import { codes, deniedAnswer, errorForms, errorMessage } from "../../domain/mcp/errors.ts";
import type { HttpReply } from "../../domain/ports/http.ts";
import type { Unauthenticated } from "../authentication/authenticate.ts";
import { stepUpChallenge } from "../authentication/challenge.ts";
import type { Judged } from "../decision/decide.ts";
import { rateLimitHeaders } from "../decision/rate-limit-headers.ts";
import type { Inbound } from "./inbound.ts";

const json = ["content-type", "application/json"] as const;

/** A denial, in the form that clients show best; 429 with the time to come back for a limit. */
export function deniedReply(inbound: Inbound, { decision, admission }: Judged, call: Call): void {
  const { rule, reason, retryAfterMs, stepUpMaxAgeMs } = decision;
  const { status, body } = deniedAnswer({
    idRaw: inbound.idRaw,
    method: call.method,
    modern: inbound.era === "modern",
    message: `${whoOf(call)} may not ${actOf(call)}: ${reason}`,
    decisionId: inbound.callId,
    rule,
    retryAfterMs,
    stepUp: stepUpMaxAgeMs !== undefined,
  });
  inbound.reply.send(status, [...json, "sluice-decision", inbound.callId, ...comeBackHeaders(decision, admission)], body);
}

/** What a denied client may do about it, and when. */
function comeBackHeaders({ retryAfterMs, stepUpMaxAgeMs }: Decision, admission: Judged["admission"]): readonly string[] {
  if (stepUpMaxAgeMs !== undefined) return ["www-authenticate", stepUpChallenge(stepUpMaxAgeMs)];
  // A throttled caller has met no limit that could be told.
  if (admission === null && retryAfterMs !== null) return ["retry-after", String(Math.ceil(retryAfterMs / 1_000))];
  return rateLimitHeaders(admission);
}

function whoOf({ caller: { userId, agentId } }: Call): string {
  return agentId === null ? `user ${userId}` : `agent ${agentId} of user ${userId}`;
}

function actOf({ method, name, server }: Call): string {
  const target = name === null ? method : method === "tools/call" ? `call the tool ${shown(name)}` : `${method} ${shown(name)}`;
  return server === null ? target : `${target} on the server ${server}`;
}

/** Names come from the caller: short, and without control characters, before they go into a sentence. */
export function shown(name: string): string {
  return name.slice(0, 128).replace(/\p{C}/gu, "?");
}

/** A fault as a JSON-RPC error with the fitting HTTP status. */
export function faultAnswer({ idRaw, callId, fault }: { readonly idRaw: string | null; readonly callId: string; readonly fault: Fault }): {
  readonly status: number;
  readonly body: string;
} {
  const { code, status } = errorForms[fault.code];
  const retryAfterMs = comeBackMs(fault);
  const data = { ...(callId === "" ? {} : { decisionId: callId }), ...(retryAfterMs === null ? {} : { retryAfterMs }) };
  return { status, body: errorMessage(idRaw, code, fault.message, data) };
}

export function faultReply({ reply, idRaw, callId }: Inbound, fault: Fault): void {
  const { status, body } = faultAnswer({ idRaw, callId, fault });
  reply.send(status, [...json, "sluice-decision", callId, ...retryAfterOf(fault)], body);
}

/** A fault in what is asked for, not in the message itself: HTTP 200, so that clients of every revision read the error as one of JSON-RPC. */
export function inBandReply(inbound: Inbound, fault: Fault): void {
  if (fault.code !== "invalid") faultReply(inbound, fault);
  else inbound.reply.send(200, [...json, "sluice-decision", inbound.callId], faultAnswer({ ...inbound, fault }).body);
}

/** `Retry-After`, where coming back may help. */
export function retryAfterOf(fault: Fault): readonly string[] {
  return retryAfter(comeBackMs(fault));
}

/** Something that is away for now may be back soon: every 503 says when to ask again. */
function comeBackMs({ code, retryAfterMs }: Fault): number | null {
  return retryAfterMs ?? (code === "unavailable" ? 1_000 : null);
}

function retryAfter(retryAfterMs: number | null): readonly string[] {
  return retryAfterMs === null ? [] : ["retry-after", String(Math.max(1, Math.ceil(retryAfterMs / 1000)))];
}

/** A message that breaks the rules of the protocol. */
export interface ProtocolError {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  readonly idRaw: string | null;
}

export function protocolReply(reply: HttpReply, { status, code, message, data, idRaw }: ProtocolError): void {
  reply.send(status, json, errorMessage(idRaw, code, message, data));
}

/** A request that is refused before it is read as a message. */
export function refusedReply(reply: HttpReply, status: number, code: FaultCode, message: string): void {
  reply.send(status, json, errorMessage(null, errorForms[code].code, message));
}

/** 401 with the challenge that leads a client to its authorization server (RFC 6750 §3, RFC 9728 §5.1). */
export function unauthenticatedReply(reply: HttpReply, { refused, wwwAuthenticate }: Unauthenticated): void {
  const { code, status } = errorForms.unauthenticated;
  reply.send(status, [...json, "www-authenticate", wwwAuthenticate], errorMessage(null, code, refused));
}

/** Nobody learns whether a server exists that is not theirs: unknown and foreign read the same. */
export function routeRefusal(inbound: Inbound, name: string): void {
  const message = `there is no ${inbound.endpoint === null ? "such tool, prompt or server" : "server"} for you: ${shown(name)}`;
  const body = errorMessage(inbound.idRaw, codes.invalidParams, message, { decisionId: inbound.callId });
  if (inbound.endpoint !== null) faultReply(inbound, new Fault("not-found", message));
  else inbound.reply.send(200, [...json, "sluice-decision", inbound.callId], body);
}

/** -32601, with HTTP 404 in the modern era (2026-07-28, Streamable HTTP, "Sending Messages"). */
export function unknownMethodReply({ reply, idRaw, era, scanned }: Inbound): void {
  const message = `the method ${shown(scanned.method ?? "")} is not available here`;
  reply.send(era === "modern" ? 404 : 200, json, errorMessage(idRaw, codes.methodNotFound, message));
}
