import type { EventType } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import type { EventLog, SubscribeOptions, Subscription } from "../../domain/ports/event-log.ts";
import type { StateStore } from "../../domain/ports/state-store.ts";
import type { LogRecord, StoredRecord, Topic } from "../../domain/record.ts";
import { type MemoryCursor, memoryCursor } from "./memory-cursor.ts";
import { type MemoryGroups, memoryGroups } from "./memory-group.ts";
import { type MemoryRecords, memoryRecords, partitionOfKey } from "./memory-records.ts";

/** An event log for tests of processors: arrays, nothing durable, groups of several members side by side. */
export interface MemoryLog extends EventLog {
  /** Everything that was ever written to a topic, partition by partition; also what compaction took. */
  all(topic: Topic): readonly StoredRecord[];
  /** What somebody reads who begins now, partition by partition. */
  kept<Type extends EventType>(topic: Topic<Type>): readonly StoredRecord<Type>[];
  /** Of the records before offset `before`, all unless told, the last of each key stays, in its place. */
  compact(topic: Topic, partition: number, before?: number): void;
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
export interface MemoryParts extends Pick<MemoryRecords, "read" | "end"> {
  /** Called when something was written to the topic. */
  readonly listeners: (topic: Topic) => Set<() => void>;
  readonly recordsMax: number;
  readonly pause: () => Promise<void>;
}

export function memoryLog(options: MemoryLogOptions = {}): MemoryLog {
  const { accepts = () => {}, before = () => {}, after = () => {}, isUndecodable = () => false, pause = async () => {} } = options;
  const records = memoryRecords(isUndecodable);
  const positions = new Map<string, number>();
  const open = new Set<{ close(): Promise<void> }>();
  let closed = false;

  const { read, end } = records;
  const parts: MemoryParts = { read, end, listeners: listenersByTopic(), recordsMax: options.recordsMax ?? 500, pause };
  const groups = memoryGroups(parts);
  open.add(groups);

  return {
    async append(topic, given, place) {
      if (closed) throw new Fault("unavailable", "the log is closed");
      const added = given as readonly LogRecord[];
      for (const record of added) {
        if (!(topic.types as readonly string[]).includes(record.type)) throw new Fault("invalid", `${record.type} is not of ${topic.name}`);
        if (bytesOf(record.key) > keyBytesMax) throw new Fault("invalid", "the key is too long");
        accepts(record);
      }
      if (place !== undefined && place.partition >= topic.partitions) throw new Fault("not-found", `no partition ${place.partition}`);
      await before(topic, added);
      const places = added.map((record) => {
        const partition = place?.partition ?? partitionOfKey(record.key, topic.partitions);
        return { partition, offset: records.add(topic, partition, record) };
      });
      for (const listen of parts.listeners(topic)) listen();
      await after(topic);
      return places;
    },
    // The types on a topic are those that it admits: `append` sees to it.
    read: async (topic, { partition, from, recordsMax }) => read(topic, partition, from, recordsMax) as never,
    extent: async (topic) =>
      Array.from({ length: topic.partitions }, (_, partition) => ({ partition, start: 0, end: end(topic, partition) })),
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
    kept: (topic) => partitionsOf(topic, (partition) => read(topic, partition, 0, Number.MAX_SAFE_INTEGER)) as never,
    compact: (topic, partition, before = end(topic, partition)) => records.compact(topic, partition, before),
    all: (topic) => partitionsOf(topic, (partition) => records.all(topic, partition)),
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
      const next = positions.get(place) ?? (from === "start" ? 0 : parts.end(topic, partition));
      const moved = (position: number) => group !== undefined && positions.set(place, position);
      moved(next);
      const passed = async (offset: number, cause: Fault) => undecodable?.({ topic: topic.name, partition, offset }, cause);
      const passing = { undecodable: undecodable && passed };
      return memoryCursor({ ...parts, topic, partition, next, recordsMax, moved, ...passing, handle: async (records) => handle(records) });
    }),
  );
}

function listenersByTopic(): MemoryParts["listeners"] {
  const byTopic = new Map<string, Set<() => void>>();
  return ({ name }) => {
    const listeners = byTopic.get(name) ?? new Set();
    byTopic.set(name, listeners);
    return listeners;
  };
}

function partitionsOf({ partitions }: Topic, read: (partition: number) => readonly StoredRecord[]): readonly StoredRecord[] {
  return Array.from({ length: partitions }, (_, partition) => read(partition)).flat();
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

const encoder = new TextEncoder();

/** At least so many; exactly where it comes to that. */
function bytesOf(key: string): number {
  return key.length <= keyBytesMax / 3 ? key.length : encoder.encode(key).length;
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
