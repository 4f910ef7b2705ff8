import { asObject, type ClientCapabilities, missingCapabilities } from "./client-capabilities.ts";
import { codes, errorMessage, resultMessage } from "./errors.ts";
import { encode, memberRange, rawText } from "./json-text.ts";
import { methodOf } from "./methods.ts";
import type { Scanned } from "./scanned.ts";
import { splice } from "./splice.ts";

/** Of earlier revisions: no resource of that URI (2025-11-25, server/resources), and a page that a person has to visit first (client/elicitation). */
const resourceNotFound = -32002;
const urlElicitationRequired = -32042;

/**
 * An error of a legacy server for a modern client: codes that 2026-07-28 (basic, "Error Codes") has given up or keeps for itself are never
 * passed on. A page to visit is a question there. A message that is no error stays as it is.
 */
export function toModernError(bytes: Uint8Array, scanned: Scanned, method: string, declared: ClientCapabilities): Uint8Array {
  const { error, errorCode } = scanned;
  if (error === null || errorCode === null) return bytes;
  if (errorCode === resourceNotFound) return withCode(bytes, scanned, codes.invalidParams);
  if (errorCode === urlElicitationRequired) return pagesToVisit(bytes, scanned, method, declared);
  return errorCode <= -32020 && errorCode >= -32099 ? withCode(bytes, scanned, codes.internalError) : bytes;
}

function withCode(bytes: Uint8Array, { error }: Scanned, code: number): Uint8Array {
  const range = error === null ? null : memberRange(bytes, error, "code");
  return range === null ? bytes : splice(bytes, [{ ...range, text: String(code) }]);
}

function pagesToVisit(bytes: Uint8Array, scanned: Scanned, method: string, declared: ClientCapabilities): Uint8Array {
  const { error, id } = scanned;
  if (error === null || id === null) return bytes;
  const { elicitations } = asObject(asObject(JSON.parse(rawText(bytes, error)))["data"]);
  const pages = Array.isArray(elicitations) ? elicitations.map(asObject).filter(({ url }) => typeof url === "string") : [];
  if (pages.length === 0 || methodOf(method)?.mayAskForInput !== true) return withCode(bytes, scanned, codes.internalError);
  const requiredCapabilities = { elicitation: { url: {} } };
  if (missingCapabilities(requiredCapabilities, declared) !== null) {
    const message = "a page has to be visited first, and the client did not declare that it can show one";
    return encode(errorMessage(rawText(bytes, id), codes.missingCapability, message, { requiredCapabilities }));
  }
  const requests = pages.map((page, index) => [`page${index + 1}`, { method: "elicitation/create", params: { ...page, mode: "url" } }]);
  // The server has not begun: the client asks again when it is done there, and needs no state for it.
  return encode(
    resultMessage(rawText(bytes, id), JSON.stringify({ resultType: "input_required", inputRequests: Object.fromEntries(requests) })),
  );
}
