import { parseHead, type ResponseHead } from "./http-head.ts";

/** What the parser finds, in this order. The bytes of `data` are a window on what was pushed: valid only during the call. */
export interface ResponseEvents {
  /** A final head (never 1xx). False stops: what follows is not looked at. */
  head(head: ResponseHead): boolean;
  data(chunk: Uint8Array): void;
}

export interface ResponseParserOptions {
  /** Bytes of a head, and of the trailers, at most. */
  readonly headBytesMax: number;
}

/**
 * An incremental parser of HTTP/1.1 answers (RFC 9112), one per connection, used for one answer after the other.
 * Whatever it is fed, it never throws; what breaks the rules is refused, and the connection can't be used any further.
 */
export interface ResponseParser {
  /**
   * Takes bytes `[0, end)` of `bytes`. `complete`: the answer ended, and `surplus` tells how many bytes came behind it.
   * `refused`: see `refusal`. `stopped`: `head` answered false.
   */
  push(bytes: Buffer, end: number): "more" | "complete" | "refused" | "stopped";
  /** The other side ended the connection: true if that completes an answer whose end is the connection's. */
  finish(): boolean;
  /** Makes it ready for the next answer. */
  reset(): void;
  /** Why it refused, as a sentence. */
  readonly refusal: string;
  readonly surplus: number;
  /** Whether any byte of the present answer came. */
  readonly started: boolean;
}

/** Interim answers (1xx) before the final one. */
const interimMax = 8;
/** Digits of a chunk's size: below 2^52, so that it is exact. */
const sizeDigitsMax = 13;
const chunkExtensionBytesMax = 256;

const inHead = 0;
const inLength = 1;
const inClose = 2;
const inSize = 3;
const inExtension = 4;
const afterSize = 5;
const inChunk = 6;
const afterChunk = 7;
const afterChunkCr = 8;
const inTrailers = 9;
const done = 10;
const broken = 11;

const cr = 13;
const lf = 10;

/** A class for the hot path's sake: one object per connection, its methods shared. */
class StrictResponseParser implements ResponseParser {
  refusal = "";
  surplus = 0;
  started = false;
  #state: number = inHead;
  #events: ResponseEvents;
  #headBytesMax: number;
  /** The beginning of a head that came in pieces. */
  #pending: Buffer | undefined;
  #interim = 0;
  /** Bytes left of the body or of the chunk. */
  #left = 0;
  #digits = 0;
  #lineBytes = 0;
  #trailerBytes = 0;
  #lastWasCr = false;

  constructor(events: ResponseEvents, headBytesMax: number) {
    this.#events = events;
    this.#headBytesMax = headBytesMax;
  }

  reset(): void {
    this.#state = inHead;
    this.#pending = undefined;
    this.#interim = 0;
    this.surplus = 0;
    this.started = false;
  }

  push(bytes: Buffer, end: number): "more" | "complete" | "refused" | "stopped" {
    if (this.#state >= done) return this.#refuse("the server sent bytes that belong to no answer");
    let at = 0;
    if (end > 0) this.started = true;
    while (at < end) {
      const next = this.#step(bytes, at, end);
      if (next === -1) return "refused";
      if (next === -2) return "stopped";
      at = next;
      if (this.#state === done) {
        this.surplus = end - at;
        return "complete";
      }
    }
    return "more";
  }

  finish(): boolean {
    return this.#state === inClose;
  }

  /** Takes what the present state can take from `at` on. Answers the next place, -1 for refused, -2 for stopped. */
  #step(bytes: Buffer, at: number, end: number): number {
    switch (this.#state) {
      case inHead:
        return this.#head(bytes, at, end);
      case inLength:
      case inChunk:
        return this.#body(bytes, at, end);
      case inClose:
        this.#events.data(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
        return end;
      case inTrailers:
        return this.#trailers(bytes, at, end);
      default:
        return this.#chunkLine(bytes[at] ?? 0, at);
    }
  }

  #head(bytes: Buffer, at: number, end: number): number {
    let from = at;
    let source = bytes;
    let limit = end;
    const before = this.#pending?.length ?? 0;
    if (this.#pending !== undefined) {
      source = Buffer.concat([this.#pending, bytes.subarray(at, end)]);
      from = 0;
      limit = source.length;
    }
    const headEnd = findHeadEnd(source, from, limit);
    if (headEnd === -1 || headEnd - from > this.#headBytesMax) {
      if (limit - from > this.#headBytesMax) return this.#refused("the head of the answer is too long");
      if (!mayBecomeHead(source, from, limit)) return this.#refused("the head of the answer is malformed");
      this.#pending = Buffer.from(source.subarray(from, limit));
      return end;
    }
    this.#pending = undefined;
    const next = this.#headText(source.toString("latin1", from, headEnd));
    return next < 0 ? next : at + (headEnd - from) - before;
  }

  #headText(text: string): number {
    const head = parseHead(text);
    if (typeof head === "string") return this.#refused(head);
    if (head.status < 200) {
      this.#interim += 1;
      if (head.status === 101) return this.#refused("the server switched protocols unasked");
      return this.#interim > interimMax ? this.#refused("the server sent too many interim answers") : 0;
    }
    if (!this.#events.head(head)) {
      this.#state = broken;
      return -2;
    }
    const { framing } = head;
    this.#state = stateOf[framing.kind];
    if (framing.kind === "length") this.#left = framing.bytes;
    if (framing.kind === "chunked") this.#beginChunk();
    return 0;
  }

  #beginChunk(): void {
    this.#state = inSize;
    this.#left = 0;
    this.#digits = 0;
    this.#lineBytes = 0;
  }

