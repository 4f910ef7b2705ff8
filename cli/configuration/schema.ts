import document from "./config.schema.json" with { type: "json" };

/** The parts of JSON Schema 2020-12 that `config.schema.json` uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly explain?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** The schema that ships: `sluice config schema` prints it, and editors complete by it. */
export const configSchema: Schema = document as unknown as Schema;

/** A value that can be set by itself: `http.tls.key`, `servers`. */
export interface Field {
  readonly path: readonly string[];
  readonly schema: Schema;
}

/** Every field with its path, in the order of the schema. Lists and free maps are one field each; sections are not fields. */
export const configFields: readonly Field[] = fieldsOf(configSchema, []);

function fieldsOf(schema: Schema, path: readonly string[]): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const resolved = resolve(property);
    const own = [...path, name];
    return resolved.properties === undefined ? [{ path: own, schema: resolved }] : fieldsOf(resolved, own);
  });
}

/** The schema itself or the one it refers to; what stands beside a reference wins. */
export function resolve(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.slice("#/$defs/".length);
  const target = configSchema.$defs?.[name];
  if (target === undefined) throw new Error(`the schema refers to ${schema.$ref}, which it does not hold`);
  return { ...target, ...schema };
}

/** A path as people write it: `servers[0].url`. */
export function pathText(path: readonly (string | number)[]): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}

/** Whether a schema admits a type. */
export function admits(schema: Schema, type: string): boolean {
  return Array.isArray(schema.type) ? schema.type.includes(type) : schema.type === type;
}
