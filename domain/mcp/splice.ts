import { closeBrace, skipSpace } from "./json-bytes.ts";
import { encode, type Range } from "./json-text.ts";

/** Replaces bytes `start` to, not including, `end`. Where both are the same, `text` is inserted there. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string | Uint8Array;
}

/**
 * The bytes with all edits made, in memory of its own. Places are those of the unedited bytes; edits may come in any order,
 * those at the same place keep theirs. Edits that overlap or lie outside are a bug of the caller's: throws.
 */
export function splice(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const pieces = edits.map(({ start, end, text }) => ({ start, end, bytes: typeof text === "string" ? encode(text) : text }));
  pieces.sort((one, other) => one.start - other.start || one.end - other.end);
  let length = bytes.length;
  let last = 0;
  for (const { start, end, bytes: piece } of pieces) {
    if (start < last || end < start || end > bytes.length) throw new RangeError("edits overlap or lie outside");
    last = end;
    length += piece.length - (end - start);
  }

  const spliced = new Uint8Array(length);
  let from = 0;
  let to = 0;
  for (const { start, end, bytes: piece } of pieces) {
    spliced.set(bytes.subarray(from, start), to);
    to += start - from;
    spliced.set(piece, to);
    to += piece.length;
    from = end;
  }
  spliced.set(bytes.subarray(from), to);
  return spliced;
}

/** The edit that makes `members` (`"key":value`, any number of them, with commas between) the first of the object at `object`. */
export function memberEdit(bytes: Uint8Array, object: Range, members: string): Edit {
  const inside = object.start + 1;
  const isEmpty = bytes[skipSpace(bytes, inside)] === closeBrace;
  return { start: inside, end: inside, text: isEmpty ? members : `${members},` };
}

/** Adds a member, `"key":value`, to the object at `object`, which must not have one of that name. */
export function insertMember(bytes: Uint8Array, object: Range, member: string): Uint8Array {
  return splice(bytes, [memberEdit(bytes, object, member)]);
}

/** The edits that take elements out of an array, each with one of the commas beside it. `elements` are all that it has. */
export function elementRemovals(elements: readonly Range[], isKept: (element: Range) => boolean): readonly Edit[] {
  const edits: Edit[] = [];
  // What goes from the start goes with the comma behind it, anything later with the one before it.
  let goesFrom: number | undefined = elements[0]?.start;
  let last = goesFrom ?? 0;
  for (const element of elements) {
    if (!isKept(element)) {
      if (goesFrom === undefined) edits.push({ start: last, end: element.end, text: "" });
    } else if (goesFrom !== undefined) {
      if (element.start > goesFrom) edits.push({ start: goesFrom, end: element.start, text: "" });
      goesFrom = undefined;
    }
    last = element.end;
  }
  if (goesFrom !== undefined && last > goesFrom) edits.push({ start: goesFrom, end: last, text: "" });
  return edits;
}