  #body(bytes: Buffer, at: number, end: number): number {
    const until = Math.min(end, at + this.#left);
    this.#left -= until - at;
    if (this.#left === 0) this.#state = this.#state === inLength ? done : afterChunk;
    this.#events.data(at === 0 && until === bytes.length ? bytes : bytes.subarray(at, until));
    return until;
  }

  /** One byte of what stands around chunks (RFC 9112 §7.1). */
  #chunkLine(byte: number, at: number): number {
    switch (this.#state) {
      case inSize:
        return this.#sizeByte(byte, at);
      case inExtension:
        this.#lineBytes += 1;
        if (byte === cr) this.#state = afterSize;
        else if (byte === lf || byte === 0 || this.#lineBytes > chunkExtensionBytesMax)
          return this.#refused("a chunk of the answer is malformed");
        return at + 1;
      case afterSize:
        if (byte !== lf) return this.#refused("a chunk of the answer is malformed");
        if (this.#left === 0) this.#beginTrailers();
        else this.#state = inChunk;
        return at + 1;
      case afterChunk:
        if (byte !== cr) return this.#refused("a chunk of the answer is malformed");
        this.#state = afterChunkCr;
        return at + 1;
      default:
        if (byte !== lf) return this.#refused("a chunk of the answer is malformed");
        this.#beginChunk();
        return at + 1;
    }
  }

  #sizeByte(byte: number, at: number): number {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      this.#digits += 1;
      if (this.#digits > sizeDigitsMax) return this.#refused("a chunk of the answer is malformed");
      this.#left = this.#left * 16 + digit;
      return at + 1;
    }
    if (this.#digits === 0) return this.#refused("a chunk of the answer is malformed");
    if (byte === cr) this.#state = afterSize;
    else if (byte === semicolon) this.#state = inExtension;
    else return this.#refused("a chunk of the answer is malformed");
    return at + 1;
  }

  #beginTrailers(): void {
    this.#state = inTrailers;
    this.#trailerBytes = 0;
    this.#lineBytes = 0;
    this.#lastWasCr = false;
  }

  /** Trailers are skipped: nothing that an MCP answer means is there. */
  #trailers(bytes: Buffer, from: number, end: number): number {
    let at = from;
    while (at < end) {
      const byte = bytes[at] ?? 0;
      at += 1;
      this.#trailerBytes += 1;
      if (this.#trailerBytes > this.#headBytesMax) return this.#refused("the trailers of the answer are too long");
      if (this.#lastWasCr !== (byte === lf) || byte === 0) return this.#refused("the trailers of the answer are malformed");
      if (byte === lf) {
        this.#lastWasCr = false;
        if (this.#lineBytes === 0) {
          this.#state = done;
          return at;
        }
        this.#lineBytes = 0;
      } else if (byte === cr) {
        this.#lastWasCr = true;
      } else {
        this.#lineBytes += 1;
      }
    }
    return at;
  }

  #refused(why: string): number {
    this.#refuse(why);
    return -1;
  }

  #refuse(why: string): "refused" {
    this.#state = broken;
    this.refusal = why;
    return "refused";
  }
}

export function createResponseParser(events: ResponseEvents, { headBytesMax }: ResponseParserOptions): ResponseParser {
  return new StrictResponseParser(events, headBytesMax);
}

const semicolon = 59;

const stateOf = { none: done, length: inLength, chunked: inSize, close: inClose } as const;

/** The place behind the first CRLF CRLF in `[from, end)`, or -1. Looks at every fourth byte where it can. */
function findHeadEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from + 3;
  while (at < end) {
    const byte = bytes[at];
    if (byte === lf) {
      if (bytes[at - 1] === cr && bytes[at - 2] === lf && bytes[at - 3] === cr) return at + 1;
      at += 2;
    } else {
      at += byte === cr ? 1 : 4;
    }
  }
  return -1;
}

const headStart = Buffer.from("HTTP/1.");

/** False as soon as no further byte could make a head of it: a bare LF would otherwise be waited for until the deadline. */
function mayBecomeHead(bytes: Buffer, from: number, end: number): boolean {
  const known = Math.min(headStart.length, end - from);
  if (bytes.compare(headStart, 0, known, from, from + known) !== 0) return false;
  for (let at = bytes.indexOf(lf, from); at !== -1 && at < end; at = bytes.indexOf(lf, at + 1)) {
    if (bytes[at - 1] !== cr || at === from) return false;
  }
  return true;
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
