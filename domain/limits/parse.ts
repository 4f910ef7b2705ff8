import { Fault } from "../fault.ts";
import { namePattern } from "../identity.ts";
import { nearestName } from "../nearest-name.ts";
import type { Limit, LimitDimension, LimitMatch } from "./limit.ts";

export const limitBounds = {
  callsMax: 1_000_000_000,
  windowMsMin: 100,
  /** A day: tokens that were granted before a restart are known for as long as the log keeps leases, which is two. */
  windowMsMax: 24 * 60 * 60_000,
  descriptionCharactersMax: 1_000,
  matchEntriesMax: 256,
  matchEntryCharactersMax: 1_024,
} as const;

/** An object of which nothing is known but the names that it may have. */
type Fields<Key extends string> = { readonly [Name in Key]?: unknown };

const limitKeys = ["limitId", "description", "enabled", "callsMax", "windowMs", "per", "match"] as const;
const matchKeys = ["users", "agents", "roles", "servers", "methods", "tools"] as const satisfies readonly (keyof LimitMatch)[];
const dimensions = ["organization", "user", "agent", "server", "tool", "endpoint"] as const satisfies readonly LimitDimension[];

/**
 * Reads a limit as people write it (a file, the API): `limitId`, `callsMax` and `windowMs` are needed; `per` is the organization and `match`
 * everything unless told. Throws `Fault("invalid")` with the path of the first field that is wrong; unknown fields are wrong.
 */
export function parseLimit(
  input: unknown,
  { organizationId, origin }: { readonly organizationId: string; readonly origin: Limit["origin"] },
): Limit {
  const fields = record(input, "", limitKeys);
  return {
    organizationId,
    limitId: name(fields.limitId, "limitId"),
    description: description(fields.description),
    enabled: enabled(fields.enabled),
    callsMax: whole(fields.callsMax, "callsMax", 1, limitBounds.callsMax),
    windowMs: whole(fields.windowMs, "windowMs", limitBounds.windowMsMin, limitBounds.windowMsMax),
    per: per(fields.per),
    match: match(fields.match),
    origin,
  };
}

function per(value: unknown): readonly LimitDimension[] {
  if (value === undefined) return ["organization"];
  const entries = list(value, "per", dimensions.length);
  return entries.map((entry, index) => {
    const known = dimensions.find((dimension) => dimension === entry);
    if (known === undefined) throw unknownName(`per[${index}]`, String(entry), dimensions);
    if (entries.indexOf(entry) !== index) throw new Fault("invalid", `${known} stands twice`, { field: `per[${index}]` });
    return known;
  });
}

function match(value: unknown): LimitMatch {
  if (value === undefined) return {};
  const fields = record(value, "match", matchKeys);
  return Object.fromEntries(
    matchKeys.filter((key) => fields[key] !== undefined).map((key) => [key, patterns(fields[key], `match.${key}`)]),
  );
}

function patterns(value: unknown, field: string): readonly string[] {
  return list(value, field, limitBounds.matchEntriesMax).map((entry, index) => {
    if (typeof entry === "string" && entry !== "" && entry.length <= limitBounds.matchEntryCharactersMax) return entry;
    throw new Fault("invalid", `expected a text of 1 to ${limitBounds.matchEntryCharactersMax} characters`, {
      field: `${field}[${index}]`,
    });
  });
}

/** An empty list would fit nothing (or, read carelessly, everything): it is a mistake. */
function list(value: unknown, field: string, entriesMax: number): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0 && value.length <= entriesMax) return value;
  throw new Fault("invalid", `expected a list of 1 to ${entriesMax} entries`, { field });
}

function name(value: unknown, field: string): string {
  if (typeof value === "string" && namePattern.test(value)) return value;
  throw new Fault("invalid", "expected a name: letters, digits and . _ @ : -, at most 128 characters", { field });
}

function description(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "string" && value.length <= limitBounds.descriptionCharactersMax) return value;
  throw new Fault("invalid", `expected a text of at most ${limitBounds.descriptionCharactersMax} characters`, { field: "description" });
}

function enabled(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value === "boolean") return value;
  throw new Fault("invalid", "expected true or false", { field: "enabled" });
}

function whole(value: unknown, field: string, min: number, max: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Fault("invalid", `expected a whole number from ${min} to ${max}`, { field });
}

function record<Key extends string>(value: unknown, field: string, known: readonly Key[]): Fields<Key> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Fault("invalid", "expected an object", field === "" ? {} : { field });
  }
  const names: readonly string[] = known;
  for (const key of Object.keys(value)) {
    if (!names.includes(key)) throw unknownName(field === "" ? key : `${field}.${key}`, key, known);
  }
  // It has no other names than those: just checked.
  return value as Fields<Key>;
}

function unknownName(field: string, wrong: string, known: readonly string[]): Fault {
  const near = nearestName(wrong, known);
  const next = near === undefined ? `Known are ${known.join(", ")}.` : `Did you mean ${near}?`;
  return new Fault("invalid", `${wrong.slice(0, 64)} is not known here`, { field, next });
}
