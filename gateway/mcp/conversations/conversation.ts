import { bounds } from "../../../domain/bounds.ts";
import { Fault, toFault } from "../../../domain/fault.ts";
import type { Caller } from "../../../domain/identity.ts";
import { codes, errorMessage } from "../../../domain/mcp/errors.ts";
import { type Range, rawText } from "../../../domain/mcp/json-text.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import { rawId, type Scanned } from "../../../domain/mcp/scanned.ts";
import type { HttpRequest } from "../../../domain/ports/http.ts";
import { faultAnswer } from "../answers.ts";
import { admit } from "../endpoint.ts";
import type { Gate } from "../gate.ts";
import type { Endpoint } from "../place.ts";
import { recordRefusal } from "../refusals.ts";
import { ownerOf, type Session } from "../session.ts";
import { openStream } from "../stream.ts";
import { type Awaited, MessageReply, type ReplyHost } from "./message-reply.ts";
import { messageRequest, streamRequest } from "./message-request.ts";

/** Why the gate ends a conversation. */
export type Ending = "unauthenticated" | "going-away" | "session-lost";

/** The way of messages to the client. */
export interface Outlet {
  /** False when the client reads too slowly: stop until `drained` is called. The bytes are taken in any case. */
  emit(message: Uint8Array | string): boolean;
  /** `Conversation.closed` is called in turn. */
  end(why: Ending): void;
}

/** Who sent a message: what it may do is what its own credential allows, from where it came. */
export interface Sender {
  /** Outlasts the message: its headers present the credential. */
  readonly request: HttpRequest;
  readonly caller: Caller;
}

export interface ConversationOptions {
  readonly gate: Gate;
  /** The request that opened it. Its headers present the credential. */
  readonly opening: HttpRequest;
  readonly caller: Caller;
  readonly endpoint: Endpoint;
  readonly outlet: Outlet;
}

/** So long between two looks at a session that only a conversation keeps alive. */
const sessionTouchMs = 30_000;
const resumeFirstMs = 1_000;
const resumeLongestMs = 30_000;
/** An answer that breaks off again and again without a word between is given up. */
const resumesInVainMax = 5;
/** The stream on which a server speaks unasked has no request of its own. */
const unasked: Awaited = { idRaw: null, isModern: false, isAwaited: false, resumedInVain: null };

/**
 * A client on one connection that carries messages both ways: a WebSocket, or a stream of the transport HTTP+SSE. The rules are those of
 * stdio: requests are told apart by their ids and withdrawn by `notifications/cancelled`, the end of the connection ends everything.
 * Every message is put to the gate as the request that it would be over Streamable HTTP, so that all that holds there holds here;
 * nothing else is known of the connection but who opened it and, for revisions with sessions, the one session of its `initialize`.
 */
export class Conversation implements ReplyHost {
  readonly owner: string;
  private readonly gate: Gate;
  private readonly opening: HttpRequest;
  private readonly endpoint: Endpoint;
  private readonly outlet: Outlet;
  private caller: Caller;
  private readonly replies = new Set<MessageReply>();
  /** Requests in flight, by the JSON of their ids. */
  private readonly requests = new Map<string, MessageReply>();
  private sessionId: string | null = null;
  /** The reply to `notifications/initialized`: behind it the server may speak unasked. */
  private readiness: MessageReply | undefined;
  /** The reply to `initialize`, while it is under way. */
  private initializing: MessageReply | undefined;
  private stream: MessageReply | undefined;
  private readonly timers = new Set<NodeJS.Timeout>();
  private streamsInVain = 0;
  private touchedMs: number;
  private authenticating = false;
  private leaving = false;
  private over = false;

  constructor({ gate, opening, caller, endpoint, outlet }: ConversationOptions) {
    this.gate = gate;
    this.opening = opening;
    this.caller = caller;
    this.owner = ownerOf(caller);
    this.endpoint = endpoint;
    this.outlet = outlet;
    this.touchedMs = gate.nowMs();
  }

  /** One message of the client, who is the sender unless it came with a credential of its own. The bytes are borrowed for the call. */
  receive(bytes: Uint8Array, sender?: Sender): void {
    if (this.over || !this.isStillWelcome()) return;
    const scanned = scanMessage(bytes);
    if (scanned.kind === "malformed") {
      this.gate.metrics.refused("malformed");
      recordRefusal(this.gate, sender?.request ?? this.opening, sender?.caller ?? this.caller, "protocol", scanned.reason);
      this.emit(errorMessage(rawId(scanned), scanned.code, scanned.reason));
    } else if (scanned.kind === "notification" && scanned.method === "notifications/cancelled" && this.withdraw(scanned)) return;
    else this.put(scanned, bytes, sender ?? { request: this.opening, caller: this.caller });
  }

