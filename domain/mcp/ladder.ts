import { codes } from "./errors.ts";
import { decodeHeaderValue, trimOptionalSpace } from "./header-value.ts";
import { openBrace } from "./json-bytes.ts";
import type { Range } from "./json-text.ts";
import { isRequestOf, methodOf, targetOf } from "./methods.ts";
import { assumedVersion, batchVersion, type Era, isModern, negotiate } from "./revisions.ts";
import { scanMessage } from "./scan.ts";
import { type Malformed, rawId, type Scanned } from "./scanned.ts";

/** A message that the protocol forbids: the HTTP status and the JSON-RPC error to answer it with. */
export interface ProtocolRefusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  /** The JSON of the id of the request that is refused, or null. */
  readonly idRaw: string | null;
}

export interface Classified {
  readonly era: Era;
  /** For `initialize` the one to answer with. Of a refused message what it named, or the empty string. */
  readonly version: string;
  /** The version was not named: where a session knows better, the session's counts. */
  readonly assumed: boolean;
  readonly refusal: ProtocolRefusal | null;
}

export interface Arrival {
  /** Null where the HTTP method has no body. */
  readonly scanned: Scanned | Malformed | null;
  /** By lower case name; the empty string where there is none. */
  readonly header: (name: string) => string;
  /** Upper case. */
  readonly httpMethod: string;
  /** Newest first. Either may be empty. */
  readonly served: { readonly modernVersions: readonly string[]; readonly legacyVersions: readonly string[] };
}

/**
 * The era of a message and whether it is well-formed in it: steps 5 to 11 that a server takes between reading a body and looking at what
 * it asks for (2026-07-28, basic/transports/streamable-http; 2025-11-25, basic/transports), in this order: JSON, era, envelope, headers,
 * version, method, target. The body alone tells the era; headers are checked against it and never believed.
 * `Mcp-Param-*`, which needs the tool's schema, and capabilities are left to those who know them.
 */
export function classify(arrival: Arrival): Classified {
  const { scanned, httpMethod } = arrival;
  if (httpMethod !== "POST" || scanned === null) return classifyWithoutBody(arrival);
  if (scanned.kind === "malformed") {
    const era = isModern(versionHeader(arrival)) ? "modern" : "legacy";
    return refused(era, "", { status: 400, code: scanned.code, message: scanned.reason, idRaw: rawId(scanned) });
  }
  if (claimsModern(scanned)) return modernMessage(arrival, scanned, scanned.protocolVersion ?? "");
  return legacyMessage(arrival, scanned);
}

/**
 * `initialize` is the legacy handshake by definition, unless a whole modern envelope says otherwise:
 * it is then a method that the modern era does not have.
 */
function claimsModern({ kind, method, protocolVersion, bytes, clientCapabilities }: Scanned): boolean {
  if ((kind !== "request" && kind !== "notification") || protocolVersion === null) return false;
  if (kind === "notification" || method !== "initialize") return true;
  return isModern(protocolVersion) && isObject(bytes, clientCapabilities);
}

function isObject(bytes: Uint8Array, range: Range | null): boolean {
  return range !== null && bytes[range.start] === openBrace;
}

/** GET and DELETE belong to sessions, which only the legacy era has. */
function classifyWithoutBody(arrival: Arrival): Classified {
  const named = versionHeader(arrival);
  const isOfSessions = arrival.httpMethod === "GET" || arrival.httpMethod === "DELETE";
  if (!isOfSessions || isModern(named) || arrival.served.legacyVersions.length === 0) {
    const message = `${arrival.httpMethod} is not allowed here`;
    return refused(isModern(named) ? "modern" : "legacy", named, { status: 405, code: codes.invalidRequest, message, idRaw: null });
  }
  return legacyVersion(arrival, null);
}

function modernMessage(arrival: Arrival, scanned: Scanned, version: string): Classified {
  const refusal =
    checkEnvelope(scanned) ??
    checkModernHeaders(scanned, arrival.header) ??
    (arrival.served.modernVersions.includes(version) ? null : unsupported(arrival, version, rawId(scanned))) ??
    (scanned.kind === "request" ? checkRequest("modern", scanned) : null);
  return { era: "modern", version, assumed: false, refusal };
}

