import { bounds } from "../../../domain/bounds.ts";
import { copyBytes } from "../../../domain/copy-bytes.ts";
import { Fault, toFault } from "../../../domain/fault.ts";
import {
  asObject,
  type ClientCapabilities,
  isQuestion,
  missingCapabilities,
  type QuestionMethod,
  requiredCapabilities,
} from "../../../domain/mcp/client-capabilities.ts";
import { codes, errorMessage, resultMessage } from "../../../domain/mcp/errors.ts";
import { rawText } from "../../../domain/mcp/json-text.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import { createSseParser, type SseEvent, type SseParser } from "../../../domain/mcp/sse.ts";
import type { UpstreamAnswer, UpstreamRequest, UpstreamSink } from "../../../domain/ports/upstream.ts";
import type { RoutedExchange, RoutedServer } from "../../routing/router.ts";
import { ask } from "../ask.ts";
import { type UpstreamSession, upstreamSessionHeaders } from "../upstream-session.ts";
import { createPatience, type Patience } from "./patience.ts";

/** A question of the server, as it asked it. */
export interface Question {
  /** The server's id of it, as JSON. */
  readonly idRaw: string;
  readonly method: QuestionMethod;
  readonly paramsJson: string | null;
  /** The whole message. */
  readonly message: Uint8Array;
  readonly scanned: Scanned;
}

/** How questions get to the client, which depends on its era. */
export interface Asker {
  /** A question that the client declared that it can answer. False where it can't be put now: the server is told so. */
  ask(question: Question): boolean;
  /** The server took a question back. */
  withdrawn(idRaw: string): void;
  /** Everything that came at once has been looked at. */
  settled(): void;
  /** The call is over, or nobody waits for it any more. */
  over(): void;
}

export interface PooledCallOptions {
  readonly routed: RoutedServer;
  readonly session: UpstreamSession;
  /** The id of the request there, as JSON. */
  readonly idRaw: string;
  readonly declared: ClientCapabilities;
  readonly nowMs: () => number;
  readonly asker: (call: PooledCall) => Asker;
}

/** What the client wants to hear beside the result. */
export interface Wanted {
  readonly progress: boolean;
  readonly messages: boolean;
}

const headers = ["content-type", "application/json", "accept", "application/json, text/event-stream"] as const;
const adviceTimeoutMs = 30_000;
/** What is kept of a waiting call's notifications. */
const keptBytesMax = 1024 * 1024;

/**
 * One request to a server of a legacy revision over a session that the gate holds, whose server may ask back on the stream of its answer.
 * Stands between upstream and relay: messages pass as they are, pings are answered here, questions go to the client by its `Asker`.
 * The client may leave and come back (`leave`, `join`) while the server waits; what comes meanwhile is kept.
 */
export class PooledCall implements UpstreamSink, RoutedExchange {
  readonly idRaw: string;
  readonly #options: PooledCallOptions;
  readonly #asker: Asker;
  readonly #parser: SseParser;
  #patience: Patience | undefined;
  #exchange: RoutedExchange | undefined;
  #sink: UpstreamSink | null = null;
  #wanted: Wanted = { progress: true, messages: true };
  #answer: UpstreamAnswer | undefined;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #isStream = false;
  #end: "open" | "ended" | Fault = "open";
  /** Questions that the client was asked and has not answered, by the server's ids. */
  readonly #open = new Set<string>();

  constructor(options: PooledCallOptions) {
    this.#options = options;
    this.idRaw = options.idRaw;
    this.#asker = options.asker(this);
    this.#parser = createSseParser({ eventBytesMax: bounds.listAnswerBytesMax, onEvent: (event) => this.#onEvent(event) });
  }

  get upstreamId(): string {
    return this.#options.session.upstreamId;
  }

  get isOver(): boolean {
    return this.#end !== "open";
  }

  /** Sends the request. */
  start(request: UpstreamRequest, sink: UpstreamSink, wanted: Wanted): this {
    const { routed, declared, nowMs } = this.#options;
    this.#sink = sink;
    this.#wanted = wanted;
    let sent = request;
    if (Object.keys(declared).length > 0) {
      // While a person is asked the silence of the server is no fault of it.
      const { idleTimeoutMs: idleMs, totalTimeoutMs: totalMs } = request;
      this.#patience = createPatience({ idleMs, totalMs }, nowMs, () => this.#expire());
      sent = { ...request, idleTimeoutMs: 0, totalTimeoutMs: 0 };
    }
    this.#exchange = routed.exchange(sent, this, { pinned: this.upstreamId });
    return this;
  }

  head(answer: UpstreamAnswer): void {
    this.#answer = answer;
    this.#isStream = answer.status === 200 && answer.header("content-type")?.startsWith("text/event-stream") === true;
    this.#sink?.head(answer);
  }

