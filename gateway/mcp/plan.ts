import { Fault } from "../../domain/fault.ts";
import { encodeHeaderValue } from "../../domain/mcp/header-value.ts";
import { quote } from "../../domain/mcp/json-bytes.ts";
import { rawText, stringText } from "../../domain/mcp/json-text.ts";
import { methodOf, targetOf } from "../../domain/mcp/methods.ts";
import { mirroringHeaders } from "../../domain/mcp/mirrored-params.ts";
import { latestModern } from "../../domain/mcp/revisions.ts";
import { toModernResult, withId, withName, withProgressToken, withRequestMeta, withSenderId } from "../../domain/mcp/rewrite.ts";
import { scanMessage } from "../../domain/mcp/scan.ts";
import type { Scanned } from "../../domain/mcp/scanned.ts";
import { splice } from "../../domain/mcp/splice.ts";
import { modernCapabilities } from "./client-words.ts";
import type { EraVerdict } from "./era.ts";
import type { Destination } from "./forward.ts";
import type { Gate } from "./gate.ts";
import { gateInfo } from "./identity.ts";
import { contextOf, type Inbound, keep } from "./inbound.ts";
import { listShape } from "./lists.ts";
import type { ToolMirrors } from "./mirrors.ts";
import type { RelayOptions, Rewrite } from "./outcome.ts";
import { passUnfinished } from "./questions/passed-question.ts";
import { openState, stateRequestOf } from "./questions/request-state.ts";
import { type UpstreamSession, upstreamSessionHeaders } from "./upstream-session.ts";

/** How one message is put to one upstream, and how its answers are put back. */
export interface Plan {
  readonly pinned: string | undefined;
  readonly headers: readonly string[];
  readonly body: Uint8Array;
  readonly rewrite: Rewrite | null;
  /** What is made of a result that is not complete; null where nothing has to be. */
  readonly unfinished: RelayOptions["unfinished"];
  /** The session that the gate holds there for the caller, where it does. */
  readonly pooled: UpstreamSession | null;
  /** The id under which the upstream knows the request, where it differs from the client's. */
  readonly upstreamIdRaw: string | null;
}

/**
 * The four meetings of client and server, by their eras:
 * a legacy client with its own session, and a modern client on a modern server, pass as they are;
 * a legacy client on a modern server is given the envelope and headers that its messages lack;
 * everybody else on a legacy server goes through a session that the gate holds for that caller.
 */
export function planFor(gate: Gate, inbound: Inbound, destination: Destination): Plan | Promise<Plan> {
  const { routed, own } = destination;
  if (own !== null) return ownSession(inbound, destination, own);
  if (inbound.scanned.requestState !== null) takeUp(gate, inbound, destination);
  const verdict = gate.eras.known(routed);
  if (verdict === undefined) return gate.eras.of(routed).then((found) => byEra(gate, inbound, destination, found));
  return byEra(gate, inbound, destination, verdict);
}

function byEra(gate: Gate, inbound: Inbound, destination: Destination, { era }: EraVerdict): Plan | Promise<Plan> {
  if (era === "modern")
    return hasHeaders(inbound) ? stateless(gate, inbound, destination, ownMirrors(inbound)) : mirrored(gate, inbound, destination);
  const ready = gate.pool.ready(destination.routed, inbound.owner);
  const { legacyTtlMs } = gate.aggregation;
  if (ready !== undefined) return throughPool(inbound, destination, ready, legacyTtlMs);
  return gate.pool.acquire(destination.routed, inbound.owner).then((session) => throughPool(inbound, destination, session, legacyTtlMs));
}

/**
 * A request that goes on from a question: the server gets back its own `requestState`, byte for byte.
 * Throws `Fault("invalid")` for one that was not sealed for this caller and request, or whose time is over.
 */
function takeUp(gate: Gate, inbound: Inbound, { routed, name }: Destination): void {
  const { body, scanned, era } = inbound;
  const range = scanned.requestState;
  if (range === null) return;
  const text = body[range.start] === quote ? stringText(body, range.start, range.end) : "";
  const state = era === "modern" ? openState(gate.sealer, stateRequestOf(inbound, routed.server.name, name), text) : undefined;
  if (state === undefined) throw new Fault("invalid", "the requestState is not valid for this request, or not any more");
  if (state.kind === "parked") throw new Fault("invalid", "the call that this requestState stands for is not waiting here");
  inbound.body = splice(body, [{ ...range, text: state.json }]);
  inbound.scanned = scanAgain(inbound.body);
}

const json = ["content-type", "application/json", "accept", "application/json, text/event-stream"] as const;

function ownSession(inbound: Inbound, destination: Destination, own: NonNullable<Destination["own"]>): Plan {
  const headers: string[] = [...json];
  const version = inbound.request.header("mcp-protocol-version");
  if (version !== "") headers.push("mcp-protocol-version", version);
  if (own.sessionId !== null) headers.push("mcp-session-id", own.sessionId);
  return {
    pinned: own.upstreamId,
    headers,
    body: inbound.body,
    rewrite: destination.rewrite ?? null,
    unfinished: null,
    pooled: null,
    upstreamIdRaw: null,
  };
}

/** A modern client over HTTP repeats in headers what has to be, and the server finds out whether it did. */
function hasHeaders({ era, request, scanned, unwrapped }: Inbound): boolean {
  if (unwrapped === true) return false;
  return (era === "modern" && request.transport === "http") || scanned.method !== "tools/call";
}

/** All of them: an intermediary passes on what it does not know (2026-07-28, Streamable HTTP, "Server Behavior for Custom Headers"). */
function ownMirrors({ era, request }: Inbound): readonly string[] {
  const headers: string[] = [];
  if (era === "modern") for (const [name, value] of request.headers()) if (name.startsWith("mcp-param-")) headers.push(name, value);
  return headers;
}

