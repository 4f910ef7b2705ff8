import { invalid } from "./object-reader.ts";
import { compareText } from "./servers/server-view.ts";

/** Which part of a list is asked for. */
export interface PageRequest {
  /** Entries at most; 100 where it is undefined, at most 500. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** undefined on the last page. */
  readonly nextCursor: string | undefined;
}

const pageBounds = { limitDefault: 100, limitMax: 500, cursorCharactersMax: 1_024 } as const;

/** The entries behind the cursor, by `name`. A list that changes between pages skips and repeats nothing that stayed. */
export function pageOf<Entry>(all: Iterable<Entry>, name: (entry: Entry) => string, request: PageRequest): Page<Entry> {
  const limit = limitOf(request);
  const after = request.cursor === undefined ? undefined : decodeCursor(request.cursor);
  const rest = [...all]
    .filter((entry) => after === undefined || name(entry) > after)
    .sort((left, right) => compareText(name(left), name(right)));
  const entries = rest.slice(0, limit);
  const last = entries.at(-1);
  return { entries, nextCursor: rest.length > limit && last !== undefined ? encodeCursor(name(last)) : undefined };
}

export function limitOf({ limit }: PageRequest): number {
  if (limit === undefined) return pageBounds.limitDefault;
  if (!Number.isInteger(limit) || limit < 1) throw invalid("limit", `must be a whole number from 1 to ${pageBounds.limitMax}`);
  return Math.min(limit, pageBounds.limitMax);
}

/** Opaque to callers: base64url. */
export function encodeCursor(text: string): string {
  return Buffer.from(text).toString("base64url");
}

export function decodeCursor(cursor: string): string {
  if (cursor.length > pageBounds.cursorCharactersMax || !/^[\w-]+$/.test(cursor)) throw invalid("cursor", "is not one of ours");
  return Buffer.from(cursor, "base64url").toString();
}
