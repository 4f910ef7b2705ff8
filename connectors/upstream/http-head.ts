import type { UpstreamAnswer } from "../../domain/ports/upstream.ts";

/** How the body of an answer ends (RFC 9112 §6.3). */
export type BodyFraming =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "close" };

/** The parsed head of one answer. The text is its own copy: it stays valid when the read buffer is used again. */
export interface ResponseHead extends UpstreamAnswer {
  readonly framing: BodyFraming;
  /** Whether the connection may carry another exchange behind this answer. */
  readonly keepAlive: boolean;
  /** What the server says it keeps an idle connection for, in milliseconds; undefined if it says nothing. */
  readonly keepAliveMs: number | undefined;
  /** Lower case; undefined where nothing or `identity` was said. */
  readonly contentEncoding: string | undefined;
}

/**
 * A whole head and nothing else: status line, then `name: value` lines, each ended by CRLF. Strict on purpose (RFC 9112 §2.2, §5):
 * no bare LF or CR, no NUL, no folded lines, no space before the colon. The classes of neighbouring parts are disjoint, so it runs in linear time.
 */
const headPattern =
  /^HTTP\/1\.[01] [1-9][0-9]{2}(?: [\t\x20-\x7e\x80-\xff]*)?\r\n(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n$/;

const contentLengthPattern = /^[0-9]{1,15}$/;

/** What is found of the headers that decide how the answer ends. */
interface FramingHeaders {
  length: string | undefined;
  transferEncoding: string | undefined;
  connection: string | undefined;
  keepAlive: string | undefined;
  contentEncoding: string | undefined;
  repeated: boolean;
}

/** Parses a head that ends with an empty line; answers why it is refused as a sentence where it breaks the rules. */
export function parseHead(text: string): ResponseHead | string {
  if (!headPattern.test(text)) return "the head of the answer is malformed";
  const status = (text.charCodeAt(9) - 48) * 100 + (text.charCodeAt(10) - 48) * 10 + (text.charCodeAt(11) - 48);
  const found = framingHeaders(text);
  if (found.repeated) return "the answer repeats a header that may come once";
  const modern = text.charCodeAt(7) === 49;
  const framing = framingOf(status, found, modern);
  if (typeof framing === "string") return framing;
  const { connection, contentEncoding, keepAlive } = found;
  const wordOfConnection = connection?.toLowerCase();
  const close = wordOfConnection?.includes("close") === true || !(modern || wordOfConnection?.includes("keep-alive"));
  // A body where none may be can't be told from the next answer: such a connection is not used again.
  const surplus = framing.kind === "none" && ((found.length ?? "0") !== "0" || found.transferEncoding !== undefined) && status !== 304;
  const encoding = contentEncoding?.trim().toLowerCase();
  return {
    status,
    framing,
    keepAlive: !(close || surplus || framing.kind === "close"),
    keepAliveMs: keepAlive === undefined ? undefined : keepAliveMsOf(keepAlive),
    contentEncoding: encoding === "identity" || encoding === "" ? undefined : encoding,
    header: (name) => headerOf(text, name),
  };
}

/** Why an answer is none for us though it is well formed, as a sentence: redirects are never followed, encodings never asked for. */
export function answerRefusal(status: number, contentEncoding: string | undefined): string | undefined {
  if (status >= 300 && status < 400) return `the server answered with a redirect (${status}), which is never followed`;
  if (contentEncoding !== undefined && contentEncoding !== "identity") {
    return "the server answered with a content encoding that was not asked for";
  }
  return undefined;
}

function framingHeaders(text: string): FramingHeaders {
  const found: FramingHeaders = {
    length: undefined,
    transferEncoding: undefined,
    connection: undefined,
    keepAlive: undefined,
    contentEncoding: undefined,
    repeated: false,
  };
  let start = text.indexOf("\r\n") + 2;
  while (start < text.length - 2) {
    const colon = text.indexOf(":", start);
    const end = text.indexOf("\r\n", colon);
    noteHeader(found, text, start, colon, end);
    start = end + 2;
  }
  return found;
}

/** Looks only at names of a length that matters, so that most headers cost one comparison. */
function noteHeader(found: FramingHeaders, text: string, start: number, colon: number, end: number): void {
  const nameLength = colon - start;
  if (nameLength !== 14 && nameLength !== 17 && nameLength !== 10 && nameLength !== 16) return;
  const name = text.slice(start, colon).toLowerCase();
  const value = () => text.slice(colon + 1, end).trim();
  if (name === "content-length") {
    found.repeated ||= found.length !== undefined;
    found.length = value();
  } else if (name === "transfer-encoding") {
    found.repeated ||= found.transferEncoding !== undefined;
    found.transferEncoding = value();
  } else if (name === "content-encoding") {
    found.repeated ||= found.contentEncoding !== undefined;
    found.contentEncoding = value();
  } else if (name === "connection") {
    found.connection = found.connection === undefined ? value() : `${found.connection},${value()}`;
  } else if (name === "keep-alive") {
    found.keepAlive = value();
  }
}

function framingOf(status: number, { length, transferEncoding }: FramingHeaders, modern: boolean): BodyFraming | string {
  if (length !== undefined && transferEncoding !== undefined) return "the answer states both a length and a transfer encoding";
  if (length !== undefined && !contentLengthPattern.test(length)) return "the length of the answer is no number";
  if (status < 200 || status === 204 || status === 304) return { kind: "none" };
  if (transferEncoding !== undefined) {
    if (!modern || transferEncoding.toLowerCase() !== "chunked") return "the answer has a transfer encoding other than chunked";
    return { kind: "chunked" };
  }
  if (length === undefined) return { kind: "close" };
  return length === "0" ? { kind: "none" } : { kind: "length", bytes: Number(length) };
}

function keepAliveMsOf(value: string): number | undefined {
  const seconds = /(?:^|[,; ])timeout=([0-9]{1,6})/i.exec(value)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** Values of a repeated header are joined by a comma (RFC 9110 §5.3). */
function headerOf(text: string, name: string): string | undefined {
  let value: string | undefined;
  let start = text.indexOf("\r\n") + 2;
  while (start < text.length - 2) {
    const colon = text.indexOf(":", start);
    const end = text.indexOf("\r\n", colon);
    if (colon - start === name.length && text.slice(start, colon).toLowerCase() === name) {
      const found = text.slice(colon + 1, end).trim();
      value = value === undefined ? found : `${value}, ${found}`;
    }
    start = end + 2;
  }
  return value;
}
