import type { DatabaseSync } from "node:sqlite";
import { decodingAt, type StoredRecord } from "../../domain/record.ts";
import type { Codec } from "../avro/codec.ts";
import type { PartitionEntry } from "./catalog.ts";
import { readFrameHead, readFrameRecord } from "./record-frame.ts";

/** Reads what the writer has committed, on this thread: the pages are in the cache of the system, and decoding is most of the cost. */
export interface LogReader {
  /** At most `recordsMax` records from offset `from`, oldest first. Throws `Fault("invalid")` at a record that can't be decoded. */
  records(partition: PartitionEntry, from: number, recordsMax: number): StoredRecord[];
  position(group: string, partition: PartitionEntry): number | undefined;
  state(task: string): { readonly entries: ReadonlyMap<string, string>; readonly positions: ReadonlyMap<string, number> };
}

export function openLogReader(database: DatabaseSync, codec: Codec): LogReader {
  const chunks = database.prepare("SELECT base, bytes FROM chunks WHERE partition_id = ? AND last >= ? ORDER BY last");
  const position = database.prepare("SELECT next FROM positions WHERE group_name = ? AND topic = ? AND partition = ?");
  const entries = database.prepare("SELECT key, value FROM states WHERE task = ?");
  const sources = database.prepare("SELECT source, next FROM state_positions WHERE task = ?");

  return {
    records(partition, from, recordsMax) {
      const records: StoredRecord[] = [];
      for (const row of chunks.iterate(partition.id, from)) {
        readChunk(codec, partition, row as unknown as ChunkRow, { from, recordsMax, records });
        if (records.length >= recordsMax) break;
      }
      return records;
    },
    position(group, { topic, partition }) {
      return (position.get(group, topic, partition) as { next: number } | undefined)?.next;
    },
    state(task) {
      const stored = entries.all(task) as { key: string; value: string }[];
      const positions = sources.all(task) as { source: string; next: number }[];
      return {
        entries: new Map(stored.map(({ key, value }) => [key, value])),
        positions: new Map(positions.map(({ source, next }) => [source, next])),
      };
    },
  };
}

interface ChunkRow {
  readonly base: number;
  readonly bytes: Uint8Array;
}

interface Reading {
  readonly from: number;
  readonly recordsMax: number;
  readonly records: StoredRecord[];
}

function readChunk(
  codec: Codec,
  { topic, partition, end }: PartitionEntry,
  { base, bytes }: ChunkRow,
  { from, recordsMax, records }: Reading,
): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < buffer.length && records.length < recordsMax; ) {
    const head = readFrameHead(buffer, at);
    const offset = base + head.delta;
    // What was committed a moment ago counts once this thread has been told.
    if (offset >= end) return;
    if (offset >= from) {
      const record = decodingAt(offset, () => readFrameRecord(codec, buffer, at, head));
      records.push({ ...record, topic, partition, offset });
    }
    at = head.end;
  }
}
