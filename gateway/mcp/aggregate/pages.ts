import { createHash } from "node:crypto";
import { Fault } from "../../../domain/fault.ts";
import type { Sealer } from "../../sealing/sealer.ts";

/** One entry of a merged list: what it is called outwards, and what is shown of it. */
export interface PageEntry {
  readonly name: string;
  readonly item: Readonly<Record<string, unknown>>;
  /** Of the item as JSON, roughly. */
  readonly bytes: number;
}

export interface Page {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  /** Behind which entry the next page begins; null where this is the last page. */
  readonly after: string | null;
}

const plainCharactersMax = 1_024;

/**
 * What entries are ordered by. A cursor holds one, so that it has a bound: names that are longer than any tool's are told apart by their
 * beginning and then by their digest.
 */
export function orderOf(name: string): string {
  if (name.length <= plainCharactersMax) return name;
  return `${name.slice(0, plainCharactersMax)}#${createHash("sha256").update(name).digest("hex")}`;
}

/**
 * The entries of one page: in the order of their names, each name once, behind `after`. Because a page begins behind a name and not at a
 * number, entries that come or go between two pages make no other entry appear twice or not at all.
 */
export function pageOf(
  entries: readonly PageEntry[],
  after: string | null,
  { itemsMax, bytesMax }: { readonly itemsMax: number; readonly bytesMax: number },
): Page {
  const ordered = entries
    .map((entry) => ({ ...entry, order: orderOf(entry.name) }))
    .filter(({ order }) => after === null || order > after)
    .sort((one, other) => (one.order < other.order ? -1 : one.order > other.order ? 1 : 0));
  const items: Readonly<Record<string, unknown>>[] = [];
  let last: string | null = null;
  let bytes = 0;
  for (const entry of ordered) {
    if (entry.order === last) continue;
    if (items.length >= itemsMax || (items.length > 0 && bytes + entry.bytes > bytesMax)) return { items, after: last };
    items.push(entry.item);
    bytes += entry.bytes;
    last = entry.order;
  }
  return { items, after: null };
}

/** What a cursor of ours is good for: this caller, this endpoint, this list, and nothing else. */
export interface CursorBinding {
  readonly owner: string;
  readonly place: string | null;
  readonly method: string;
}

const purpose = "list-cursor";
const cursorTtlMs = 24 * 60 * 60_000;

export function sealCursor(sealer: Sealer, binding: CursorBinding, after: string): string {
  return sealer.seal(purpose, boundTo(binding), after, { ttlMs: cursorTtlMs });
}

/** Where the page begins; null for the first one, which is also behind the empty cursor. Throws `Fault("invalid")` for any other text. */
export function openCursor(sealer: Sealer, binding: CursorBinding, cursor: string | null): string | null {
  if (cursor === null || cursor === "") return null;
  const after = sealer.open(purpose, boundTo(binding), cursor);
  if (typeof after === "string") return after;
  throw new Fault("invalid", "the cursor is not one of this list: begin again without a cursor");
}

/** Owners and places hold no line break. */
function boundTo({ owner, place, method }: CursorBinding): string {
  return `${owner}\n${place ?? ""}\n${method}`;
}
