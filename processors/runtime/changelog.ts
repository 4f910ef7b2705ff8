import type { LogRecord, StoredRecord } from "../../domain/record.ts";
import { recordKey } from "../../domain/record-key.ts";
import type { StateEvent } from "../../domain/topics.ts";

/** Who writes: the task, and the epoch of its owner. `nextId` is different for each record. */
export interface ChangelogWriter {
  readonly task: string;
  readonly epoch: number;
  readonly nextId: () => string;
}

interface Commit {
  readonly puts: ReadonlyMap<string, string>;
  readonly deletes: Iterable<string>;
  /** Those of all sources, not only what has moved: the record before is forgotten. */
  readonly positions: ReadonlyMap<string, number>;
}

/** The records of one commit: its changes, and the mark by which they count. */
export function commitRecords(writer: ChangelogWriter, { puts, deletes, positions }: Commit, timeMs: number): LogRecord<StateEvent>[] {
  const records: LogRecord<StateEvent>[] = [];
  for (const [entry, value] of puts) {
    const changed = { ...envelope(writer, timeMs), entry, value };
    records.push({ type: "state_changed", key: keyOf(entry), value: changed, timestampMs: timeMs });
  }
  for (const entry of deletes) {
    const headers = { entry, epoch: String(writer.epoch) };
    records.push({ type: "state_changed", key: keyOf(entry), value: null, timestampMs: timeMs, headers });
  }
  const value = { ...envelope(writer, timeMs), claimed: false, positions: Object.fromEntries(positions) };
  records.push({ type: "state_committed", key: "committed", value, timestampMs: timeMs });
  return records;
}

/** Written before anything is read: whatever stands behind it with a lower epoch does not count any more. */
export function claimRecord(writer: ChangelogWriter, timeMs: number): LogRecord<StateEvent> {
  return {
    type: "state_committed",
    key: "claimed",
    value: { ...envelope(writer, timeMs), claimed: true, positions: {} },
    timestampMs: timeMs,
  };
}

function envelope({ task, epoch, nextId }: ChangelogWriter, timeMs: number) {
  return { id: nextId(), timeMs, organizationId: "", task, epoch };
}

function keyOf(entry: string): string {
  return recordKey("entry", ...entry.split("/"));
}

/** A state that is being read back, or followed. Changed in place. */
export interface Replica {
  readonly entries: Map<string, string>;
  readonly positions: Map<string, number>;
  /** The highest epoch that has written. */
  epoch: number;
  /** Changes whose commit has not been seen; null deletes. */
  readonly pending: Map<string, string | null>;
  /** Entries that somebody wrote to whose time was over. Compaction would keep that instead of what counts. */
  readonly overwritten: Set<string>;
  /** Whether there was any record of such a one; the mark that counts may be lost to it, too. */
  isDisturbed: boolean;
}

/**
 * Takes one record of a changelog, in order.
 *
 * Compaction may have taken away the mark of a commit, because a later one has its key; the changes before it then count with that later one.
 * What never was committed does so, too, but an owner begins by writing such entries anew (`doubtful`), so that the later one has them right.
 */
export function replay(replica: Replica, record: StoredRecord<StateEvent>): void {
  const { entry, epoch } = placeOf(record);
  if (epoch < replica.epoch) {
    replica.isDisturbed = true;
    if (entry !== undefined) replica.overwritten.add(entry);
    return;
  }
  replica.epoch = epoch;
  if (record.type === "state_changed") {
    if (entry !== undefined) replica.pending.set(entry, record.value?.value ?? null);
    return;
  }
  if (record.value === null || record.value.claimed) return;
  for (const [key, value] of replica.pending) {
    if (value === null) replica.entries.delete(key);
    else replica.entries.set(key, value);
  }
  replica.pending.clear();
  replica.positions.clear();
  for (const [source, next] of Object.entries(record.value.positions)) replica.positions.set(source, next);
}

/** What the log says last of these entries does not count: a new owner writes them anew, as they are. */
export function doubtful({ entries, pending, overwritten }: Replica): Pick<Commit, "puts"> & { readonly deletes: readonly string[] } {
  const puts = new Map<string, string>();
  const deletes: string[] = [];
  for (const entry of new Set([...pending.keys(), ...overwritten])) {
    const value = entries.get(entry);
    if (value === undefined) deletes.push(entry);
    else puts.set(entry, value);
  }
  return { puts, deletes };
}

function placeOf({ value, headers }: StoredRecord<StateEvent>): { readonly entry: string | undefined; readonly epoch: number } {
  if (value === null) return { entry: headers?.["entry"], epoch: Number(headers?.["epoch"] ?? 0) };
  return { entry: "entry" in value ? value.entry : undefined, epoch: value.epoch };
}
