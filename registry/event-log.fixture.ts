import type { EventType } from "../domain/events.ts";
import { Fault } from "../domain/fault.ts";
import type { EventLog, SubscribeOptions, Subscription } from "../domain/ports/event-log.ts";
import type { LogRecord, Position, StoredRecord, Topic } from "../domain/record.ts";

/** An event log in memory, for tests: one partition a topic unless told, no retention, no groups. `refuse` plays a log that is away. */
export interface MemoryLog extends EventLog {
  refuse: (topic: string) => boolean;
  /** Everything that was ever appended to a topic, in order. */
  all<Type extends EventType>(topic: Topic<Type>): readonly StoredRecord<Type>[];
}

interface Reader {
  readonly topics: ReadonlySet<string>;
  readonly handle: (records: readonly StoredRecord[]) => Promise<void> | void;
  readonly next: Map<string, number>;
  readonly waits: { readonly place: string; readonly offset: number; readonly resolve: () => void }[];
  running: Promise<void>;
}

export function memoryLog({ partitionsOf = () => 1 }: { readonly partitionsOf?: (topic: string) => number } = {}): MemoryLog {
  const stored = new Map<string, StoredRecord[]>();
  const readers = new Set<Reader>();
  const partition = (place: string) => stored.get(place) ?? [];
  const placesOf = (topic: Topic) => Array.from({ length: partitionsOf(topic.name) }, (_, index) => `${topic.name}/${index}`);

  async function deliver(reader: Reader, place: string): Promise<void> {
    const done = reader.next.get(place) ?? 0;
    const fresh = partition(place).slice(done);
    if (fresh.length === 0 || !reader.topics.has(place.split("/")[0] ?? "")) return;
    await reader.handle(fresh);
    reader.next.set(place, done + fresh.length);
  }

  function pump(reader: Reader): void {
    reader.running = reader.running.then(async () => {
      for (const place of stored.keys()) await deliver(reader, place);
      for (const wait of reader.waits) if ((reader.next.get(wait.place) ?? 0) > wait.offset) wait.resolve();
    });
  }

  function append(topic: Topic, record: LogRecord): Position {
    const index = [...record.key].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % partitionsOf(topic.name);
    const place = `${topic.name}/${index}`;
    const records = partition(place);
    const position = { partition: index, offset: records.length };
    stored.set(place, [...records, { ...structuredClone(record), ...position, topic: topic.name } as StoredRecord]);
    return position;
  }

  return {
    refuse: () => false,
    all: <Type extends EventType>(topic: Topic<Type>) => placesOf(topic).flatMap(partition) as unknown as readonly StoredRecord<Type>[],
    async append(topic, records) {
      if (this.refuse(topic.name)) throw new Fault("unavailable", "the log is away");
      const positions = records.map((record) => append(topic, record as LogRecord));
      for (const reader of readers) pump(reader);
      return positions;
    },
    async read<Type extends EventType>(
      topic: Topic<Type>,
      { partition: index, from, recordsMax }: { partition: number; from: number; recordsMax: number },
    ) {
      return partition(`${topic.name}/${index}`).slice(from, from + recordsMax) as unknown as readonly StoredRecord<Type>[];
    },
    async extent(topic) {
      return placesOf(topic).map((place, index) => ({ partition: index, start: 0, end: partition(place).length }));
    },
    async subscribe<Type extends EventType>(
      topics: readonly Topic<Type>[],
      { from }: SubscribeOptions,
      handle: (records: readonly StoredRecord<Type>[]) => Promise<void> | void,
    ): Promise<Subscription> {
      const next = new Map(from === "end" ? [...stored].map(([place, records]) => [place, records.length]) : []);
      const names = new Set(topics.map(({ name }) => name));
      const reader: Reader = { topics: names, handle: handle as unknown as Reader["handle"], next, waits: [], running: Promise.resolve() };
      readers.add(reader);
      pump(reader);
      return {
        caughtUp: () => reader.running,
        reached: (topic, { partition: index, offset }) =>
          new Promise((resolve) => {
            reader.waits.push({ place: `${topic.name}/${index}`, offset, resolve });
            pump(reader);
          }),
        lag: () => 0,
        async close() {
          readers.delete(reader);
        },
      };
    },
    join: () => Promise.reject(new Error("The control plane joins no group.")),
    async close() {
      readers.clear();
    },
  };
}
