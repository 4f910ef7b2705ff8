import type { EventType } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import { canonicalJson } from "../avro/canonical-json.ts";
import { type Codec, type EventSchema, headerOfFingerprint } from "../avro/codec.ts";
import { fingerprintOf } from "../avro/fingerprint.ts";
import type { SchemaRegistry } from "./registry.ts";

export interface FramedCodecOptions {
  /** Reads and writes single-object encoding. */
  readonly codec: Codec;
  /** Ours: today's and released ones. No other is ever compiled. */
  readonly schemas: readonly EventSchema[];
  readonly registry: SchemaRegistry;
  readonly logger: Logger;
  readonly nowMs?: () => number;
}

/** `00`, four bytes of schema id. */
const frameBytes = 5;
/** `C3 01`, eight bytes of fingerprint. */
const singleObjectBytes = 10;
/** Ids that are remembered, known or not. */
const idsMax = 10_000;
/** An id that the registry does not know, or whose schema is none of ours, is asked for again after this. */
const unknownMs = 60_000;

/** What an id stands for: the header of the same schema in single-object encoding, for good or until a time; or nothing until then. */
interface Meaning {
  readonly header: Uint8Array | undefined;
  readonly untilMs: number;
}

const forGood = Number.POSITIVE_INFINITY;

/**
 * Writes events in Confluent's framing, whose schema ids a registry gives, and reads both framings.
 *
 * An id that was not seen before is asked for while the record waits: `decode` throws `Fault("unavailable")` then. What the registry answers is
 * known by its fingerprint to the codec below, or is not, and never compiled: it is a stranger's word.
 * Rejects where the registry lacks today's schemas: `sluice migrate` registers them.
 */
export async function openFramedCodec({ codec, schemas, registry, logger, nowMs = Date.now }: FramedCodecOptions): Promise<Codec> {
  const headers = new Map(schemas.map(({ canonical, header }) => [canonical, header]));
  const meanings = new Map<number, Meaning>();
  const asking = new Map<number, Promise<void>>();
  const frames = new Map<EventType, Buffer>();

  await Promise.all(
    schemas
      .filter(({ isCurrent }) => isCurrent)
      .map(async ({ eventType, name, json, header }) => {
        const id = await registry.lookUp(name, json);
        if (id === undefined) {
          throw new Fault("unavailable", `the schema registry does not know today's schema of ${name}`, { next: "Run `sluice migrate`." });
        }
        meanings.set(id, { header, untilMs: forGood });
        frames.set(eventType, frameOf(id));
      }),
  );

  async function ask(id: number): Promise<void> {
    const text = await registry.schema(id);
    if (meanings.size >= idsMax) forgetOne(meanings);
    meanings.set(id, text === undefined ? { header: undefined, untilMs: nowMs() + unknownMs } : whatIs(text, headers, nowMs()));
  }

  function meaningOf(id: number): Meaning & { readonly header: Uint8Array } {
    const meaning = meanings.get(id);
    if (meaning !== undefined && meaning.untilMs > nowMs()) {
      const { header, untilMs } = meaning;
      if (header === undefined) throw new Fault("invalid", `no schema with the id ${id} is known`);
      return { header, untilMs };
    }
    if (!asking.has(id)) {
      const told = (cause: unknown) =>
        logger.warn("the schema registry can't be asked now: what was written in a schema that is not known here waits", { id, cause });
      // Whoever reads the record again asks again.
      const asked = ask(id).catch(told);
      asking.set(
        id,
        asked.finally(() => asking.delete(id)),
      );
    }
    throw new Fault("unavailable", `the schema with the id ${id} is being asked for`);
  }

  function encode(type: EventType, single: Uint8Array): Buffer {
    const frame = frames.get(type);
    if (frame === undefined) throw new Fault("invalid", `there is no event ${type}`);
    return Buffer.concat([frame, single.subarray(singleObjectBytes)]);
  }

  return {
    encode: (type, value) => encode(type, codec.encode(type, value)),
    encodeInto(type, value, target, offset) {
      const bytes = encode(type, codec.encode(type, value));
      if (offset + bytes.length > target.length) return target.length - offset - bytes.length;
      target.set(bytes, offset);
      return offset + bytes.length;
    },
    decode(bytes, topic) {
      if (bytes[0] !== 0x00) return codec.decode(bytes, topic);
      if (bytes.length < frameBytes) throw new Fault("invalid", "these bytes are no event: they are too few");
      const id = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(1);
      const { header, untilMs } = meaningOf(id);
      const event = codec.decode(Buffer.concat([header, bytes.subarray(frameBytes)]), topic);
      // A schema of another version, which the codec has learned meanwhile.
      if (untilMs !== forGood) meanings.set(id, { header, untilMs: forGood });
      return event;
    },
  };
}

/** Registers today's and released schemas, oldest first. Subjects are the full names of the records; a topic may hold several. */
export async function registerSchemas(registry: SchemaRegistry, schemas: readonly EventSchema[]): Promise<readonly string[]> {
  const names = [...new Set(schemas.map(({ name }) => name))];
  await Promise.all(
    names.map(async (name) => {
      const versions = schemas.filter((schema) => schema.name === name);
      const distinct = new Map(
        [...versions.filter(({ isCurrent }) => !isCurrent), ...versions.filter(({ isCurrent }) => isCurrent)].map((one) => [
          one.canonical,
          one,
        ]),
      );
      for (const { json } of distinct.values()) await registry.register(name, json);
      await registry.requireFullCompatibility(name);
    }),
  );
  return names;
}

/** What the registry answered: a schema of ours, or one that the codec may learn of, or none at all. */
function whatIs(text: string, headers: ReadonlyMap<string, Uint8Array>, nowMs: number): Meaning {
  const untilMs = nowMs + unknownMs;
  try {
    const canonical = canonicalJson(JSON.parse(text));
    const ours = headers.get(canonical);
    return ours === undefined ? { header: headerOfFingerprint(fingerprintOf(canonical)), untilMs } : { header: ours, untilMs: forGood };
  } catch {
    return { header: undefined, untilMs };
  }
}

function forgetOne(meanings: Map<number, Meaning>): void {
  for (const [id, meaning] of meanings) {
    if (meaning.untilMs === forGood) continue;
    meanings.delete(id);
    return;
  }
  // Every one of them is ours: there can't be that many, unless the registry repeats itself.
  const [first] = meanings.keys();
  if (first !== undefined) meanings.delete(first);
}

function frameOf(id: number): Buffer {
  const frame = Buffer.alloc(frameBytes);
  frame.writeInt32BE(id, 1);
  return frame;
}
