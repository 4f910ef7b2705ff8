import type { DatabaseSync } from "node:sqlite";
import { readFrameHead, readFrameKey, rewriteFrameDelta } from "./record-frame.ts";
import { transact } from "./transaction.ts";

/** Compacted topics keep a tombstone for so long, so that readers that were away for less see it. */
const tombstoneMs = 24 * 60 * 60_000;
/** Keys held in memory by one pass of compaction; a longer history takes several passes. */
const passKeysMax = 100_000;
/** Chunks and bytes of one transaction: the writer's queue waits no longer than such a step takes. */
const stepChunksMax = 64;
const stepBytesMax = 4 * 1024 * 1024;
const chunkBytesMax = 256 * 1024;

interface Partition {
  readonly id: number;
  readonly cleanup: "compact" | "delete";
  readonly retentionMs: number | null;
  readonly next: number;
  readonly cleaned: number;
}

interface Chunk {
  readonly id: number;
  readonly base: number;
  readonly last: number;
  readonly bytes: Buffer;
}

export interface MaintenanceOptions {
  readonly nowMs: number;
  readonly chunkRecordsMax: number;
  /** Told whenever the first kept offset of a partition has moved. */
  readonly trimmed: (partitionId: number, start: number) => void;
}

/** Removes what the topics no longer keep. Every `next()` is one bounded step; between two of them other work can be done. */
export function* maintain(database: DatabaseSync, options: MaintenanceOptions): Generator<void> {
  for (const partition of partitionsOf(database)) {
    const before = startOf(database, partition);
    if (partition.cleanup === "compact") yield* compact(database, partition, options);
    else if (partition.retentionMs !== null) yield* expire(database, partition, options.nowMs - partition.retentionMs);
    const after = startOf(database, partition);
    if (after !== before) options.trimmed(partition.id, after);
  }
}

function partitionsOf(database: DatabaseSync): readonly Partition[] {
  const statement = database.prepare(
    "SELECT id, cleanup, retention_ms AS retentionMs, next, cleaned FROM partitions JOIN topics ON name = topic ORDER BY id",
  );
  return statement.all() as unknown as Partition[];
}

function startOf(database: DatabaseSync, { id, next }: Partition): number {
  const first = database.prepare("SELECT base FROM chunks WHERE partition_id = ? ORDER BY last LIMIT 1").get(id);
  return (first as { base: number } | undefined)?.base ?? next;
}

/** Removes whole chunks from the head, as long as all of their records are older than `beforeMs`. */
function* expire(database: DatabaseSync, { id }: Partition, beforeMs: number): Generator<void> {
  const head = database.prepare("SELECT id, newest_ms AS newestMs FROM chunks WHERE partition_id = ? ORDER BY last LIMIT ?");
  const remove = database.prepare("DELETE FROM chunks WHERE id = ?");
  for (;;) {
    const chunks = head.all(id, stepChunksMax) as { id: number; newestMs: number }[];
    const kept = chunks.findIndex(({ newestMs }) => newestMs >= beforeMs);
    const expired = kept < 0 ? chunks : chunks.slice(0, kept);
    if (expired.length === 0) return;
    transact(database, () => {
      for (const chunk of expired) remove.run(chunk.id);
    });
    yield;
  }
}

/** Keeps the last record of every key among those up to the end of the pass, in passes of at most `passKeysMax` changed keys. */
function* compact(database: DatabaseSync, partition: Partition, options: MaintenanceOptions): Generator<void> {
  let cleaned = partition.cleaned;
  const tombstonesBeforeMs = options.nowMs - tombstoneMs;
  if (!isWorthwhile(database, partition, tombstonesBeforeMs)) return;
  do {
    const latest = new Map<string, number>();
    let from = cleaned;
    for (const chunk of chunksFrom(database, partition, cleaned)) {
      collectKeys(chunk, latest);
      from = chunk.last + 1;
      if (latest.size >= passKeysMax) break;
      yield;
    }
    cleaned = from;
    yield* rewrite(database, partition, { latest, upTo: cleaned, tombstonesBeforeMs, chunkRecordsMax: options.chunkRecordsMax });
    database.prepare("UPDATE partitions SET cleaned = ? WHERE id = ?").run(cleaned, partition.id);
  } while (cleaned < partition.next && hasChunks(database, partition, cleaned));
}

/** A pass rewrites the whole partition, so half of it must be new, or tombstones due. */
function isWorthwhile(database: DatabaseSync, { id, cleaned }: Partition, tombstonesBeforeMs: number): boolean {
  const statement = database.prepare(
    `SELECT coalesce(sum(records), 0) AS kept, coalesce(sum(CASE WHEN last >= ? THEN records END), 0) AS dirty,
       coalesce(sum(tombstones > 0 AND newest_ms < ? AND last < ?), 0) AS due FROM chunks WHERE partition_id = ?`,
  );
  const counts = statement.get(cleaned, tombstonesBeforeMs, cleaned, id) as { kept: number; dirty: number; due: number };
  return counts.due > 0 || (counts.dirty > 1 && counts.dirty * 2 >= counts.kept);
}

