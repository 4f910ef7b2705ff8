import { Fault } from "../../domain/fault.ts";
import type { Exchange, UpstreamRequest, UpstreamSink } from "../../domain/ports/upstream.ts";
import type { CoarseClock } from "./coarse-clock.ts";

/** What an exchange tells the channel that it belongs to. */
export interface ExchangeOwner {
  /** It was withdrawn, or failed from our side: the server may stop working on it. */
  abandoned(exchange: ChannelExchange, reason: string): void;
  /** More bytes wait for its reader than may, or no longer. */
  congested(exchange: ChannelExchange, full: boolean): void;
}

/** Bytes that wait for a paused reader before the carrier is paused, too. */
const waitingBytesMax = 1024 * 1024;

const eventStart = Buffer.from("event: message\ndata: ");
const eventEnd = Buffer.from("\n\n");
const streamHeaders = ["content-type", "text/event-stream", "cache-control", "no-cache"];
const jsonHeaders = ["content-type", "application/json"];

/** One exchange over a carrier, told to the sink as the HTTP answer that a Streamable HTTP server would give. */
export class ChannelExchange implements Exchange {
  streaming = false;
  finished = false;
  /** Answered in the place of a failure, once the server has the request. */
  insteadOfFailure: string | undefined;
  /** Added to the head: the session's id. */
  headers: readonly string[] = [];
  readonly #sink: UpstreamSink;
  readonly #clock: CoarseClock;
  readonly #owner: ExchangeOwner;
  readonly #idleTimeoutMs: number;
  readonly #totalBy: number;
  #nextBy: number;
  #sent = false;
  #paused = false;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #endsAfterWaiting = false;

  constructor(request: UpstreamRequest, sink: UpstreamSink, clock: CoarseClock, owner: ExchangeOwner) {
    this.#sink = sink;
    this.#clock = clock;
    this.#owner = owner;
    this.#idleTimeoutMs = request.idleTimeoutMs;
    this.#totalBy = clock.deadline(request.totalTimeoutMs);
    this.#nextBy = clock.deadline(request.answerTimeoutMs);
  }

  /** From now on the server may be executing it. */
  sent(): void {
    this.#sent = true;
  }

  /** It never reached the server after all. */
  takeBack(): void {
    this.#sent = false;
  }

  /** A whole answer with one JSON text, or the last event of a stream. */
  answer(json: Buffer): void {
    if (this.finished) return;
    if (this.streaming) this.event(json);
    else {
      this.#head(200, jsonHeaders);
      this.#data(json);
    }
    this.end();
  }

  /** An answer that is no message: `json` as its body, or none. */
  answerStatus(status: number, json?: string): void {
    if (this.finished) return;
    this.#head(status, json === undefined ? ["content-length", "0"] : jsonHeaders);
    if (json !== undefined) this.#data(Buffer.from(json));
    this.end();
  }

  /** One message of a stream. */
  event(json: Buffer): void {
    this.begin();
    if (!this.finished) this.#data(Buffer.concat([eventStart, json, eventEnd]));
  }

  /** Starts the stream, if it has not started. */
  begin(): void {
    if (this.streaming || this.finished) return;
    this.streaming = true;
    this.#head(200, streamHeaders);
  }

  end(): void {
    if (this.finished) return;
    if (this.#waiting.length > 0) {
      this.#endsAfterWaiting = true;
      return;
    }
    this.finished = true;
    this.#sink.end();
  }

  /** Fails it without telling the owner. */
  fail(fault: Fault): void {
    // An answer that is complete and only waits for its reader stays whole.
    if (this.finished || this.#endsAfterWaiting) return;
    if (this.insteadOfFailure !== undefined && this.#sent && !this.streaming) {
      this.answerStatus(200, this.insteadOfFailure);
      return;
    }
    this.finished = true;
    this.#drop();
    this.#sink.fail(fault, this.streaming ? "answering" : this.#sent ? "sent" : "unsent");
  }

  cancel(): void {
    if (this.finished) return;
    this.finished = true;
    this.#drop();
    this.#owner.abandoned(this, "the client withdrew");
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#nextBy = this.streaming ? this.#clock.deadline(this.#idleTimeoutMs) : this.#nextBy;
    while (!this.#paused && !this.finished) {
      const chunk = this.#waiting.shift();
      if (chunk === undefined) break;
      this.#countWaiting(-chunk.length);
      this.#sink.data(chunk);
    }
    if (this.#endsAfterWaiting && this.#waiting.length === 0) this.end();
  }

  check(nowMs: number): void {
    if (this.finished || (nowMs < this.#totalBy && (nowMs < this.#nextBy || this.#paused))) return;
    const fault = new Fault("timeout", this.streaming ? "the server's answer stopped for too long" : "the server did not answer in time");
    this.#owner.abandoned(this, "timed out");
    this.#endsAfterWaiting = false;
    this.fail(fault);
  }

  #head(status: number, headers: readonly string[]): void {
    const all = [...headers, ...this.headers];
    this.#nextBy = this.#clock.deadline(this.#idleTimeoutMs);
    this.#sink.head({ status, header: (name) => headerValue(all, name) });
  }

  #data(chunk: Buffer): void {
    if (this.finished) return;
    this.#nextBy = this.#clock.deadline(this.#idleTimeoutMs);
    if (this.#paused || this.#waiting.length > 0) {
      this.#waiting.push(chunk);
      this.#countWaiting(chunk.length);
    } else {
      this.#sink.data(chunk);
    }
  }

  #drop(): void {
    this.#waiting = [];
    this.#countWaiting(-this.#waitingBytes);
  }

  #countWaiting(bytes: number): void {
    const before = this.#waitingBytes > waitingBytesMax;
    this.#waitingBytes += bytes;
    const after = this.#waitingBytes > waitingBytesMax;
    if (before !== after) this.#owner.congested(this, after);
  }
}

/** Value of a header in a list of names and values in turn. */
export function headerValue(headers: readonly string[], name: string): string | undefined {
  for (let index = 0; index + 1 < headers.length; index += 2) if (headers[index] === name) return headers[index + 1];
  return undefined;
}
