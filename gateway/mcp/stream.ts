import type { Caller } from "../../domain/identity.ts";
import type { HttpReply, HttpRequest } from "../../domain/ports/http.ts";
import { protocolReply, refusedReply } from "./answers.ts";
import type { Gate } from "./gate.ts";
import { createRelay } from "./relay.ts";
import { ownerOf, type Session } from "./session.ts";

interface StreamExchange {
  readonly request: HttpRequest;
  readonly reply: HttpReply;
  readonly endpoint: string | null;
}

/** GET: the stream on which a server speaks unasked. Only sessions have one. */
export function openStream(gate: Gate, caller: Caller, { request, reply, endpoint }: StreamExchange): void {
  const session = sessionOf(gate, caller, { request, reply, endpoint });
  if (session === undefined) return;
  if (!request.header("accept").includes("text/event-stream")) {
    refusedReply(reply, 406, "invalid", "a stream is text/event-stream: say so in Accept");
    return;
  }
  const routed = endpoint === null ? undefined : gate.router.find(caller.organizationId, endpoint);
  if (session.upstream === null || routed === undefined) {
    // The gate has nothing to say unasked yet; the stream stays open, as clients expect, and the ingress keeps it alive.
    reply.start(200, ["content-type", "text/event-stream", "cache-control", "no-store"]);
    reply.onAbort(gate.streams.add(() => reply.end()));
    return;
  }
  const headers = ["accept", "text/event-stream"];
  for (const name of ["mcp-protocol-version", "last-event-id"]) {
    const value = request.header(name);
    if (value !== "") headers.push(name, value);
  }
  if (session.upstream.sessionId !== null) headers.push("mcp-session-id", session.upstream.sessionId);
  const relay = createRelay({
    reply,
    idRaw: null,
    callId: "",
    headers: () => [],
    rewrite: null,
    strict: false,
    onOutcome() {
      forget();
      return undefined;
    },
  });
  const forget = gate.streams.add(() => {
    exchange.cancel();
    relay.cancelled();
  });
  const exchange = routed.exchange(
    {
      method: "GET",
      headers,
      body: undefined,
      repeatable: true,
      answerTimeoutMs: routed.server.timeouts.answerMs,
      idleTimeoutMs: 0,
      totalTimeoutMs: 0,
    },
    relay.sink,
    { pinned: session.upstream.upstreamId },
  );
  relay.attach(exchange);
  reply.onAbort(() => {
    forget();
    exchange.cancel();
  });
}

/** DELETE: the client ends its session; the upstream's goes with it. */
export function endSession(gate: Gate, caller: Caller, exchange: StreamExchange): void {
  const session = sessionOf(gate, caller, exchange);
  if (session === undefined) return;
  gate.sessions.end(session);
  exchange.reply.send(200, [], "");
}

function sessionOf(gate: Gate, caller: Caller, { request, reply, endpoint }: StreamExchange): Session | undefined {
  const id = request.header("mcp-session-id");
  if (id === "") {
    // Without a session this is a client of the stateless revision, which knows only POST.
    reply.send(405, ["allow", "POST"], "");
    return undefined;
  }
  const session = gate.sessions.find(id, ownerOf(caller), endpoint);
  if (session === undefined) protocolReply(reply, { status: 404, code: -32600, message: "there is no such session", idRaw: null });
  return session;
}
