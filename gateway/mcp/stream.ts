import type { Fault } from "../../domain/fault.ts";
import type { Caller } from "../../domain/identity.ts";
import { errorForms } from "../../domain/mcp/errors.ts";
import { scanMessage } from "../../domain/mcp/scan.ts";
import type { HttpReply, HttpRequest } from "../../domain/ports/http.ts";
import { admit } from "./admit.ts";
import { protocolReply, refusedReply, retryAfterOf } from "./answers.ts";
import type { Gate } from "./gate.ts";
import { callOf, type Inbound } from "./inbound.ts";
import { noteEnd } from "./judge.ts";
import type { Endpoint } from "./place.ts";
import { ownerOf, type Session } from "./session.ts";
import { OwnStream } from "./streams/own-stream.ts";

export interface StreamExchange {
  readonly request: HttpRequest;
  readonly reply: HttpReply;
  readonly endpoint: Endpoint;
}

/** GET: a stream on which a client with a session is told what belongs to none of its requests, or takes up a stream that it lost. */
export function openStream(gate: Gate, caller: Caller, exchange: StreamExchange): void | Promise<void> {
  const { request, reply } = exchange;
  const session = sessionOf(gate, caller, exchange);
  if (session === undefined) return;
  if (!request.header("accept").includes("text/event-stream")) {
    refusedReply(reply, 406, "invalid", "a stream is text/event-stream: say so in Accept");
    return;
  }
  return judgedStream(gate, caller, exchange, session);
}

/** Opening a stream is judged and recorded like any message that has no act of its own. */
async function judgedStream(gate: Gate, caller: Caller, exchange: StreamExchange, session: Session): Promise<void> {
  const { reply, request } = exchange;
  const { endpoint } = exchange.endpoint;
  const routed = endpoint === null ? undefined : gate.router.find(caller.organizationId, endpoint);
  const inbound = opening(gate, caller, exchange, session);
  const call = { ...callOf(inbound, routed?.server.name ?? endpoint, routed?.server.labels ?? {}, null), method: "stream/open" };
  const judgement = await admit(gate, inbound, call, "buffered");
  if (judgement === null) return;
  noteEnd(gate, inbound, judgement, { outcome: "ok", status: 200, errorCode: null, responseBytes: 0 }, null);
  const opener = { request, caller };
  if (session.upstream !== null && routed !== undefined) new OwnStream(gate, { session, routed, opener, reply }).open(session.upstream);
  else openOfGate(gate, session, exchange, caller);
}

function openOfGate(gate: Gate, session: Session, { request, reply }: StreamExchange, caller: Caller): void {
  const opener = { request, caller };
  const channel = gate.channels.of(gate, session);
  const lastEventId = request.header("last-event-id");
  const taken = lastEventId === "" ? undefined : channel.takeUp(opener, reply, lastEventId);
  const refusal = taken === undefined ? channel.open(opener, reply) : taken;
  if (refusal !== null) refuse(reply, refusal);
  // What came behind an event that is not kept any more is lost: whatever it told of may have changed.
  else if (lastEventId !== "" && taken === undefined) channel.tellAll();
}

function refuse(reply: HttpReply, fault: Fault): void {
  const body = JSON.stringify({ jsonrpc: "2.0", id: null, error: { code: errorForms[fault.code].code, message: fault.message } });
  reply.send(errorForms[fault.code].status, ["content-type", "application/json", ...retryAfterOf(fault)], body);
}

const openingMessage = new TextEncoder().encode('{"jsonrpc":"2.0","method":"stream/open"}');

/** The opening of a stream in the form of a message, for those who judge and record. */
function opening(gate: Gate, caller: Caller, { request, reply, endpoint }: StreamExchange, { protocolVersion }: Session): Inbound {
  const scanned = scanMessage(openingMessage);
  if (scanned.kind === "malformed") throw new Error("a message of the gate's own must be well-formed");
  return {
    request,
    reply,
    body: openingMessage,
    scanned,
    idRaw: null,
    era: "legacy",
    version: protocolVersion,
    caller,
    owner: ownerOf(caller),
    ...endpoint,
    callId: gate.newId(),
    startMs: gate.nowMs(),
    startedAt: performance.now(),
  };
}

/** DELETE: the client ends its session; the upstream's goes with it. */
export function endSession(gate: Gate, caller: Caller, exchange: StreamExchange): void {
  const session = sessionOf(gate, caller, exchange);
  if (session === undefined) return;
  gate.sessions.end(session);
  gate.peers.tell({ act: "session-ended", key: session.key });
  exchange.reply.send(200, [], "");
}

function sessionOf(gate: Gate, caller: Caller, { request, reply, endpoint }: StreamExchange): Session | undefined {
  const id = request.header("mcp-session-id");
  if (id === "") {
    // Without a session this is a client of the stateless revision, which knows only POST.
    reply.send(405, ["allow", "POST"], "");
    return undefined;
  }
  const session = gate.sessions.find(id, ownerOf(caller), endpoint.place);
  if (session === undefined) protocolReply(reply, { status: 404, code: -32600, message: "there is no such session", idRaw: null });
  return session;
}
