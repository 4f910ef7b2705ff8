import { Fault } from "../../domain/fault.ts";
import type { Exchange, UpstreamRequest, UpstreamSink } from "../../domain/ports/upstream.ts";
import type { Carrier } from "./carrier.ts";
import { ChannelExchange, type ExchangeOwner } from "./channel-exchange.ts";
import { type ChannelMessage, readChannelMessage, subscriptionIdKey } from "./channel-message.ts";
import type { CoarseClock } from "./coarse-clock.ts";
import { readJsonValue, replaceJsonValue } from "./json-splice.ts";

export interface ChannelOptions {
  readonly carrier: Pick<Carrier, "send" | "pause" | "resume">;
  readonly clock: CoarseClock;
  /**
   * `session`: one client's, whose ids go through as they are. `shared`: many clients' requests of the stateless revision,
   * whose ids and progress tokens are made unique on the way in and put back on the way out.
   */
  readonly mode: "session" | "shared";
  /** Something of the server that can't be delivered, as a constant sentence. */
  readonly skipped: (what: string) => void;
  /** Each response of the server to a request, before it is delivered. */
  readonly responded: (method: string, good: boolean) => void;
  /** A request that was given up before its answer. */
  readonly abandoned: (method: string) => void;
}

/** The conversation over one carrier: requests find their answers, and what the server says unasked finds a stream. */
export interface Channel {
  /** `headers` are added to the head of the answer. */
  post(message: ChannelMessage, request: UpstreamRequest, sink: UpstreamSink, headers?: readonly string[]): Exchange;
  /** The stream of what belongs to no request; one at a time. */
  listen(request: UpstreamRequest, sink: UpstreamSink): Exchange;
  received(message: Buffer): void;
  tooLong(): void;
  /** One message did not get to the server: its exchange fails. */
  undelivered(message: Uint8Array, fault: Fault, phase: "unsent" | "sent"): void;
  /** Ends the open stream, if there is one, as a server does whose session is over. */
  endStream(): void;
  /** The carrier is gone: everything in flight fails. `untouched`: nothing of it reached the server. */
  ended(fault: Fault, untouched?: boolean): void;
  check(nowMs: number): void;
  /** Exchanges that are not over, the open stream included. */
  readonly open: number;
}

interface Pending {
  readonly exchange: ChannelExchange;
  readonly method: string;
  /** The id as the server knows it, and as the client wrote it. */
  readonly idKey: string;
  readonly idText: string;
  readonly progressKey: string | undefined;
  readonly progressText: string | undefined;
  /** It asks for log messages. */
  readonly logs: boolean;
}

/** What the server said before anybody listened: the client opens its stream only after the handshake. */
const backlogMessagesMax = 64;
const backlogBytesMax = 1024 * 1024;

const notFound = -32601;
const invalidRequest = -32600;

export function createChannel(options: ChannelOptions): Channel {
  return new OpenChannel(options);
}

