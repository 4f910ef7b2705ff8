import { type Duration, durationMs, type Timestamp, timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { invalid } from "../object-reader.ts";

/** Milliseconds since 1970, or undefined where the message has no such time. */
export function msOf(timestamp: Timestamp | undefined, field: string): number | undefined {
  if (timestamp === undefined) return undefined;
  const ms = timestampMs(timestamp);
  // What `Date` can hold; protobuf's range is narrower, but nothing on the wire enforces it.
  if (!Number.isFinite(ms) || ms < 0 || ms > 8.64e15) throw invalid(field, "must be a time after 1970");
  return Math.floor(ms);
}

export function timestampOf(ms: number): Timestamp {
  return timestampFromMs(ms);
}

/** A field of a message, or nothing of it. */
export function optionalTimestamp<Name extends string>(name: Name, ms: number | null): { readonly [Field in Name]?: Timestamp } {
  // The computed key is `Name`, which TypeScript widens to string.
  return (ms === null ? {} : { [name]: timestampFromMs(ms) }) as { readonly [Field in Name]?: Timestamp };
}

export function durationToMs(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : durationMs(duration);
}
