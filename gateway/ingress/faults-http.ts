import { STATUS_CODES } from "node:http";
import { Fault, type FaultCode } from "../../domain/fault.ts";
import type { HttpReply } from "../../domain/ports/http.ts";

/** The one translation of refusals and failures into HTTP. Total: a new code does not compile without a status. */
export const httpStatusOf: Readonly<Record<FaultCode, number>> = {
  invalid: 400,
  unauthenticated: 401,
  denied: 403,
  "not-found": 404,
  conflict: 409,
  "too-large": 413,
  timeout: 504,
  limited: 429,
  unavailable: 503,
  unsupported: 501,
  // Nobody reads it: the caller is gone. The number is nginx's, for the access log.
  cancelled: 499,
  internal: 500,
};

/**
 * Answers with a problem document (RFC 9457). `headers` are names (lower case) and values in turn. What the status
 * demands is added where it is missing: `WWW-Authenticate` to 401 (RFC 9110 §11.6.1), `Retry-After` in seconds to 429 and 503.
 */
export function sendFault(reply: HttpReply, fault: Fault, headers: readonly string[] = []): void {
  sendProblem(reply, httpStatusOf[fault.code], fault, headers);
}

/** As `sendFault`, for the few statuses that say more than the code does: 405, 408, 415, 431. */
export function sendProblem(reply: HttpReply, status: number, fault: Fault, headers: readonly string[] = []): void {
  reply.send(status, problemHeaders(status, fault, headers), problemBody(status, fault));
}

function problemHeaders(status: number, fault: Fault, headers: readonly string[]): readonly string[] {
  const all = ["content-type", "application/problem+json", "cache-control", "no-store", ...headers];
  if (status === 401 && !named(headers, "www-authenticate")) all.push("www-authenticate", "Bearer");
  if ((status === 429 || status === 503) && !named(headers, "retry-after")) all.push("retry-after", retryAfterSeconds(fault));
  return all;
}

/** The causes of our own bugs are told to nobody, so `internal` shows neither message nor field. */
function problemBody(status: number, fault: Fault): string {
  const { code, field, next, message } = fault.code === "internal" ? new Fault("internal", "internal error") : fault;
  return JSON.stringify({ title: STATUS_CODES[status] ?? "Client Closed Request", status, detail: message, code, field, next });
}

/** Whole seconds, rounded up, at least one: an earlier return would only be refused again. */
function retryAfterSeconds(fault: Fault): string {
  return String(Math.max(1, Math.ceil((fault.retryAfterMs ?? 1000) / 1000)));
}

function named(headers: readonly string[], name: string): boolean {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() === name) return true;
  }
  return false;
}
