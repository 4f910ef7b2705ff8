import { Fault } from "../../domain/fault.ts";
import type { HttpHandler, HttpReply, HttpRequest } from "../../domain/ports/http.ts";
import { addressOfBytes, clientAddress } from "./client-address.ts";
import { sendFault, sendProblem } from "./faults-http.ts";
import { type BodyBudget, BodyBuffer } from "./uws-body.ts";
import { type Fields, type Framing, fieldPairs, fieldValue, lastFraming, readFields } from "./uws-fields.ts";
import { endBodiless, isBodiless, writeHead } from "./uws-head.ts";
import { LargeAnswer } from "./uws-large-answer.ts";
import type { NativeRequest, NativeResponse } from "./uws-response.ts";
import { ReplyStream } from "./uws-stream.ts";

/** Why the server itself refused a request or cut a connection. */
export type RefusedReason = "malformed" | "too-large" | "overloaded" | "slow-body" | "stalled-reader";

/** What an exchange needs of the server around it. */
export interface ExchangeHost {
  readonly handler: HttpHandler;
  readonly bodyBytesMax: number;
  readonly bodyTimeoutMs: number;
  readonly bodyBudget: BodyBudget;
  readonly replyBufferBytesMax: number;
  readonly replyStallMs: number;
  readonly keepAliveMs: number;
  readonly trustedProxies: (address: string) => boolean;
  /** A clock that advances with every sweep: cheap to read, exact enough for deadlines. */
  readonly nowMs: number;
  /** Answers then close their connections. */
  readonly stopping: boolean;
  finished(exchange: Exchange): void;
  /** Flushes the stream in this turn of the event loop, but outside of the native server's callbacks. */
  flushLater(stream: ReplyStream): void;
  refused(reason: RefusedReason): void;
  unsafeHeader(name: string): void;
  /** Calls back into a handler's code: what it throws is logged. */
  guard(callback: (() => void) | undefined): void;
  /** Translates what a handler threw; bugs are logged. */
  faultOf(reason: unknown): Fault;
}

type Phase = "reading" | "open" | "answering" | "done";

/** Restarted this often, the native server's own 10 s timers never fire before our deadlines. */
const rearmMs = 3_000;
/** Answers above this are sent as the reader takes them. */
const wholeAnswerBytes = 64 * 1024;
/** So much of a refused body is still read and dropped: a client that is cut while it sends often never sees the answer. */
const lingerBytesMax = 64 * 1024 * 1024;
const noBytes = new Uint8Array(0);

/**
 * One request and its answer. The only code that touches the native response, and never after it ended or aborted: that,
 * or returning to the native server without an abort handler, would end the process. One object for both sides, and a class,
 * because one is made for every request. Never reused: a handler that kept an old reply would answer a stranger.
 */
export class Exchange implements HttpRequest, HttpReply {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  body: Uint8Array = noBytes;
  aborted = false;
  /** Where the server's list of exchanges holds it. */
  place = -1;
  protected readonly res: NativeResponse;
  private readonly host: ExchangeHost;
  private readonly fields: Fields;
  private readonly startedMs: number;
  protected phase: Phase = "open";
  /** Inside a callback of the native server, which corks it: no cork of our own is needed then. */
  protected corked = true;
  /** Somebody will answer later. */
  private kept = false;
  /** The answer closes the connection. */
  private closing = false;
  private rearmedMs: number;
  private received: BodyBuffer | undefined;
  private droppedBytes = 0;
  private callerAddress: string | undefined;
  private onAborted: (() => void) | undefined;
  private stream: ReplyStream | undefined;
  private answering: ReplyStream | LargeAnswer | undefined;

  constructor(res: NativeResponse, req: NativeRequest, host: ExchangeHost) {
    this.res = res;
    this.host = host;
    this.method = req.getCaseSensitiveMethod();
    this.path = req.getUrl();
    this.query = req.getQuery() ?? "";
    this.startedMs = host.nowMs;
    this.rearmedMs = host.nowMs;
    this.fields = readFields(req);
    res.onAborted(() => this.abandon());
  }

  /** Once, right after construction: reads the body, if there is one, and calls the handler. */
  begin(): void {
    const framing = lastFraming();
    if (framing === "none" || framing === 0) this.run(noBytes);
    else if (framing === "malformed") this.refuseMalformed();
    else if (framing !== "chunked" && framing > this.host.bodyBytesMax) this.refuseTooLarge(framing > lingerBytesMax);
    else this.read(framing);
  }

