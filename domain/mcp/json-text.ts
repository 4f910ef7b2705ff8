import { backslash, closeBracket, colon, comma, quote, skipSpace, skipString, skipValue, sourceOf } from "./json-bytes.ts";

/** A piece of the body: from byte `start` up to, not including, byte `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A string of the body: where its literal stands, quotes included, and what it says. */
export interface Text {
  readonly range: Range;
  readonly text: string;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The bytes of a range as they stand there, as text. The range must lie in UTF-8 that was found valid. */
export function rawText(bytes: Uint8Array, { start, end }: Range): string {
  return decoder.decode(bytes.subarray(start, end));
}

/** What a string literal says, from its opening quote at `start` to after the closing one: valid, as `skipString` saw it. */
export function stringText(bytes: Uint8Array, start: number, end: number): string {
  const inside = decoder.decode(bytes.subarray(start + 1, end - 1));
  return inside.includes("\\") ? JSON.parse(`"${inside}"`) : inside;
}

const internedMax = 512;
const interned: string[] = new Array<string>(internedMax).fill("");

/**
 * `stringText` for words that come again and again: methods, versions, names of tools. The last ones seen are kept, so that
 * most calls make no string; a word that is not among them takes another's place.
 */
export function internedText(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start - 2;
  if (length === 0 || length > 64) return stringText(bytes, start, end);
  const place = start + 1;
  // In the bounds of a literal that was found valid.
  const sample = (bytes[place] as number) + (bytes[place + (length >> 1)] as number) * 5 + (bytes[end - 2] as number) * 17 + length * 31;
  const slot = sample & (internedMax - 1);
  const known = interned[slot] as string;
  if (isSpelled(bytes, place, length, known)) return known;
  const text = stringText(bytes, start, end);
  interned[slot] = text;
  return text;
}

/** False for what is written with escapes or beyond ASCII, too: its bytes are not its text. */
function isSpelled(bytes: Uint8Array, at: number, length: number, text: string): boolean {
  if (text.length !== length) return false;
  for (let index = 0; index < length; index += 1) {
    const byte = bytes[at + index] as number;
    if (byte !== text.charCodeAt(index) || byte >= 0x80 || byte === backslash) return false;
  }
  return true;
}

export function encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Where the value of member `name` stands in the object at `object`, or null. The object must be valid; the first of that name counts. */
export function memberRange(bytes: Uint8Array, object: Range, name: string): Range | null {
  const source = sourceOf(bytes);
  let at = skipSpace(bytes, object.start + 1);
  while (bytes[at] === quote) {
    const nameEnd = skipString(source, at + 1);
    const isIt = stringText(bytes, at, nameEnd) === name;
    const start = skipSpace(bytes, skipColon(bytes, skipSpace(bytes, nameEnd)));
    const end = skipValue(source, start, Number.MAX_SAFE_INTEGER);
    if (isIt) return { start, end };
    at = skipSpace(bytes, end);
    if (bytes[at] !== comma) return null;
    at = skipSpace(bytes, at + 1);
  }
  return null;
}

function skipColon(bytes: Uint8Array, at: number): number {
  return bytes[at] === colon ? at + 1 : at;
}

/** A member of an object: what it is called, and where its value stands. */
export interface Member {
  readonly name: string;
  readonly range: Range;
}

/** The members of the object at `object`, in their order. The object must be valid. */
export function membersOf(bytes: Uint8Array, object: Range): readonly Member[] {
  const source = sourceOf(bytes);
  const members: Member[] = [];
  let at = skipSpace(bytes, object.start + 1);
  while (bytes[at] === quote) {
    const nameEnd = skipString(source, at + 1);
    const start = skipSpace(bytes, skipColon(bytes, skipSpace(bytes, nameEnd)));
    const end = skipValue(source, start, Number.MAX_SAFE_INTEGER);
    members.push({ name: stringText(bytes, at, nameEnd), range: { start, end } });
    at = skipSpace(bytes, end);
    if (bytes[at] !== comma) break;
    at = skipSpace(bytes, at + 1);
  }
  return members;
}

/** Where the elements of the array at `array` stand, in their order. The array must be valid. */
export function elementsOf(bytes: Uint8Array, array: Range): readonly Range[] {
  const source = sourceOf(bytes);
  const elements: Range[] = [];
  let start = skipSpace(bytes, array.start + 1);
  while (start < array.end && bytes[start] !== closeBracket) {
    const end = skipValue(source, start, Number.MAX_SAFE_INTEGER);
    elements.push({ start, end });
    const next = skipSpace(bytes, end);
    if (bytes[next] !== comma) break;
    start = skipSpace(bytes, next + 1);
  }
  return elements;
}
