import avro from "avsc";
import { type Fingerprint, fingerprintOf } from "./fingerprint.ts";

/** A parsed schema. avsc generates code from schemas: only those of this repository may come here, never a stranger's. */
export interface Schema {
  /** Full name of the record: `sluice.events.v1.CallDecided`. */
  readonly name: string;
  readonly type: avro.Type;
  readonly fingerprint: Fingerprint;
}

/** Parses a record schema so that its values are plain objects, and wrong bytes can't make it loop or allocate beyond their length. */
export function parseSchema(definition: object): Schema {
  // `definition` is the JSON of an .avsc file; forSchema itself checks it and throws.
  const type = avro.Type.forSchema(definition as avro.Schema, { omitRecordMethods: true, typeHook: boundedType });
  if (type.name === undefined) throw new Error("an event's schema is a named record");
  makePlain(type);
  return { name: type.name, type, fingerprint: fingerprintOf(canonicalForm(type)) };
}

/** The schema in Parsing Canonical Form (Avro specification): defaults, docs and logical types stripped, names full. */
export function canonicalForm(type: avro.Type): string {
  return JSON.stringify(type.schema());
}

/** The part of avsc's cursor that a reader of arrays and maps needs; not in its typings. */
interface Tap {
  readonly buf: Buffer;
  readonly pos: number;
  readLong(): number;
  skipLong(): void;
  writeLong(value: number): void;
  readString(): string;
}

interface Readable {
  _read(tap: Tap): unknown;
}

/** Instances get the prototype of literals: deepEqual to what was encoded, at no cost for each value. */
function makePlain(type: avro.Type): void {
  if (type instanceof avro.types.RecordType) {
    (type.recordConstructor as { prototype: object }).prototype = Object.prototype;
    for (const field of type.fields) makePlain(field.type);
  } else if (type instanceof avro.types.ArrayType) {
    makePlain(type.itemsType);
  } else if (type instanceof avro.types.MapType) {
    makePlain(type.valuesType);
  } else if ("types" in type && Array.isArray(type.types)) {
    for (const branch of type.types) makePlain(branch);
  }
}

// avsc's own readers of arrays and maps believe any count, and a resolver borrows `_read` together with the field it uses.
class BoundedArrayType extends avro.types.ArrayType {
  _read(tap: Tap): unknown[] {
    const items = this.itemsType as unknown as Readable;
    const values: unknown[] = [];
    for (let count = blockCount(tap); count > 0; count = blockCount(tap)) {
      for (let index = 0; index < count; index++) values.push(items._read(tap));
    }
    return values;
  }
}

class BoundedMapType extends avro.types.MapType {
  _read(tap: Tap): Record<string, unknown> {
    const items = this.valuesType as Readable;
    const values: Record<string, unknown> = {};
    for (let count = blockCount(tap); count > 0; count = blockCount(tap)) {
      for (let index = 0; index < count; index++) {
        put(values, tap.readString(), items._read(tap));
      }
    }
    return values;
  }
}

/** An assignment to `__proto__` would change what the object is, or nothing. */
function put(values: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") values[key] = value;
  else Object.defineProperty(values, key, { value, enumerable: true, configurable: true, writable: true });
}

/**
 * avsc reads longs beyond 2^52 wrong, without a word: its zigzag arithmetic needs one bit more than a double has.
 * Such a number is refused on writing.
 */
class ExactLongType extends avro.types.LongType {
  _check(value: unknown, _flags: unknown, hook?: (value: unknown, type: avro.Type) => void): boolean {
    const fits = isExact(value);
    if (!fits) hook?.(value, this);
    return fits;
  }

  _write(tap: Tap, value: unknown): void {
    if (!isExact(value)) throw new Error("not an integer within 2^52");
    tap.writeLong(value);
  }
}

function isExact(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) <= 2 ** 52 - 1;
}

function boundedType(schema: unknown, options: unknown): avro.Type | undefined {
  if (schema === "long") return new ExactLongType();
  if (typeof schema !== "object" || schema === null || !("type" in schema)) return undefined;
  if (schema.type === "long") return new ExactLongType();
  if (schema.type === "array") return new BoundedArrayType(schema as avro.Schema, options);
  if (schema.type === "map") return new BoundedMapType(schema as avro.Schema, options);
  return undefined;
}

/** Items of the next block; every item takes at least one byte, so more than the bytes left is no true count. */
function blockCount(tap: Tap): number {
  let count = tap.readLong();
  if (count < 0) {
    count = -count;
    tap.skipLong();
  }
  if (count > tap.buf.length - tap.pos) throw new Error("truncated buffer");
  return count;
}