class OpenChannel implements Channel, ExchangeOwner {
  readonly #carrier: ChannelOptions["carrier"];
  readonly #clock: CoarseClock;
  readonly #options: ChannelOptions;
  readonly #shared: boolean;
  readonly #pending = new Map<string, Pending>();
  readonly #byExchange = new Map<ChannelExchange, Pending>();
  readonly #byProgress = new Map<string, Pending>();
  readonly #congested = new Set<ChannelExchange>();
  #stream: ChannelExchange | undefined;
  #backlog: Buffer[] = [];
  #backlogBytes = 0;
  #lastId = 0;

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#carrier = options.carrier;
    this.#clock = options.clock;
    this.#shared = options.mode === "shared";
  }

  get open(): number {
    return this.#pending.size + (this.#stream === undefined ? 0 : 1);
  }

  post(message: ChannelMessage, request: UpstreamRequest, sink: UpstreamSink, headers: readonly string[] = []): Exchange {
    const exchange = new ChannelExchange(request, sink, this.#clock, this);
    exchange.headers = headers;
    const body = request.body ?? new Uint8Array();
    if (message.kind === "request" && message.idKey !== undefined) {
      this.#request(exchange, message, message.idKey, Buffer.from(body.buffer, body.byteOffset, body.byteLength));
    } else {
      this.#advise(exchange, message, body);
    }
    return exchange;
  }

  listen(request: UpstreamRequest, sink: UpstreamSink): Exchange {
    const exchange = new ChannelExchange(request, sink, this.#clock, this);
    if (this.#shared) exchange.answerStatus(405);
    else if (this.#stream !== undefined)
      exchange.answerStatus(409, errorText(null, invalidRequest, "the session has an open stream already"));
    else {
      this.#stream = exchange;
      exchange.sent();
      exchange.begin();
      for (const line of this.#backlog.splice(0)) exchange.event(line);
      this.#backlogBytes = 0;
    }
    return exchange;
  }

  received(line: Buffer): void {
    if (line.length === 0) return;
    const message = readChannelMessage(line);
    if (message === undefined) this.#options.skipped("what the server sent is no JSON-RPC message");
    else if (message.kind === "response") this.#response(message, line);
    else this.#unasked(message, line);
  }

  tooLong(): void {
    this.#options.skipped("a message of the server was too long");
    // With one request in flight there is no doubt whose answer it was.
    const [only] = this.#pending.values();
    if (only === undefined || this.#pending.size > 1) return;
    this.#forget(only);
    only.exchange.fail(new Fault("unavailable", "the server's answer is beyond the bound of one message"));
  }

  endStream(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.end();
  }

  undelivered(message: Uint8Array, fault: Fault, phase: "unsent" | "sent"): void {
    const { idKey, kind } = readChannelMessage(message) ?? {};
    const pending = idKey === undefined || kind !== "request" ? undefined : this.#pending.get(idKey);
    if (pending === undefined) return;
    this.#forget(pending);
    this.#options.abandoned(pending.method);
    if (phase === "unsent") pending.exchange.takeBack();
    pending.exchange.fail(fault);
  }

  ended(fault: Fault, untouched = false): void {
    const open = [...this.#byExchange.keys()];
    if (this.#stream !== undefined) open.push(this.#stream);
    this.#pending.clear();
    this.#byExchange.clear();
    this.#byProgress.clear();
    this.#stream = undefined;
    for (const exchange of open) {
      if (untouched) exchange.takeBack();
      exchange.fail(fault);
    }
  }

  check(nowMs: number): void {
    this.#stream?.check(nowMs);
    for (const exchange of this.#byExchange.keys()) exchange.check(nowMs);
  }

  abandoned(exchange: ChannelExchange, reason: string): void {
    if (exchange === this.#stream) this.#stream = undefined;
    const pending = this.#byExchange.get(exchange);
    if (pending === undefined) return;
    this.#forget(pending);
    this.#options.abandoned(pending.method);
    // The handshake can't be cancelled (2025-11-25 §Cancellation): giving it up ends the session.
    if (pending.method !== "initialize") this.#carrier.send(cancellation(pending.idKey, reason));
  }

  congested(exchange: ChannelExchange, full: boolean): void {
    if (full && this.#shared) {
      // One slow reader must not make the others wait.
      this.abandoned(exchange, "the client reads too slowly");
      queueMicrotask(() => exchange.fail(new Fault("unavailable", "the answer was read too slowly")));
      return;
    }
    if (full) this.#congested.add(exchange);
    else this.#congested.delete(exchange);
    if (this.#congested.size > 0) this.#carrier.pause();
    else this.#carrier.resume();
  }

  #request(exchange: ChannelExchange, message: ChannelMessage, clientId: string, body: Buffer): void {
    this.#lastId += 1;
    const idKey = this.#shared ? String(this.#lastId) : clientId;
    if (this.#pending.has(idKey)) {
      exchange.answerStatus(400, errorText(clientId, invalidRequest, "a request with this id is in flight"));
      return;
    }
    const progressPath = ["params", "_meta", "progressToken"];
    let line = body;
    if (this.#shared) {
      line = replaceJsonValue(line, ["id"], idKey);
      if (message.progressKey !== undefined) line = replaceJsonValue(line, progressPath, idKey);
    }
    const pending: Pending = {
      exchange,
      method: message.method ?? "",
      idKey,
      idText: readJsonValue(body, ["id"]) ?? clientId,
      progressKey: this.#shared && message.progressKey !== undefined ? idKey : message.progressKey,
      progressText: readJsonValue(body, progressPath),
      logs: message.asksForLogs,
    };
    if (!this.#carrier.send(line)) {
      exchange.fail(new Fault("unavailable", "the server takes no more requests"));
      return;
    }
    exchange.sent();
    // Some servers of revisions with sessions say nothing to what comes before `initialize`, and others leave: both is an answer
    // (2026-07-28, basic/versioning, "Backward Compatibility").
    if (message.method === "server/discover") exchange.insteadOfFailure = errorText(pending.idText, notFound, "the server did not answer");
    this.#pending.set(idKey, pending);
    this.#byExchange.set(exchange, pending);
    if (pending.progressKey !== undefined) this.#byProgress.set(pending.progressKey, pending);
  }

  /** Notifications, and responses to what the server asked. */
  #advise(exchange: ChannelExchange, message: ChannelMessage, body: Uint8Array): void {
    // Among many clients nobody can tell whose id is meant: over HTTP the stateless revision cancels by closing the exchange.
    const meant = !this.#shared || (message.kind === "notification" && message.cancelledKey === undefined);
    if (meant && !this.#carrier.send(body)) {
      exchange.fail(new Fault("unavailable", "the server takes no more requests"));
      return;
    }
    exchange.answerStatus(202);
    const cancelled = this.#shared || message.cancelledKey === undefined ? undefined : this.#pending.get(message.cancelledKey);
    if (cancelled === undefined || cancelled.method === "initialize") return;
    // No response will come: the exchange that waits for it ends without one.
    this.#forget(cancelled);
    cancelled.exchange.begin();
    cancelled.exchange.end();
  }

  #response(message: ChannelMessage, line: Buffer): void {
    const pending = message.idKey === undefined ? undefined : this.#pending.get(message.idKey);
    if (pending === undefined) {
      this.#options.skipped("a response of the server belongs to no request in flight");
      return;
    }
    this.#forget(pending);
    this.#options.responded(pending.method, message.good);
    let json = line;
    if (this.#shared) {
      json = replaceJsonValue(json, ["id"], pending.idText);
      if (message.subscriptionKey !== undefined) json = replaceJsonValue(json, ["result", "_meta", subscriptionIdKey], pending.idText);
    }
    pending.exchange.answer(json);
  }

  /** A request or notification of the server. */
  #unasked(message: ChannelMessage, line: Buffer): void {
    if (message.method === "notifications/progress") {
      const pending = message.progressKey === undefined ? undefined : this.#byProgress.get(message.progressKey);
      if (pending === undefined) this.#options.skipped("a progress notification belongs to no request in flight");
      else pending.exchange.event(this.#restored(line, ["params", "progressToken"], pending.progressText));
      return;
    }
    if (this.#shared) this.#unaskedShared(message, line);
    else this.#unaskedInSession(message, line);
  }

  #unaskedShared(message: ChannelMessage, line: Buffer): void {
    const pending = message.subscriptionKey === undefined ? undefined : this.#pending.get(message.subscriptionKey);
    // A log message names no request: with one in flight that asked for them there is no doubt whose it is.
    const [asking, another] = message.method === "notifications/message" ? this.#askingForLogs() : [];
    if (asking !== undefined && another === undefined) {
      asking.exchange.event(line);
      return;
    }
    if (pending !== undefined) {
      pending.exchange.event(this.#restored(line, ["params", "_meta", subscriptionIdKey], pending.idText));
      return;
    }
    this.#options.skipped("a message on a shared connection says not whom it is for");
    if (message.kind === "request" && message.idKey !== undefined) {
      this.#carrier.send(Buffer.from(errorText(message.idKey, notFound, "no client can be asked here")));
    }
  }

  #askingForLogs(): readonly Pending[] {
    return [...this.#pending.values()].filter(({ logs }) => logs);
  }

  #unaskedInSession({ kind, method }: ChannelMessage, line: Buffer): void {
    const newest = [...this.#byExchange.keys()].at(-1);
    // Servers ask in association with a request of their client (SEP-2260): on its stream a question can be answered, and is a log read.
    const isOfCall = kind === "request" || method === "notifications/message";
    const latest = isOfCall ? (newest ?? this.#stream) : (this.#stream ?? newest);
    if (latest !== undefined) {
      latest.event(line);
      return;
    }
    this.#backlog.push(line);
    this.#backlogBytes += line.length;
    while (this.#backlog.length > backlogMessagesMax || this.#backlogBytes > backlogBytesMax) {
      this.#backlogBytes -= this.#backlog.shift()?.length ?? 0;
      this.#options.skipped("nobody listened to a message of the server");
    }
  }

  #restored(line: Buffer, path: readonly string[], text: string | undefined): Buffer {
    return this.#shared && text !== undefined ? replaceJsonValue(line, path, text) : line;
  }

  #forget(pending: Pending): void {
    this.#pending.delete(pending.idKey);
    this.#byExchange.delete(pending.exchange);
    if (pending.progressKey !== undefined && this.#byProgress.get(pending.progressKey) === pending)
      this.#byProgress.delete(pending.progressKey);
  }
}

function cancellation(idKey: string, reason: string): Buffer {
  return Buffer.from(
    `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${idKey},"reason":${JSON.stringify(reason)}}}`,
  );
}

/** A JSON-RPC error; `idKey` is JSON. */
export function errorText(idKey: string | null, code: number, message: string): string {
  return `{"jsonrpc":"2.0","id":${idKey ?? "null"},"error":{"code":${code},"message":${JSON.stringify(message)}}}`;
}
