import { backslash, type Source } from "./json-bytes.ts";
import { encode, stringText } from "./json-text.ts";

/**
 * The names of members, compared without making strings of them. What is refused here is what two parsers read in two ways:
 * a name that stands twice in an object (some take the first, some the last), and one that differs from a name that matters
 * in case only (some parsers ignore case).
 */

/**
 * What names share that are the same but for ASCII case, and sometimes others do: whoever finds two the same compares them.
 * A sample of the name between `start` and `end`, without quotes: its length, and its first, middle and last byte.
 */
export function plainHash(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length === 0) return 0;
  // All within the name.
  const first = (bytes[start] as number) | 0x20;
  const middle = (bytes[start + (length >> 1)] as number) | 0x20;
  const last = (bytes[end - 1] as number) | 0x20;
  return ((length & 0xff) << 16) ^ (first << 11) ^ (middle << 5) ^ last;
}

/** As `plainHash` of the text, which is what decides whether two names are the same. */
export function textHash(text: string): number {
  const bytes = encode(text);
  return plainHash(bytes, 0, bytes.length);
}

/** The names that matter in one kind of object. */
export interface KnownNames {
  /** From 1 in the order given; 0 for any other name; `twin` for one that differs from a name that matters in case only. */
  find(source: Source, start: number, end: number, hash: number): number;
  /** The same for a name that holds escapes or goes beyond ASCII. */
  findText(text: string): number;
}

export const twin = -1;

/** At most 31 names, all ASCII. */
export function knownNames(names: readonly string[]): KnownNames {
  const slots: (Literal | null)[] = Array.from({ length: 64 }, () => null);
  for (const [index, name] of names.entries()) {
    const slot = slotOf(plainHash(encode(name), 0, name.length));
    slots[slot] = literalOf(name, index + 1, slots[slot] ?? null);
  }
  const ids = new Map(names.map((name, index) => [name, index + 1]));
  const folded = new Set(names.map(fold));

  return {
    find(source, start, end, hash) {
      for (let literal = slots[slotOf(hash)] ?? null; literal !== null; literal = literal.next) {
        if (literal.hash !== hash || literal.bytes.length !== end - start - 2) continue;
        if (isSpelled(source, start + 1, literal)) return literal.id;
        if (isSpelledInAnyCase(source.bytes, start + 1, literal)) return twin;
      }
      return 0;
    },
    findText: (text) => ids.get(text) ?? (folded.has(fold(text)) ? twin : 0),
  };
}

interface Literal {
  readonly id: number;
  readonly hash: number;
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  /** Another one in the same slot. */
  readonly next: Literal | null;
}

function literalOf(name: string, id: number, next: Literal | null): Literal {
  const bytes = encode(name);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const words = Int32Array.from({ length: bytes.length >> 2 }, (_, index) => view.getInt32(index * 4, true));
  return { id, hash: plainHash(bytes, 0, bytes.length), bytes, words, next };
}

function slotOf(hash: number): number {
  return (hash ^ (hash >> 6) ^ (hash >> 12) ^ (hash >> 17)) & 63;
}

/** As many bytes as the literal has lie at `at`. */
function isSpelled({ bytes, view }: Source, at: number, literal: Literal): boolean {
  const { words } = literal;
  for (let index = 0; index < words.length; index += 1) {
    if (view.getInt32(at + index * 4, true) !== words[index]) return false;
  }
  for (let index = words.length * 4; index < literal.bytes.length; index += 1) {
    if (bytes[at + index] !== literal.bytes[index]) return false;
  }
  return true;
}

function isSpelledInAnyCase(bytes: Uint8Array, at: number, literal: Literal): boolean {
  for (let index = 0; index < literal.bytes.length; index += 1) {
    if (lower(bytes[at + index] as number) !== lower(literal.bytes[index] as number)) return false;
  }
  return true;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

/** As the most generous case-insensitive comparisons do: `ſ` is an s, `K` a k, `ı` and `İ` an i. */
export function fold(name: string): string {
  return name.toUpperCase().toLowerCase().replaceAll("\u0307", "");
}

/** Objects up to this size are compared name by name; larger ones are kept in a set, so that the cost stays linear. */
const smallMembersMax = 16;

/**
 * Remembers the names of the objects that are open, one inside the other. `open` answers a mark that the other methods take;
 * marks are closed in reverse order. The memory of one scan: `reset` begins the next one.
 */
export interface NameTracker {
  reset(): void;
  open(): number;
  /** True where the object of this mark has had the name before. */
  isRepeated(mark: number, bytes: Uint8Array, start: number, end: number, hash: number): boolean;
  close(mark: number): void;
}

export function nameTracker(depthMax: number): NameTracker {
  const room = (depthMax + 1) * smallMembersMax;
  const hashes = new Int32Array(room);
  const starts = new Int32Array(room);
  const ends = new Int32Array(room);
  const large = new Map<number, Set<string>>();
  let top = 0;

  function isInSet(mark: number, bytes: Uint8Array, start: number, end: number): boolean {
    let names = large.get(mark);
    if (names === undefined) {
      names = new Set();
      for (let index = mark; index < top; index += 1) names.add(stringText(bytes, starts[index] as number, ends[index] as number));
      large.set(mark, names);
    }
    const name = stringText(bytes, start, end);
    if (names.has(name)) return true;
    names.add(name);
    return false;
  }

  return {
    reset() {
      top = 0;
      if (large.size > 0) large.clear();
    },
    open: () => top,
    isRepeated(mark, bytes, start, end, hash) {
      if (top - mark >= smallMembersMax) return isInSet(mark, bytes, start, end);
      for (let index = mark; index < top; index += 1) {
        if (hashes[index] === hash && isSameName(bytes, starts[index] as number, ends[index] as number, start, end)) return true;
      }
      hashes[top] = hash;
      starts[top] = start;
      ends[top] = end;
      top += 1;
      return false;
    },
    close(mark) {
      if (top - mark >= smallMembersMax) large.delete(mark);
      top = mark;
    },
  };
}

function isSameName(bytes: Uint8Array, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  if (isSameLiteral(bytes, start, end, otherStart, otherEnd)) return true;
  if (!hasEscape(bytes, start, end) && !hasEscape(bytes, otherStart, otherEnd)) return false;
  return stringText(bytes, start, end) === stringText(bytes, otherStart, otherEnd);
}

function isSameLiteral(bytes: Uint8Array, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  if (end - start !== otherEnd - otherStart) return false;
  for (let index = end - start - 1; index > 0; index -= 1) {
    if (bytes[start + index] !== bytes[otherStart + index]) return false;
  }
  return true;
}

function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let place = start; place < end; place += 1) if (bytes[place] === backslash) return true;
  return false;
}