  data(chunk: Uint8Array): void {
    this.#patience?.heard();
    if (this.#isStream) this.#read(chunk);
    else this.#sink?.data(chunk);
  }

  end(): void {
    if (this.isOver) return;
    this.#finish("ended");
    this.#sink?.end();
  }

  fail(fault: Fault, phase: "unsent" | "sent" | "answering"): void {
    if (this.isOver) return;
    this.#finish(fault);
    this.#sink?.fail(fault, phase);
  }

  /** The client withdrew: a legacy server has to be told, a closed connection means nothing to it. */
  cancel(): void {
    if (this.isOver) return;
    this.#finish(new Fault("cancelled", "the client withdrew"));
    this.#exchange?.cancel();
    this.#tellCancelled("the client withdrew");
  }

  /** Ends the call from our side, and tells whoever waits for it. */
  abort(fault: Fault): void {
    if (this.isOver) return;
    this.#finish(fault);
    this.#exchange?.cancel();
    this.#tellCancelled(fault.message);
    this.#sink?.fail(fault, "answering");
  }

  pause(): void {
    this.#exchange?.pause();
  }

  resume(): void {
    this.#exchange?.resume();
  }

  /** Puts a message of ours among those of the server. */
  emit(event: Uint8Array): void {
    this.#sink?.data(event);
  }

  /** The client goes away with what it has; the server's messages are kept for it. */
  leave(): void {
    const sink = this.#sink;
    this.#sink = null;
    this.#exchange?.resume();
    sink?.end();
  }

  /** The client is back: it gets what came meanwhile, and what comes. */
  join(sink: UpstreamSink, wanted: Wanted): void {
    this.#sink = sink;
    this.#wanted = wanted;
    sink.head(this.#answer ?? { status: 200, header: () => undefined });
    for (const event of this.#kept.splice(0)) sink.data(event);
    this.#keptBytes = 0;
    if (this.#end === "ended") sink.end();
    else if (this.#end !== "open") sink.fail(this.#end, "answering");
  }

  /** Sends the answer to a question, a whole JSON-RPC message with the server's id of it. */
  answer(idRaw: string, message: string | Uint8Array): void {
    this.#closeQuestion(idRaw);
    const failed = (reason: unknown) =>
      this.abort(new Fault("unavailable", "the server took no answer to its question", { cause: reason }));
    this.#post(message).then(({ status }) => {
      if (status >= 400) failed(`HTTP status ${status}`);
    }, failed);
  }

  /** Tells the server that a question has no answer. */
  refuse({ idRaw, method }: Pick<Question, "idRaw" | "method">): void {
    // To dismiss a form is an answer; nothing of the kind is there for the others.
    if (method === "elicitation/create") this.answer(idRaw, resultMessage(idRaw, '{"action":"cancel"}'));
    else this.answer(idRaw, errorMessage(idRaw, codes.internalError, "the client gave no answer"));
  }

  #read(chunk: Uint8Array): void {
    try {
      this.#parser.push(chunk);
    } catch (reason) {
      this.abort(toFault(reason));
      return;
    }
    this.#asker.settled();
  }

  #onEvent({ data, raw }: SseEvent): void {
    if (this.isOver) return;
    const scanned = data.length === 0 ? null : scanMessage(data);
    if (scanned === null || scanned.kind === "malformed") this.#pass(copyBytes(raw), false);
    else if (scanned.kind === "request") this.#asked(scanned);
    else if (scanned.kind !== "notification") this.#pass(copyBytes(raw), true);
    else if (scanned.method === "notifications/cancelled" && scanned.requestId !== null) this.#withdrawn(rawText(data, scanned.requestId));
    else if (this.#isWanted(scanned.method)) this.#pass(copyBytes(raw), false);
  }

  #isWanted(method: string | null): boolean {
    if (method === "notifications/progress") return this.#wanted.progress;
    return method !== "notifications/message" || this.#wanted.messages;
  }

  #pass(event: Uint8Array, isFinal: boolean): void {
    if (this.#sink !== null) this.#sink.data(event);
    else if (isFinal || this.#keptBytes + event.length <= keptBytesMax) {
      this.#kept.push(event);
      this.#keptBytes += event.length;
    }
  }

  #asked(scanned: Scanned): void {
    const { id, method, params } = scanned;
    const message = copyBytes(scanned.bytes);
    const idRaw = id === null ? "null" : rawText(message, id);
    if (method === "ping") {
      this.#say(resultMessage(idRaw, "{}"));
      return;
    }
    const paramsJson = params === null ? null : rawText(message, params);
    const isPut =
      isQuestion(method) &&
      missingCapabilities(requiredCapabilities(method, paramsOf(paramsJson)), this.#options.declared) === null &&
      this.#asker.ask({ idRaw, method, paramsJson, message, scanned: { ...scanned, bytes: message } });
    if (isPut) {
      this.#open.add(idRaw);
      this.#patience?.wait();
    } else this.#say(errorMessage(idRaw, codes.methodNotFound, "the client can't be asked this"));
  }

  #withdrawn(idRaw: string): void {
    this.#closeQuestion(idRaw);
    this.#asker.withdrawn(idRaw);
  }

  /** While a question is open the server's deadlines stand still. */
  #closeQuestion(idRaw: string): void {
    if (this.#open.delete(idRaw) && this.#open.size === 0) this.#patience?.goOn();
  }

  /** An answer on which nothing depends for us. */
  #say(message: string): void {
    this.#post(message).catch(() => {}); // A server that does not hear it gives up its question by itself.
  }

  #tellCancelled(reason: string): void {
    const params = `{"requestId":${this.idRaw},"reason":${JSON.stringify(reason)}}`;
    this.#say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}`);
  }

  #post(message: string | Uint8Array) {
    const { routed, session } = this.#options;
    const body = typeof message === "string" ? message : new TextDecoder().decode(message);
    const all = [...headers, ...upstreamSessionHeaders(session)];
    return ask(routed, { headers: all, body, pinned: session.upstreamId, timeoutMs: adviceTimeoutMs, repeatable: false });
  }

  #expire(): void {
    this.abort(new Fault("timeout", "the server did not answer in time"));
  }

  #finish(end: "ended" | Fault): void {
    this.#end = end;
    this.#patience?.stop();
    this.#asker.over();
  }
}

function paramsOf(json: string | null): Readonly<Record<string, unknown>> {
  return json === null ? {} : asObject(JSON.parse(json));
}