const logLevels: ReadonlySet<string> = new Set(["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]);

/** What the envelope of a request must hold (2026-07-28, basic, "_meta"). A notification has none of its own. */
function checkEnvelope(scanned: Scanned): ProtocolRefusal | null {
  const { bytes, clientCapabilities, clientInfo, logLevel, protocolVersion } = scanned;
  const wrong = (key: string, problem: string): ProtocolRefusal => ({
    status: 400,
    code: codes.invalidParams,
    message: `params._meta["io.modelcontextprotocol/${key}"] ${problem}`,
    idRaw: rawId(scanned),
  });
  if (protocolVersion === "") return wrong("protocolVersion", "must be the name of a revision");
  if (scanned.kind !== "request") return null;
  if (clientCapabilities === null) return wrong("clientCapabilities", "is missing");
  if (!isObject(bytes, clientCapabilities)) return wrong("clientCapabilities", "must be an object");
  if (clientInfo !== null && !isObject(bytes, clientInfo)) return wrong("clientInfo", "must be an object");
  if (logLevel !== null && !logLevels.has(logLevel)) return wrong("logLevel", "is not a level that is known");
  return null;
}

/**
 * The headers that repeat the body: `MCP-Protocol-Version`, `Mcp-Method` and `Mcp-Name` must be there and say the same.
 * For notifications the revision leaves them undefined: those that are there must say the same.
 */
export function checkModernHeaders(scanned: Scanned, header: (name: string) => string): ProtocolRefusal | null {
  const isRequest = scanned.kind === "request";
  const problem =
    compare("MCP-Protocol-Version", header("mcp-protocol-version"), scanned.protocolVersion, isRequest) ??
    compare("Mcp-Method", header("mcp-method"), scanned.method, isRequest) ??
    (isRequest && methodOf(scanned.method)?.mirrored === true ? compareName(header("mcp-name"), targetOf(scanned)) : null);
  return problem === null ? null : { status: 400, code: codes.headerMismatch, message: problem, idRaw: rawId(scanned) };
}

function compare(name: string, value: string, expected: string | null, isRequired: boolean): string | null {
  const said = trimOptionalSpace(value);
  if (said === "") return isRequired ? `Header mismatch: ${name} is missing` : null;
  // A body that names no version leaves nothing to compare: a notification.
  if (expected === null || said === expected) return null;
  return `Header mismatch: ${name} says ${shown(said)}, the body ${shown(expected)}`;
}

/** A body without a target is not the headers' fault: it is refused by what looks at targets. */
function compareName(value: string, target: string | null): string | null {
  if (trimOptionalSpace(value) === "") return target === null ? null : "Header mismatch: Mcp-Name is missing";
  const said = decodeHeaderValue(value);
  if (said === undefined) return "Header mismatch: Mcp-Name has invalid characters or an invalid encoding";
  if (target === null || said === target) return null;
  return `Header mismatch: Mcp-Name says ${shown(said)}, the body ${shown(target)}`;
}

function shown(value: string): string {
  return JSON.stringify(value.length > 128 ? `${value.slice(0, 128)}…` : value);
}

function checkRequest(era: Era, scanned: Scanned): ProtocolRefusal | null {
  const method = methodOf(scanned.method);
  if (method === undefined || !isRequestOf(era, method)) {
    // Legacy clients take HTTP 404 for a session that ended.
    const status = era === "modern" ? 404 : 200;
    return { status, code: codes.methodNotFound, message: `there is no method ${shown(scanned.method ?? "")}`, idRaw: rawId(scanned) };
  }
  if (method.target === null || targetOf(scanned) !== null) return null;
  const name = method.target === "ref" ? "ref.name or params.ref.uri" : method.target;
  return { status: 200, code: codes.invalidParams, message: `params.${name} must be a string`, idRaw: rawId(scanned) };
}

function legacyMessage(arrival: Arrival, scanned: Scanned): Classified {
  const { legacyVersions } = arrival.served;
  const named = versionHeader(arrival);
  if (isModern(named)) return modernByHeaderOnly(arrival, scanned, named);
  if (scanned.kind === "batch") return batch(arrival, scanned);
  if (legacyVersions.length === 0) return legacyAtModernOnly(arrival, scanned, named);
  if (scanned.kind === "request" && scanned.method === "initialize") {
    return { era: "legacy", version: negotiate(scanned.initializeVersion, legacyVersions), assumed: false, refusal: null };
  }
  const classified = legacyVersion(arrival, rawId(scanned));
  if (classified.refusal !== null || scanned.kind !== "request") return classified;
  return { ...classified, refusal: checkRequest("legacy", scanned) };
}

/** The header names a modern revision, the body does not: only a notification may do without the envelope. */
function modernByHeaderOnly(arrival: Arrival, scanned: Scanned, version: string): Classified {
  const idRaw = rawId(scanned);
  if (scanned.kind === "notification") {
    const isServed = arrival.served.modernVersions.includes(version);
    const refusal = checkModernHeaders(scanned, arrival.header) ?? (isServed ? null : unsupported(arrival, version, null));
    return { era: "modern", version, assumed: false, refusal };
  }
  if (scanned.kind !== "request") {
    const message = "the body must be one request or notification";
    return refused("modern", version, { status: 400, code: codes.invalidRequest, message, idRaw: null });
  }
  if (scanned.method === "initialize") {
    const message = `Header mismatch: MCP-Protocol-Version says ${shown(version)}, and initialize is of earlier revisions`;
    return refused("modern", version, { status: 400, code: codes.headerMismatch, message, idRaw });
  }
  const missing = scanned.meta === null ? "params._meta" : 'params._meta["io.modelcontextprotocol/protocolVersion"]';
  return refused("modern", version, { status: 400, code: codes.invalidParams, message: `${missing} is missing`, idRaw });
}

/** An endpoint without sessions tells legacy clients what it serves. Their notifications are dropped, as they expect no answer. */
function legacyAtModernOnly(arrival: Arrival, scanned: Scanned, named: string): Classified {
  if (scanned.kind === "notification") return { era: "legacy", version: named, assumed: named === "", refusal: null };
  if (scanned.kind === "request") {
    const requested = scanned.method === "initialize" ? scanned.initializeVersion : named;
    return refused("legacy", named, unsupported(arrival, requested ?? "", rawId(scanned)));
  }
  const message = "the body must be one request or notification";
  return refused("legacy", named, { status: 400, code: codes.invalidRequest, message, idRaw: null });
}

function batch(arrival: Arrival, { bytes, elements }: Scanned): Classified {
  const classified = legacyVersion(arrival, null);
  if (classified.refusal !== null) return classified;
  const refuse = (message: string): Classified =>
    refused("legacy", classified.version, { status: 400, code: codes.invalidRequest, message, idRaw: null });
  if (classified.version !== batchVersion) return refuse(`batches are a matter of revision ${batchVersion} only`);
  for (const { start, end } of elements) {
    const element = scanMessage(bytes.subarray(start, end));
    if (element.kind === "malformed") return refuse(`a message of the batch is malformed: ${element.reason}`);
    if (element.method === "initialize") return refuse("initialize must not be in a batch");
    if (element.params !== null && element.protocolVersion !== null) return refuse("a modern request must not be in a batch");
  }
  return classified;
}

function legacyVersion(arrival: Arrival, idRaw: string | null): Classified {
  const { legacyVersions } = arrival.served;
  const named = versionHeader(arrival);
  if (legacyVersions.includes(named)) return { era: "legacy", version: named, assumed: false, refusal: null };
  if (named === "" && legacyVersions.length > 0) {
    const version = legacyVersions.includes(assumedVersion) ? assumedVersion : negotiate(null, legacyVersions);
    return { era: "legacy", version, assumed: true, refusal: null };
  }
  return refused("legacy", named, {
    status: 400,
    code: codes.invalidRequest,
    message: `MCP-Protocol-Version ${shown(named)} is not supported`,
    data: { supported: [...arrival.served.modernVersions, ...legacyVersions], requested: named },
    idRaw,
  });
}

/** Names what may stand in an envelope, which is what `server/discover` names, too; sessions are agreed upon by `initialize`. */
function unsupported({ served }: Arrival, requested: string, idRaw: string | null): ProtocolRefusal {
  const supported = served.modernVersions.length > 0 ? served.modernVersions : served.legacyVersions;
  return {
    status: 400,
    code: codes.unsupportedVersion,
    message: requested === "" ? "the request names no protocol version" : `protocol version ${shown(requested)} is not supported`,
    data: requested === "" ? { supported } : { supported, requested },
    idRaw,
  };
}

function versionHeader({ header }: Arrival): string {
  return trimOptionalSpace(header("mcp-protocol-version"));
}

function refused(era: Era, version: string, refusal: ProtocolRefusal): Classified {
  return { era, version, assumed: false, refusal };
}