  get transport(): "http" {
    return "http";
  }

  header(name: string): string {
    return fieldValue(this.fields, name);
  }

  headers(): readonly (readonly [name: string, value: string])[] {
    return fieldPairs(this.fields);
  }

  get address(): string {
    if (this.callerAddress !== undefined) return this.callerAddress;
    if (this.phase === "done") return "";
    const peer = addressOfBytes(this.res.getRemoteAddress()) ?? Buffer.from(this.res.getRemoteAddressAsText()).toString("latin1");
    this.callerAddress = clientAddress(peer, this.header("x-forwarded-for"), this.host.trustedProxies);
    return this.callerAddress;
  }

  send(status: number, headers: readonly string[], body: Uint8Array | string): void {
    if (this.phase !== "open") return;
    if (this.corked) this.answer(status, headers, body);
    else this.res.cork(() => this.answer(status, headers, body));
  }

  start(status: number, headers: readonly string[]): void {
    if (this.phase !== "open") return;
    if (this.method === "HEAD") {
      this.send(status, headers, noBytes);
      return;
    }
    this.phase = "answering";
    this.stream = new ReplyStream({ res: this.res, host: this.host, finished: () => this.finish() }, status, headers);
    this.answering = this.stream;
  }

  write(chunk: Uint8Array | string): boolean {
    return this.stream?.write(chunk) ?? true;
  }

  end(): void {
    const whole = this.stream?.end();
    if (whole === undefined) return;
    this.stream = undefined;
    this.answering = undefined;
    this.phase = "open";
    this.send(whole.status, whole.headers, whole.body);
  }

  onWritable(resume: () => void): void {
    this.stream?.onWritable(resume);
  }

  onAbort(aborted: () => void): void {
    this.kept = true;
    const before = this.onAborted;
    if (this.aborted) this.host.guard(aborted);
    else if (before === undefined) this.onAborted = aborted;
    else {
      this.onAborted = () => {
        this.host.guard(before);
        this.host.guard(aborted);
      };
    }
  }

  /** Looks at deadlines and keep-alive. The server calls it every `sweepMs`. */
  sweep(): void {
    const { nowMs, bodyTimeoutMs, replyStallMs } = this.host;
    const blockedSinceMs = this.answering?.blockedSinceMs ?? null;
    if (this.phase === "reading" && nowMs - this.startedMs >= bodyTimeoutMs) this.refuseSlow();
    else if (blockedSinceMs !== null && nowMs - blockedSinceMs >= replyStallMs) this.cut("stalled-reader");
    else {
      if (nowMs - this.rearmedMs >= rearmMs) this.rearm();
      this.stream?.keepAlive();
    }
  }

  private read(framing: Framing): void {
    this.phase = "reading";
    this.res.onData((chunk, isLast) => this.receive(new Uint8Array(chunk), isLast, framing));
    this.corked = false;
  }

  private receive(chunk: Uint8Array, isLast: boolean, framing: Framing): void {
    if (this.phase !== "reading") return;
    this.corked = true;
    if (this.droppedBytes > 0) this.drop(chunk, isLast);
    // The usual case: all of it in one piece, used where it lies.
    else if (isLast && this.received === undefined && chunk.length <= this.host.bodyBytesMax) this.run(chunk);
    else this.gather(chunk, isLast, framing);
    this.corked = false;
  }

  private gather(chunk: Uint8Array, isLast: boolean, framing: Framing): void {
    if (this.received === undefined && chunk.length > 0) {
      const declaredBytes = typeof framing === "number" ? framing : undefined;
      this.received = new BodyBuffer(declaredBytes, this.host.bodyBytesMax, this.host.bodyBudget);
    }
    const outcome = this.received?.append(chunk) ?? "kept";
    if (outcome === "too-large") this.drop(chunk, isLast);
    else if (outcome === "no-memory") this.refuseCrowded();
    else if (isLast) this.run(this.received?.bytes() ?? noBytes);
  }

  /** A chunked body past its bound: its rest is dropped, so that a client that ends soon gets to read the refusal. */
  private drop(chunk: Uint8Array, isLast: boolean): void {
    this.releaseBody();
    this.droppedBytes += Math.max(1, chunk.length);
    if (isLast) this.refuseTooLarge(false);
    else if (this.droppedBytes > this.host.bodyBytesMax) this.refuseTooLarge(true);
  }

