import type { CallDecided, CallEnded, UsageCounted } from "../domain/events.ts";
import type { StoredRecord } from "../domain/record.ts";
import { recordKey } from "../domain/record-key.ts";
import { bucketOfValue } from "../domain/sketch.ts";
import { topics } from "../domain/topics.ts";
import { changesOf, type Gathering, type GatheringProcessor, type Step, type Tick } from "./processor.ts";
import { isLongGone, isNewCall, keepSeen, type Repeats, repeatsOf } from "./repeats.ts";

const hourMs = 60 * 60_000;
/** Hours stay open for so long. What comes later is counted in the oldest hour that is open: late, but not lost. */
const openMs = 48 * hourMs;
/** Different server, method and name of one user in one hour; what is more is counted together, without them, as `other`. */
const placesMax = 1_000;
/** A gate's process that has been silent for so long is forgotten. */
const silentMs = 48 * hourMs;

type Counted = Omit<UsageCounted, "id" | "timeMs">;
type Counts = Pick<Counted, "calls" | "denied" | "limited" | "failed" | "requestBytes" | "responseBytes" | "durationMicros" | "costUnits">;
type Changes = Map<string, string | null>;
type State = ReadonlyMap<string, string>;

const zero: Counts = { calls: 0, denied: 0, limited: 0, failed: 0, requestBytes: 0, responseBytes: 0, durationMicros: 0, costUnits: 0 };

/**
 * The keys of the state. `total/{hour}/…`: the counts of one place. `changed/1` … `changed/{changed}`: the totals to be told at the next tick.
 * `places/{hour}/…`: how many a user has. `seen/{gateway}/{epoch}`: last number and its time. `floor`: the oldest hour that is open.
 */
const changedCount = "changed";
const floorKey = "floor";

/**
 * Counts, for each user, server, method, name and hour: calls that were allowed, denied and limited, failures, bytes and duration.
 * Exactly: a record that repeats, under whatever offset, has a sequence number that its gate's process has passed, and is skipped.
 * Totals that changed are told at each tick, so that a busy user costs one record a second, not one a call.
 */
export const usage: GatheringProcessor<"call_decided" | "call_ended", "usage_counted"> = {
  name: "usage",
  sources: [topics.calls],
  broadcast: [],
  tickMs: 1_000,
  // Totals are told once a second: nobody waits for one record to be counted.
  restMs: 200,
  step: (state, input) => (input.type === "tick" ? tell(state, input) : { changes: changesOf(count(state), [input]), emit: [] }),
  gather: count,
};

type Place = Pick<Counted, "organizationId" | "hourMs" | "userId" | "server" | "method" | "name">;
type Total = { -readonly [Field in keyof Counted]: Counted[Field] } & { latency: Record<string, number>; changed: boolean };

/** What is counted of one step or of many: read once, added up, and written once. */
interface Tally {
  readonly state: State;
  readonly changes: Changes;
  readonly floorMs: number;
  readonly repeats: Repeats;
  readonly totals: Map<string, Total>;
  /** The place of the record before: mostly that of the next one, too. */
  lastPlace: { readonly place: Place; readonly total: Total } | null;
}

function count(state: State): Gathering<"call_decided" | "call_ended"> {
  const tally: Tally = {
    state,
    changes: new Map(),
    floorMs: Number(state.get(floorKey) ?? 0),
    repeats: repeatsOf(state),
    totals: new Map(),
    lastPlace: null,
  };
  return {
    add(records) {
      for (const record of records) add(tally, record);
    },
    changes() {
      keepSeen(tally.repeats, tally.changes);
      for (const [key, total] of tally.totals) tally.changes.set(key, JSON.stringify(total));
      return tally.changes;
    },
  };
}

function add(tally: Tally, record: StoredRecord<"call_decided" | "call_ended">): void {
  const { value } = record;
  if (value === null || !isNewCall(tally.repeats, record)) return;
  const total = totalOf(tally, placeOf(value, tally.floorMs));
  if ("verdict" in value) addDecided(total, value);
  else addEnded(total, value);
}

function placeOf(value: CallDecided | CallEnded, floorMs: number): Place {
  const { organizationId, server, method, name } = value;
  const userId = "verdict" in value ? value.principal.userId : value.userId;
  const hour = Math.max(Math.floor(value.timeMs / hourMs) * hourMs, floorMs);
  return { organizationId, hourMs: hour, userId, server: server ?? "", method, name: name ?? "" };
}

function isSamePlace(one: Place, other: Place): boolean {
  return (
    one.name === other.name &&
    one.hourMs === other.hourMs &&
    one.userId === other.userId &&
    one.server === other.server &&
    one.method === other.method &&
    one.organizationId === other.organizationId
  );
}

