import type { FaultCode } from "../fault.ts";

/** The codes of JSON-RPC 2.0 §5.1 and of MCP 2026-07-28 (basic, "Error Codes"). */
export const codes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const;

/** How a refusal or a failure is said in JSON-RPC, and with which HTTP status. */
export interface ErrorForm {
  readonly code: number;
  readonly status: number;
}

/**
 * The total translation of faults. The gate's own codes are positive, since -32768 to -32000 belong to JSON-RPC and MCP,
 * and read like the HTTP status of the same meaning, so that a person who sees one knows what it is.
 */
export const errorForms: Readonly<Record<FaultCode, ErrorForm>> = {
  invalid: { code: codes.invalidParams, status: 400 },
  unauthenticated: { code: 401, status: 401 },
  denied: { code: 403, status: 403 },
  "not-found": { code: 404, status: 404 },
  conflict: { code: 409, status: 409 },
  "too-large": { code: 413, status: 413 },
  limited: { code: 429, status: 429 },
  cancelled: { code: 499, status: 499 },
  unsupported: { code: codes.methodNotFound, status: 404 },
  unavailable: { code: 503, status: 503 },
  timeout: { code: 504, status: 504 },
  internal: { code: codes.internalError, status: 500 },
};

/** A JSON-RPC error. `idRaw` is the JSON of the request's id; null where it is unknown. `data` is left out where it is undefined. */
export function errorMessage(idRaw: string | null, code: number, message: string, data?: unknown): string {
  const more = data === undefined ? "" : `,"data":${JSON.stringify(data)}`;
  return `{"jsonrpc":"2.0","id":${idRaw ?? "null"},"error":{"code":${code},"message":${JSON.stringify(message)}${more}}}`;
}

/** A JSON-RPC result. Both arguments are raw JSON. */
export function resultMessage(idRaw: string, resultJson: string): string {
  return `{"jsonrpc":"2.0","id":${idRaw},"result":${resultJson}}`;
}

/** The key in `_meta` under which answers name their decision. Our own prefix: those with `mcp` as second label are reserved. */
export const decisionMetaKey = "dev.sluice/decision";

export interface Denial {
  /** The JSON of the request's id; null for what has none, such as a notification. */
  readonly idRaw: string | null;
  readonly method: string;
  /** Whether the request is of the modern era. */
  readonly modern: boolean;
  /** A sentence for the caller: who was refused what. Rule and decision are added to it. */
  readonly message: string;
  readonly decisionId: string;
  /** `{policyId}/{ruleId}` or a limit's id; null where nothing allowed it. */
  readonly rule: string | null;
  /** For a rate limit. */
  readonly retryAfterMs?: number | null;
  /** The caller must prove anew who they are. */
  readonly stepUp?: boolean;
}

/**
 * The answer to a call that was denied. A denied `tools/call` is a tool result with `isError`, which clients show to model and user;
 * another method gets the gate's error in the JSON-RPC answer, HTTP 200, because clients take 403 for a want of scope and sign in again.
 * A rate limit is HTTP 429 with a JSON-RPC error. What has no id is refused with HTTP 403.
 */
export function deniedAnswer(denial: Denial): { status: number; body: string } {
  const { idRaw, method, modern, decisionId, rule } = denial;
  const retryAfterMs = denial.retryAfterMs ?? null;
  const text = `${denial.message} (${rule === null ? "" : `rule ${rule}, `}decision ${decisionId})`;
  if (retryAfterMs !== null) {
    const { code, status } = errorForms.limited;
    return { status, body: errorMessage(idRaw, code, text, { retryAfterMs, decisionId, rule }) };
  }
  if (denial.stepUp === true) {
    // A client that is told 401 signs in again; a tool result would only be shown (RFC 9470 section 3).
    const { code, status } = errorForms.unauthenticated;
    return { status, body: errorMessage(idRaw, code, text, { decisionId, rule }) };
  }
  if (method === "tools/call" && idRaw !== null) {
    const result = {
      ...(modern ? { resultType: "complete" } : {}),
      content: [{ type: "text", text }],
      isError: true,
      _meta: { [decisionMetaKey]: { id: decisionId, verdict: "deny", rule } },
    };
    return { status: 200, body: resultMessage(idRaw, JSON.stringify(result)) };
  }
  const { code, status } = errorForms.denied;
  return { status: idRaw === null ? status : 200, body: errorMessage(idRaw, code, text, { decisionId, rule }) };
}
