import type { ExchangeHost } from "./uws-exchange.ts";
import { headBytes, writeHead } from "./uws-head.ts";
import type { NativeResponse } from "./uws-response.ts";

/** Body bytes in one cork: the native server's 16 KiB less the framing of chunks. See the third trap below. */
const corkBytes = 15 * 1024;
const framingBytes = 16;
const keepAliveComment = Buffer.from(":\n\n");
const lineFeed = 10;
const carriageReturn = 13;

/**
 * An answer in parts. What is written within one turn of the event loop goes out together; once a reader is slow, bytes queue
 * here (counted), because the native server would take any amount.
 *
 * Three traps of the native server shape this; each has a test:
 * - It closes a stream 10 s after a reader was slow, even if the reader caught up, unless an `onWritable` handler is registered.
 * - With one registered it no longer pushes out its own rest. An empty cork does, and restarts its 10 s of patience, so that our
 *   own bound (`replyStallMs`) is the one that counts (see `nudge`).
 * - A chunk that overflows the cork buffer while the reader is slow is lost, without a word. So no cork gets more than fits, and
 *   nothing is written inside the native server's own callbacks, which cork by themselves: `flushLater` leaves them first.
 */
export class ReplyStream {
  /** When the reader began to take nothing; null while it keeps up. */
  blockedSinceMs: number | null = null;
  private readonly res: NativeResponse;
  private readonly host: ExchangeHost;
  private readonly status: number;
  private readonly headers: readonly string[];
  private readonly isEventStream: boolean;
  private readonly finished: () => void;
  private queue: Uint8Array[] = [];
  private queuedBytes = 0;
  private headSent = false;
  /** Something was sent, and the native server has not yet told that the reader took it. */
  private unsettled = false;
  private ended = false;
  private gone = false;
  private flushScheduled = false;
  private owesResume = false;
  private resume: (() => void) | undefined;
  private lastWriteMs: number;
  /** The last four bytes of the answer, the newest lowest. Starts as an empty line: a comment may come first. */
  private tail = (lineFeed << 8) | lineFeed;

  constructor(
    place: { readonly res: NativeResponse; readonly host: ExchangeHost; readonly finished: () => void },
    status: number,
    headers: readonly string[],
  ) {
    this.res = place.res;
    this.host = place.host;
    this.finished = place.finished;
    this.status = status;
    this.isEventStream = isEventStream(headers);
    this.headers = this.isEventStream ? [...headers, "x-accel-buffering", "no"] : headers;
    this.lastWriteMs = place.host.nowMs;
    this.res.onWritable(() => {
      this.blockedSinceMs = null;
      this.unsettled = false;
      this.push();
      this.flush();
      return true;
    });
    this.schedule();
  }

  write(chunk: Uint8Array | string): boolean {
    if (this.gone || this.ended || chunk.length === 0) return true;
    // A copy: the bytes are the caller's only during this call.
    this.enqueue(typeof chunk === "string" ? Buffer.from(chunk) : Buffer.from(chunk));
    this.schedule();
    if (this.queuedBytes <= this.host.replyBufferBytesMax) return true;
    this.owesResume = true;
    return false;
  }

  /** Answers the whole of it if nothing was sent yet: then it needs no chunks. Otherwise the rest goes out as the reader takes it. */
  end(): { readonly status: number; readonly headers: readonly string[]; readonly body: Uint8Array } | undefined {
    if (this.gone || this.ended) return undefined;
    this.ended = true;
    if (this.headSent) {
      this.schedule();
      return undefined;
    }
    const [first] = this.queue;
    const body = this.queue.length === 1 && first !== undefined ? first : Buffer.concat(this.queue);
    this.abandon();
    return { status: this.status, headers: this.headers, body };
  }

  onWritable(resume: () => void): void {
    this.resume = resume;
  }

  /** The response must not be touched any more from here. */
  abandon(): void {
    this.gone = true;
    this.queue = [];
    this.queuedBytes = 0;
  }