function totalOf(tally: Tally, place: Place): Total {
  if (tally.lastPlace !== null && isSamePlace(tally.lastPlace.place, place)) return tally.lastPlace.total;
  const { key, total } = readTotal(tally, place);
  if (!total.changed) {
    total.changed = true;
    const changed = Number(latest(tally, changedCount) ?? 0) + 1;
    tally.changes.set(changedCount, String(changed));
    tally.changes.set(`changed/${changed}`, key);
  }
  tally.totals.set(key, total);
  tally.lastPlace = { place, total };
  return total;
}

function readTotal(tally: Tally, place: Place): { readonly key: string; readonly total: Total } {
  const key = totalKey(place);
  const counted = tally.totals.get(key);
  if (counted !== undefined) return { key, total: counted };
  const known = tally.state.get(key);
  // Written by `count` and `tell`, nowhere else.
  if (known !== undefined) return { key, total: JSON.parse(known) as Total };

  const placesKey = `places/${place.hourMs}/${recordKey(place.organizationId, place.userId)}`;
  const places = Number(latest(tally, placesKey) ?? 0);
  if (places >= placesMax && place.name !== "other") return readTotal(tally, { ...place, server: "", method: "", name: "other" });
  tally.changes.set(placesKey, String(places + 1));
  return { key, total: { ...place, ...zero, latency: {}, changed: false } };
}

function latest({ state, changes }: Tally, key: string): string | null | undefined {
  return changes.get(key) ?? state.get(key);
}

function addDecided(total: Total, { verdict, stage }: CallDecided): void {
  if (verdict === "allow") total.calls += 1;
  else if (stage === "limit") total.limited += 1;
  else total.denied += 1;
}

function addEnded(total: Total, { outcome, requestBytes, responseBytes, durationMicros, costUnits }: CallEnded): void {
  if (outcome !== "ok") total.failed += 1;
  total.requestBytes += requestBytes;
  total.responseBytes += responseBytes;
  total.durationMicros += durationMicros;
  // What an earlier version stored has neither.
  total.costUnits = (total.costUnits ?? 0) + costUnits;
  total.latency ??= {};
  const bucket = bucketOfValue(durationMicros);
  total.latency[bucket] = (total.latency[bucket] ?? 0) + 1;
}

function tell(state: State, { timestampMs }: Tick): Step<"usage_counted"> {
  const changes: Changes = new Map();
  const emit: Step<"usage_counted">["emit"][number][] = [];
  const changed = Number(state.get(changedCount) ?? 0);
  for (let index = 1; index <= changed; index += 1) {
    const key = state.get(`changed/${index}`) ?? "";
    const { changed: _changed, ...counted } = JSON.parse(state.get(key) ?? "{}") as Total;
    changes.set(`changed/${index}`, null);
    changes.set(key, JSON.stringify({ ...counted, changed: false }));
    emit.push(told(counted, timestampMs));
  }
  if (changed > 0) changes.set(changedCount, null);
  const floor = Math.floor((timestampMs - openMs) / hourMs) * hourMs;
  const before = Number(state.get(floorKey) ?? 0);
  if (floor > before) close(state, floor, timestampMs, changes);
  // A clock was far ahead once: calls of today are not counted in the hour that it said.
  else if (before - floor > openMs) changes.set(floorKey, String(Math.max(0, floor)));
  return { changes, emit };
}

/** Once an hour: forgets the hours before `floor`, and processes that are long gone. */
function close(state: State, floor: number, nowMs: number, changes: Changes): void {
  changes.set(floorKey, String(floor));
  for (const [key, value] of state) {
    const [kind, hour] = key.split("/", 2);
    if ((kind === "total" || kind === "places") && Number(hour) < floor) changes.set(key, null);
    if (kind === "seen" && isLongGone(value, nowMs - silentMs)) changes.set(key, null);
  }
}

function told(counted: Counted, timeMs: number) {
  const { calls, denied, limited, failed, requestBytes, responseBytes, durationMicros, costUnits } = counted;
  const { organizationId, userId, server, method, name } = counted;
  const key = recordKey(organizationId, userId, server, method, name, String(counted.hourMs));
  // The same totals are the same event, however often they are told.
  const id = `${key}#${[calls, denied, limited, failed, requestBytes, responseBytes, durationMicros, costUnits].join(".")}`;
  return { topic: topics.usage, record: { type: "usage_counted", key, value: { id, timeMs, ...counted }, timestampMs: timeMs } } as const;
}

function totalKey({ hourMs: hour, organizationId, userId, server, method, name }: Place): string {
  return `total/${hour}/${recordKey(organizationId, userId, server, method, name)}`;
}
