import type { EventLog, Subscription } from "../domain/ports/event-log.ts";
import type { StateStore } from "../domain/ports/state-store.ts";
import type { LogRecord, StoredRecord, Topic } from "../domain/record.ts";

/** An event log for tests of processors: arrays, no durability, records handed over in the microtask after they were appended. */
export function memoryLog(): EventLog & { readonly all: (topic: Topic) => readonly StoredRecord[] } {
  const partitions = new Map<string, StoredRecord[]>();
  const listeners = new Set<(record: StoredRecord) => void>();
  const partition = (topic: string, index: number): StoredRecord[] => {
    const key = `${topic}/${index}`;
    const records = partitions.get(key) ?? [];
    partitions.set(key, records);
    return records;
  };

  return {
    async append(topic, records) {
      return (records as readonly LogRecord[]).map((record) => {
        const index = [...record.key].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % topic.partitions;
        const place = partition(topic.name, index);
        const stored: StoredRecord = { ...record, topic: topic.name, partition: index, offset: place.length };
        place.push(stored);
        for (const listen of listeners) listen(stored);
        return { partition: index, offset: stored.offset };
      });
    },
    async read(topic, { partition: index, from, recordsMax }) {
      return partition(topic.name, index).slice(from, from + recordsMax) as readonly StoredRecord[] as never;
    },
    async extent(topic) {
      const indexes = Array.from({ length: topic.partitions }, (_, index) => index);
      return indexes.map((index) => ({ partition: index, start: 0, end: partition(topic.name, index).length }));
    },
    async subscribe(topicsRead, _options, handle) {
      const names = new Set(topicsRead.map(({ name }) => name));
      let turn: Promise<unknown> = Promise.resolve();
      let waiting = 0;
      const listen = (record: StoredRecord) => {
        if (!names.has(record.topic)) return;
        waiting += 1;
        turn = turn.then(async () => {
          for (;;) {
            try {
              await handle([record as never]);
              waiting -= 1;
              return;
            } catch {
              // Handed over again: what a log does with a batch that was rejected.
            }
          }
        });
      };
      listeners.add(listen);
      const done = async () => void (await turn);
      const subscription: Subscription = {
        caughtUp: done,
        reached: done,
        lag: () => waiting,
        close: async () => void listeners.delete(listen),
      };
      return subscription;
    },
    async join() {
      throw new Error("Processors that share partitions are tested on the embedded log.");
    },
    close: async () => {},
    all: (topic) => Array.from({ length: topic.partitions }, (_, index) => partition(topic.name, index)).flat(),
  };
}

/** A state store for tests of processors. `fail` is asked before each commit: what it throws is the commit's failure. */
export function memoryStates({ fail = () => {} }: { readonly fail?: () => void } = {}): StateStore {
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
      fail();
      const task = taskOf(name);
      for (const key of deletes) task.entries.delete(key);
      for (const [key, value] of puts) task.entries.set(key, value);
      for (const [source, next] of positions) task.positions.set(source, next);
    },
    close: async () => {},
  };
}
