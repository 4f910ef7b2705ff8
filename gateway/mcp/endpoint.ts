import { copyBytes } from "../../domain/copy-bytes.ts";
import type { Caller } from "../../domain/identity.ts";
import { classify } from "../../domain/mcp/ladder.ts";
import { legacyVersions, modernVersions } from "../../domain/mcp/revisions.ts";
import { scanMessage } from "../../domain/mcp/scan.ts";
import type { Scanned } from "../../domain/mcp/scanned.ts";
import type { HttpReply, HttpRequest, Route } from "../../domain/ports/http.ts";
import type { Unauthenticated } from "../authentication/authenticate.ts";
import { protocolReply, refusedReply, unauthenticatedReply } from "./answers.ts";
import { receiveBatch } from "./batch.ts";
import type { Gate } from "./gate.ts";
import type { Inbound } from "./inbound.ts";
import { legacyMessage } from "./legacy.ts";
import { modernMessage } from "./modern.ts";
import { type Endpoint, endpointOf } from "./place.ts";
import { recordRefusal } from "./refusals.ts";
import { ownerOf } from "./session.ts";
import { endSession, openStream } from "./stream.ts";

/**
 * The routes of MCP over Streamable HTTP: `/mcp` for everything that a caller may use, `/mcp/{server}` for one server as it is,
 * `/mcp/v/{name}` for what a virtual server picks of several.
 */
export function mcpRoutes(gate: Gate): readonly Route[] {
  return ["/mcp", "/mcp/{server}", "/mcp/v/{virtual}"].flatMap((path): Route[] => [
    { method: "POST", path, handler: (request, reply, parameters) => post(gate, request, reply, endpointOf(parameters)) },
    {
      method: "GET",
      path,
      handler: (request, reply, parameters) => authenticated(gate, request, reply, endpointOf(parameters), openStream),
    },
    {
      method: "DELETE",
      path,
      handler: (request, reply, parameters) => authenticated(gate, request, reply, endpointOf(parameters), endSession),
    },
  ]);
}

const served = { modernVersions, legacyVersions };

function post(gate: Gate, request: HttpRequest, reply: HttpReply, endpoint: Endpoint): void | Promise<void> {
  if (!isJson(request.header("content-type"))) {
    gate.metrics.refused("content-type");
    return refusedReply(reply, 415, "invalid", "the body must be application/json");
  }
  return authenticated(gate, request, reply, endpoint, receive);
}

type Receiver = (
  gate: Gate,
  caller: Caller,
  exchange: { readonly request: HttpRequest; readonly reply: HttpReply; readonly body: Uint8Array; readonly endpoint: Endpoint },
) => void | Promise<void>;

/** Nobody passes without a caller; the body is copied only where finding out who calls takes time. */
function authenticated(gate: Gate, request: HttpRequest, reply: HttpReply, endpoint: Endpoint, receiver: Receiver): void | Promise<void> {
  const go = (caller: Caller | Unauthenticated, body: Uint8Array) => {
    if (!("refused" in caller)) return receiver(gate, caller, { request, reply, body, endpoint });
    gate.metrics.refused("authentication");
    recordRefusal(gate, request, null, "authentication", caller.refused);
    return unauthenticatedReply(reply, caller);
  };
  const caller = gate.authenticate(request);
  if (!(caller instanceof Promise)) return go(caller, request.body);
  const body = copyBytes(request.body);
  return caller.then((found) => go(found, body));
}

/** Reads one message: its form, its era, and then on to the rules of that era. */
const receive: Receiver = (gate, caller, { request, reply, body, endpoint }) => {
  const scanned = scanMessage(body);
  if (scanned.kind === "malformed") {
    gate.metrics.refused("malformed");
    recordRefusal(gate, request, caller, "protocol", scanned.reason);
    return protocolReply(reply, { status: 400, code: scanned.code, message: scanned.reason, idRaw: rawOf(body, scanned.id) });
  }
  return admit(gate, caller, { request, reply, body, endpoint, scanned });
};

/** A message that was read, whatever carried it: its era, and then on to the rules of that era. */
export function admit(
  gate: Gate,
  caller: Caller,
  { request, reply, body, endpoint, scanned }: Parameters<Receiver>[2] & { readonly scanned: Scanned },
): void | Promise<void> {
  const { era, version, refusal } = classify({ scanned, header: (name) => request.header(name), httpMethod: "POST", served });
  const idRaw = rawOf(body, scanned.id);
  if (refusal !== null) {
    gate.metrics.refused("protocol");
    recordRefusal(gate, request, caller, "protocol", refusal.message);
    return protocolReply(reply, { ...refusal, idRaw });
  }
  if (scanned.kind === "batch") return batch(gate, caller, { request, reply, body, endpoint, scanned });
  const inbound: Inbound = {
    request,
    reply,
    body,
    scanned,
    idRaw: scanned.kind === "request" ? idRaw : null,
    era,
    version,
    caller,
    owner: ownerOf(caller),
    endpoint: endpoint.endpoint,
    virtualServer: endpoint.virtualServer,
    place: endpoint.place,
    callId: gate.newId(),
    startMs: gate.nowMs(),
    startedAt: performance.now(),
  };
  return era === "modern" ? modernMessage(gate, inbound) : legacyMessage(gate, inbound);
}

function batch(gate: Gate, caller: Caller, arrival: Parameters<typeof admit>[2]): void | Promise<void> {
  const { request, endpoint, scanned, body, reply } = arrival;
  const sessionId = request.header("mcp-session-id");
  const session = sessionId === "" ? undefined : gate.sessions.find(sessionId, ownerOf(caller), endpoint.place);
  const readsStreams = request.header("accept").includes("text/event-stream");
  return receiveBatch({ body, scanned, reply, session, hasSessionId: sessionId !== "", readsStreams }, (message, member) =>
    admit(gate, caller, { ...arrival, reply: member, body: message.bytes, scanned: message }),
  );
}

const decoder = new TextDecoder();

function rawOf(body: Uint8Array, range: Scanned["id"]): string | null {
  return range === null ? null : decoder.decode(body.subarray(range.start, range.end));
}

function isJson(contentType: string): boolean {
  return contentType === "application/json" || /^application\/json\s*(?:;|$)/i.test(contentType);
}
