import { randomUUID } from "node:crypto";
import { bounds } from "../../../domain/bounds.ts";
import { Fault, toFault } from "../../../domain/fault.ts";
import type { ClientCapabilities } from "../../../domain/mcp/client-capabilities.ts";
import { codes, errorMessage, resultMessage } from "../../../domain/mcp/errors.ts";
import { type InputRequest, type InputRequired, readInputRequired, undeclared } from "../../../domain/mcp/input-required.ts";
import { rawText } from "../../../domain/mcp/json-text.ts";
import { withId, withParams } from "../../../domain/mcp/rewrite.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import { createSseParser, formatSse, type SseParser } from "../../../domain/mcp/sse.ts";
import type { UpstreamAnswer, UpstreamRequest, UpstreamSink } from "../../../domain/ports/upstream.ts";
import type { RoutedExchange, RoutedServer } from "../../routing/router.ts";
import { collector } from "../ask.ts";
import type { ClientQuestions } from "./client-questions.ts";

export interface ReplayedCallOptions {
  readonly routed: RoutedServer;
  readonly questions: ClientQuestions;
  readonly owner: string;
  readonly method: string;
  /** The client's id of the request, as JSON. */
  readonly idRaw: string;
  readonly callId: string;
  readonly declared: ClientCapabilities;
}

/** Questions and answers of one call at most; then it is given up. */
const roundsMax = 8;
/** A server that only wants to be asked again is, after this long. */
const pauseMs = 250;

const streamHead: UpstreamAnswer = { status: 200, header: (name) => (name === "content-type" ? "text/event-stream" : undefined) };

/**
 * One request of a legacy client to a stateless server, which may answer that it needs input (2026-07-28, basic/patterns/mrtr). Its questions
 * go to the client as requests on the stream of the call; with the answers the request is made again, until there is a result.
 * Stands between upstream and relay: to the relay all rounds are one answer.
 */
export class ReplayedCall implements RoutedExchange {
  readonly #options: ReplayedCallOptions;
  #sink: UpstreamSink | null = null;
  #request: UpstreamRequest | undefined;
  #exchange: RoutedExchange | undefined;
  #upstreamId = "";
  #round = 0;
  #isPaused = false;
  #isStreaming = false;
  /** A round has ended with its question, and the next has not begun. */
  #isAsking = false;
  #timer: NodeJS.Timeout | undefined;
  /** Open questions: the server's keys by our ids. */
  readonly #open = new Map<string, string>();
  #answers: (readonly [key: string, json: string])[] = [];

  constructor(options: ReplayedCallOptions) {
    this.#options = options;
  }

  get upstreamId(): string {
    return this.#exchange?.upstreamId ?? this.#upstreamId;
  }

  start(request: UpstreamRequest, sink: UpstreamSink): this {
    this.#sink = sink;
    this.#request = request;
    this.#send(request);
    return this;
  }

  cancel(): void {
    this.#exchange?.cancel();
    this.#over();
  }

  pause(): void {
    this.#isPaused = true;
    this.#exchange?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#exchange?.resume();
  }

  /** One round: what comes after its question belongs to nobody. */
  #send(request: UpstreamRequest): void {
    this.#round += 1;
    const round = this.#round;
    this.#isAsking = false;
    const isCurrent = () => this.#round === round && !this.#isAsking && this.#sink !== null;
    const fail: UpstreamSink["fail"] = (fault, phase) => {
      // It may be our own failure to read it: then there is more to come that nobody wants.
      this.#exchange?.cancel();
      this.#finish((sink) => sink.fail(fault, phase));
    };
    const answer = new RoundAnswer({
      isFirst: round === 1,
      head: (head) => isCurrent() && this.#head(head),
      raw: (bytes) => isCurrent() && this.#sink?.data(bytes),
      message: (bytes, scanned, event) => isCurrent() && this.#message(bytes, scanned, event),
      end: () => isCurrent() && this.#finish((sink) => sink.end()),
      fail(fault, phase) {
        if (isCurrent()) fail(fault, phase);
      },
    });
    this.#exchange = undefined;
    const exchange = this.#options.routed.exchange(request, answer);
    if (!isCurrent()) return;
    this.#exchange = exchange;
    if (this.#isPaused) exchange.pause();
  }

