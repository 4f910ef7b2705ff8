import { randomBytes } from "node:crypto";
import { bounds } from "../../../domain/bounds.ts";
import type { Caller } from "../../../domain/identity.ts";
import { formatSse } from "../../../domain/mcp/sse.ts";
import type { HttpReply, HttpRequest, Route } from "../../../domain/ports/http.ts";
import { faultAnswer, refusedReply, retryAfterOf, unauthenticatedReply } from "../answers.ts";
import type { Gate } from "../gate.ts";
import { type Endpoint, endpointOf } from "../place.ts";
import { recordRefusal } from "../refusals.ts";
import { ownerOf } from "../session.ts";
import { Conversation } from "./conversation.ts";

/** A stream's conversation, under an id of 128 random bits: it proves nothing, each message is authenticated. */
interface Open {
  readonly conversation: Conversation;
  readonly endpoint: Endpoint;
}

/**
 * The transport HTTP+SSE of revision 2024-11-05, for clients that know no other: GET opens a stream, whose first event names the address
 * to which the client posts its messages; every answer is an event of the stream.
 */
export function httpSseRoutes(gate: Gate): readonly Route[] {
  const streams = new Map<string, Open>();
  return ["/mcp/sse", "/mcp/{server}/sse", "/mcp/v/{virtual}/sse"].flatMap((path): Route[] => [
    { method: "GET", path, handler: (request, reply, parameters) => authenticated(gate, request, reply, open(endpointOf(parameters))) },
    {
      method: "POST",
      path: `${path}/{stream}`,
      handler: (request, reply, { stream = "", ...parameters }) =>
        authenticated(gate, request, reply, post(stream, endpointOf(parameters))),
    },
  ]);

  function open(endpoint: Endpoint): Step {
    return (caller, request, reply) => {
      const owner = ownerOf(caller);
      const refusal = gate.conversations.refusal(owner);
      if (refusal !== null) {
        const { status, body } = faultAnswer({ idRaw: null, callId: "", fault: refusal });
        return reply.send(status, ["content-type", "application/json", ...retryAfterOf(refusal)], body);
      }
      const id = randomBytes(16).toString("hex");
      const outlet = streamOutlet(reply, () => conversation.closed());
      const conversation: Conversation = new Conversation({ gate, opening: kept(request), caller, endpoint, outlet });
      const remove = gate.conversations.add(conversation);
      const forget = gate.streams.add(() => conversation.goAway());
      streams.set(id, { conversation, endpoint });
      reply.start(200, ["content-type", "text/event-stream", "cache-control", "no-store"]);
      reply.onWritable(() => {
        outlet.drained();
        conversation.drained();
      });
      outlet.onEnd(() => {
        streams.delete(id);
        forget();
        remove();
      });
      reply.onAbort(() => outlet.closed());
      reply.write(formatSse(`${request.path}/${id}`, { event: "endpoint" }));
    };
  }

  function post(id: string, endpoint: Endpoint): Step {
    return (caller, request, reply, body) => {
      const found = streams.get(id);
      if (found === undefined || found.endpoint.place !== endpoint.place || found.conversation.owner !== ownerOf(caller)) {
        return refusedReply(reply, 404, "not-found", "there is no such stream: open one with GET");
      }
      if (!/^application\/json\s*(?:;|$)/i.test(request.header("content-type"))) {
        return refusedReply(reply, 415, "invalid", "the body must be application/json");
      }
      const sender = { request: kept(request), caller };
      reply.send(202, [], "");
      found.conversation.receive(body, sender);
    };
  }
}

type Step = (caller: Caller, request: HttpRequest, reply: HttpReply, body: Uint8Array) => void;

function authenticated(gate: Gate, request: HttpRequest, reply: HttpReply, step: Step): void | Promise<void> {
  const go = (caller: Awaited<ReturnType<Gate["authenticate"]>>, body: Uint8Array) => {
    if (!("refused" in caller)) return step(caller, request, reply, body);
    gate.metrics.refused("authentication");
    recordRefusal(gate, request, null, "authentication", caller.refused);
    return unauthenticatedReply(reply, caller);
  };
  const caller = gate.authenticate(request);
  if (!(caller instanceof Promise)) return go(caller, request.body);
  const body = Uint8Array.from(request.body);
  return caller.then((found) => go(found, body));
}

/** What of the request outlasts it. */
function kept(request: HttpRequest): HttpRequest {
  const { method, transport, path, address } = request;
  const headers = new Map(request.headers());
  return {
    method,
    transport,
    path,
    query: "",
    address,
    body: new Uint8Array(0),
    header: (name) => headers.get(name) ?? "",
    headers: () => [...headers],
  };
}

/** A reader that is slow is waited for; one that makes more and more wait is not. */
const waitingBytesMax = 4 * bounds.replyBufferBytesMax;

function streamOutlet(reply: HttpReply, closed: () => void) {
  let waitingBytes = 0;
  let over = false;
  let ended = () => {};
  const end = () => {
    if (over) return;
    over = true;
    ended();
    closed();
  };
  return {
    emit(message: Uint8Array | string): boolean {
      if (over) return true;
      const event = formatSse(message);
      if (waitingBytes > waitingBytesMax) {
        this.end();
        return true;
      }
      if (reply.write(event)) return true;
      waitingBytes += event.length;
      return false;
    },
    drained() {
      waitingBytes = 0;
    },
    end() {
      if (over) return;
      reply.end();
      end();
    },
    closed: end,
    onEnd(call: () => void) {
      ended = call;
    },
  };
}
