import { ByteReader } from "./byte-reader.ts";
import { decompress } from "./compression.ts";

/** A record as it is on the broker: nothing decoded yet. */
export interface RawRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** Why this record, and those behind it in its batch, can't be read; there is nothing else of them then. */
  readonly damage?: string;
}

export interface RawRecords {
  readonly records: readonly RawRecord[];
  /** The offset behind the last batch: compaction may have taken its last records, or all of them. */
  readonly next: number;
  readonly bytes: number;
}

const batchOverheadBytes = 61;
/** A record's length, attributes, time, offset, and the lengths of its key, value and headers. */
const recordBytesMin = 7;
const magicOffset = 16;
const controlMask = 0x20;

/**
 * Reads the record batches (magic 2, Kafka 0.11 and later) of a fetch answer from offset `from` on. A batch that was cut at the end is left
 * out, one whose content can't be read is one record with its `damage`: what stands behind it is read all the same. Throws where the bytes are not record
 * batches.
 */
export function decodeRecordBatches(bytes: Buffer, from: number): RawRecords {
  const records: RawRecord[] = [];
  let next = from;
  let at = 0;
  while (bytes.length - at >= batchOverheadBytes) {
    const end = at + 12 + bytes.readInt32BE(at + 8);
    if (end > bytes.length) break;
    if (end - at < batchOverheadBytes) throw new RangeError("a record batch is shorter than its head");
    if (bytes.readInt8(at + magicOffset) !== 2) throw new Error("record batches of a version that is not read here (magic 2 is)");
    const reader = new ByteReader(bytes.subarray(0, end), at);
    next = Math.max(next, readBatch(reader, from, records));
    at = end;
  }
  return { records, next, bytes: at };
}

/** Returns the offset behind the batch. */
function readBatch(reader: ByteReader, from: number, records: RawRecord[]): number {
  const baseOffset = reader.int64();
  // Length, leader epoch, magic and checksum: the connection sees to the bytes, Avro's fingerprint to the content.
  reader.at += 4 + 4 + 1 + 4;
  const attributes = reader.int16();
  const lastDelta = reader.int32();
  const firstTimestampMs = reader.int64();
  // The last time, and what identifies an idempotent producer.
  reader.at += 8 + 8 + 2 + 4;
  const count = reader.int32();
  const next = baseOffset + lastDelta + 1;
  if ((attributes & controlMask) !== 0 || next <= from) return next;
  try {
    for (const record of readRecords(reader, { codec: attributes & 0x07, count, baseOffset, firstTimestampMs }))
      if (record.offset >= from) records.push(record);
  } catch (error) {
    const damage = `the ${count} records of the batch from offset ${baseOffset} on can't be read: ${error instanceof Error ? error.message : error}`;
    const nothing = { key: null, value: null, headers: undefined };
    records.push({ offset: Math.max(from, baseOffset), timestampMs: firstTimestampMs, ...nothing, damage });
  }
  return next;
}

interface Head {
  readonly codec: number;
  readonly count: number;
  readonly baseOffset: number;
  readonly firstTimestampMs: number;
}

function readRecords(reader: ByteReader, { codec, count, baseOffset, firstTimestampMs }: Head): readonly RawRecord[] {
  const body = new ByteReader(decompress(codec, reader.bytes(reader.left())));
  if (count < 0 || count * recordBytesMin > body.left()) throw new RangeError("more records than there are bytes for");
  const records: RawRecord[] = [];
  for (let index = 0; index < count; index++) records.push(readRecord(body, baseOffset, firstTimestampMs));
  return records;
}

function readRecord(reader: ByteReader, baseOffset: number, firstTimestampMs: number): RawRecord {
  const length = reader.varint();
  const end = reader.at + length;
  reader.at += 1;
  const timestampMs = firstTimestampMs + reader.varint();
  const offset = baseOffset + reader.varint();
  const key = readBytes(reader);
  const value = readBytes(reader);
  const headers = readHeaders(reader);
  // Back to where it began, it would be read for ever.
  if (end < reader.at || end > reader.buffer.length) throw new RangeError("a record is not as long as it says");
  reader.at = end;
  return { offset, timestampMs, key, value, headers };
}

function readBytes(reader: ByteReader): Buffer | null {
  const length = reader.varint();
  return length < 0 ? null : reader.bytes(length);
}

function readHeaders(reader: ByteReader): Readonly<Record<string, string>> | undefined {
  const count = reader.varint();
  if (count <= 0) return undefined;
  const headers: Record<string, string> = {};
  for (let index = 0; index < count; index++) {
    const name = reader.bytes(reader.varint()).toString("utf8");
    headers[name] = readBytes(reader)?.toString("utf8") ?? "";
  }
  return headers;
}
