import { readdirSync, readFileSync } from "node:fs";
import type { Events, EventType } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import { foreignField } from "../../domain/record.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { canonicalForm, parseSchema, type Schema } from "./schema.ts";

/** An event as it was read: its type, told by the fingerprint in front of it, and its value. */
export type DecodedEvent = { readonly [Type in EventType]: { readonly type: Type; readonly value: Events[Type] } }[EventType];

/** Events to bytes and back: Avro single-object encoding (C3 01, CRC-64-AVRO little-endian, body). */
export interface Codec {
  encode<Type extends EventType>(type: Type, value: Events[Type]): Uint8Array;

  /**
   * Writes into `target` from `offset`. Returns the offset behind the last byte, or -n where n more bytes are needed (then the bytes from
   * `offset` on are undefined). Throws `Fault("invalid")` where the value does not fit its schema, naming the field and never its content.
   */
  encodeInto<Type extends EventType>(type: Type, value: Events[Type], target: Buffer, offset: number): number;

  /** Reads what today's, any earlier released or a learned schema wrote, on the topic of that name if any. Throws `Fault("invalid")` for anything else. */
  decode(bytes: Uint8Array, topic?: string): DecodedEvent;
}

/** A codec that learns to read what other versions write. */
export interface EventCodec extends Codec {
  /**
   * Takes in the schema of another version, as JSON. Throws `Fault("invalid")` where it is of no event that is known here, or not compatible with
   * today's schema in both directions. avsc generates code from it: it must come from where only Sluice itself can write.
   */
  learn(json: string): void;
}

/** The `field` of the fault by which a codec refuses bytes whose schema it does not know. */
const unknownSchemaField = "schema";

/** Whether the bytes are an event, as far as can be told, of a schema that is not known here. */
export function isOfUnknownSchema(error: unknown): error is Fault {
  return error instanceof Fault && error.field === unknownSchemaField;
}

/** Of bytes in single-object encoding, or a schema's header: 16 hexadecimal digits. */
export function fingerprintText(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(2, headerBytes)).reverse().toString("hex");
}

/** A schema of ours, for registries. */
export interface EventSchema {
  readonly eventType: EventType;
  /** Full name of the record: `sluice.events.v1.CallDecided`. */
  readonly name: string;
  /** As it is in its file. */
  readonly json: string;
  /** In Parsing Canonical Form. */
  readonly canonical: string;
  /** What stands in front of its values in single-object encoding. */
  readonly header: Uint8Array;
  /** False where only a release has it. */
  readonly isCurrent: boolean;
}

/** Today's schemas, and those of releases. */
export function readEventSchemas(folder: URL = schemaFolder): readonly EventSchema[] {
  const read = (url: URL, eventType: EventType, isCurrent: boolean): EventSchema => {
    const json = readFileSync(url, "utf8");
    const schema = parseSchema(JSON.parse(json));
    return { eventType, name: schema.name, json, canonical: canonicalForm(schema.type), header: headerOf(schema), isCurrent };
  };
  const current = (Object.entries(schemaFiles) as [EventType, string][]).map(([type, file]) => read(new URL(file, folder), type, true));
  const released = new URL("released/", folder);
  const earlier = filesOf(released).flatMap((file) => {
    const type = current.find(({ eventType }) => file.startsWith(`${schemaFiles[eventType].slice(0, -".avsc".length)}@`))?.eventType;
    return type === undefined ? [] : [read(new URL(encodeURIComponent(file), released), type, false)];
  });
  return [...earlier, ...current];
}

/** What turns the bytes of one writer's schema into today's value. `resolver` is undefined where that schema is today's. */
interface Reader {
  readonly eventType: EventType;
  readonly schema: Schema;
  readonly high: number;
  readonly resolver: ReturnType<Schema["type"]["createResolver"]> | undefined;
}

interface Writer {
  readonly schema: Schema;
  /** C3 01 and the fingerprint. */
  readonly header: Buffer;
}

const headerBytes = 10;
/** Confluent's framing: `00` and the id of a schema. */
const frameBytes = 5;

