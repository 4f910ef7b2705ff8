import { Fault } from "../domain/fault.ts";
import type { EventLog, SubscribeOptions, Subscription } from "../domain/ports/event-log.ts";
import type { StateStore } from "../domain/ports/state-store.ts";
import type { LogRecord, StoredRecord, Topic } from "../domain/record.ts";
import { type MemoryCursor, memoryCursor } from "./memory-cursor.ts";
import { type MemoryGroups, memoryGroups } from "./memory-group.ts";

/** An event log for tests of processors: arrays, nothing durable, groups of several members side by side. */
export interface MemoryLog extends EventLog {
  /** Everything on a topic, partition by partition. */
  all(topic: Topic): readonly StoredRecord[];
  /** Takes the partitions of a member away without asking it, as a broker does with one that it has not heard of for too long. */
  expel: MemoryGroups["expel"];
}

export interface MemoryLogOptions {
  /** Throws what a record is refused with: a codec's verdict, where a test has one. */
  readonly accepts?: (record: LogRecord) => void;
  /** Asked before each append: what it throws is the append's failure, and while it has not answered nothing is written. */
  readonly before?: (topic: Topic, records: readonly LogRecord[]) => Promise<void> | void;
  /** Told of what was written, before the append has answered. */
  readonly after?: (topic: Topic) => Promise<void> | void;
  /** Records that can't be decoded when they are read; a codec's verdict, where a test has one. */
  readonly isUndecodable?: (record: StoredRecord) => boolean | Fault;
  /** Records a batch that members of groups are handed, at most; 500 unless told. */
  readonly recordsMax?: number;
  /** Between two attempts at what was rejected; a turn of the event loop is enough. */
  readonly pause?: () => Promise<void>;
}

/** Bytes of a key; every log keeps to it. */
const keyBytesMax = 512;

/** What the parts of the log share. */
export interface MemoryParts {
  readonly stored: (topic: Topic, partition: number) => readonly StoredRecord[];
  /** Throws `Fault("invalid")` where one of them can't be decoded. */
  readonly read: (topic: Topic, partition: number, from: number, recordsMax: number) => readonly StoredRecord[];
  readonly listeners: Set<() => void>;
  readonly recordsMax: number;
  readonly pause: () => Promise<void>;
}

export function memoryLog(options: MemoryLogOptions = {}): MemoryLog {
  const { accepts = () => {}, before = () => {}, after = () => {}, isUndecodable = () => false, pause = async () => {} } = options;
  const written = new Map<string, StoredRecord[][]>();
  const encoder = new TextEncoder();
  const positions = new Map<string, number>();
  const open = new Set<{ close(): Promise<void> }>();
  let closed = false;

  const stored = ({ name }: Pick<Topic, "name">, partition: number): StoredRecord[] => {
    const partitions = written.get(name) ?? [];
    written.set(name, partitions);
    partitions[partition] ??= [];
    return partitions[partition];
  };
  const read: MemoryParts["read"] = (topic, partition, from, recordsMax) => {
    const records = stored(topic, partition).slice(Math.max(0, from), Math.max(0, from) + recordsMax);
    for (const verdict of records.map(isUndecodable)) {
      if (verdict !== false) throw verdict === true ? new Fault("invalid", "the record has no known schema") : verdict;
    }
    return records;
  };
  const parts: MemoryParts = { stored, read, listeners: new Set(), recordsMax: options.recordsMax ?? 500, pause };
  const groups = memoryGroups(parts);
  open.add(groups);

  return {
    async append(topic, given, place) {
      if (closed) throw new Fault("unavailable", "the log is closed");
      const records = given as readonly LogRecord[];
      for (const record of records) {
        if (!(topic.types as readonly string[]).includes(record.type)) throw new Fault("invalid", `${record.type} is not of ${topic.name}`);
        if (encoder.encode(record.key).length > keyBytesMax) throw new Fault("invalid", "the key is too long");
        accepts(record);
      }
      if (place !== undefined && place.partition >= topic.partitions) throw new Fault("not-found", `no partition ${place.partition}`);
      await before(topic, records);
      const places = records.map((record) => {
        const partition = place?.partition ?? partitionOf(record.key, topic.partitions);
        const target = stored(topic, partition);
        target.push({ ...record, topic: topic.name, partition, offset: target.length });
        return { partition, offset: target.length - 1 };
      });
      for (const listen of parts.listeners) listen();
      await after(topic);
      return places;
    },
    // The types on a topic are those that it admits: `append` sees to it.
    read: async (topic, { partition, from, recordsMax }) => read(topic, partition, from, recordsMax) as never,
    extent: async (topic) =>
      Array.from({ length: topic.partitions }, (_, partition) => ({ partition, start: 0, end: stored(topic, partition).length })),
    async subscribe(topicsRead, subscribeOptions, handle) {
      const cursors = cursorsOf(parts, { topicsRead, positions, handle: handle as never }, subscribeOptions);
      const subscription = subscriptionOf(cursors, () => open.delete(subscription));
      open.add(subscription);
      return subscription;
    },
    join: groups.join,
    async close() {
      closed = true;
      await Promise.all([...open].map((part) => part.close()));
    },
    all: (topic) => Array.from({ length: topic.partitions }, (_, partition) => stored(topic, partition)).flat(),
    expel: groups.expel,
  };
}

