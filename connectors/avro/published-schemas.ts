import type { EventLog } from "../../domain/ports/event-log.ts";
import { readBetween } from "../../domain/read-past.ts";
import type { LogRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { type EventSchema, fingerprintText } from "./codec.ts";

type Log = Pick<EventLog, "append" | "extent" | "read">;

/** Answers, each time, the schemas that were published since the last, as JSON. */
export function publishedReader(log: Pick<EventLog, "extent" | "read">): () => Promise<readonly string[]> {
  let next = 0;
  return async () => {
    const found: string[] = [];
    for (const { record, schema } of await readFrom(log, next)) {
      next = Math.max(next, record.offset + 1);
      found.push(schema);
    }
    return found;
  };
}

/** Those of `schemas` that no process of this version, or of another that has them, has published. */
export async function unpublished(
  log: Pick<EventLog, "extent" | "read">,
  schemas: readonly EventSchema[],
): Promise<readonly EventSchema[]> {
  const known = new Set((await readFrom(log, 0)).map(({ fingerprint }) => fingerprint));
  return schemas.filter(({ header }) => !known.has(fingerprintText(header)));
}

/** Publishes what is not there yet; answers how many. Twice at once does no harm: the key is the fingerprint. */
export async function publishSchemas(
  log: Log,
  schemas: readonly EventSchema[],
  { nowMs, newId }: { readonly nowMs: number; readonly newId: () => string },
): Promise<number> {
  const missing = await unpublished(log, schemas);
  const records = missing.map(({ name, json, header }): LogRecord<"schema_published"> => {
    const fingerprint = fingerprintText(header);
    const value = { id: newId(), timeMs: nowMs, organizationId: "", name, fingerprint, schema: json };
    return { type: "schema_published", key: fingerprint, value, timestampMs: nowMs };
  });
  if (records.length > 0) await log.append(topics.schemas, records);
  return records.length;
}

/** What is there and can't be read is no schema: it must not keep anybody from those that are. */
async function readFrom(log: Pick<EventLog, "extent" | "read">, from: number) {
  const [extent] = await log.extent(topics.schemas);
  if (extent === undefined) return [];
  const { partition, start, end } = extent;
  const records = await readBetween(log, topics.schemas, { partition, from: Math.max(from, start), until: end });
  return records.flatMap((record) =>
    record.value === null ? [] : [{ record, fingerprint: record.value.fingerprint, schema: record.value.schema }],
  );
}