/** `call_decided` for `call-decided.v1.avsc`, in a record so that the compiler asks for every event. */
const schemaFiles: Readonly<Record<EventType, string>> = {
  call_decided: "call-decided.v1.avsc",
  call_ended: "call-ended.v1.avsc",
  administered: "administered.v1.avsc",
  organization_changed: "organization-changed.v1.avsc",
  user_changed: "user-changed.v1.avsc",
  key_changed: "key-changed.v1.avsc",
  server_changed: "server-changed.v1.avsc",
  policy_changed: "policy-changed.v1.avsc",
  limit_changed: "limit-changed.v1.avsc",
  virtual_server_changed: "virtual-server-changed.v1.avsc",
  upstream_changed: "upstream-changed.v1.avsc",
  upstream_logged: "upstream-logged.v1.avsc",
  lease_requested: "lease-requested.v1.avsc",
  lease_granted: "lease-granted.v1.avsc",
  lease_recalled: "lease-recalled.v1.avsc",
  usage_counted: "usage-counted.v1.avsc",
  record_refused: "record-refused.v1.avsc",
  retry_requested: "retry-requested.v1.avsc",
  retry_ended: "retry-ended.v1.avsc",
  state_changed: "state-changed.v1.avsc",
  state_committed: "state-committed.v1.avsc",
  activity_observed: "activity-observed.v1.avsc",
  anomaly_found: "anomaly-found.v1.avsc",
  restriction_changed: "restriction-changed.v1.avsc",
  decisions_reviewed: "decisions-reviewed.v1.avsc",
  budget_changed: "budget-changed.v1.avsc",
  budget_spent: "budget-spent.v1.avsc",
  schema_published: "schema-published.v1.avsc",
};

/** The folder of today's schemas; `released/` below it keeps those that records may still be written in. */
export const schemaFolder = new URL("../../proto/events/", import.meta.url);

/** Reads the schemas of `folder` now and throws where one is missing or wrong; afterwards it touches no file. */
export function createCodec(folder: URL = schemaFolder): EventCodec {
  const writers = new Map<EventType, Writer>();
  const readers = new Map<number, Reader[]>();
  for (const [eventType, file] of Object.entries(schemaFiles) as [EventType, string][]) {
    const schema = readSchema(new URL(file, folder));
    writers.set(eventType, { schema, header: headerOf(schema) });
    addReader(readers, schema, { eventType, schema, high: schema.fingerprint.high, resolver: undefined });
  }
  addReleased(readers, writers, new URL("released/", folder));

  function encodeInto<Type extends EventType>(type: Type, value: Events[Type], target: Buffer, offset: number): number {
    const writer = writers.get(type);
    if (writer === undefined) throw new Fault("invalid", `there is no event ${type}`);
    let end: number;
    try {
      end = writer.schema.type.encode(value, target, offset + headerBytes);
    } catch {
      throw misfit(type, value, writer.schema);
    }
    if (end >= 0) target.set(writer.header, offset);
    return end;
  }

  const scratch = Buffer.allocUnsafeSlow(4096);
  return {
    encodeInto,
    encode(type, value) {
      const end = encodeInto(type, value, scratch, 0);
      if (end >= 0) return Uint8Array.prototype.slice.call(scratch, 0, end);
      const exact = Buffer.allocUnsafeSlow(scratch.length - end);
      encodeInto(type, value, exact, 0);
      return exact;
    },
    decode: (bytes) => decode(readers, bytes),
    learn(json) {
      const learned = parseStranger(json);
      const own = [...writers].find(([, { schema }]) => schema.name === learned.name);
      if (own === undefined) throw new Fault("invalid", `${learned.name} is no event of this version`);
      const [eventType, { schema }] = own;
      addReader(readers, learned, { eventType, schema, high: learned.fingerprint.high, resolver: resolverOf(schema, learned) });
    },
  };
}

const learnedBytesMax = 64 * 1024;

function parseStranger(json: string): Schema {
  if (Buffer.byteLength(json) > learnedBytesMax) throw new Fault("invalid", `a schema has at most ${learnedBytesMax} bytes`);
  try {
    const definition: unknown = JSON.parse(json);
    // Nothing is compiled that is no schema, or nested without end.
    canonicalJson(definition);
    return parseSchema(definition as object);
  } catch (cause) {
    throw new Fault("invalid", "this is no schema of an event", { cause });
  }
}

