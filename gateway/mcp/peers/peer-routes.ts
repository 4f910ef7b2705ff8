import { copyBytes } from "../../../domain/copy-bytes.ts";
import { Fault } from "../../../domain/fault.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import type { HttpReply, HttpRequest, Route } from "../../../domain/ports/http.ts";
import type { Exchange, UpstreamSink } from "../../../domain/ports/upstream.ts";
import { refusedReply } from "../answers.ts";
import type { Gate } from "../gate.ts";
import type { Return } from "../questions/parked-calls.ts";
import { decodePeerMessage, isProven, type PeerMessage, peerHeader, peerPath } from "./peer-message.ts";

/**
 * Where the other gates of a fleet bring what belongs here. Whoever has no message sealed with our keys learns nothing;
 * what a gate brings was judged there, and is told here for its caller alone.
 */
export function peerRoutes(gate: Gate): readonly Route[] {
  return [{ method: "POST", path: peerPath, handler: (request, reply) => receive(gate, request, reply) }];
}

function receive(gate: Gate, request: HttpRequest, reply: HttpReply): void {
  const proof = request.header(peerHeader);
  const isPeer = proof !== "" && isProven(gate.sealer, gate.address(), request.body, proof);
  if (!isPeer) gate.metrics.refused("authentication");
  const message = isPeer ? decodePeerMessage(request.body) : undefined;
  if (message === undefined) refusedReply(reply, 404, "not-found", "there is nothing at this path");
  else if (message.act === "return") comeBack(gate, message.back, reply);
  else reply.send(take(gate, message) ? 204 : 404, [], "");
}

function take(gate: Gate, message: Exclude<PeerMessage, { readonly act: "return" }>): boolean {
  switch (message.act) {
    case "answer":
      return answer(gate, message.owner, message.key, message.message);
    case "session-ended":
      gate.sessions.endedElsewhere(message.key);
      return true;
    case "level-set":
      gate.sessions.setLevel(message.key, message.level);
      return true;
    case "withdrawn":
      return gate.sessions.withdraw(message.key, message.requestId);
  }
}

function answer(gate: Gate, owner: string, key: string, message: string): boolean {
  const scanned = scanMessage(new TextEncoder().encode(message));
  return scanned.kind !== "malformed" && gate.questions.answer(owner, key, scanned.bytes, scanned);
}

/** The stream of the call, as its server wrote it: the gate that has the client puts it into the client's words. */
function comeBack(gate: Gate, back: Return, reply: HttpReply): void {
  try {
    relay(gate.parked.find(back), reply);
  } catch (reason) {
    if (!(reason instanceof Fault)) throw reason;
    refusedReply(reply, 404, "not-found", reason.message);
  }
}

function relay(goOn: ReturnType<Gate["parked"]["find"]>, reply: HttpReply): void {
  let exchange: Exchange | undefined;
  const sink: UpstreamSink = {
    head() {
      reply.start(200, ["content-type", "text/event-stream", "cache-control", "no-store"]);
      reply.onWritable(() => exchange?.resume());
    },
    data(chunk) {
      if (!reply.write(copyBytes(chunk))) exchange?.pause();
    },
    end: () => reply.end(),
    // A stream that ends without a result has failed: whoever reads it knows.
    fail: () => reply.end(),
  };
  exchange = goOn(sink);
  reply.onAbort(() => exchange?.cancel());
}
