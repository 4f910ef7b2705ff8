import { parseSchema, type Schema } from "./schema.ts";

/**
 * Why two versions of a schema can't live on one log: sentences, none where each reads what the other wrote (FULL compatibility), as what it was.
 * Both are the JSON of trusted .avsc files.
 */
export function compatibilityProblems(readerSchema: object, writerSchema: object): string[] {
  const reader = parseSchema(readerSchema);
  const writer = parseSchema(writerSchema);
  return [
    ...problems("the reader can't read what the writer wrote", reader, writer),
    ...problems("the writer can't read what the reader wrote", writer, reader),
    ...otherMeanings(readerSchema, writerSchema),
  ];
}

function problems(what: string, reader: Schema, writer: Schema): string[] {
  try {
    reader.type.createResolver(writer.type);
    return [];
  } catch (error) {
    return [`${what}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Avro reads texts as bytes and the other way round, and a long as a long, whatever it counts: the value would be another. */
function otherMeanings(readerSchema: object, writerSchema: object): string[] {
  const writers = new Map(meanings(writerSchema, ""));
  return [...meanings(readerSchema, "")].flatMap(([place, meaning]) => {
    const written = writers.get(place) ?? meaning;
    return written === meaning ? [] : [`what is at ${place.split(" ")[0]} is ${meaning} for the reader and ${written} for the writer`];
  });
}

type Meaning = readonly [place: string, meaning: string];

/** For each place in a schema, by its path and what stands for it in bytes, what its values are. */
function meanings(schema: unknown, path: string): readonly Meaning[] {
  if (Array.isArray(schema)) return schema.flatMap((branch) => meanings(branch, path));
  if (typeof schema === "string") return [[`${path} ${schema === "bytes" ? "string" : schema}`, schema]];
  // The schema was parsed: whatever else stands here is an object.
  const { type, fields, items, values, logicalType } = schema as Readonly<Record<string, unknown>>;
  if (Array.isArray(fields)) return fields.flatMap((field) => meanings(field.type, `${path}.${field.name}`));
  if (type === "array" || type === "map") return meanings(items ?? values, `${path}[]`);
  return typeof logicalType === "string" ? [[`${path} ${type}`, logicalType]] : meanings(type, path);
}
