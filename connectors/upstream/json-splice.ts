/**
 * Replaces a value inside JSON without writing the rest anew: what a server or a client wrote stays as they wrote it, to the byte.
 * For bytes that `JSON.parse` has accepted; on anything else the result is undefined behaviour of the text, though never a throw.
 */
export function replaceJsonValue(json: Buffer, path: readonly string[], value: string): Buffer {
  const place = findValue(json, 0, path);
  if (place === undefined) return json;
  return Buffer.concat([json.subarray(0, place.start), Buffer.from(value), json.subarray(place.end)]);
}

/** The text of a value inside JSON, as it is written there; undefined where there is none. For bytes that `JSON.parse` has accepted. */
export function readJsonValue(json: Buffer, path: readonly string[]): string | undefined {
  const place = findValue(json, 0, path);
  return place === undefined ? undefined : json.toString("utf8", place.start, place.end);
}

interface Place {
  readonly start: number;
  readonly end: number;
}

const quote = 34;
const backslash = 92;
const openBrace = 123;
const closeBrace = 125;
const openBracket = 91;
const closeBracket = 93;
const comma = 44;
const colon = 58;

/** The last one counts where a name is repeated, as in `JSON.parse`. */
function findValue(json: Buffer, from: number, path: readonly string[]): Place | undefined {
  const start = skipSpace(json, from);
  const [name, ...rest] = path;
  if (name === undefined) return { start, end: skipValue(json, start) };
  if (json[start] !== openBrace) return undefined;
  let found: Place | undefined;
  let at = skipSpace(json, start + 1);
  while (at < json.length && json[at] === quote) {
    const nameEnd = skipString(json, at);
    const valueStart = skipSpace(json, skipSpace(json, nameEnd) + 1);
    if (isName(json, at, nameEnd, name)) found = findValue(json, valueStart, rest);
    at = skipSpace(json, skipValue(json, valueStart));
    if (json[at] === comma) at = skipSpace(json, at + 1);
  }
  return found;
}

function isName(json: Buffer, start: number, end: number, name: string): boolean {
  const text = json.toString("utf8", start, end);
  if (!text.includes("\\")) return text.length === name.length + 2 && text.slice(1, -1) === name;
  return JSON.parse(text) === name;
}

function skipSpace(json: Buffer, from: number): number {
  let at = from;
  while (at < json.length && (json[at] ?? 0) <= 32) at += 1;
  return at;
}

function skipString(json: Buffer, from: number): number {
  let at = from + 1;
  while (at < json.length && json[at] !== quote) at += json[at] === backslash ? 2 : 1;
  return at + 1;
}

function skipValue(json: Buffer, from: number): number {
  const first = json[from];
  if (first === quote) return skipString(json, from);
  if (first === openBrace || first === openBracket) return skipNested(json, from);
  let at = from;
  while (at < json.length && !endsScalar(json[at] ?? 0)) at += 1;
  return at;
}

function skipNested(json: Buffer, from: number): number {
  let depth = 0;
  let at = from;
  while (at < json.length) {
    const byte = json[at];
    if (byte === quote) {
      at = skipString(json, at);
      continue;
    }
    at += 1;
    if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || byte === closeBracket) depth -= 1;
    if (depth === 0) return at;
  }
  return at;
}

function endsScalar(byte: number): boolean {
  return byte <= 32 || byte === comma || byte === closeBrace || byte === closeBracket || byte === colon;
}
