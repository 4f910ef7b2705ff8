/**
 * A true sliding window over tokens of which only the last moment of use is known.
 *
 * Each entry says: `tokens` of them may be used until `endMs`. Such a token counts until `endMs + windowMs`, however early it was used,
 * so the sum of what counts is never less than what was really used in any span of `windowMs`.
 * Ends are rounded up to `subBucketMs`, which bounds the entries to about `windowMs / subBucketMs`; rounding up errs to the safe side.
 */
export interface Window {
  /** By rising `endMs`. */
  readonly entries: readonly WindowEntry[];
}

export interface WindowEntry {
  readonly endMs: number;
  readonly tokens: number;
}

export const emptyWindow: Window = { entries: [] };

/** The window without what no longer counts at `nowMs`. */
export function pruned(window: Window, windowMs: number, nowMs: number): Window {
  const keep = window.entries.findIndex(({ endMs }) => endMs + windowMs > nowMs);
  if (keep === 0 || window.entries.length === 0) return window;
  return keep < 0 ? emptyWindow : { entries: window.entries.slice(keep) };
}

/** Tokens that count, of a pruned window. */
export function counted({ entries }: Window): number {
  let tokens = 0;
  for (const entry of entries) tokens += entry.tokens;
  return tokens;
}

export function added({ entries }: Window, endMs: number, tokens: number): Window {
  const last = entries.at(-1);
  if (last === undefined || last.endMs < endMs) return { entries: [...entries, { endMs, tokens }] };
  // Leases end in the order in which they were granted, or nearly so: the place is found from the back.
  let at = entries.length;
  while (at > 0 && (entries[at - 1]?.endMs ?? 0) > endMs) at -= 1;
  const same = entries[at - 1];
  if (same?.endMs === endMs) return { entries: entries.with(at - 1, { endMs, tokens: same.tokens + tokens }) };
  return { entries: entries.toSpliced(at, 0, { endMs, tokens }) };
}

/** Takes back up to `tokens` of the entry that ends at `endMs`; nothing where that entry has gone. */
export function credited(window: Window, endMs: number, tokens: number): Window {
  const at = window.entries.findIndex((entry) => entry.endMs === endMs);
  const entry = window.entries[at];
  if (entry === undefined || tokens <= 0) return window;
  if (entry.tokens <= tokens) return { entries: window.entries.toSpliced(at, 1) };
  return { entries: window.entries.with(at, { endMs, tokens: entry.tokens - tokens }) };
}

/** When `tokens` of a pruned window will be free again at the earliest; `nowMs` where they are already. */
export function freeAt(
  window: Window,
  limit: { readonly callsMax: number; readonly windowMs: number },
  tokens: number,
  nowMs: number,
): number {
  let missing = counted(window) + tokens - limit.callsMax;
  if (missing <= 0) return nowMs;
  for (const entry of window.entries) {
    missing -= entry.tokens;
    if (missing <= 0) return entry.endMs + limit.windowMs;
  }
  return nowMs + limit.windowMs;
}