  /** The client reads again. */
  drained(): void {
    for (const reply of this.replies) reply.drained();
  }

  /** The connection is gone: so is all that hung on it. */
  closed(): void {
    if (this.over) return;
    this.over = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    const session = this.session();
    // Nobody can take up these answers again, so a legacy request is withdrawn as well.
    for (const withdraw of [...(session?.inFlight.values() ?? [])]) withdraw();
    for (const reply of [...this.replies]) reply.cancel();
    if (session !== undefined) this.gate.sessions.end(session);
  }

  /** The gate stops: no new requests, and the end when those in flight are answered. */
  goAway(): void {
    if (this.over || this.leaving) return;
    this.leaving = true;
    this.stream?.cancel();
    this.leaveIfIdle();
  }

  /** To be called about twice a second: a credential that ends, ends the conversation; a session lives as long as it. */
  check(): void {
    if (this.over || !this.isStillWelcome()) return;
    if (this.sessionId === null || this.gate.nowMs() - this.touchedMs < sessionTouchMs) return;
    this.touchedMs = this.gate.nowMs();
    if (this.session() === undefined) this.outlet.end("session-lost");
  }

  emit(message: Uint8Array | string): boolean {
    return this.over || this.outlet.emit(message);
  }

  finished(reply: MessageReply): void {
    this.replies.delete(reply);
    const { idRaw } = reply.awaited;
    if (idRaw !== null && this.requests.get(idRaw) === reply) this.requests.delete(idRaw);
    if (this.over) {
      if (reply.sessionId !== null) this.abandoned(reply.sessionId);
      return;
    }
    if (reply === this.initializing) this.initializing = undefined;
    if (reply === this.readiness) this.listen(null);
    if (reply === this.stream) this.streamEnded(reply);
    else if (idRaw !== null) this.answered(reply, idRaw);
    if (this.leaving) this.leaveIfIdle();
  }

  /** Its client went away before it could use it. */
  abandoned(sessionId: string): void {
    const session = sessionId === this.sessionId ? undefined : this.gate.sessions.find(sessionId, this.owner, this.endpoint.place);
    if (session !== undefined) this.gate.sessions.end(session);
  }

  /** Asks again who calls. A credential that must be verified anew meanwhile counts as before, up to its end. */
  private isStillWelcome(): boolean {
    const { expiresAtMs } = this.caller;
    const found = this.authenticating ? this.caller : this.gate.authenticate(this.opening);
    if (found instanceof Promise) {
      this.authenticating = true;
      void found.then((verified) => {
        this.authenticating = false;
        this.identify(verified);
      });
    } else if (!this.identify(found)) return false;
    if (expiresAtMs === null || this.gate.nowMs() < expiresAtMs) return true;
    this.outlet.end("unauthenticated");
    return false;
  }

  private identify(found: Caller | { readonly refused: string }): boolean {
    if (this.over) return false;
    if ("refused" in found || ownerOf(found) !== this.owner) {
      this.gate.metrics.refused("authentication");
      this.outlet.end("unauthenticated");
      return false;
    }
    this.caller = found;
    return true;
  }

  private session(): Session | undefined {
    return this.sessionId === null ? undefined : this.gate.sessions.find(this.sessionId, this.owner, this.endpoint.place);
  }

  private put(scanned: Scanned, bytes: Uint8Array, sender: Sender): void {
    const idRaw = scanned.kind === "request" ? rawId(scanned) : null;
    const refusal = scanned.kind === "request" || scanned.kind === "batch" ? this.refusalOf(scanned, idRaw) : null;
    if (refusal !== null) {
      this.emit(refusal);
      return;
    }
    const session = this.session();
    if (session === undefined && this.sessionId !== null && scanned.protocolVersion === null) {
      this.outlet.end("session-lost");
      return;
    }
    const isAwaited = scanned.kind === "request" || scanned.kind === "batch";
    const reply = this.replyTo({ idRaw, isModern: scanned.protocolVersion !== null, isAwaited, resumedInVain: null });
    if (scanned.method === "notifications/initialized") this.readiness = reply;
    if (scanned.method === "initialize" && scanned.protocolVersion === null) this.initializing = reply;
    const { gate, endpoint } = this;
    const { caller } = sender;
    const request = messageRequest(sender.request, bytes, scanned, session);
    try {
      const done = admit(gate, caller, { request, reply, body: bytes, endpoint, scanned });
      done?.catch((reason: unknown) => this.failed(reply, idRaw, reason));
    } catch (reason) {
      this.failed(reply, idRaw, reason);
    }
  }

