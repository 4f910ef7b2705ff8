import { apiKeyPrefix } from "../../../domain/api-key.ts";
import { Fault } from "../../../domain/fault.ts";
import type { Caller } from "../../../domain/identity.ts";
import type { HttpReply, HttpRequest, Route } from "../../../domain/ports/http.ts";
import type { WebSocketConnection, WebSocketListener } from "../../../domain/ports/websocket.ts";
import { sendFault, sendProblem } from "../../ingress/faults-http.ts";
import { unauthenticatedReply } from "../answers.ts";
import type { Gate } from "../gate.ts";
import { type Endpoint, endpointOf } from "../place.ts";
import { recordRefusal } from "../refusals.ts";
import { ownerOf } from "../session.ts";
import { Conversation, type Ending } from "./conversation.ts";

/**
 * MCP over WebSocket, which no revision specifies: a custom transport (2026-07-28, basic/transports, "Custom Transports") with the
 * subprotocol `mcp`, one JSON-RPC message a text frame, and the rules of stdio. `docs/protocol.md` is its documentation.
 */
export function webSocketRoutes(gate: Gate): readonly Route[] {
  return ["/mcp/ws", "/mcp/{server}/ws", "/mcp/v/{virtual}/ws"].map((path) => ({
    method: "GET",
    path,
    handler: (request, reply, parameters) => connect(gate, request, reply, endpointOf(parameters)),
  }));
}

const subprotocol = "mcp";
/** Browsers can set no header: a second subprotocol carries the credential, and is never chosen. */
const bearerPrefix = "sluice.bearer.";

function connect(gate: Gate, request: HttpRequest, reply: HttpReply, endpoint: Endpoint): void | Promise<void> {
  const offered = request
    .header("sec-websocket-protocol")
    .split(",", 32)
    .map((name) => name.trim());
  const fault = unfit(request, reply, offered);
  if (fault !== null) {
    gate.metrics.refused("websocket");
    return fault.code === "unsupported" ? sendProblem(reply, 426, fault, ["sec-websocket-version", "13"]) : sendFault(reply, fault);
  }
  const opening = presenting(request, offered);
  const go = (caller: Awaited<ReturnType<Gate["authenticate"]>>) => {
    if ("refused" in caller) {
      gate.metrics.refused("authentication");
      recordRefusal(gate, opening, null, "authentication", caller.refused);
      return unauthenticatedReply(reply, caller);
    }
    const refusal = gate.conversations.refusal(ownerOf(caller));
    if (refusal !== null) return sendFault(reply, refusal);
    reply.upgrade?.(subprotocol, (connection) => converse(gate, connection, { opening, caller, endpoint }));
  };
  const caller = gate.authenticate(opening);
  return caller instanceof Promise ? caller.then(go) : go(caller);
}

/** What speaks against the handshake before anybody is asked for a credential. */
function unfit(request: HttpRequest, reply: HttpReply, offered: readonly string[]): Fault | null {
  if (request.query !== "" && holdsCredential(request.query)) {
    const next = `Send it as Authorization: Bearer, or as the subprotocol ${bearerPrefix}{token}. Whoever keeps logs of addresses has seen it: revoke it.`;
    return new Fault("invalid", "the query holds a credential, which it never may", { next });
  }
  const isHandshake = request.header("upgrade").toLowerCase() === "websocket" && request.header("sec-websocket-version") === "13";
  if (reply.upgrade === undefined || !isHandshake) {
    return new Fault("unsupported", "this address speaks WebSocket (RFC 6455), version 13", {
      next: "Over HTTP, MCP is at the same path without /ws.",
    });
  }
  if (!offered.includes(subprotocol))
    return new Fault("invalid", `the subprotocol ${subprotocol} must be offered`, { field: "sec-websocket-protocol" });
  const inHeaders = Number(request.header("authorization") !== "") + Number(request.header("x-api-key") !== "");
  const inProtocols = offered.filter((name) => name.startsWith(bearerPrefix)).length;
  if (inHeaders + inProtocols > 1) return new Fault("invalid", "more than one credential was presented");
  return null;
}

const credentialNames = /(?:^|&)(?:access_token|api[-_]?key|apikey|auth|authorization|bearer|jwt|key|password|secret|token|x-api-key)=/i;

function holdsCredential(query: string): boolean {
  return credentialNames.test(query) || query.includes(apiKeyPrefix) || /eyJ[\w-]+\.[\w-]+\.[\w-]+/.test(query);
}

/** The request as the authenticator reads it: with the credential of the subprotocol as a header. */
function presenting(request: HttpRequest, offered: readonly string[]): HttpRequest {
  const { method, path, query, address } = request;
  const headers = new Map(request.headers().map(([name]) => [name, request.header(name)]));
  const token = offered.find((name) => name.startsWith(bearerPrefix))?.slice(bearerPrefix.length);
  headers.delete("sec-websocket-protocol");
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  return {
    method,
    transport: "websocket",
    path,
    query,
    address,
    body: new Uint8Array(0),
    header: (name) => headers.get(name) ?? "",
    headers: () => [...headers],
  };
}

/** RFC 6455 §7.4.1, and of the registry of close codes 3000 "Unauthorized". 4404 is ours. */
const endings: Readonly<Record<Ending, readonly [code: number, reason: string]>> = {
  unauthenticated: [3000, "the credential has expired or was revoked"],
  "going-away": [1001, "the gate stops"],
  "session-lost": [4404, "the session has ended: connect and initialize again"],
};

function converse(
  gate: Gate,
  connection: WebSocketConnection,
  { opening, caller, endpoint }: { readonly opening: HttpRequest; readonly caller: Caller; readonly endpoint: Endpoint },
): WebSocketListener {
  const conversation = new Conversation({
    gate,
    opening,
    caller,
    endpoint,
    outlet: { emit: (message) => connection.send(message), end: (why) => connection.close(...endings[why]) },
  });
  const remove = gate.conversations.add(conversation);
  const forget = gate.streams.add(() => conversation.goAway());
  return {
    message: (bytes) => conversation.receive(bytes),
    writable: () => conversation.drained(),
    closed() {
      forget();
      remove();
      conversation.closed();
    },
  };
}
