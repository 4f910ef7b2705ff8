import { Fault } from "../../domain/fault.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { StateStore } from "../../domain/ports/state-store.ts";
import type { StoredRecord, Topic } from "../../domain/record.ts";
import type { StateEvent } from "../../domain/topics.ts";
import { type ChangelogWriter, claimRecord, commitRecords, doubtful, type Replica, replay } from "./changelog.ts";

/** Positions that are about the local store itself: they are no part of what the changelog says. */
const local = { next: "@next", epoch: "@epoch", storedAtMs: "@stored-at" } as const;
/** A store that was left for longer may have missed tombstones, which are kept for a day: it is built anew. */
const storeAgeMsMax = 12 * 60 * 60_000;
const readRecordsMax = 5_000;

export interface TaskStateOptions {
  readonly log: EventLog;
  readonly states: StateStore;
  /** Null where the store outlives the process and nobody else ever owns the task. */
  readonly changelog: Topic<StateEvent> | null;
  readonly nowMs: () => number;
}

/** What is in memory of a task: entries and positions as they were committed last, and whatever a step has changed since. */
export interface Loaded {
  readonly entries: Map<string, string>;
  readonly positions: Map<string, number>;
}

export interface Changes {
  readonly puts: ReadonlyMap<string, string>;
  readonly deletes: ReadonlySet<string>;
}

/**
 * The stored state of one task: a store on this machine, in front of the changelog where there is one.
 * Functions must not overlap. `Fault("conflict")` says that a later owner has begun: nothing was stored, and nothing more will be.
 */
export interface TaskState {
  /** Brings the store up to date with the changelog, as its owner from here on. */
  load(): Promise<Loaded>;
  /** Changes and positions in one atomic write. `loaded` holds them already. */
  commit(loaded: Loaded, changes: Changes): Promise<void>;
  /** Records of the changelog that are still to be read. */
  restoring(): number;
}

/** See `TaskState`. */
class ChangeloggedState implements TaskState {
  readonly #name: string;
  readonly #partition: number;
  readonly #epoch: number;
  readonly #options: TaskStateOptions;
  readonly #writer: ChangelogWriter;
  /** Where our next commit must stand; what stands there instead is somebody else's. */
  #expected = 0;
  #restoring = 0;
  /** The positions in the store, as far as this owner has read or written them. */
  #stored = new Map<string, number>();

  constructor(name: string, { partition, epoch }: { readonly partition: number; readonly epoch: number }, options: TaskStateOptions) {
    let records = 0;
    this.#name = name;
    this.#partition = partition;
    this.#epoch = epoch;
    this.#options = options;
    this.#writer = { task: name, epoch, nextId: () => `${name}/${epoch}/${options.nowMs()}/${++records}` };
  }

  restoring(): number {
    return this.#restoring;
  }

