import { parseSchema, type Schema } from "./schema.ts";

/**
 * Why two versions of a schema can't live on one log: sentences, none where each reads what the other wrote (FULL compatibility).
 * Both are the JSON of trusted .avsc files.
 */
export function compatibilityProblems(readerSchema: object, writerSchema: object): string[] {
  const reader = parseSchema(readerSchema);
  const writer = parseSchema(writerSchema);
  return [
    ...problems("the reader can't read what the writer wrote", reader, writer),
    ...problems("the writer can't read what the reader wrote", writer, reader),
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
