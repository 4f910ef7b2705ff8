import type { DatabaseSync } from "node:sqlite";
import type { Topic } from "../../domain/record.ts";
import type { TopicMessage } from "./writer-protocol.ts";

/** One partition as this process knows it. `start` and `end` follow what the writer says has been committed. */
export interface PartitionEntry {
  readonly id: number;
  readonly topic: string;
  readonly partition: number;
  /** The first kept offset. */
  start: number;
  /** The offset of the next record. */
  end: number;
}

export interface TopicEntry {
  readonly message: TopicMessage;
  readonly partitions: readonly PartitionEntry[];
  /** Whether the database has this topic as `message` says it. */
  stored: boolean;
}

/** The topics of an open log. */
export interface Catalog {
  entry(topic: Topic): TopicEntry;
  partition(id: number): PartitionEntry | undefined;
}

/**
 * Reads the catalog of `database` once. A topic that is new gets `topic.partitions` partitions, at most `partitionsMax`;
 * one that has been written before keeps its number, or its keys would change places.
 */
export function loadCatalog(database: DatabaseSync, partitionsMax: number): Catalog {
  const topics = new Map<string, TopicEntry>();
  const known = new Map<string, PartitionEntry[]>();
  const byId = new Map<number, PartitionEntry>();
  for (const row of readPartitions(database)) {
    byId.set(row.id, row);
    const partitions = known.get(row.topic);
    if (partitions === undefined) known.set(row.topic, [row]);
    else partitions.push(row);
  }
  let nextId = 1 + Math.max(0, ...byId.keys());

  function create(name: string, count: number): PartitionEntry[] {
    return Array.from({ length: count }, (_, partition) => {
      const entry = { id: nextId++, topic: name, partition, start: 0, end: 0 };
      byId.set(entry.id, entry);
      return entry;
    });
  }

  return {
    entry(topic) {
      const found = topics.get(topic.name);
      if (found !== undefined) return found;
      const { name, cleanup, retentionMs } = topic;
      const partitions = known.get(name) ?? create(name, Math.min(topic.partitions, partitionsMax));
      const message = { name, cleanup, retentionMs, partitionIds: partitions.map(({ id }) => id) };
      const entry = { message, partitions, stored: false };
      topics.set(name, entry);
      return entry;
    },
    partition: (id) => byId.get(id),
  };
}

function readPartitions(database: DatabaseSync): PartitionEntry[] {
  const statement = database.prepare(
    `SELECT id, topic, partition, next AS end, coalesce(
         (SELECT base FROM chunks WHERE partition_id = partitions.id ORDER BY last LIMIT 1), next) AS start
       FROM partitions ORDER BY topic, partition`,
  );
  return statement.all() as unknown as PartitionEntry[];
}
