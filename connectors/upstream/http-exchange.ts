import { Fault, toFault } from "../../domain/fault.ts";
import type { Exchange, UpstreamRequest, UpstreamSink } from "../../domain/ports/upstream.ts";
import type { CoarseClock } from "./coarse-clock.ts";
import type { ResponseHead } from "./http-head.ts";

/** What carries an exchange once it is sent. */
export interface Carrier {
  /** The exchange was withdrawn. */
  abandoned(exchange: HttpExchange): void;
  pause(): void;
  resume(): void;
}

export interface Waiting {
  /** Takes it out of the queue, if it waits there. */
  withdrawn(exchange: HttpExchange): void;
}

/** One request and its answer. A class for the hot path's sake: no closures a call. */
export class HttpExchange implements Exchange {
  /** The request as it goes on the wire; kept until an answer comes, for the case that it must be sent again. */
  bytes: Buffer | undefined;
  readonly repeatable: boolean;
  phase: "unsent" | "sent" | "answering" = "unsent";
  retried = false;
  finished = false;
  paused = false;
  carrier: Carrier | undefined;
  readonly #sink: UpstreamSink;
  readonly #clock: CoarseClock;
  readonly #waiting: Waiting;
  readonly #idleTimeoutMs: number;
  readonly #totalBy: number;
  /** The answer's deadline at first, then the one of the next byte. */
  #nextBy: number;

  constructor(bytes: Buffer, request: UpstreamRequest, sink: UpstreamSink, clock: CoarseClock, waiting: Waiting) {
    this.bytes = bytes;
    this.repeatable = request.repeatable;
    this.#sink = sink;
    this.#clock = clock;
    this.#waiting = waiting;
    this.#idleTimeoutMs = request.idleTimeoutMs;
    this.#totalBy = clock.deadline(request.totalTimeoutMs);
    this.#nextBy = clock.deadline(request.answerTimeoutMs);
  }

  cancel(): void {
    if (this.finished) return;
    this.finished = true;
    this.bytes = undefined;
    this.#waiting.withdrawn(this);
    this.carrier?.abandoned(this);
  }

  pause(): void {
    if (this.finished || this.paused) return;
    this.paused = true;
    this.carrier?.pause();
  }

  resume(): void {
    if (this.finished || !this.paused) return;
    this.paused = false;
    if (this.phase === "answering") this.#nextBy = this.#clock.deadline(this.#idleTimeoutMs);
    this.carrier?.resume();
  }

  /** A reader who paused is not the server's delay: only the total bound counts then. */
  overdue(nowMs: number): boolean {
    return nowMs >= this.#totalBy || (nowMs >= this.#nextBy && !(this.paused && this.phase === "answering"));
  }

  timeoutFault(): Fault {
    if (this.phase === "unsent") return new Fault("timeout", "no connection to the server was free in time");
    return new Fault("timeout", this.phase === "sent" ? "the server did not answer in time" : "the server's answer stopped for too long");
  }

  head(head: ResponseHead): boolean {
    this.phase = "answering";
    this.bytes = undefined;
    this.#nextBy = this.#clock.deadline(this.#idleTimeoutMs);
    this.#sink.head(head);
    return !this.finished;
  }

  data(chunk: Uint8Array): void {
    if (this.finished) return;
    this.#nextBy = this.#clock.deadline(this.#idleTimeoutMs);
    this.#sink.data(chunk);
  }

  end(): void {
    if (this.finished) return;
    this.finished = true;
    this.#sink.end();
  }

  fail(reason: unknown): void {
    if (this.finished) return;
    this.finished = true;
    this.bytes = undefined;
    this.#sink.fail(toFault(reason), this.phase);
  }
}
