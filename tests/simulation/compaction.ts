import type { StoredRecord, Topic } from "../../domain/record.ts";
import { changelogOf, type StateEvent, topics } from "../../domain/topics.ts";
import type { MemoryLog } from "../../processors/memory/memory-log.ts";
import { partitions, small } from "./clock.ts";
import { processors } from "./topology.ts";

const outputs: readonly Topic[] = [topics.usage, topics.spending, topics.restrictions].map(small);

/** What a log may do at any time with topics of which the last record of each key is kept. */
export function compactOutputs(log: MemoryLog): void {
  for (const topic of outputs) for (let partition = 0; partition < topic.partitions; partition += 1) log.compact(topic, partition);
}

export const changelogs = processors().map(({ name }) => changelogOf({ name, partitions }));

/** A changelog is not compacted before its owner has looked at what is there: the log waits for that (`min.compaction.lag.ms`). */
export function compactChangelogs(log: MemoryLog): void {
  for (const topic of changelogs) {
    const records = log.all(topic) as readonly StoredRecord<StateEvent>[];
    for (let partition = 0; partition < partitions; partition += 1) {
      log.compact(topic, partition, lookedUpTo(records.filter((record) => record.partition === partition)));
    }
  }
}

/** What stands before an owner's last mark but one was found by that owner, and put right with the last one. */
function lookedUpTo(records: readonly StoredRecord<StateEvent>[]): number {
  const epoch = Math.max(...records.map(({ value }) => value?.epoch ?? 0));
  const marks = records.filter(
    ({ type, value }) => type === "state_committed" && value?.epoch === epoch && "claimed" in value && !value.claimed,
  );
  return marks.at(-2)?.offset ?? 0;
}
