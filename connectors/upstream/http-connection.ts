import type { OnReadOpts, Socket } from "node:net";
import { Fault } from "../../domain/fault.ts";
import type { CoarseClock } from "./coarse-clock.ts";
import { connectFailure } from "./connect-failure.ts";
import type { Carrier, HttpExchange } from "./http-exchange.ts";
import { answerRefusal, type ResponseHead } from "./http-head.ts";
import { createResponseParser, type ResponseEvents, type ResponseParser } from "./http-parser.ts";

/** The pool, as its connections see it. */
export interface ConnectionHost {
  /** An answer is complete and the connection may carry another. */
  released(connection: HttpConnection): void;
  /** It is closed for good. Called once. */
  gone(connection: HttpConnection): void;
  /** The exchange was not executed for certain, or may be executed twice: it is to be sent on a fresh connection. */
  again(exchange: HttpExchange): void;
  withdrawn(exchange: HttpExchange): void;
}

export interface ConnectionOptions {
  readonly clock: CoarseClock;
  readonly headBytesMax: number;
  readonly idleMaxMs: number;
  readonly connectTimeoutMs: number;
}

/**
 * One read buffer for all connections: bytes are handed on before the next read begins. On Windows reads are posted
 * ahead, so that each socket needs its own there.
 */
const sharedBuffer = Buffer.allocUnsafeSlow(64 * 1024);
const readBuffer = (): Buffer => (process.platform === "win32" ? Buffer.allocUnsafeSlow(64 * 1024) : sharedBuffer);

/** One socket and its present exchange. A class for the hot path's sake: an answer passes through without a closure or an event of its own. */
export class HttpConnection implements Carrier, ResponseEvents {
  readonly #socket: Socket;
  readonly #host: ConnectionHost;
  readonly #options: ConnectionOptions;
  readonly #parser: ResponseParser;
  readonly #buffer: Buffer = readBuffer();
  readonly #connectBy: number;
  #exchange: HttpExchange | undefined;
  #connected = false;
  #dead = false;
  #ended = false;
  #answers = 0;
  #keepAlive = false;
  #idleMs: number;
  #idleUntilMs = 0;

  constructor(open: (onread: OnReadOpts) => Socket, host: ConnectionHost, options: ConnectionOptions) {
    this.#host = host;
    this.#options = options;
    this.#idleMs = options.idleMaxMs;
    this.#parser = createResponseParser(this, options);
    this.#connectBy = options.clock.deadline(options.connectTimeoutMs);
    this.#socket = open({ buffer: this.#buffer, callback: (count) => this.#received(count) });
    this.#socket.on("connect", () => this.#opened());
    this.#socket.on("error", (cause: NodeJS.ErrnoException) => this.#failed(cause));
    this.#socket.on("end", () => this.#finished());
    this.#socket.on("close", () => this.#finished());
  }