  /**
   * Pushes out what waits in the native server and restarts its patience with a reader that takes nothing. The cork alone does
   * not restart it where nothing waits there though the reader is slow. Resuming does, and then calls `onWritable`, if it can.
   */
  nudge(): void {
    if (this.gone || !this.unsettled) return;
    this.res.pause();
    this.res.resume();
    this.push();
  }

  /** A comment on an event stream that has been quiet: proxies on the way close what looks dead. Only between two events. */
  keepAlive(): void {
    if (!this.isEventStream || this.gone || this.ended || this.queuedBytes > 0 || this.blockedSinceMs !== null) return;
    if (this.host.nowMs - this.lastWriteMs < this.host.keepAliveMs || !endsEvent(this.tail)) return;
    this.enqueue(keepAliveComment);
    this.schedule();
  }

  /** Sends what the reader takes. Not inside a callback of the native server, except `onWritable`, which doesn't cork. */
  flush(): void {
    this.flushScheduled = false;
    // The native server completes the head with the first bytes of the body only.
    if (!this.headSent && this.queue.length === 0 && this.isEventStream && !this.gone) this.enqueue(keepAliveComment);
    while (this.hasWork()) this.res.cork(() => this.sendSome());
    if (!this.owesResume || this.gone || this.queuedBytes > 0) return;
    this.owesResume = false;
    this.host.guard(this.resume);
  }

  private push(): void {
    if (!this.gone) this.res.cork(nothing);
  }

  private hasWork(): boolean {
    return !this.gone && this.blockedSinceMs === null && (this.queue.length > 0 || (this.ended && this.headSent));
  }

  private enqueue(bytes: Uint8Array): void {
    this.queue.push(bytes);
    this.queuedBytes += bytes.length;
    this.lastWriteMs = this.host.nowMs;
    for (let index = Math.max(0, bytes.length - 4); index < bytes.length; index++) {
      this.tail = (this.tail << 8) | (bytes[index] as number); // index < length
    }
  }

  private schedule(): void {
    if (this.flushScheduled) return;
    this.flushScheduled = true;
    this.host.flushLater(this);
  }

  /** Inside a cork: the head if it is due, as much of the queue as fits, the end. */
  private sendSome(): void {
    let room = corkBytes;
    this.unsettled = true;
    if (!this.headSent) {
      this.headSent = true;
      writeHead(this.res, this.status, this.headers, this.host.unsafeHeader);
      room = Math.max(1024, room - headBytes(this.headers));
    }
    let sent = 0;
    while (sent < this.queue.length && room > framingBytes && this.blockedSinceMs === null) {
      const chunk = this.queue[sent] as Uint8Array; // sent < length
      const slice = chunk.subarray(0, room - framingBytes);
      if (!this.res.write(slice)) this.blockedSinceMs = this.host.nowMs;
      room -= slice.length + framingBytes;
      this.queuedBytes -= slice.length;
      if (slice.length === chunk.length) sent++;
      else this.queue[sent] = chunk.subarray(slice.length);
    }
    this.queue.splice(0, sent);
    if (this.ended && this.queue.length === 0) this.finish();
  }

  private finish(): void {
    this.abandon();
    // Not with the wish to close: the head is sent, and the native server would write its header line into the body.
    this.res.end();
    this.finished();
  }
}

function nothing(): void {}

function isEventStream(headers: readonly string[]): boolean {
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (headers[index] === "content-type") return (headers[index + 1] as string).startsWith("text/event-stream");
  }
  return false;
}

/** True after an empty line, whichever of the three line ends is used (HTML Living Standard §9.2.6). */
function endsEvent(tail: number): boolean {
  const last = tail & 0xff;
  const before = (tail >> 8) & 0xff;
  if (last === lineFeed && before === carriageReturn) return isLineEnd((tail >> 16) & 0xff);
  return isLineEnd(last) && isLineEnd(before);
}

function isLineEnd(byte: number): boolean {
  return byte === lineFeed || byte === carriageReturn;
}
