import { createRequire } from "node:module";
import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { nearestName } from "../../domain/nearest-name.ts";
import { configFields, pathText, type Schema } from "./schema.ts";

/** Something wrong in what an author wrote. */
export interface Issue {
  readonly path: readonly (string | number)[];
  /** What is wrong, without the place. Holds no value that may be secret. */
  readonly what: string;
  readonly next: string;
  /** Whether the key itself is wrong, not its value. */
  readonly part: "key" | "value";
}

export type DefinitionKind = "server" | "policy" | "limit" | "budget" | "virtualServer";

/** Compiled beforehand (`config-validator.ts`), because compiling the schema took a tenth of every start. */
let compiled: Readonly<Record<"config" | DefinitionKind, ValidateFunction>> | undefined;

/** Checks a whole configuration and fills in the defaults, in place. */
export function validateConfig(value: unknown): readonly Issue[] {
  return issuesOf(validator("config"), value);
}

/** Checks one server, policy, limit or virtual server in its author's form and fills in the defaults, in place. */
export function validateDefinition(kind: DefinitionKind, value: unknown): readonly Issue[] {
  return issuesOf(validator(kind), value);
}

function validator(place: "config" | DefinitionKind): ValidateFunction {
  compiled ??= createRequire(import.meta.url)("../gen/config-validator.cjs") as NonNullable<typeof compiled>;
  return compiled[place];
}

function issuesOf(validate: ValidateFunction, value: unknown): readonly Issue[] {
  if (validate(value)) return [];
  // The branches of a `oneOf` only say why each of them doesn't fit; its own error says what is meant.
  return (validate.errors ?? [])
    .filter(({ schemaPath }) => !/\/oneOf\/\d/.test(schemaPath) && !isEcho(schemaPath))
    .map((error) => issueOf(error, value));
}

/** `propertyNames` reports the key's own error and then that there was one. */
function isEcho(schemaPath: string): boolean {
  return /\/propertyNames\/./.test(schemaPath);
}

function issueOf(error: ErrorObject, root: unknown): Issue {
  const path = pathOf(error.instancePath, root);
  const describe = describers[error.keyword];
  const schema = (error.parentSchema ?? {}) as Schema;
  const found = describe?.(error, schema) ?? { what: error.message ?? "is not valid" };
  const own = found.child === undefined ? path : [...path, found.child];
  return {
    path: own,
    what: found.what,
    next: found.next ?? schema.description ?? "see docs/configuration.md",
    part: found.part ?? "value",
  };
}

interface Description {
  readonly what: string;
  readonly next?: string;
  readonly child?: string;
  readonly part?: "key";
}

const describers: Readonly<Record<string, (error: ErrorObject, schema: Schema) => Description>> = {
  additionalProperties: ({ params }, schema) => unknownKey(String(params["additionalProperty"]), Object.keys(schema.properties ?? {})),
  required: ({ params }) => ({ what: `\`${params["missingProperty"]}\` is missing` }),
  type: ({ params, data }) => ({ what: `must be ${typeText(params["type"])}, not ${kindOf(data)}` }),
  enum: ({ params, data }) => enumeration(params["allowedValues"], data),
  minimum: ({ params }) => ({ what: `must be at least ${params["limit"]}` }),
  maximum: ({ params }) => ({ what: `must be at most ${params["limit"]}` }),
  minLength: ({ params }) => ({
    what: params["limit"] === 1 ? "must not be empty" : `must have at least ${params["limit"]} characters`,
  }),
  maxLength: ({ params }) => ({ what: `must have at most ${params["limit"]} characters` }),
  minItems: ({ params }) => ({ what: `must have at least ${params["limit"]} entries` }),
  maxItems: ({ params }) => ({ what: `must have at most ${params["limit"]} entries` }),
  maxProperties: ({ params }) => ({ what: `must have at most ${params["limit"]} entries` }),
  uniqueItems: () => ({ what: "must not name the same thing twice" }),
  pattern: () => ({ what: "does not have the form that it must have" }),
  propertyNames: ({ params }) => ({
    what: `\`${params["propertyName"]}\` can't be a name here`,
    child: String(params["propertyName"]),
    part: "key",
  }),
  dependentRequired: ({ params }) => ({
    what: `\`${params["property"]}\` makes no sense without \`${params["missingProperty"]}\``,
    child: String(params["property"]),
    part: "key",
  }),
  oneOf: (_error, schema) => ({ what: schema.explain ?? "fits none of its forms, or several" }),
};

function unknownKey(key: string, known: readonly string[]): Description {
  const near = nearestName(key, known);
  const elsewhere = configFields.find(({ path }) => path.at(-1) === key);
  const advice = near ?? (elsewhere === undefined ? undefined : pathText(elsewhere.path));
  const next = advice === undefined ? `known here: ${known.join(", ")}` : `did you mean \`${advice}\`?`;
  return { what: `unknown key \`${key}\``, next, child: key, part: "key" };
}

function enumeration(allowed: readonly unknown[], data: unknown): Description {
  const names = allowed.map(String);
  const near = typeof data === "string" ? nearestName(data, names) : undefined;
  const what = `must be one of ${names.join(", ")}`;
  return near === undefined ? { what } : { what, next: `did you mean \`${near}\`?` };
}

const typeNames: Readonly<Record<string, string>> = {
  integer: "a whole number",
  number: "a number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "a map of keys and values",
  null: "null",
};

function typeText(types: unknown): string {
  return [types]
    .flat()
    .map((type) => typeNames[String(type)] ?? String(type))
    .join(" or ");
}

function kindOf(data: unknown): string {
  if (data === null) return "null";
  if (Array.isArray(data)) return "a list";
  if (typeof data === "number") return `the number ${data}`;
  return typeNames[typeof data] ?? typeof data;
}

/** The parts of a JSON pointer; what indexes a list is a number. */
function pathOf(pointer: string, root: unknown): readonly (string | number)[] {
  const parts = pointer.split("/").slice(1);
  let value = root;
  return parts.map((escaped) => {
    const name = escaped.replaceAll("~1", "/").replaceAll("~0", "~");
    const part = Array.isArray(value) ? Number(name) : name;
    value = typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined;
    return part;
  });
}
