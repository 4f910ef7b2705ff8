import { crc32 } from "node:zlib";
import type { LogRecord } from "../../domain/record.ts";
import type { Codec } from "../avro/codec.ts";
import { readFrameHead, readFrameRecord, writeFrame } from "./record-frame.ts";

/**
 * A spooled record, little-endian: uint32 length of the body, uint32 CRC-32 of the body, and the body:
 * uint8 length and name of the topic, and the record's frame (record-frame.ts).
 */
const prefixBytes = 8;

/** Writes a frame at `offset`. Returns where it ends, or -n where n more bytes are needed. Throws `Fault` for a record beyond its bounds. */
export function writeSpoolFrame(codec: Codec, topic: string, record: LogRecord, target: Buffer, offset: number): number {
  const body = offset + prefixBytes;
  const end = writeFrame(codec, record, 0, target, body + 1 + topic.length);
  if (end < 0) return end;
  target[body] = topic.length;
  target.write(topic, body + 1, "latin1");
  target.writeUInt32LE(end - body, offset);
  target.writeUInt32LE(crc32(target.subarray(body, end)), offset + 4);
  return end;
}

/** Where the frame at `offset` ends, by its length alone: beyond the bytes where it was cut off. NaN where not even its length is there. */
export function spoolFrameEnd(source: Buffer, offset: number): number {
  return offset + prefixBytes > source.length ? Number.NaN : offset + prefixBytes + source.readUInt32LE(offset);
}

/** Whether the bytes from `offset` to `end` are a whole and undamaged frame. */
export function isSpoolFrame(source: Buffer, offset: number, end: number): boolean {
  if (!(end > offset + prefixBytes && end <= source.length)) return false;
  return crc32(source.subarray(offset + prefixBytes, end)) === source.readUInt32LE(offset + 4);
}

/** The record of a whole frame. Throws `Fault("invalid")` where its event is of a schema that is not known. */
export function readSpoolFrame(codec: Codec, source: Buffer, offset: number): { readonly topic: string; readonly record: LogRecord } {
  const body = offset + prefixBytes;
  const frame = body + 1 + (source[body] ?? 0);
  const topic = source.toString("latin1", body + 1, frame);
  return { topic, record: readFrameRecord(codec, source, frame, readFrameHead(source, frame)) };
}
