import type { EventType } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import type { LogRecord } from "../../domain/record.ts";
import type { Codec } from "../avro/codec.ts";

/**
 * One record as bytes, little-endian, in chunks of the log and in segments of the spool:
 *
 *     0  uint32   bytes behind this field
 *     4  uint32   offset of the record, counted from the chunk's base
 *     8  float64  timestampMs
 *    16  uint8    flags: 1 tombstone, 2 headers
 *    17  uint16   bytes of the key
 *    19  key (UTF-8); tombstones: uint8 length and event type; headers: uint32 length and JSON; the rest is the event (codec)
 */
const prefixBytes = 19;
const tombstoneFlag = 1;
const headersFlag = 2;

const keyBytesMax = 512;
const headersBytesMax = 16 * 1024;
/** A definition is at most as large as a request's body; this leaves room for what the event adds. */
const valueBytesMax = 8 * 1024 * 1024;

/** What maintenance needs to know of a record: nothing of the event itself. */
export interface FrameHead {
  /** Where the next frame begins. */
  readonly end: number;
  readonly delta: number;
  readonly timestampMs: number;
  readonly tombstone: boolean;
}

/** Writes a record at `offset`. Returns where it ends, or -n where n more bytes are needed. Throws `Fault` for a record beyond its bounds. */
export function writeFrame(codec: Codec, record: LogRecord, delta: number, target: Buffer, offset: number): number {
  const keyBytes = Buffer.byteLength(record.key);
  if (keyBytes > keyBytesMax)
    throw new Fault("invalid", `the key of a ${record.type} has ${keyBytes} bytes; at most ${keyBytesMax} are kept`);
  const headers = record.headers === undefined ? undefined : encodeHeaders(record.headers);
  const valueStart =
    offset +
    prefixBytes +
    keyBytes +
    (record.value === null ? 1 + record.type.length : 0) +
    (headers === undefined ? 0 : 4 + headers.length);
  const end = writeValue(codec, record, target, valueStart);
  if (end < 0) return end;

  target.writeUInt32LE(end - offset - 4, offset);
  target.writeUInt32LE(delta, offset + 4);
  target.writeDoubleLE(record.timestampMs, offset + 8);
  target[offset + 16] = (record.value === null ? tombstoneFlag : 0) | (headers === undefined ? 0 : headersFlag);
  target.writeUInt16LE(keyBytes, offset + 17);
  target.write(record.key, offset + prefixBytes, "utf8");
  let at = offset + prefixBytes + keyBytes;
  if (record.value === null) {
    target[at] = record.type.length;
    target.write(record.type, at + 1, "latin1");
    at += 1 + record.type.length;
  }
  if (headers !== undefined) {
    target.writeUInt32LE(headers.length, at);
    target.set(headers, at + 4);
  }
  return end;
}

function writeValue(codec: Codec, record: LogRecord, target: Buffer, start: number): number {
  const end = record.value === null ? start : codec.encodeInto(record.type, record.value, target, start);
  const bytes = end < 0 ? target.length - end - start : end - start;
  if (bytes > valueBytesMax)
    throw new Fault("too-large", `a ${record.type} of ${bytes} bytes is beyond the ${valueBytesMax} that a record may have`);
  return end > target.length ? target.length - end : end;
}

function encodeHeaders(headers: Readonly<Record<string, string>>): Buffer {
  const bytes = Buffer.from(JSON.stringify(headers));
  if (bytes.length > headersBytesMax)
    throw new Fault("too-large", `the headers of a record have ${bytes.length} bytes; at most ${headersBytesMax} are kept`);
  return bytes;
}

/** Reads the head of the frame at `offset`. Throws `Fault("invalid")` where there is none whole. */
export function readFrameHead(source: Buffer, offset: number): FrameHead {
  const end = source.length - offset < prefixBytes ? Number.NaN : offset + 4 + source.readUInt32LE(offset);
  if (!(end >= offset + prefixBytes && end <= source.length)) throw new Fault("invalid", "a stored record is damaged");
  return {
    end,
    delta: source.readUInt32LE(offset + 4),
    timestampMs: source.readDoubleLE(offset + 8),
    tombstone: ((source[offset + 16] ?? 0) & tombstoneFlag) !== 0,
  };
}

/** The key of the frame at `offset`, whose head was read before. */
export function readFrameKey(source: Buffer, offset: number): string {
  return source.toString("utf8", offset + prefixBytes, offset + prefixBytes + source.readUInt16LE(offset + 17));
}

/** Moves the frame to another base. */
export function rewriteFrameDelta(target: Buffer, offset: number, delta: number): void {
  target.writeUInt32LE(delta, offset + 4);
}

/** Reads the record of the frame at `offset`, whose head was read before. Throws `Fault("invalid")` where its event can't be decoded. */
export function readFrameRecord(codec: Codec, source: Buffer, offset: number, head: FrameHead): LogRecord {
  const flags = source[offset + 16] ?? 0;
  const key = readFrameKey(source, offset);
  let at = offset + prefixBytes + source.readUInt16LE(offset + 17);
  let tombstoneType = "";
  if (head.tombstone) {
    const length = source[at] ?? 0;
    tombstoneType = source.toString("latin1", at + 1, at + 1 + length);
    at += 1 + length;
  }
  let headers: Record<string, string> | undefined;
  if ((flags & headersFlag) !== 0) {
    const length = source.readUInt32LE(at);
    headers = JSON.parse(source.toString("utf8", at + 4, at + 4 + length));
    at += 4 + length;
  }
  const { type, value } = head.tombstone ? { type: tombstoneType as EventType, value: null } : codec.decode(source.subarray(at, head.end));
  const record = { type, key, value, timestampMs: head.timestampMs };
  // What was written belonged together; the compiler can't see that type and value still do.
  return (headers === undefined ? record : { ...record, headers }) as LogRecord;
}