  async load(): Promise<Loaded> {
    const { states, changelog } = this.#options;
    const { entries, positions } = await states.load(this.#name);
    const found = { entries: new Map(entries), positions: new Map([...positions].filter(([, next]) => next >= 0)) };
    this.#stored = new Map(positions);
    return changelog === null ? found : this.#restore(changelog, found);
  }

  async commit(loaded: Loaded, changes: Changes): Promise<void> {
    const { changelog } = this.#options;
    if (changelog !== null) await this.#write(changelog, loaded, changes);
    await this.#storeLocally(loaded, changes);
  }

  async #storeLocally(loaded: Loaded, { puts, deletes }: Changes): Promise<void> {
    const { states, changelog, nowMs } = this.#options;
    const positions = new Map([...loaded.positions].filter(([source, next]) => this.#stored.get(source) !== next));
    if (changelog !== null) positions.set(local.next, this.#expected).set(local.epoch, this.#epoch).set(local.storedAtMs, nowMs());
    await states.commit(this.#name, { puts, deletes: [...deletes], positions });
    for (const [source, next] of positions) this.#stored.set(source, next);
  }

  async #write(topic: Topic<StateEvent>, loaded: Loaded, changes: Changes): Promise<void> {
    const { log, nowMs } = this.#options;
    const records = commitRecords(this.#writer, { ...changes, positions: loaded.positions }, nowMs());
    const places = await log.append(topic, records, { partition: this.#partition });
    const from = this.#expected;
    this.#expected = (places.at(-1)?.offset ?? from - 1) + 1;
    if (this.#expected - from <= places.length) return;

    // Somebody else has written behind our last commit, or among the records of this one, where a log has split them: the next owner,
    // or one whose time was over, whom compaction would keep instead of us.
    const written = await readRange(log, topic, { partition: this.#partition, from, until: this.#expected });
    const theirs = written.filter((record) => epochOf(record) !== this.#epoch);
    const latest = Math.max(...theirs.map(epochOf));
    if (latest > this.#epoch) throw takenOver(this.#name, latest);
    const replica = replicaOf(loaded, this.#epoch);
    for (const record of theirs) replay(replica, record);
    await this.#writeAgain(topic, loaded, replica);
  }

  async #writeAgain(topic: Topic<StateEvent>, loaded: Loaded, replica: Replica): Promise<void> {
    const { puts, deletes } = doubtful(replica);
    if (replica.isDisturbed || puts.size + deletes.length > 0) await this.#write(topic, loaded, { puts, deletes: new Set(deletes) });
  }

  async #restore(topic: Topic<StateEvent>, found: Loaded): Promise<Loaded> {
    const { log, nowMs } = this.#options;
    const [claim] = await log.append(topic, [claimRecord(this.#writer, nowMs())], { partition: this.#partition });
    const end = claim === undefined ? 0 : claim.offset + 1;
    const kept = isUsable(found.positions, end, nowMs()) ? found : { entries: new Map(), positions: new Map() };
    const replica = await this.#readBack(topic, kept, end);
    // Whoever was slow over that may have a successor by now, for whom compaction has taken what was still to be read here: that state would have holes.
    this.#expected = await this.#readOn(topic, replica, end);
    if (replica.epoch > this.#epoch) throw takenOver(this.#name, replica.epoch);

    const loaded = { entries: replica.entries, positions: withoutLocal(replica.positions) };
    await this.#writeAgain(topic, loaded, replica);
    const whole = { ...loaded, positions: withVanished(found.positions, loaded.positions) };
    await this.#storeLocally(whole, difference(found.entries, loaded.entries));
    return loaded;
  }

  /** Takes what was written since; answers where it ends. */
  async #readOn(topic: Topic<StateEvent>, replica: Replica, from: number): Promise<number> {
    const extents = await this.#options.log.extent(topic);
    const until = extents.find(({ partition }) => partition === this.#partition)?.end ?? from;
    for (const record of await readRange(this.#options.log, topic, { partition: this.#partition, from, until })) replay(replica, record);
    return Math.max(from, until);
  }

  /** What the changelog says up to `end`, beginning with what the store has of it. */
  async #readBack(topic: Topic<StateEvent>, kept: Loaded, end: number): Promise<Replica> {
    const replica = replicaOf(kept, kept.positions.get(local.epoch) ?? 0);
    const range = { partition: this.#partition, from: kept.positions.get(local.next) ?? 0, until: end };
    for await (const batch of readForward(this.#options.log, topic, range)) {
      for (const record of batch) replay(replica, record);
      this.#restoring = Math.max(0, end - (batch.at(-1)?.offset ?? end) - 1);
    }
    this.#restoring = 0;
    return replica;
  }
}

export function openTaskState(
  name: string,
  owned: { readonly partition: number; readonly epoch: number },
  options: TaskStateOptions,
): TaskState {
  return new ChangeloggedState(name, owned, options);
}

function replicaOf({ entries, positions }: Loaded, epoch: number): Replica {
  return {
    entries: new Map(entries),
    positions: new Map(positions),
    epoch,
    pending: new Map(),
    overwritten: new Set(),
    isDisturbed: false,
  };
}

/** False for a store of another log, or one that was left for too long. */
function isUsable(positions: ReadonlyMap<string, number>, end: number, nowMs: number): boolean {
  const next = positions.get(local.next);
  const storedAtMs = positions.get(local.storedAtMs) ?? 0;
  return next !== undefined && next <= end && nowMs - storedAtMs <= storeAgeMsMax;
}

function withoutLocal(positions: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...positions].filter(([source]) => !source.startsWith("@")));
}

/** A store forgets no position: one that is no longer there becomes negative, which counts as none. */
function withVanished(stored: ReadonlyMap<string, number>, positions: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...[...stored.keys()].map((source) => [source, -1] as const), ...positions]);
}

function difference(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Changes {
  const puts = new Map([...after].filter(([entry, value]) => before.get(entry) !== value));
  return { puts, deletes: new Set([...before.keys()].filter((entry) => !after.has(entry))) };
}

interface Range {
  readonly partition: number;
  readonly from: number;
  readonly until: number;
}

async function* readForward(log: EventLog, topic: Topic<StateEvent>, { partition, from, until }: Range) {
  for (let next = from; next < until; ) {
    const records = await log.read(topic, { partition, from: next, recordsMax: readRecordsMax });
    const last = records.at(-1);
    if (last === undefined) return;
    next = last.offset + 1;
    yield records.filter(({ offset }) => offset < until);
  }
}

async function readRange(log: EventLog, topic: Topic<StateEvent>, range: Range): Promise<readonly StoredRecord<StateEvent>[]> {
  const found: StoredRecord<StateEvent>[] = [];
  for await (const records of readForward(log, topic, range)) found.push(...records);
  return found;
}

function epochOf({ value, headers }: StoredRecord<StateEvent>): number {
  return value === null ? Number(headers?.["epoch"] ?? 0) : value.epoch;
}

function takenOver(name: string, epoch: number): Fault {
  return new Fault("conflict", `${name} has another owner by now`, { epoch });
}
