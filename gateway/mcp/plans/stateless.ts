import { asObject } from "../../../domain/mcp/client-capabilities.ts";
import { encodeHeaderValue } from "../../../domain/mcp/header-value.ts";
import { rawText } from "../../../domain/mcp/json-text.ts";
import { methodOf } from "../../../domain/mcp/methods.ts";
import { mirroringHeaders } from "../../../domain/mcp/mirrored-params.ts";
import { latestModern } from "../../../domain/mcp/revisions.ts";
import { withId, withProgressToken, withRequestMeta } from "../../../domain/mcp/rewrite.ts";
import type { RoutedServer } from "../../routing/router.ts";
import { modernCapabilities } from "../client-words.ts";
import type { Destination } from "../forward.ts";
import type { Gate } from "../gate.ts";
import { contextOf, type Inbound, keep } from "../inbound.ts";
import type { ToolMirrors } from "../mirrors.ts";
import type { Rewrite } from "../outcome.ts";
import { passUnfinished } from "../questions/passed-question.ts";
import { ReplayedCall } from "../questions/replayed-call.ts";
import type { Session } from "../session.ts";
import { IdClaim } from "./active-ids.ts";
import { backToId, backToToken, inSequence, renamed, rescan, scanAgain } from "./message-steps.ts";
import { messageHeaders, type Plan } from "./plan.ts";

/** To a modern server: every request stands alone, with its envelope in the body and its mirror in the headers. */
export function toStateless(gate: Gate, inbound: Inbound, destination: Destination): Plan | Promise<Plan> {
  if (hasHeaders(inbound)) return stateless(gate, inbound, destination, ownMirrors(inbound));
  return mirrored(gate, inbound, destination);
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

function stateless(gate: Gate, inbound: Inbound, destination: Destination, mirroring: readonly string[]): Plan {
  const { era } = inbound;
  const { routed, name } = destination;
  const isModern = era === "modern";
  const claim = claimFor(inbound, routed);
  const addressed = renamed(inbound, destination);
  const body = isModern ? addressed : enveloped(addressed, inbound, destination.session);
  // What was asked has to be known when the answer is a question. In strict mode the message is kept already.
  if (isModern && routed.server.audit !== "strict") keep(inbound);
  const isAsItWas = claim === null || isUnchanged(claim, inbound);
  return {
    pinned: undefined,
    headers: headersOf(inbound, destination, mirroring),
    body: isAsItWas ? body : claimed(body, claim),
    rewrite: isAsItWas ? (destination.rewrite ?? null) : backToClient(inbound, destination),
    unfinished: isModern ? passUnfinished(gate, inbound, routed.server.name, name) : null,
    pooled: null,
    claim,
    through: isModern ? null : replayed(gate, inbound, destination),
  };
}

function claimFor({ idRaw, scanned, body, callId }: Inbound, routed: RoutedServer): IdClaim | null {
  if (idRaw === null) return null;
  const tokenRaw = scanned.progressToken === null ? null : rawText(body, scanned.progressToken);
  return new IdClaim(routed, idRaw, tokenRaw, JSON.stringify(callId));
}

function isUnchanged({ idRaw, tokenRaw }: IdClaim, { idRaw: ownIdRaw, body, scanned: { progressToken } }: Inbound): boolean {
  return idRaw === ownIdRaw && (progressToken === null || tokenRaw === rawText(body, progressToken));
}

function claimed(body: Uint8Array, { idRaw, tokenRaw }: IdClaim): Uint8Array {
  const withOwnId = withId(body, scanAgain(body), idRaw);
  return tokenRaw === null ? withOwnId : withProgressToken(withOwnId, scanAgain(withOwnId), tokenRaw);
}

function backToClient({ idRaw, body, scanned: { progressToken } }: Inbound, { rewrite }: Destination): Rewrite | null {
  const steps: Rewrite[] = [];
  if (idRaw !== null) steps.push(backToId(idRaw));
  if (progressToken !== null) steps.push(backToToken(rawText(body, progressToken)));
  if (rewrite !== undefined) steps.push(rewrite);
  return inSequence(steps);
}

function headersOf({ scanned, era, version }: Inbound, { name }: Destination, mirroring: readonly string[]): readonly string[] {
  const method = scanned.method ?? "";
  const headers: string[] = [...messageHeaders, "mcp-protocol-version", era === "modern" ? version : latestModern, "mcp-method", method];
  if (methodOf(method)?.mirrored === true && name !== null) headers.push("mcp-name", encodeHeaderValue(name));
  headers.push(...mirroring);
  return headers;
}

/** The envelope that a legacy client's messages lack: what it said of itself at `initialize`, and the level that it set. */
function enveloped(body: Uint8Array, inbound: Inbound, session: Session | null): Uint8Array {
  return withRequestMeta(body, rescan(body, inbound), {
    protocolVersion: latestModern,
    clientInfoJson: session?.clientInfo ?? null,
    clientCapabilitiesJson: modernCapabilities(session?.clientCapabilities ?? "{}"),
    logLevel: session?.logLevel ?? null,
  });
}

/** Questions of a stateless server for a client with a session. */
function replayed(gate: Gate, { owner, idRaw, callId, scanned }: Inbound, { routed, session }: Destination): Plan["through"] {
  if (idRaw === null || methodOf(scanned.method)?.mayAskForInput !== true) return null;
  const declared = asObject(JSON.parse(session?.clientCapabilities ?? "{}"));
  const method = scanned.method ?? "";
  const options = { routed, questions: gate.questions, owner, method, idRaw, callId, declared };
  return (request, sink) => new ReplayedCall(options).start(request, sink);
}
