import type { DatabaseSync } from "node:sqlite";
import type { ChunkMessage, StateMessage, TopicMessage, WriteMessage } from "./writer-protocol.ts";

/** Runs `work` in one transaction. Whatever goes wrong, nothing of it stays and the connection is ready for the next. */
export function transact<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite has already rolled back by itself after some errors (a full disk).
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** Prepares the statements once; the returned function applies a message and returns the base of each of its chunks. */
export function prepareWrite(database: DatabaseSync): (message: WriteMessage) => number[] {
  const writeTopic = prepareTopics(database);
  const writeChunk = prepareChunks(database);
  const writeState = prepareStates(database);
  const position = database.prepare("INSERT OR REPLACE INTO positions (group_name, topic, partition, next) VALUES (?, ?, ?, ?)");

  return ({ topics, chunks, states, positions }) =>
    transact(database, () => {
      for (const topic of topics) writeTopic(topic);
      const bases = chunks.map(writeChunk);
      for (const state of states) writeState(state);
      for (const { group, topic, partition, next } of positions) position.run(group, topic, partition, next);
      return bases;
    });
}

function prepareTopics(database: DatabaseSync): (topic: TopicMessage) => void {
  const topicRow = database.prepare("INSERT OR REPLACE INTO topics (name, partitions, cleanup, retention_ms) VALUES (?, ?, ?, ?)");
  const partitionRow = database.prepare("INSERT OR IGNORE INTO partitions (id, topic, partition) VALUES (?, ?, ?)");
  return ({ name, cleanup, retentionMs, partitionIds }) => {
    topicRow.run(name, partitionIds.length, cleanup, retentionMs);
    for (const [partition, id] of partitionIds.entries()) partitionRow.run(id, name, partition);
  };
}

function prepareChunks(database: DatabaseSync): (chunk: ChunkMessage) => number {
  const next = database.prepare("UPDATE partitions SET next = next + ? WHERE id = ? RETURNING next");
  const row = database.prepare(
    "INSERT INTO chunks (partition_id, base, last, records, tombstones, newest_ms, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  return ({ partitionId, records, tombstones, newestMs, bytes }) => {
    const { next: end } = (next.get(records, partitionId) ?? {}) as { next?: number };
    if (end === undefined) throw new Error(`there is no partition ${partitionId}`);
    row.run(partitionId, end - records, end - 1, records, tombstones, newestMs, bytes);
    return end - records;
  };
}

function prepareStates(database: DatabaseSync): (state: StateMessage) => void {
  const put = database.prepare("INSERT OR REPLACE INTO states (task, key, value) VALUES (?, ?, ?)");
  const remove = database.prepare("DELETE FROM states WHERE task = ? AND key = ?");
  const position = database.prepare("INSERT OR REPLACE INTO state_positions (task, source, next) VALUES (?, ?, ?)");
  return ({ task, puts, deletes, positions }) => {
    for (const key of deletes) remove.run(task, key);
    for (const [key, value] of puts) put.run(task, key, value);
    for (const [source, next] of positions) position.run(task, source, next);
  };
}