/** For clients that know nothing of headers the gate repeats the arguments that the server wants repeated. */
function mirrored(gate: Gate, inbound: Inbound, destination: Destination): Plan | Promise<Plan> {
  const { routed, name } = destination;
  const planned = (tools: ToolMirrors) => {
    const params = tools.get(name ?? "");
    const { arguments: range } = inbound.scanned;
    const args: unknown = params === undefined || range === null ? undefined : JSON.parse(rawText(inbound.body, range));
    return stateless(gate, inbound, destination, params === undefined ? [] : mirroringHeaders(params, args));
  };
  if (routed.server.upstreams.every(({ kind }) => kind !== "http")) return planned(nothingMirrored);
  const tools = gate.mirrors.of(routed, { owner: inbound.owner, context: contextOf(inbound.caller, inbound.owner) });
  return tools instanceof Promise ? tools.then(planned) : planned(tools);
}

const nothingMirrored: ToolMirrors = new Map();

/** To a modern server: every request stands alone, with its envelope in the body and its mirror in the headers. */
function stateless(gate: Gate, inbound: Inbound, destination: Destination, mirroring: readonly string[]): Plan {
  const { scanned, era } = inbound;
  const method = scanned.method ?? "";
  const headers: string[] = [...json, "mcp-protocol-version", era === "modern" ? inbound.version : latestModern, "mcp-method", method];
  if (methodOf(method)?.mirrored === true && destination.name !== null) headers.push("mcp-name", encodeHeaderValue(destination.name));
  headers.push(...mirroring);

  let body = renamed(inbound, destination);
  if (era === "legacy") {
    body = withRequestMeta(body, rescan(body, inbound), {
      protocolVersion: latestModern,
      clientInfoJson: destination.session?.clientInfo ?? null,
      clientCapabilitiesJson: modernCapabilities(destination.session?.clientCapabilities ?? "{}"),
      logLevel: destination.session?.logLevel ?? null,
    });
  }
  // What was asked has to be known when the answer is a question. In strict mode the message is kept already.
  if (era === "modern" && destination.routed.server.audit !== "strict") keep(inbound);
  return {
    pinned: undefined,
    headers,
    body,
    rewrite: destination.rewrite ?? null,
    unfinished: era === "modern" ? passUnfinished(gate, inbound, destination.routed.server.name, destination.name) : null,
    pooled: null,
    upstreamIdRaw: null,
  };
}

let lastUpstreamId = 0;

/**
 * Through the gate's session with a legacy server. Ids and progress tokens are the gate's own there: two requests of a caller may
 * carry the same (each connection of a modern client counts for itself), and a server that keys by them would mix them up.
 */
function throughPool(inbound: Inbound, destination: Destination, session: UpstreamSession, legacyTtlMs: number): Plan {
  const { idRaw, scanned, era } = inbound;
  lastUpstreamId += 1;
  const upstreamIdRaw = idRaw === null ? null : String(lastUpstreamId);
  let body = renamed(inbound, destination);
  if (upstreamIdRaw !== null) body = withSenderId(body, rescan(body, inbound), upstreamIdRaw);
  const steps: Rewrite[] = [];
  if (idRaw !== null) steps.push((message, found) => (isAnswer(found) ? withId(message, found, idRaw) : message));
  if (scanned.progressToken !== null) steps.push(backToClientsToken(rawText(inbound.body, scanned.progressToken)));
  if (era === "modern") {
    const method = scanned.method ?? "";
    const ttlMs = listShape(method) === undefined ? 0 : legacyTtlMs;
    // At an endpoint of several servers the gate answers, at one of its own the server.
    const serverInfoJson = JSON.stringify(inbound.endpoint === null ? gateInfo : session.serverInfo);
    const hints = { ttlMs, cacheScope: "private", serverInfoJson } as const;
    steps.push((message, found) => (found.kind === "result" ? toModernResult(message, found, method, hints) : message));
  }
  if (destination.rewrite !== undefined) steps.push(destination.rewrite);
  return {
    pinned: session.upstreamId,
    headers: [...json, ...upstreamSessionHeaders(session)],
    body,
    rewrite: inSequence(steps),
    unfinished: null,
    pooled: session,
    upstreamIdRaw,
  };
}

function backToClientsToken(tokenRaw: string): Rewrite {
  return (message, found) => (found.method === "notifications/progress" ? withProgressToken(message, found, tokenRaw) : message);
}

function renamed({ body, scanned }: Inbound, { name }: Destination): Uint8Array {
  const target = targetOf(scanned);
  return name !== null && target !== null && target !== name ? withName(body, scanned, name) : body;
}

/** Ranges hold for the bytes they were found in: after a change the message is scanned again. */
function rescan(body: Uint8Array, inbound: Inbound): Scanned {
  return body === inbound.body ? inbound.scanned : scanAgain(body);
}

function scanAgain(body: Uint8Array): Scanned {
  const scanned = scanMessage(body);
  if (scanned.kind === "malformed") throw new Error("a rewritten message must stay well-formed");
  return scanned;
}

function isAnswer({ kind }: Scanned): boolean {
  return kind === "result" || kind === "error";
}

function inSequence(steps: readonly Rewrite[]): Rewrite | null {
  const [first] = steps;
  if (first === undefined) return null;
  if (steps.length === 1) return first;
  return (message, scanned) => {
    let bytes = message;
    let current = scanned;
    for (const step of steps) {
      const next = step(bytes, current);
      if (next === bytes) continue;
      bytes = next;
      const again = scanMessage(bytes);
      if (again.kind === "malformed") return bytes;
      current = again;
    }
    return bytes;
  };
}
