import type { CallDecided, CallEnded, UsageCounted } from "../domain/events.ts";
import type { StoredRecord } from "../domain/record.ts";
import { recordKey } from "../domain/record-key.ts";
import { topics } from "../domain/topics.ts";
import { nothing, type Processor, type Step, type Tick } from "./processor.ts";

const hourMs = 60 * 60_000;
/** Hours stay open for so long. What comes later is counted in the oldest hour that is open: late, but not lost. */
const openMs = 48 * hourMs;
/** Different server, method and name of one user in one hour; what is more is counted together, without them, as `other`. */
const placesMax = 1_000;
/** A gate's process that has been silent for so long is forgotten. */
const silentMs = 48 * hourMs;

type Counted = Omit<UsageCounted, "id" | "timeMs">;
type Counts = Pick<Counted, "calls" | "denied" | "limited" | "failed" | "requestBytes" | "responseBytes" | "durationMicros">;
type Changes = Map<string, string | null>;
type State = ReadonlyMap<string, string>;

const zero: Counts = { calls: 0, denied: 0, limited: 0, failed: 0, requestBytes: 0, responseBytes: 0, durationMicros: 0 };

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
export const usage: Processor<"call_decided" | "call_ended", "usage_counted"> = {
  name: "usage",
  sources: [topics.calls],
  broadcast: [],
  tickMs: 1_000,
  step: (state, input) => (input.type === "tick" ? tell(state, input) : count(state, input.value, input.timestampMs)),
};

function count(state: State, value: StoredRecord<"call_decided" | "call_ended">["value"], timestampMs: number): Step<never> {
  if (value === null) return nothing;
  const seenKey = `seen/${recordKey(value.gateway, String(value.epoch))}`;
  const seen = state.get(seenKey);
  // `{sequence} {time}`: read at every record, so not worth a JSON document.
  if (seen !== undefined && value.sequence <= Number.parseInt(seen, 10)) return nothing;

  const changes: Changes = new Map([[seenKey, `${value.sequence} ${timestampMs}`]]);
  const hour = Math.max(Math.floor(value.timeMs / hourMs) * hourMs, Number(state.get(floorKey) ?? 0));
  const { key, total } = totalOf(state, placeOf(value, hour), changes);
  const counts = "verdict" in value ? decided(total, value) : ended(total, value);
  if (!total.changed) {
    const changed = Number(state.get(changedCount) ?? 0) + 1;
    changes.set(changedCount, String(changed));
    changes.set(`changed/${changed}`, key);
  }
  changes.set(key, JSON.stringify({ ...total, ...counts, changed: true }));
  return { changes, emit: [] };
}

function placeOf(value: CallDecided | CallEnded, hour: number) {
  const { organizationId, server, method, name } = value;
  const userId = "verdict" in value ? value.principal.userId : value.userId;
  return { organizationId, hourMs: hour, userId, server: server ?? "", method, name: name ?? "" };
}

type Place = ReturnType<typeof placeOf>;
type Total = Counted & { readonly changed: boolean };

function totalOf(state: State, place: Place, changes: Changes): { readonly key: string; readonly total: Total } {
  const key = totalKey(place);
  const known = state.get(key);
  // Written by `count` and `tell`, nowhere else.
  if (known !== undefined) return { key, total: JSON.parse(known) as Total };

  const placesKey = `places/${place.hourMs}/${recordKey(place.organizationId, place.userId)}`;
  const places = Number(state.get(placesKey) ?? 0);
  if (places >= placesMax && place.name !== "other") return totalOf(state, { ...place, server: "", method: "", name: "other" }, changes);
  changes.set(placesKey, String(places + 1));
  return { key, total: { ...place, ...zero, changed: false } };
}

function decided(before: Counts, { verdict, stage }: CallDecided): Partial<Counts> {
  if (verdict === "allow") return { calls: before.calls + 1 };
  return stage === "limit" ? { limited: before.limited + 1 } : { denied: before.denied + 1 };
}

function ended(before: Counts, { outcome, requestBytes, responseBytes, durationMicros }: CallEnded): Partial<Counts> {
  return {
    failed: before.failed + (outcome === "ok" ? 0 : 1),
    requestBytes: before.requestBytes + requestBytes,
    responseBytes: before.responseBytes + responseBytes,
    durationMicros: before.durationMicros + durationMicros,
  };
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
  if (floor > Number(state.get(floorKey) ?? 0)) close(state, floor, timestampMs, changes);
  return { changes, emit };
}

/** Once an hour: forgets the hours before `floor`, and processes that are long gone. */
function close(state: State, floor: number, nowMs: number, changes: Changes): void {
  changes.set(floorKey, String(floor));
  for (const [key, value] of state) {
    const [kind, hour] = key.split("/", 2);
    if ((kind === "total" || kind === "places") && Number(hour) < floor) changes.set(key, null);
    if (kind === "seen" && Number(value.slice(value.indexOf(" "))) < nowMs - silentMs) changes.set(key, null);
  }
}

function told(counted: Counted, timeMs: number) {
  const { calls, denied, limited, failed, requestBytes, responseBytes, durationMicros } = counted;
  const { organizationId, userId, server, method, name } = counted;
  const key = recordKey(organizationId, userId, server, method, name, String(counted.hourMs));
  // The same totals are the same event, however often they are told.
  const id = `${key}#${[calls, denied, limited, failed, requestBytes, responseBytes, durationMicros].join(".")}`;
  return { topic: topics.usage, record: { type: "usage_counted", key, value: { id, timeMs, ...counted }, timestampMs: timeMs } } as const;
}

function totalKey({ hourMs: hour, organizationId, userId, server, method, name }: Place): string {
  return `total/${hour}/${recordKey(organizationId, userId, server, method, name)}`;
}