  private refusalOf({ method }: Scanned, idRaw: string | null): string | null {
    const invalid = (message: string) => errorMessage(idRaw, codes.invalidRequest, message);
    if (this.leaving) return this.faulty(idRaw, new Fault("unavailable", "the gate stops", { retryAfterMs: 1_000 }));
    if (this.replies.size >= bounds.conversationCallsInFlightMax) {
      const message = `this connection already has ${bounds.conversationCallsInFlightMax} requests in flight`;
      return this.faulty(idRaw, new Fault("limited", message, { retryAfterMs: 1_000 }));
    }
    if (idRaw !== null && this.requests.has(idRaw)) return invalid("a request with this id is in flight");
    if (method === "initialize" && (this.sessionId !== null || this.initializing !== undefined)) {
      return invalid("this connection is initialized already: open another one");
    }
    return null;
  }

  private faulty(idRaw: string | null, fault: Fault): string {
    return faultAnswer({ idRaw, callId: "", fault }).body;
  }

  private failed(reply: MessageReply, idRaw: string | null, reason: unknown): void {
    const fault = toFault(reason);
    if (fault.code === "internal") this.gate.logger.error("A message of a conversation failed", { cause: fault.cause ?? fault });
    const told = fault.code === "internal" ? new Fault("internal", "internal error") : fault;
    reply.send(500, ["content-type", "application/json"], this.faulty(idRaw, told));
  }

  /** Whether that was all: a request of a session is the server's to cancel, which is told as well. */
  private withdraw({ bytes, requestId }: Scanned): boolean {
    const reply = requestId === null ? undefined : this.requests.get(rawText(bytes, requestId as Range));
    if (reply === undefined) return this.sessionId === null;
    reply.silenced = true;
    if (reply.awaited.isModern) reply.cancel();
    return reply.awaited.isModern || this.sessionId === null;
  }

  private replyTo(awaited: Awaited): MessageReply {
    const reply = new MessageReply(this, awaited);
    this.replies.add(reply);
    if (awaited.idRaw !== null) this.requests.set(awaited.idRaw, reply);
    return reply;
  }

  private answered(reply: MessageReply, idRaw: string): void {
    if (reply.sessionId !== null && this.sessionId === null) this.sessionId = reply.sessionId;
    const { awaited, lastEventId, status } = reply;
    const isBroken = awaited.resumedInVain !== null && status !== 200;
    if (reply.aborted || reply.silenced || reply.endsWithAnswer || (lastEventId === null && !isBroken)) return;
    // The server closed the stream of an answer that it goes on with elsewhere (2025-11-25, "Resumability and Redelivery").
    const resumedInVain = reply.emitted > 0 ? 0 : (awaited.resumedInVain ?? 0) + 1;
    if (isBroken || lastEventId === null || resumedInVain > resumesInVainMax) {
      this.emit(this.faulty(idRaw, new Fault("unavailable", "the server ended its answer before the result")));
      return;
    }
    this.later(reply.retryMs ?? resumeFirstMs * 2 ** resumedInVain, () =>
      this.openStream(this.replyTo({ ...awaited, isAwaited: false, resumedInVain }), lastEventId),
    );
  }

  /** The stream on which the server speaks unasked, once the client is ready for it. */
  private listen(lastEventId: string | null): void {
    if (this.stream !== undefined || this.over || this.leaving) return;
    this.stream = this.replyTo(unasked);
    this.openStream(this.stream, lastEventId);
  }

  private openStream(reply: MessageReply, lastEventId: string | null): void {
    const session = this.session();
    if (session === undefined) {
      this.outlet.end("session-lost");
      return;
    }
    const { gate, caller, endpoint } = this;
    const opened = openStream(gate, caller, { request: streamRequest(this.opening, session, lastEventId), reply, endpoint });
    opened?.catch((reason: unknown) => this.failed(reply, null, reason));
  }

  private streamEnded(reply: MessageReply): void {
    this.stream = undefined;
    // 405: the server has nothing to say unasked.
    if (reply.status !== 200 || reply.aborted) return;
    this.streamsInVain = reply.emitted > 0 ? 0 : this.streamsInVain + 1;
    this.later(reply.retryMs ?? resumeFirstMs * 2 ** Math.min(this.streamsInVain, 10), () => this.listen(reply.lastEventId));
  }

  private later(pauseMs: number, next: () => void): void {
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        if (!this.over) next();
      },
      Math.min(pauseMs, resumeLongestMs),
    ).unref();
    this.timers.add(timer);
  }

  private leaveIfIdle(): void {
    if (this.replies.size === 0) this.outlet.end("going-away");
  }
}