function hasChunks(database: DatabaseSync, { id }: Partition, from: number): boolean {
  return database.prepare("SELECT 1 FROM chunks WHERE partition_id = ? AND last >= ? LIMIT 1").get(id, from) !== undefined;
}

/** Chunk by chunk, each read on its own: no statement stays open while others write. */
function* chunksFrom(database: DatabaseSync, { id, next }: Partition, from: number): Generator<Chunk> {
  const statement = database.prepare(
    "SELECT id, base, last, bytes FROM chunks WHERE partition_id = ? AND last >= ? AND last < ? ORDER BY last LIMIT 1",
  );
  for (let offset = from; ; ) {
    const row = statement.get(id, offset, next) as (Omit<Chunk, "bytes"> & { readonly bytes: Uint8Array }) | undefined;
    if (row === undefined) return;
    const { buffer, byteOffset, byteLength } = row.bytes;
    yield { ...row, bytes: Buffer.from(buffer, byteOffset, byteLength) };
    offset = row.last + 1;
  }
}

function collectKeys({ base, bytes }: Chunk, latest: Map<string, number>): void {
  for (let at = 0; at < bytes.length; ) {
    const head = readFrameHead(bytes, at);
    latest.set(readFrameKey(bytes, at), base + head.delta);
    at = head.end;
  }
}

interface Pass {
  /** The last offset of every key that changed since the last pass. */
  readonly latest: ReadonlyMap<string, number>;
  readonly upTo: number;
  readonly tombstonesBeforeMs: number;
  readonly chunkRecordsMax: number;
}

function* rewrite(database: DatabaseSync, partition: Partition, pass: Pass): Generator<void> {
  let step: Chunk[] = [];
  let bytes = 0;
  for (const chunk of chunksFrom(database, partition, 0)) {
    if (chunk.last >= pass.upTo) break;
    step.push(chunk);
    bytes += chunk.bytes.length;
    if (step.length < stepChunksMax && bytes < stepBytesMax) continue;
    rewriteStep(database, partition, step, pass);
    step = [];
    bytes = 0;
    yield;
  }
  rewriteStep(database, partition, step, pass);
}

interface Kept {
  readonly offset: number;
  readonly timestampMs: number;
  readonly tombstone: boolean;
  readonly frame: Buffer;
}

/** Replaces chunks that follow each other by fuller ones with what is kept of them. */
function rewriteStep(database: DatabaseSync, { id }: Partition, chunks: readonly Chunk[], pass: Pass): void {
  const kept: Kept[] = [];
  let records = 0;
  for (const { base, bytes } of chunks) {
    for (let at = 0; at < bytes.length; ) {
      const { end, delta, timestampMs, tombstone } = readFrameHead(bytes, at);
      const offset = base + delta;
      const superseded = (pass.latest.get(readFrameKey(bytes, at)) ?? offset) > offset;
      if (!superseded && !(tombstone && timestampMs < pass.tombstonesBeforeMs)) {
        kept.push({ offset, timestampMs, tombstone, frame: bytes.subarray(at, end) });
      }
      records++;
      at = end;
    }
  }
  const groups = groupsOf(kept, pass.chunkRecordsMax);
  if (kept.length === records && groups.length === chunks.length) return;

  const remove = database.prepare("DELETE FROM chunks WHERE id = ?");
  const insert = database.prepare(
    "INSERT INTO chunks (partition_id, base, last, records, tombstones, newest_ms, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  transact(database, () => {
    for (const chunk of chunks) remove.run(chunk.id);
    for (const group of groups) {
      const base = group[0]?.offset ?? 0;
      const last = group.at(-1)?.offset ?? base;
      const tombstones = group.filter(({ tombstone }) => tombstone).length;
      const newestMs = group.reduce((newest, { timestampMs }) => Math.max(newest, timestampMs), 0);
      insert.run(id, base, last, group.length, tombstones, newestMs, joined(group, base));
    }
  });
}

function groupsOf(kept: readonly Kept[], recordsMax: number): readonly (readonly Kept[])[] {
  const groups: Kept[][] = [];
  let bytes = 0;
  for (const record of kept) {
    const group = groups.at(-1);
    // Offsets in a chunk are counted from its base in 32 bits.
    const near = group?.[0] !== undefined && record.offset - group[0].offset < 2 ** 32;
    if (group === undefined || !near || group.length >= recordsMax || bytes + record.frame.length > chunkBytesMax) {
      groups.push([record]);
      bytes = record.frame.length;
    } else {
      group.push(record);
      bytes += record.frame.length;
    }
  }
  return groups;
}

function joined(group: readonly Kept[], base: number): Buffer {
  for (const { frame, offset } of group) rewriteFrameDelta(frame, 0, offset - base);
  return Buffer.concat(group.map(({ frame }) => frame));
}
