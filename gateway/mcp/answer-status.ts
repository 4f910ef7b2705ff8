import { codes } from "../../domain/mcp/errors.ts";
import type { Era } from "../../domain/mcp/revisions.ts";
import type { Scanned } from "../../domain/mcp/scanned.ts";

/** The statuses that errors of the stateless revision come with (2026-07-28, basic, "Error Codes", and Streamable HTTP). */
const modernStatuses: ReadonlyMap<number, number> = new Map([
  [codes.methodNotFound, 404],
  [codes.headerMismatch, 400],
  [codes.missingCapability, 400],
  [codes.unsupportedVersion, 400],
]);

/**
 * The HTTP status of a whole JSON-RPC answer for a client of the era. Servers over other transports have none, and those of the other era
 * have others: a modern client looks for 404 and 400 beside the errors that they go with, a legacy client takes 404 for the end of its
 * session and 400 for a broken connection, so errors in answers reach it with 200.
 */
export function answerStatus(era: Era, status: number, message: Scanned | null): number {
  if (message?.kind !== "error") return status;
  if (era === "modern") return status === 200 ? (modernStatuses.get(message.errorCode ?? 0) ?? 200) : status;
  return status === 400 || status === 404 ? 200 : status;
}