  #head(answer: UpstreamAnswer): void {
    if (this.#isStreaming) return;
    this.#isStreaming = true;
    this.#sink?.head(answer);
  }

  /** A message of the server; `event` as it came, where it came in a stream. */
  #message(bytes: Uint8Array, scanned: Scanned, event: Uint8Array | null): void {
    const isAnswer = scanned.kind === "result" || scanned.kind === "error";
    if (scanned.kind === "result" && scanned.resultType === "input_required") this.#asked(readInputRequired(scanned));
    else if (this.#round === 1 && event !== null) this.#sink?.data(event);
    else {
      this.#sink?.data(formatSse(isAnswer ? withId(bytes, scanned, this.#options.idRaw) : bytes));
      if (isAnswer && event === null) this.#finish((sink) => sink.end());
    }
  }

  #asked(asked: InputRequired | string): void {
    this.#isAsking = true;
    this.#upstreamId = this.upstreamId;
    this.#exchange?.cancel();
    this.#exchange = undefined;
    if (typeof asked === "string") this.#giveUp(`the server's question is not valid: ${asked}`);
    else if (this.#round > roundsMax) this.#giveUp(`the server asked more than ${roundsMax} times`);
    else this.#put(asked);
  }

  #put(asked: InputRequired): void {
    const missing = undeclared(asked, this.#options.declared);
    if (missing !== null) {
      this.#giveUp(`the server needs what this client did not declare that it can do: ${Object.keys(missing).join(", ")}`);
      return;
    }
    this.#head(streamHead);
    this.#answers = [];
    const again = () => this.#again(asked.stateJson);
    if (asked.requests.length === 0) this.#timer = setTimeout(again, pauseMs).unref();
    else if (!asked.requests.every((request) => this.#ask(request, again))) this.#giveUp("too many questions to this client are open");
  }

  #ask(request: InputRequest, again: () => void): boolean {
    const id: string | undefined = this.#options.questions.put(this.#options.owner, {
      answered: (message, scanned) => this.#answered(id, message, scanned, again),
      expired: () => this.#giveUp("the client did not answer the server's question in time"),
    });
    if (id === undefined) return false;
    this.#open.set(id, request.key);
    this.#sink?.data(formatSse(requestMessage(id, request)));
    return true;
  }

  #answered(id: string | undefined, message: Uint8Array, { kind, result }: Scanned, again: () => void): void {
    const key = id === undefined ? undefined : this.#open.get(id);
    if (id === undefined || key === undefined) return;
    this.#open.delete(id);
    if (kind !== "result" || result === null) this.#giveUp("the client answered the server's question with an error");
    else {
      this.#answers.push([key, rawText(message, result)]);
      if (this.#open.size === 0) again();
    }
  }

  /** The same request with the answers, and the state as the server wrote it. */
  #again(stateJson: string | null): void {
    const request = this.#request;
    if (this.#sink === null || request?.body === undefined) return;
    const scanned = scanMessage(request.body);
    if (scanned.kind === "malformed") return;
    const members: [string, string][] = [];
    if (this.#answers.length > 0) {
      members.push(["inputResponses", `{${this.#answers.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(",")}}`]);
    }
    if (stateJson !== null) members.push(["requestState", stateJson]);
    const body = withParams(request.body, scanned, members);
    const fresh = scanMessage(body);
    if (fresh.kind === "malformed") return;
    // An id is used once (2026-07-28, basic/patterns/mrtr, "Client Requirements").
    const idRaw = JSON.stringify(`${this.#options.callId}-${this.#round}`);
    this.#send({ ...request, body: withId(body, fresh, idRaw) });
  }

  /** A tool's failure is a result, which its client shows; for the rest there are errors. */
  #giveUp(reason: string): void {
    const { method, idRaw } = this.#options;
    const failure = { content: [{ type: "text", text: reason }], isError: true };
    const message =
      method === "tools/call" ? resultMessage(idRaw, JSON.stringify(failure)) : errorMessage(idRaw, codes.internalError, reason);
    this.#head(streamHead);
    this.#sink?.data(formatSse(message));
    this.#finish((sink) => sink.end());
  }

  #finish(told: (sink: UpstreamSink) => void): void {
    const sink = this.#sink;
    this.#over();
    if (sink !== null) told(sink);
  }

  #over(): void {
    const sink = this.#sink;
    this.#sink = null;
    clearTimeout(this.#timer);
    for (const id of this.#open.keys()) {
      this.#options.questions.drop(id);
      sink?.data(formatSse(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${JSON.stringify(id)}}}`));
    }
    this.#open.clear();
  }
}

/** The question as the request that a legacy server would have made. */
function requestMessage(id: string, { method, paramsJson }: InputRequest): string {
  const params = paramsJson === null ? "" : `,"params":${withElicitationId(method, paramsJson)}`;
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":${JSON.stringify(method)}${params}}`;
}

/** Addresses to visit had an id of their own in 2025-11-25, client/elicitation, "URL Mode Elicitation Requests". */
function withElicitationId(method: string, paramsJson: string): string {
  if (method !== "elicitation/create") return paramsJson;
  const params = JSON.parse(paramsJson) as Readonly<Record<string, unknown>>;
  if (params["mode"] !== "url" || "elicitationId" in params) return paramsJson;
  return JSON.stringify({ ...params, elicitationId: randomUUID() });
}

interface RoundEvents {
  readonly isFirst: boolean;
  head(answer: UpstreamAnswer): void;
  raw(bytes: Uint8Array): void;
  message(bytes: Uint8Array, scanned: Scanned, event: Uint8Array | null): void;
  end(): void;
  fail(fault: Fault, phase: "unsent" | "sent" | "answering"): void;
}

/** The answer of one round, read message by message. What is no message passes as it is in the first round, and is a failure later. */
class RoundAnswer implements UpstreamSink {
  readonly #events: RoundEvents;
  readonly #parser: SseParser;
  readonly #body = collector(bounds.listAnswerBytesMax);
  #answer: UpstreamAnswer | undefined;
  #kind: "stream" | "json" | "raw" = "raw";

  constructor(events: RoundEvents) {
    this.#events = events;
    this.#parser = createSseParser({
      eventBytesMax: bounds.listAnswerBytesMax,
      onEvent: ({ data, raw }) => {
        const scanned = data.length === 0 ? null : scanMessage(data);
        if (scanned === null || scanned.kind === "malformed") events.raw(raw);
        else events.message(data, scanned, raw);
      },
    });
  }

  head(answer: UpstreamAnswer): void {
    this.#answer = answer;
    const type = answer.header("content-type") ?? "";
    if (answer.status === 200 && type.startsWith("text/event-stream")) this.#kind = "stream";
    else if (type.startsWith("application/json") && (answer.status === 200 || !this.#events.isFirst)) this.#kind = "json";
    if (this.#kind === "stream" || (this.#kind === "raw" && this.#events.isFirst)) this.#events.head(answer);
  }

  data(chunk: Uint8Array): void {
    try {
      if (this.#kind === "stream") this.#parser.push(chunk);
      else if (this.#kind === "json") this.#body.push(chunk);
      else if (this.#events.isFirst) this.#events.raw(chunk);
    } catch (reason) {
      this.#events.fail(toFault(reason), "answering");
    }
  }

  end(): void {
    if (this.#kind === "json") this.#whole(this.#body.bytes());
    else if (this.#kind === "raw" && !this.#events.isFirst) this.#unusable();
    else this.#events.end();
  }

  fail(fault: Fault, phase: "unsent" | "sent" | "answering"): void {
    this.#events.fail(fault, phase);
  }

  #whole(bytes: Uint8Array): void {
    const scanned = scanMessage(bytes);
    const isQuestion = scanned.kind === "result" && scanned.resultType === "input_required";
    if (this.#events.isFirst && !isQuestion && this.#answer !== undefined) {
      this.#events.head(this.#answer);
      this.#events.raw(bytes);
      this.#events.end();
    } else if (scanned.kind === "result" || scanned.kind === "error") this.#events.message(bytes, scanned, null);
    else this.#unusable();
  }

  #unusable(): void {
    this.#events.fail(new Fault("unavailable", "the server's answer is no JSON-RPC message"), "answering");
  }
}
