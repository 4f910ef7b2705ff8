import type { StoredRecord } from "../domain/record.ts";
import { recordKey } from "../domain/record-key.ts";
import { retryHeader } from "./runtime/dead-letters.ts";

/** Last number of each process of a gate, and the time of its record. */
export interface Seen {
  sequence: number;
  timestampMs: number;
}

/** What a batch has seen of the numbers of gates, over what is stored under `seen/{gateway}/{epoch}`. */
export interface Repeats {
  readonly state: ReadonlyMap<string, string>;
  readonly seen: Map<string, Seen>;
  last: { readonly gateway: string; readonly epoch: number; readonly seen: Seen } | null;
}

export function repeatsOf(state: ReadonlyMap<string, string>): Repeats {
  return { state, seen: new Map(), last: null };
}

/**
 * False for a number that its gate's process has passed: a repeat, under whatever offset it comes.
 * A dead letter that is tried again was not counted before, though those behind it were.
 */
export function isNewCall(repeats: Repeats, { value, timestampMs, headers }: StoredRecord<"call_decided" | "call_ended">): boolean {
  if (value === null) return false;
  const { gateway, epoch, sequence } = value;
  const { last } = repeats;
  // Mostly the process of the record before.
  const isSame = last !== null && last.gateway === gateway && last.epoch === epoch;
  const seen = isSame ? last.seen : seenOf(repeats, `seen/${recordKey(gateway, String(epoch))}`);
  if (!isSame) repeats.last = { gateway, epoch, seen };
  if (sequence <= seen.sequence) return headers?.[retryHeader] !== undefined;
  seen.sequence = sequence;
  seen.timestampMs = timestampMs;
  return true;
}

function seenOf({ state, seen }: Repeats, key: string): Seen {
  const known = seen.get(key);
  if (known !== undefined) return known;
  const [sequence = "0", timestampMs = "0"] = (state.get(key) ?? "").split(" ");
  const read = { sequence: Number(sequence), timestampMs: Number(timestampMs) };
  seen.set(key, read);
  return read;
}

/** Puts what was seen among the changes. `{sequence} {time}`: a JSON document would say no more. */
export function keepSeen({ seen }: Repeats, changes: Map<string, string | null>): void {
  for (const [key, { sequence, timestampMs }] of seen) changes.set(key, `${sequence} ${timestampMs}`);
}

/** Whether a stored number is of a process that has been silent since before `beforeMs`. */
export function isLongGone(value: string, beforeMs: number): boolean {
  return Number(value.slice(value.indexOf(" "))) < beforeMs;
}
