/**
 * JSON (RFC 8259) read as bytes: each `skip…` checks the grammar of one piece and answers the place after it, or a negative fault.
 * Together they accept exactly what `JSON.parse` accepts after a fatal UTF-8 decoding. No value is built and nothing is copied.
 *
 * Every index below is compared with the length before it is used as a number, which is what the `as number` rest on;
 * a comparison with a byte needs no such proof, because what lies outside is `undefined` and equals nothing.
 */

/** The bytes that are read, and the same memory to read four of them at once. */
export interface Source {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export function sourceOf(bytes: Uint8Array): Source {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

export const quote = 0x22;
export const backslash = 0x5c;
export const comma = 0x2c;
export const colon = 0x3a;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;
export const openBracket = 0x5b;
export const closeBracket = 0x5d;

/** What a `skip…` answers instead of a place. The last two are bounds, the others faults of the grammar. */
export const faults = {
  syntax: -1,
  string: -2,
  control: -3,
  escape: -4,
  utf8: -5,
  number: -6,
  tooDeep: -7,
  tooMany: -8,
} as const;

const faultReasons: ReadonlyMap<number, string> = new Map([
  [faults.syntax, "the body is not valid JSON"],
  [faults.string, "a string does not end"],
  [faults.control, "a string holds a control character that is not escaped"],
  [faults.escape, "a string holds an invalid escape"],
  [faults.utf8, "the body is not valid UTF-8"],
  [faults.number, "a number is malformed"],
  [faults.tooDeep, "the body is nested too deeply"],
  [faults.tooMany, "an object has too many members"],
]);

/** The fault as words for the caller. */
export function faultReason(fault: number): string {
  return faultReasons.get(fault) ?? "the body is not valid JSON";
}

/** The place of the first byte from `at` on that is not JSON white space; the length if there is none. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let place = at;
  while (place < bytes.length) {
    const byte = bytes[place] as number;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return place;
    place += 1;
  }
  return place;
}

/** Skips the value whose first byte is at `at`. `depthLeft` is how many more arrays and objects may open. */
export function skipValue(source: Source, at: number, depthLeft: number): number {
  const { bytes } = source;
  switch (bytes[at]) {
    case quote:
      return skipString(source, at + 1);
    case openBrace:
      return depthLeft === 0 ? faults.tooDeep : skipObject(source, at + 1, depthLeft - 1);
    case openBracket:
      return depthLeft === 0 ? faults.tooDeep : skipArray(source, at + 1, depthLeft - 1);
    case 0x74:
      return isWord(bytes, at, 0x72, 0x75, 0x65) ? at + 4 : faults.syntax;
    case 0x6e:
      return isWord(bytes, at, 0x75, 0x6c, 0x6c) ? at + 4 : faults.syntax;
    case 0x66:
      return isWord(bytes, at, 0x61, 0x6c, 0x73) && bytes[at + 4] === 0x65 ? at + 5 : faults.syntax;
    default:
      return skipNumber(bytes, at);
  }
}

function isWord(bytes: Uint8Array, at: number, second: number, third: number, fourth: number): boolean {
  return bytes[at + 1] === second && bytes[at + 2] === third && bytes[at + 3] === fourth;
}

function skipObject(source: Source, afterBrace: number, depthLeft: number): number {
  const { bytes } = source;
  let at = skipSpace(bytes, afterBrace);
  if (bytes[at] === closeBrace) return at + 1;
  for (;;) {
    if (bytes[at] !== quote) return faults.syntax;
    at = skipString(source, at + 1);
    if (at < 0) return at;
    at = skipSpace(bytes, at);
    if (bytes[at] !== colon) return faults.syntax;
    at = skipValue(source, skipSpace(bytes, at + 1), depthLeft);
    if (at < 0) return at;
    at = skipSpace(bytes, at);
    if (bytes[at] === closeBrace) return at + 1;
    if (bytes[at] !== comma) return faults.syntax;
    at = skipSpace(bytes, at + 1);
  }
}

function skipArray(source: Source, afterBracket: number, depthLeft: number): number {
  const { bytes } = source;
  let at = skipSpace(bytes, afterBracket);
  if (bytes[at] === closeBracket) return at + 1;
  for (;;) {
    at = skipValue(source, at, depthLeft);
    if (at < 0) return at;
    at = skipSpace(bytes, at);
    if (bytes[at] === closeBracket) return at + 1;
    if (bytes[at] !== comma) return faults.syntax;
    at = skipSpace(bytes, at + 1);
  }
}

/** Skips a number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`. */
function skipNumber(bytes: Uint8Array, at: number): number {
  const first = bytes[at] === 0x2d ? at + 1 : at;
  const whole = bytes[first] === 0x30 ? first + 1 : skipDigits(bytes, first);
  // Nothing that could begin a value, as opposed to a number that begins well and goes wrong.
  if (whole < 0) return first === at ? faults.syntax : faults.number;
  const fraction = bytes[whole] === 0x2e ? skipDigits(bytes, whole + 1) : whole;
  if (fraction < 0) return fraction;
  const letter = bytes[fraction];
  return letter === 0x65 || letter === 0x45 ? skipExponent(bytes, fraction + 1) : fraction;
}

function skipExponent(bytes: Uint8Array, at: number): number {
  const sign = bytes[at];
  return skipDigits(bytes, sign === 0x2b || sign === 0x2d ? at + 1 : at);
}

/** One digit at least. */
function skipDigits(bytes: Uint8Array, at: number): number {
  let place = at;
  while (place < bytes.length && isDigit(bytes[place] as number)) place += 1;
  return place === at ? faults.number : place;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Skips the string whose opening quote is just before `at`. */
export function skipString(source: Source, at: number): number {
  const { bytes } = source;
  let place = at;
  for (;;) {
    place = skipPlain(source, place);
    const byte = bytes[place];
    if (byte === quote) return place + 1;
    if (byte === undefined) return faults.string;
    if (byte === backslash) place = skipEscape(bytes, place + 1);
    else if (byte >= 0x80) place = skipUtf8(bytes, place);
    else return faults.control;
    if (place < 0) return place;
  }
}

/**
 * The place of the first byte that does not stand for itself in a string: a control, a quote, a backslash, or beyond ASCII; else the length.
 * Four bytes at a time, and what is longer than most strings are through words of the same memory, which cost a little to get at.
 */
export function skipPlain(source: Source, at: number): number {
  const { bytes, view } = source;
  const end = Math.min(bytes.length - 4, at + 64);
  let place = at;
  while (place <= end && isPlainWord(view.getInt32(place, true))) place += 4;
  if (place > at + 64) place = skipPlainWords(bytes, place);
  while (place < bytes.length && isPlain[bytes[place] as number] === 1) place += 1;
  return place;
}

/** From `at`, which may not be aligned, up to the first word that is not plain, or to less than a word before the end. */
function skipPlainWords(bytes: Uint8Array, at: number): number {
  const aligned = at + (-(bytes.byteOffset + at) & 3);
  for (let place = at; place < aligned; place += 1) if (isPlain[bytes[place] ?? quote] !== 1) return place;
  if (bytes.length - aligned < 4) return aligned;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + aligned, (bytes.length - aligned) >> 2);
  let index = 0;
  while (index + 3 < words.length && arePlainWords(words, index)) index += 4;
  while (index < words.length && isPlainWord(words[index] as number)) index += 1;
  return aligned + index * 4;
}

/**
 * For a byte below 0x80, `(byte ^ 2) - 0x21` is negative for controls and the quote, `(byte ^ 0x5c) - 1` for the backslash.
 * A borrow out of such a byte can only spoil bytes after it, and then the word is not plain in any case.
 */
function isPlainWord(word: number): boolean {
  return (unplainBits(word) & 0x80808080) === 0;
}

function unplainBits(word: number): number {
  return ((word ^ 0x02020202) - 0x21212121) | ((word ^ 0x5c5c5c5c) - 0x01010101) | word;
}

/** Four from `index` on. */
function arePlainWords(words: Int32Array, index: number): boolean {
  const one = unplainBits(words[index] as number) | unplainBits(words[index + 1] as number);
  const other = unplainBits(words[index + 2] as number) | unplainBits(words[index + 3] as number);
  return ((one | other) & 0x80808080) === 0;
}

const isPlain: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== quote && byte !== backslash ? 1 : 0,
);

function skipEscape(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) return faults.string;
  if (byte !== 0x75) return isSimpleEscape[byte] === 1 ? at + 1 : faults.escape;
  for (let place = at + 1; place <= at + 4; place += 1) {
    const digit = bytes[place];
    if (digit === undefined) return faults.string;
    if (isHexDigit[digit] !== 1) return faults.escape;
  }
  return at + 5;
}

const isSimpleEscape = marks('"\\/bfnrt');
const isHexDigit = marks("0123456789abcdefABCDEF");

function marks(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

/** Skips characters of two to four bytes: RFC 3629 §4, so nothing overlong, no surrogates, nothing beyond U+10FFFF. */
function skipUtf8(bytes: Uint8Array, at: number): number {
  let place = at;
  for (let lead = bytes[place]; lead !== undefined && lead >= 0x80; lead = bytes[place]) {
    const length = sequenceLength(lead, bytes[place + 1] ?? 0);
    if (length === 0) return faults.utf8;
    if (length > 2 && !isContinuation(bytes[place + 2])) return faults.utf8;
    if (length > 3 && !isContinuation(bytes[place + 3])) return faults.utf8;
    place += length;
  }
  return place;
}

/** How many bytes the character has that begins with these two; 0 where none does. */
function sequenceLength(lead: number, second: number): number {
  if (!isContinuation(second) || lead < 0xc2 || lead > 0xf4) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return (lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f) ? 0 : 3;
  return (lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f) ? 0 : 4;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
