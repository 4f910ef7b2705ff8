import type { LogRecord, StoredRecord, Topic } from "../../domain/record.ts";
import { changelogOf, type StateEvent } from "../../domain/topics.ts";
import type { MemoryLog } from "../../processors/memory/memory-log.ts";
import type { Processor, Tick } from "../../processors/processor.ts";
import { isRepeat } from "../../processors/runtime/source-header.ts";
import { partitions } from "./clock.ts";

export interface Undisturbed {
  readonly state: ReadonlyMap<string, string>;
  readonly told: readonly LogRecord[];
}

interface Task {
  readonly processor: Processor;
  readonly partition: number;
  /** The state that it begins with. */
  readonly before: ReadonlyMap<string, string>;
}

/**
 * What a processor makes of its records and ticks to which nothing ever happens: each event once, in the order in which the changelog says that they
 * were taken.
 */
export function undisturbed(log: MemoryLog, { processor, partition, before }: Task): Undisturbed {
  const state = new Map(before);
  const told: LogRecord[] = [];
  const take = (input: StoredRecord | Tick | undefined) => {
    if (input === undefined) return;
    const { changes, emit } = processor.step(state, input);
    for (const [key, value] of changes) {
      if (value === null) state.delete(key);
      else state.set(key, value);
    }
    told.push(...emit.map(({ record }) => record));
  };
  const sources = sourcesOf(log, processor, partition);
  let last: Positions = {};
  for (const next of commits(log, changelogOf({ name: processor.name, partitions }), partition)) {
    for (const [source, records] of sources) records.slice(last[source] ?? 0, next[source] ?? 0).forEach(take);
    const tickMs = next["tick"] ?? 0;
    if (tickMs > (last["tick"] ?? 0)) take({ type: "tick", timestampMs: tickMs });
    last = next;
  }
  return { state, told };
}

type Positions = Readonly<Record<string, number>>;

/** The records of each source at their offsets; those that repeat an event are left out, and what an owner told late, when another had begun to. */
function sourcesOf(
  log: MemoryLog,
  { sources, broadcast }: Processor,
  partition: number,
): ReadonlyMap<string, readonly (StoredRecord | undefined)[]> {
  const places = [...sources.map((topic) => ({ topic, at: partition })), ...broadcast.map((topic) => ({ topic, at: 0 }))];
  return new Map(
    places.map(({ topic, at }) => {
      const [seen, told] = [new Set<string>(), new Map<string, number>()];
      const records = log.all(topic).filter((record) => record.partition === at);
      const isNew = (record: StoredRecord) => {
        if (record.value === null || isRepeat(record, told) || seen.has(record.value.id)) return false;
        seen.add(record.value.id);
        return true;
      };
      return [`${topic.name}/${at}`, records.map((record) => (isNew(record) ? record : undefined))];
    }),
  );
}

/** The positions of the commits that count, in order. */
function commits(log: MemoryLog, changelog: Topic<StateEvent>, partition: number): readonly Positions[] {
  const records = (log.all(changelog) as readonly StoredRecord<StateEvent>[]).filter((record) => record.partition === partition);
  let epoch = 0;
  return records.flatMap(({ value, headers }) => {
    const by = value?.epoch ?? Number(headers?.["epoch"]);
    if (by < epoch) return [];
    epoch = by;
    return value !== null && "positions" in value && !value.claimed ? [value.positions] : [];
  });
}
