import { Fault } from "../../domain/fault.ts";
import { decodingAt, type LogRecord, type StoredRecord, type Topic } from "../../domain/record.ts";

/** What stands on a log in memory, topic by topic and partition by partition. */
export interface MemoryRecords {
  /** Answers the record's offset. */
  add(topic: Topic, partition: number, record: LogRecord): number;
  /** At most `recordsMax` from offset `from` on. Throws `Fault("invalid")` where one of them can't be decoded. */
  read(topic: Topic, partition: number, from: number, recordsMax: number): readonly StoredRecord[];
  /** The offset of the next record. */
  end(topic: Topic, partition: number): number;
  /** Of the records before offset `before` only the last of each key is read any more, in its place. */
  compact(topic: Topic, partition: number, before: number): void;
  /** Everything that was ever written, also what compaction took. */
  all(topic: Topic, partition: number): readonly StoredRecord[];
}

interface Partition {
  readonly all: StoredRecord[];
  readonly gone: Set<number>;
}

/** `isUndecodable`: why a record can't be decoded, or just that. */
export function memoryRecords(isUndecodable: (record: StoredRecord) => boolean | Fault): MemoryRecords {
  const topics = new Map<string, Partition[]>();
  const partitionOf = ({ name }: Topic, partition: number): Partition => {
    const partitions = topics.get(name) ?? [];
    topics.set(name, partitions);
    partitions[partition] ??= { all: [], gone: new Set() };
    return partitions[partition];
  };
  return {
    add(topic, partition, record) {
      const { all } = partitionOf(topic, partition);
      return all.push({ ...record, topic: topic.name, partition, offset: all.length }) - 1;
    },
    read(topic, partition, from, recordsMax) {
      const records = firstOf(partitionOf(topic, partition), Math.max(0, from), recordsMax);
      for (const record of records) {
        const verdict = isUndecodable(record);
        if (verdict === false) continue;
        decodingAt(record.offset, () => {
          throw verdict === true ? new Fault("invalid", "the record has no known schema") : verdict;
        });
      }
      return records;
    },
    end: (topic, partition) => partitionOf(topic, partition).all.length,
    compact(topic, partition, before) {
      const { all, gone } = partitionOf(topic, partition);
      const newer = new Set<string>();
      for (const { key, offset } of all.slice(0, before).reverse()) {
        if (newer.has(key)) gone.add(offset);
        newer.add(key);
      }
    },
    all: (topic, partition) => partitionOf(topic, partition).all,
  };
}

function firstOf({ all, gone }: Partition, from: number, recordsMax: number): readonly StoredRecord[] {
  if (gone.size === 0) return all.slice(from, from + recordsMax);
  const records: StoredRecord[] = [];
  for (let offset = from; offset < all.length && records.length < recordsMax; offset += 1) {
    const record = all[offset];
    if (record !== undefined && !gone.has(offset)) records.push(record);
  }
  return records;
}

/** Any function of the key will do. */
export function partitionOfKey(key: string, partitions: number): number {
  return [...key].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % partitions;
}
