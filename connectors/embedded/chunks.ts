import { partitionOf } from "../../domain/partitioner.ts";
import type { LogRecord, Position } from "../../domain/record.ts";
import type { Codec } from "../avro/codec.ts";
import type { PartitionEntry, TopicEntry } from "./catalog.ts";
import { writeFrame } from "./record-frame.ts";
import type { ChunkMessage } from "./writer-protocol.ts";

/** Bytes after which a chunk is closed and another one begun. */
const chunkBytesMax = 1024 * 1024;
const slabBytesMin = 4096;

/** Frames of one partition, encoded into a slab that will be moved to the writer. */
interface Chunk {
  readonly partition: PartitionEntry;
  slab: Buffer;
  bytes: number;
  records: number;
  tombstones: number;
  newestMs: number;
  /** The offset of its first record, once the writer has said it. */
  base: number;
}

/** Where a record is: its offset is known once its chunk has been committed. */
export interface Place {
  readonly chunk: Chunk;
  readonly index: number;
}

export function positionOf({ chunk, index }: Place): Position {
  return { partition: chunk.partition.partition, offset: chunk.base + index };
}

/** Encodes records, partition by partition, until they are sealed. */
export interface Chunks {
  readonly records: () => number;
  readonly bytes: () => number;
  /** Throws, and leaves everything as it was, where a record can't be encoded. */
  append(topic: TopicEntry, records: readonly LogRecord[], partition?: number): readonly Place[];
  /** The messages for the writer, and the buffers that move there with them. */
  seal(): { readonly messages: readonly ChunkMessage[]; readonly moved: readonly ArrayBuffer[] };
  /** `bases`: the first offset of each message's chunk. */
  committed(bases: readonly number[]): void;
}

export function openChunks(codec: Codec, recordsMax: number): Chunks {
  let chunks: Chunk[] = [];
  const current = new Map<PartitionEntry, Chunk>();

  function chunkFor(partition: PartitionEntry): Chunk {
    const open = current.get(partition);
    if (open !== undefined && open.records < recordsMax && open.bytes < chunkBytesMax) return open;
    const slab = Buffer.allocUnsafeSlow(Math.max(slabBytesMin, open?.slab.length ?? 0));
    const chunk = { partition, slab, bytes: 0, records: 0, tombstones: 0, newestMs: 0, base: 0 };
    current.set(partition, chunk);
    chunks.push(chunk);
    return chunk;
  }

  return {
    records: () => chunks.reduce((sum, { records }) => sum + records, 0),
    bytes: () => chunks.reduce((sum, { bytes }) => sum + bytes, 0),
    append({ message, partitions }, records, place) {
      const undo = new Map<Chunk, Chunk>();
      try {
        return records.map((record) => {
          const partition = partitions[place ?? partitionOf(record.key, partitions.length)];
          if (partition === undefined) throw new Error(`${message.name} has no partitions`);
          const chunk = chunkFor(partition);
          if (!undo.has(chunk)) undo.set(chunk, { ...chunk });
          return { chunk, index: addRecord(codec, chunk, record) };
        });
      } catch (error) {
        // None of the records of a refused append may be written. A chunk that is empty again is left out by `seal`.
        for (const [chunk, before] of undo) Object.assign(chunk, { ...before, slab: chunk.slab });
        throw error;
      }
    },
    seal() {
      chunks = chunks.filter((chunk) => chunk.records > 0);
      return { messages: chunks.map(chunkMessage), moved: chunks.map(({ slab }) => slab.buffer as ArrayBuffer) };
    },
    committed(bases) {
      for (const [index, chunk] of chunks.entries()) {
        chunk.base = bases[index] ?? 0;
        chunk.partition.end = chunk.base + chunk.records;
      }
    },
  };
}

/** Returns the index of the record in its chunk. */
function addRecord(codec: Codec, chunk: Chunk, record: LogRecord): number {
  let end = writeFrame(codec, record, chunk.records, chunk.slab, chunk.bytes);
  if (end < 0) {
    const slab = Buffer.allocUnsafeSlow(Math.max(chunk.slab.length * 2, chunk.slab.length - end));
    chunk.slab.copy(slab, 0, 0, chunk.bytes);
    chunk.slab = slab;
    end = writeFrame(codec, record, chunk.records, slab, chunk.bytes);
  }
  chunk.bytes = end;
  chunk.newestMs = Math.max(chunk.newestMs, record.timestampMs);
  if (record.value === null) chunk.tombstones++;
  return chunk.records++;
}

function chunkMessage({ partition, slab, bytes, records, tombstones, newestMs }: Chunk): ChunkMessage {
  return { partitionId: partition.id, records, tombstones, newestMs, bytes: new Uint8Array(slab.buffer, 0, bytes) };
}
