import type { EventType } from "../../../domain/events.ts";
import { Fault } from "../../../domain/fault.ts";
import { partitionOf } from "../../../domain/partitioner.ts";
import type { LogRecord, StoredRecord, Topic } from "../../../domain/record.ts";
import type { Codec } from "../../avro/codec.ts";
import type { RawRecord } from "./record-batch.ts";

/** A record as it is put on the wire. */
export interface Message {
  readonly key: Buffer;
  readonly value: Buffer | null;
  /** Whole milliseconds. */
  readonly timestamp: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Says of what event a tombstone is, where the topic holds several. */
const typeHeader = "sluice-type";
const keyBytesMax = 512;
/** As `sluice migrate` sets it for the topics (`max.message.bytes`), less what a batch adds. */
export const recordBytesMax = 8 * 1024 * 1024;

/** Checks and encodes records for a topic. Throws `Fault("invalid")` where one does not belong there or does not fit its schema. */
export function encodeRecords(
  topic: Topic,
  records: readonly LogRecord[],
  { codec, partitions, partition }: { readonly codec: Codec; readonly partitions: number; readonly partition: number | undefined },
): { readonly partition: number; readonly message: Message }[] {
  return records.map((record) => {
    const { type, key, timestampMs, headers = {} } = record;
    if (!(topic.types as readonly string[]).includes(type))
      throw new Fault("invalid", `${type} does not belong on the topic ${topic.name}`);
    const keyBytes = Buffer.from(key);
    if (keyBytes.length > keyBytesMax)
      throw new Fault("invalid", `the key of a record on ${topic.name} has more than ${keyBytesMax} bytes`);
    const value = record.value === null ? null : asBuffer(codec.encode(record.type, record.value as never));
    if (value !== null && value.length > recordBytesMax)
      throw new Fault("invalid", `a ${type} of more than ${recordBytesMax} bytes can't be written`);
    const own = value === null && topic.types.length > 1 ? { [typeHeader]: type } : {};
    const message = {
      key: keyBytes,
      value,
      timestamp: String(Math.floor(timestampMs)),
      headers: { ...traceHeader(record), ...headers, ...own },
    };
    return { partition: partition ?? partitionOf(key, partitions), message };
  });
}

/** What tools that know nothing of Avro follow a trace by (W3C Trace Context). */
function traceHeader({ value }: LogRecord): Readonly<Record<string, string>> {
  const traceparent = value?.traceparent ?? null;
  return traceparent === null ? {} : { traceparent };
}

/** What was put into the headers for others is in the event already. */
function withoutTrace(headers: Readonly<Record<string, string>>, value: object | null): Readonly<Record<string, string>> {
  const { traceparent, ...others } = headers;
  const isOurs = value !== null && "traceparent" in value && value.traceparent === traceparent;
  return isOurs ? others : headers;
}

/** Throws `Fault("invalid")` where the bytes are no event of this topic. */
export function decodeRecord(codec: Codec, topic: Topic, partition: number, raw: RawRecord): StoredRecord {
  if (raw.damage !== undefined) throw new Fault("invalid", raw.damage);
  const { [typeHeader]: tombstoneType, ...others } = raw.headers ?? {};
  const event = raw.value === null ? { type: tombstoneType ?? topic.types[0], value: null } : codec.decode(raw.value, topic.name);
  if (!(topic.types as readonly (string | undefined)[]).includes(event.type))
    throw new Fault("invalid", `a ${event.type} is on the topic ${topic.name}`);
  const rest = withoutTrace(others, event.value);
  const headers = Object.keys(rest).length === 0 ? {} : { headers: rest };
  const record = { type: event.type as EventType, key: raw.key?.toString("utf8") ?? "", value: event.value, timestampMs: raw.timestampMs };
  // The type was checked against the topic, and the value is of that type: the codec has read it so.
  return { ...record, ...headers, topic: topic.name, partition, offset: raw.offset } as StoredRecord;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
