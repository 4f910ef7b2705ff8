import { Fault } from "../fault.ts";
import { encode } from "./json-text.ts";

/** One event of a stream, or a block that is none (comments, `retry`): its data is then null. */
export interface SseEvent {
  /** `message` unless the event says otherwise. */
  readonly event: string;
  /** The `id` of this event, or null; it is not carried over from earlier ones. */
  readonly id: string | null;
  /** Reconnection time in milliseconds that the block asks for, or null. */
  readonly retryMs: number | null;
  /** The lines of data with LF between them. Empty where the block has none. Valid until the callback returns. */
  readonly data: Uint8Array;
  /** Whether it is an event: a block without a `data` field is none. */
  readonly hasData: boolean;
  /**
   * The block as it came, comments and the empty line at its end included. Where a chunk ended between the CR and the LF of that line,
   * the LF is left out: CR ends a line, too. Valid until the callback returns.
   */
  readonly raw: Uint8Array;
}

export interface SseParser {
  /** Takes bytes as they come and calls back for each block that is whole. Throws `Fault("too-large")` for a block beyond the bound; then it is dead. */
  push(chunk: Uint8Array): void;
}

export interface SseOptions {
  /** A block's bytes at most, comments and line ends included. */
  readonly eventBytesMax: number;
  readonly onEvent: (event: SseEvent) => void;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Parses `text/event-stream` (WHATWG HTML §9.2.5 and §9.2.6), however it is cut into chunks. Blocks that lie in one chunk are not copied.
 * A block that the stream ends within is never handed over, as the standard wants it.
 */
export function createSseParser({ eventBytesMax, onEvent }: SseOptions): SseParser {
  // The unfinished block, and where in it the last line begins.
  const kept = growingBuffer();
  let lineStart = 0;
  // The last byte was a CR: a LF that follows belongs to it.
  let afterReturn = false;
  let isFirst = true;

  function keep(bytes: Uint8Array, from: number): void {
    const rest = bytes.subarray(from);
    check(rest, eventBytesMax);
    lineStart -= from;
    if (kept.length() === 0 || from > 0) kept.replace(rest);
  }

  /** Hands over the blocks that end in `bytes`, looking for ends of lines from `from` on, and answers where the rest begins. */
  function handOver(bytes: Uint8Array, from: number): number {
    let blockStart = 0;
    let at = from;
    const ends = lineEnds(bytes, at);
    for (let end = ends(at); end !== -1; end = ends(at)) {
      const isReturn = bytes[end] === carriageReturn;
      at = isReturn && bytes[end + 1] === lineFeed ? end + 2 : end + 1;
      afterReturn = isReturn && at === bytes.length && at === end + 1;
      const isBlank = end === lineStart;
      lineStart = at;
      if (!isBlank) continue;
      const block = bytes.subarray(blockStart, at);
      check(block, eventBytesMax);
      blockStart = at;
      const event = parseBlock(block, isFirst);
      isFirst = false;
      onEvent(event);
    }
    return blockStart;
  }

  return {
    push(chunk) {
      if (chunk.length === 0) return;
      // The second half of a line end: it belongs to the line, or, where that ended a block, to nobody.
      const half = afterReturn && chunk[0] === lineFeed ? 1 : 0;
      afterReturn = false;
      if (kept.length() === 0) {
        const bytes = chunk.subarray(half);
        keep(bytes, handOver(bytes, 0));
        return;
      }
      const from = kept.length() + half;
      lineStart += half;
      const bytes = kept.append(chunk);
      keep(bytes, handOver(bytes, from));
    },
  };
}

function check(block: Uint8Array, bytesMax: number): void {
  if (block.length > bytesMax) throw new Fault("too-large", `an event of the stream is larger than ${bytesMax} bytes`);
}

interface GrowingBuffer {
  length(): number;
  /** Adds bytes, and answers all of them. */
  append(bytes: Uint8Array): Uint8Array;
  /** Holds these bytes only, which may be some of its own. */
  replace(bytes: Uint8Array): void;
}

/** Memory kept while it holds nothing, at most. */
const idleBytesMax = 64 * 1024;
const nothing: Uint8Array = new Uint8Array(0);

function growingBuffer(): GrowingBuffer {
  let memory: Uint8Array = nothing;
  let length = 0;

  function append(bytes: Uint8Array): Uint8Array {
    const end = length + bytes.length;
    if (end > memory.length) {
      const larger = new Uint8Array(Math.max(end, memory.length * 2, 1024));
      larger.set(memory.subarray(0, length));
      memory = larger;
    }
    memory.set(bytes, length);
    length = end;
    return memory.subarray(0, end);
  }

  return {
    length: () => length,
    append,
    replace(bytes) {
      length = 0;
      // `set` copies rightly within one memory.
      if (bytes.length > 0) append(bytes);
      else if (memory.length > idleBytesMax) memory = nothing;
    },
  };
}

/** Finds the ends of lines (CR or LF) in turn, each byte looked at once for either. */
function lineEnds(bytes: Uint8Array, from: number): (at: number) => number {
  let feed = bytes.indexOf(lineFeed, from);
  let carriage = bytes.indexOf(carriageReturn, from);
  return (at) => {
    if (feed !== -1 && feed < at) feed = bytes.indexOf(lineFeed, at);
    if (carriage !== -1 && carriage < at) carriage = bytes.indexOf(carriageReturn, at);
    if (feed === -1 || carriage === -1) return Math.max(feed, carriage);
    return Math.min(feed, carriage);
  };
}

function parseBlock(raw: Uint8Array, isFirst: boolean): SseEvent {
  const dataLines: Uint8Array[] = [];
  let event = "message";
  let id: string | null = null;
  let retryMs: number | null = null;
  let at = isFirst && raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf ? 3 : 0;
  const ends = lineEnds(raw, at);
  for (let end = ends(at); end !== -1; end = ends(at)) {
    const line = raw.subarray(at, end);
    at = end + 1;
    const value = fieldValue(line);
    switch (fieldName(line)) {
      case "data":
        dataLines.push(value);
        break;
      case "event":
        event = decoder.decode(value) || "message";
        break;
      case "id":
        if (!value.includes(0)) id = decoder.decode(value);
        break;
      case "retry":
        retryMs = toRetry(decoder.decode(value)) ?? retryMs;
        break;
      default:
    }
  }
  return { event, id, retryMs, data: joinLines(dataLines), hasData: dataLines.length > 0, raw };
}

// A byte order mark means something at the start of the stream only.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const colon = 0x3a;

function fieldName(line: Uint8Array): string {
  const end = line.indexOf(colon);
  const length = end === -1 ? line.length : end;
  // The longest name that means something has five letters.
  return length > 5 ? "" : decoder.decode(line.subarray(0, length));
}

function fieldValue(line: Uint8Array): Uint8Array {
  const end = line.indexOf(colon);
  if (end === -1) return nothing;
  return line.subarray(line[end + 1] === 0x20 ? end + 2 : end + 1);
}

function toRetry(value: string): number | null {
  return /^[0-9]{1,15}$/.test(value) ? Number(value) : null;
}

function joinLines(lines: readonly Uint8Array[]): Uint8Array {
  const [first = nothing] = lines;
  if (lines.length < 2) return first;
  const joined = new Uint8Array(lines.reduce((length, line) => length + line.length + 1, -1)).fill(lineFeed);
  let at = 0;
  for (const line of lines) {
    joined.set(line, at);
    at += line.length + 1;
  }
  return joined;
}

/**
 * An event as bytes. Data that spans lines becomes as many `data` fields, so that readers put it together again with LF.
 * `event` is left out where it is `message`. Names and ids with line ends are a bug of the caller's: throws.
 */
export function formatSse(
  data: Uint8Array | string,
  { event, id }: { readonly event?: string | null; readonly id?: string | null } = {},
): Uint8Array {
  const head = `${field("id", id)}${event === "message" ? "" : field("event", event)}data: `;
  const bytes = typeof data === "string" ? encode(data) : data;
  if (bytes.includes(lineFeed) || bytes.includes(carriageReturn)) {
    const lines = decoder.decode(bytes).split(/\r\n|\r|\n/);
    return encode(`${head}${lines.join("\ndata: ")}\n\n`);
  }
  const start = encode(head);
  const formatted = new Uint8Array(start.length + bytes.length + 2).fill(lineFeed);
  formatted.set(start);
  formatted.set(bytes, start.length);
  return formatted;
}

function field(name: string, value: string | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (/[\r\n\0]/.test(value)) throw new Error(`an ${name} of a stream must not hold line ends`);
  return `${name}: ${value}\n`;
}