  /** Takes the exchange: sends it now, or as soon as the connection stands. */
  begin(exchange: HttpExchange): void {
    this.#exchange = exchange;
    exchange.carrier = this;
    if (this.#connected) this.#send(exchange);
  }

  usable(nowMs: number): boolean {
    return !this.#dead && this.#connected && nowMs < this.#idleUntilMs;
  }

  /** Closes; the exchange it carries fails with `fault`. */
  drop(fault: Fault | undefined): void {
    const exchange = this.#close();
    if (fault !== undefined) exchange?.fail(fault);
  }

  check(nowMs: number): void {
    const exchange = this.#exchange;
    if (!this.#connected && nowMs >= this.#connectBy) this.drop(new Fault("unavailable", "the server did not accept a connection in time"));
    else if (exchange?.overdue(nowMs)) this.drop(exchange.timeoutFault());
    else if (exchange === undefined && this.#connected && nowMs >= this.#idleUntilMs) this.#close();
  }

  abandoned(exchange: HttpExchange): void {
    if (this.#exchange !== exchange) return;
    this.#exchange = undefined;
    exchange.carrier = undefined;
    // A connection that is only being opened has nothing to undo: the next request may use it.
    if (this.#connected) this.#close();
  }

  pause(): void {
    if (this.#connected) this.#socket.pause();
  }

  resume(): void {
    if (this.#connected) this.#socket.resume();
  }

  head(head: ResponseHead): boolean {
    const exchange = this.#exchange;
    if (exchange === undefined) return false;
    this.#keepAlive = head.keepAlive;
    if (head.keepAliveMs !== undefined) this.#idleMs = Math.min(this.#options.idleMaxMs, head.keepAliveMs - 1_000);
    const refusal = answerRefusal(head.status, head.contentEncoding);
    if (refusal !== undefined) {
      this.drop(new Fault("unavailable", refusal));
      return false;
    }
    return exchange.head(head);
  }

  data(chunk: Uint8Array): void {
    this.#exchange?.data(chunk);
  }

  #opened(): void {
    this.#connected = true;
    const exchange = this.#exchange;
    if (exchange !== undefined) this.#send(exchange);
    else this.#release();
  }

  #send(exchange: HttpExchange): void {
    const { bytes } = exchange;
    if (bytes === undefined) return;
    this.#parser.reset();
    exchange.phase = "sent";
    if (exchange.paused) this.#socket.pause();
    this.#socket.write(bytes);
  }

  #received(count: number): boolean {
    if (this.#dead) return false;
    if (this.#exchange === undefined) {
      // Nobody asked: whatever it is, it would be taken for the answer to the next request.
      this.#close();
      return false;
    }
    let answered: HttpExchange | undefined;
    try {
      const state = this.#parser.push(this.#buffer, count);
      // The sink may have withdrawn, or closed everything, while it was told.
      if (this.#dead) return false;
      if (state === "complete") answered = this.#answered();
      else if (state === "refused") this.drop(new Fault("unavailable", this.#parser.refusal));
      else if (state === "stopped") this.#close();
    } catch (bug) {
      this.#close()?.fail(bug);
    }
    // After the release: the sink may well start the next exchange, on this connection.
    answered?.end();
    return true;
  }

  /** Gives the connection back, or closes it; answers the exchange, which is then complete but not told so yet. */
  #answered(): HttpExchange | undefined {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#answers += 1;
    const reusable = this.#keepAlive && this.#parser.surplus === 0 && this.#socket.writableLength === 0 && !this.#ended;
    if (exchange !== undefined) exchange.carrier = undefined;
    if (exchange?.paused) this.#socket.resume();
    if (reusable) this.#release();
    else this.#close();
    return exchange;
  }

  #release(): void {
    this.#idleUntilMs = this.#options.clock.nowMs() + this.#idleMs;
    if (this.#idleMs <= 0) this.#close();
    else this.#host.released(this);
  }

  #failed(cause: NodeJS.ErrnoException): void {
    const exchange = this.#close();
    if (exchange === undefined) return;
    if (!this.#connected) {
      exchange.fail(cause instanceof Fault ? cause : new Fault("unavailable", unreachable(cause), { cause }));
      return;
    }
    // One write carries the whole request: where it failed, the server has no complete request that it could execute.
    const unsent = cause.syscall === "write" && exchange.phase === "sent";
    if (unsent) exchange.phase = "unsent";
    this.#lost(exchange, cause, unsent);
  }

  /** The server ended the connection, cleanly or not. */
  #finished(): void {
    this.#ended = true;
    const exchange = this.#close();
    if (exchange === undefined) return;
    if (this.#parser.finish()) exchange.end();
    else this.#lost(exchange, undefined, false);
  }

  /** Only a connection that served before may just have been closed for its age; then the request may be tried once more. */
  #lost(exchange: HttpExchange, cause: unknown, unsent: boolean): void {
    if (this.#answers > 0 && !exchange.retried && !this.#parser.started && (exchange.repeatable || unsent)) {
      exchange.retried = true;
      exchange.phase = "unsent";
      this.#host.again(exchange);
      return;
    }
    const broken =
      exchange.phase === "answering" ? "the server broke off its answer" : "the server closed the connection without an answer";
    exchange.fail(new Fault("unavailable", broken, { cause }));
  }

  /** Answers the exchange that it carried, which then is the caller's to finish. */
  #close(): HttpExchange | undefined {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange !== undefined) exchange.carrier = undefined;
    if (this.#dead) return exchange;
    this.#dead = true;
    this.#socket.destroy();
    this.#host.gone(this);
    return exchange;
  }
}

function unreachable(cause: unknown): string {
  const reason = connectFailure(cause);
  return reason === undefined ? "the server can't be reached" : `the server can't be reached: ${reason}`;
}
