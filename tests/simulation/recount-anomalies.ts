import assert from "node:assert/strict";
import { inspect } from "node:util";
import { emptyDirectory, entityKey, foldDirectory } from "../../domain/directory.ts";
import type { AnomalyFound, CallDecided } from "../../domain/events.ts";
import type { LogRecord, StoredRecord } from "../../domain/record.ts";
import { decidedMs } from "../../domain/restriction.ts";
import { topics } from "../../domain/topics.ts";
import { anomaly } from "../../processors/anomaly/anomaly.ts";
import type { MemoryLog } from "../../processors/memory/memory-log.ts";
import { partitionOfKey } from "../../processors/memory/memory-records.ts";
import { partitions, small } from "./clock.ts";
import { habits } from "./habits.ts";
import { anomalyOptions } from "./topology.ts";
import { undisturbed } from "./undisturbed.ts";
import type { Outcome } from "./world.ts";

type Told = LogRecord<"anomaly_found" | "restriction_changed">;

/** What is found, and what is done about it, is what a processor finds and does to which nothing ever happened. */
export function checkAnomalies(outcome: Outcome, decided: readonly CallDecided[], stateOf: StateOf): Found {
  const { log } = outcome;
  const processor = { ...anomaly(anomalyOptions), sources: [small(topics.activity)] };
  const partition = partitionOfKey("acme", partitions);
  const expected = undisturbed(log, { processor: processor as never, partition, before: habits() });
  const anomalies = log.all(topics.anomalies) as readonly StoredRecord<"anomaly_found">[];
  const restricted = restrictionsOf(log).filter(({ value }) => value?.by.startsWith("anomaly:"));
  const [found, restrictions] = [eachOnce(anomalies), eachOnce(restricted)];
  assert.deepEqual(new Map([...found, ...restrictions]), eachOnce(expected.told as readonly Told[]), "anomalies and restrictions");
  sameState(stateOf("anomaly", partition), expected.state, "the state of anomalies");
  for (const { value } of anomalies) if (value?.targetKind === "caller") assert.ok(isBorneOut(value, decided), `calls for ${value.id}`);
  return { anomalies: found.size, restrictions: restrictions.size };
}

/** How many. */
export interface Found {
  readonly anomalies: number;
  readonly restrictions: number;
}

export type StateOf = (processor: string, partition: number) => ReadonlyMap<string, string>;

/** By id; whatever is told again is the same. */
function eachOnce(told: readonly Told[]): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (const { value } of told) {
    if (value === null) continue;
    assert.deepEqual(value, found.get(value.id) ?? value, `${value.id} is told again as it was`);
    found.set(value.id, value);
  }
  return found;
}

export function sameState(found: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>, what: string): void {
  const other = [...new Set([...found.keys(), ...expected.keys()])].filter((key) => found.get(key) !== expected.get(key));
  // Some values are long: their beginnings are enough to go on.
  const briefly = (state: ReadonlyMap<string, string>) => new Map(other.map((key) => [key, state.get(key)?.slice(0, 200)]));
  if (other.length > 0) assert.fail(`${what}: found ${inspect(briefly(found))}, expected ${inspect(briefly(expected))}`);
}

/** Whoever is accused has called: in the window, or before it, where records came late. */
function isBorneOut({ userId, windowMs, lengthMs }: AnomalyFound, decided: readonly CallDecided[]): boolean {
  return decided.some(({ principal, timeMs }) => principal.userId === userId && timeMs < windowMs + lengthMs);
}

function restrictionsOf(log: MemoryLog): readonly StoredRecord<"restriction_changed">[] {
  // The topic holds nothing else.
  return log.all(topics.restrictions) as readonly StoredRecord<"restriction_changed">[];
}

/** Nothing is restricted twice for one anomaly, what was released stays released, and a reader who begins when the log is compacted sees the same. */
export function checkRestrictions(log: MemoryLog): void {
  const directory = emptyDirectory();
  const imposed = new Set<string>();
  const releasedMs = new Map<string, number>();
  for (const record of restrictionsOf(log)) {
    const { value } = record;
    if (value === null) continue;
    const key = entityKey(value.organizationId, value.target);
    const before = directory.restrictions.get(key);
    foldDirectory(directory, record);
    const after = directory.restrictions.get(key);
    if (value.change === "released" && after === undefined) releasedMs.set(key, decidedMs(value));
    if (after === before || after === undefined || !after.imposedBy.startsWith("anomaly:")) continue;
    assert.ok(!imposed.has(value.id), `${value.id} restricts once`);
    assert.ok(after.sinceMs > (releasedMs.get(key) ?? 0), `${value.target} stays released`);
    imposed.add(value.id);
  }
  const reader = emptyDirectory();
  log.compact(topics.restrictions, 0);
  for (const record of log.kept(topics.restrictions)) foldDirectory(reader, record);
  assert.deepEqual(reader.restrictions, directory.restrictions, "what is restricted, read from the compacted log");
}