  private run(body: Uint8Array): void {
    this.phase = "open";
    this.body = body;
    try {
      const outcome = this.host.handler(this, this);
      if (outcome !== undefined) this.follow(outcome);
      else this.assertKept();
    } catch (reason) {
      this.fail(reason);
    }
    this.corked = false;
    this.body = noBytes;
    this.releaseBody();
    // Later, after an abort, it can't be asked for any more.
    void this.address;
  }

  private follow(outcome: Promise<void>): void {
    outcome.then(
      () => this.assertKept(),
      (reason: unknown) => this.fail(reason),
    );
  }

  private assertKept(): void {
    if (!this.kept && this.phase === "open") this.fail(new Error(`the handler of ${this.method} ${this.path} lost its reply`));
  }

  private fail(reason: unknown): void {
    const fault = this.host.faultOf(reason);
    // Half an answer can't be taken back: the client must see that it broke off.
    if (this.phase === "answering") this.cut();
    else sendFault(this, fault);
  }

  private refuseMalformed(): void {
    const next = "Send one Content-Length, or Transfer-Encoding: chunked alone.";
    const fault = new Fault("invalid", "the length of the body is not clear", { next });
    this.corked = false;
    // Not now: the native server would go on and take the rest of the packet for the next request. While this one has
    // no answer it hangs up on a next one instead, and in the next turn the answer ends the connection.
    setImmediate(() => this.refuse("malformed", 400, fault, true));
  }

  private refuseTooLarge(close: boolean): void {
    this.refuse("too-large", 413, new Fault("too-large", `the body is larger than ${this.host.bodyBytesMax} bytes`), close);
  }

  private refuseCrowded(): void {
    this.refuse("overloaded", 503, new Fault("unavailable", "too many bodies are being received at once"), true);
  }

  private refuseSlow(): void {
    if (this.droppedBytes > 0) {
      this.refuseTooLarge(true);
      return;
    }
    const { bodyTimeoutMs } = this.host;
    const next = "Send the body in one go, or over a faster connection.";
    this.refuse("slow-body", 408, new Fault("timeout", `the body was not complete within ${bodyTimeoutMs} ms`, { next }), true);
  }

  private refuse(reason: RefusedReason, status: number, fault: Fault, close: boolean): void {
    this.host.refused(reason);
    if (this.phase === "done") return;
    this.releaseBody();
    this.phase = "open";
    this.closing = close;
    sendProblem(this, status, fault);
  }

  private answer(status: number, headers: readonly string[], body: Uint8Array | string): void {
    const { res } = this;
    const close = this.closing || this.host.stopping;
    writeHead(res, status, headers, this.host.unsafeHeader);
    if (body.length > wholeAnswerBytes && this.method !== "HEAD") {
      this.answerLarge(body, close);
      return;
    }
    if (isBodiless(status)) endBodiless(res, close);
    else if (this.method === "HEAD") endBodiless(res, close, Buffer.byteLength(body));
    else res.end(body, close);
    this.finish();
  }

  private answerLarge(body: Uint8Array | string, close: boolean): void {
    if (close) this.res.writeHeader("connection", "close");
    this.phase = "answering";
    this.answering = new LargeAnswer(this.res, typeof body === "string" ? Buffer.from(body) : body, this.host, () => this.finish());
  }

  private rearm(): void {
    this.rearmedMs = this.host.nowMs;
    this.answering?.nudge();
    if (this.phase !== "reading") return;
    this.res.pause();
    this.res.resume();
  }

  /** Cuts the connection; the native server calls `abandon` meanwhile. */
  private cut(reason?: RefusedReason): void {
    if (this.phase === "done") return;
    if (reason !== undefined) this.host.refused(reason);
    this.res.close();
  }

  /** The native server calls it when the connection is gone before the answer was complete. */
  private abandon(): void {
    if (this.phase === "done") return;
    this.aborted = true;
    this.answering?.abandon();
    this.finish();
    this.host.guard(this.onAborted);
  }

  protected finish(): void {
    this.phase = "done";
    this.releaseBody();
    this.host.finished(this);
  }

  private releaseBody(): void {
    this.received?.release();
    this.received = undefined;
  }
}