/** Both ways: what can't be read by them is no version of ours. */
function resolverOf(own: Schema, learned: Schema): Reader["resolver"] {
  try {
    learned.type.createResolver(own.type);
    return own.type.createResolver(learned.type);
  } catch (cause) {
    throw new Fault("invalid", `this schema of ${own.name} is not compatible with ours`, { cause });
  }
}

function decode(readers: ReadonlyMap<number, readonly Reader[]>, bytes: Uint8Array): DecodedEvent {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer[0] === 0x00 && buffer.length >= frameBytes) {
    // Others of the installation write so: what they say is not passed over as a stranger's word.
    throw new Fault("invalid", "this event is in the framing of a schema registry, and none is configured here", {
      next: "Set schemaRegistry.url, as it is where the event was written.",
    });
  }
  if (buffer[0] !== 0xc3 || buffer[1] !== 0x01) {
    throw new Fault("invalid", "these bytes are no event: they do not begin with C3 01", { field: foreignField });
  }
  if (buffer.length < headerBytes) throw new Fault("invalid", "these bytes are no event: they end in its head");
  const low = buffer.readUInt32LE(2);
  const high = buffer.readUInt32LE(6);
  for (const reader of readers.get(low) ?? []) {
    if (reader.high === high) return { type: reader.eventType, value: readBody(reader, buffer) } as DecodedEvent;
  }
  throw new Fault("invalid", `no schema with the fingerprint ${fingerprintText(buffer)} is known`, {
    field: unknownSchemaField,
    next: "It was probably written by a newer version. Run that version, or add its schema to proto/events/released.",
  });
}

function readBody({ eventType, schema, resolver }: Reader, buffer: Buffer): unknown {
  let decoded: { value: unknown; offset: number };
  try {
    decoded = schema.type.decode(buffer, headerBytes, resolver);
  } catch (cause) {
    throw new Fault("invalid", `the bytes of a ${eventType} are damaged`, { cause });
  }
  if (decoded.offset !== buffer.length) throw new Fault("invalid", `the bytes of a ${eventType} are damaged: wrong length`);
  return decoded.value;
}

function misfit(type: EventType, value: unknown, schema: Schema): Fault {
  const places: string[] = [];
  schema.type.isValid(value, { errorHook: (path) => places.push(path.join(".")) });
  const field = places[0] ?? "";
  return new Fault("invalid", `a ${type} does not fit its schema at ${field === "" ? "its root" : field}`, { field });
}

function addReader(readers: Map<number, Reader[]>, { fingerprint }: Schema, reader: Reader): void {
  const same = readers.get(fingerprint.low);
  if (same === undefined) readers.set(fingerprint.low, [reader]);
  else if (!same.some(({ high }) => high === reader.high)) same.push(reader);
}

/** Schemas that earlier versions wrote are found by their fingerprint, and resolved to today's schema of the same record. */
function addReleased(readers: Map<number, Reader[]>, writers: ReadonlyMap<EventType, Writer>, folder: URL): void {
  for (const file of filesOf(folder)) {
    const released = readSchema(new URL(file, folder));
    for (const [eventType, { schema }] of writers) {
      if (schema.name !== released.name) continue;
      const resolver = schema.type.createResolver(released.type);
      addReader(readers, released, { eventType, schema, high: released.fingerprint.high, resolver });
    }
  }
}

function filesOf(folder: URL): readonly string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith(".avsc"));
  } catch (error) {
    // Before the first release there is no such folder.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function readSchema(file: URL): Schema {
  return parseSchema(JSON.parse(readFileSync(file, "utf8")));
}

function headerOf({ fingerprint }: Schema): Buffer {
  return headerOfFingerprint(fingerprint);
}

/** What stands in front of the values of a schema in single-object encoding. */
export function headerOfFingerprint(fingerprint: Fingerprint): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt16BE(0xc301, 0);
  header.writeUInt32LE(fingerprint.low, 2);
  header.writeUInt32LE(fingerprint.high, 6);
  return header;
}