interface Reading {
  readonly topicsRead: readonly Topic[];
  readonly positions: Map<string, number>;
  readonly handle: (records: readonly StoredRecord[]) => Promise<void> | void;
}

function cursorsOf(
  parts: MemoryParts,
  { topicsRead, positions, handle }: Reading,
  { from, group, recordsMax = 500, undecodable }: SubscribeOptions,
): readonly MemoryCursor[] {
  return topicsRead.flatMap((topic) =>
    Array.from({ length: topic.partitions }, (_, partition) => {
      const place = `${group}/${topic.name}/${partition}`;
      const next = positions.get(place) ?? (from === "start" ? 0 : parts.stored(topic, partition).length);
      const moved = (position: number) => group !== undefined && positions.set(place, position);
      moved(next);
      const passed = async (offset: number, cause: Fault) => undecodable?.({ topic: topic.name, partition, offset }, cause);
      const passing = { undecodable: undecodable && passed };
      return memoryCursor({ ...parts, topic, partition, next, recordsMax, moved, ...passing, handle: async (records) => handle(records) });
    }),
  );
}

function subscriptionOf(cursors: readonly MemoryCursor[], closed: () => void): Subscription {
  const ends = cursors.map((cursor) => cursor.end());
  return {
    caughtUp: async () => void (await Promise.all(cursors.map((cursor, index) => cursor.until(ends[index] ?? 0)))),
    async reached({ name }, { partition, offset }) {
      const cursor = cursors.find((one) => one.topic.name === name && one.partition === partition);
      if (cursor === undefined) throw new Fault("invalid", `${name} is not read here`);
      await cursor.until(offset + 1);
    },
    lag: () => cursors.reduce((sum, cursor) => sum + cursor.end() - cursor.next(), 0),
    async close() {
      await Promise.all(cursors.map((cursor) => cursor.close()));
      closed();
    },
  };
}

/** Any function of the key will do. */
function partitionOf(key: string, partitions: number): number {
  return [...key].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % partitions;
}

/** A state store for tests of processors. `fail` is asked before each commit: what it throws is the commit's failure. */
export function memoryStates({ fail = () => {} }: { readonly fail?: () => Promise<void> | void } = {}): StateStore {
  const tasks = new Map<string, { readonly entries: Map<string, string>; readonly positions: Map<string, number> }>();
  const taskOf = (name: string) => {
    const task = tasks.get(name) ?? { entries: new Map<string, string>(), positions: new Map<string, number>() };
    tasks.set(name, task);
    return task;
  };
  return {
    async load(name) {
      const { entries, positions } = taskOf(name);
      return { entries: new Map(entries), positions: new Map(positions) };
    },
    async commit(name, { puts, deletes, positions }) {
      await fail();
      const task = taskOf(name);
      for (const key of deletes) task.entries.delete(key);
      for (const [key, value] of puts) task.entries.set(key, value);
      for (const [source, next] of positions) task.positions.set(source, next);
    },
    close: async () => {},
  };
}
