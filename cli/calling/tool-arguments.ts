import { Fault } from "../../domain/fault.ts";

/** The part of a tool's input schema that conversion reads. */
export interface InputSchema {
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
}

export interface GivenArguments {
  /** `key=value`, in the order given. */
  readonly pairs: readonly string[];
  /** `--args`: a JSON object, which pairs are added to. */
  readonly json?: string | undefined;
}

/**
 * The arguments of a call. A value is converted to the type that the tool's schema names; where the schema isn't known, by its looks:
 * `5` is a number, `true` a boolean, `null` null, `{…}` and `[…]` JSON, everything else a text. `key:=value` is always JSON.
 */
export function toolArguments({ pairs, json }: GivenArguments, schema?: InputSchema): Readonly<Record<string, unknown>> {
  const values = new Map<string, unknown>(Object.entries(json === undefined ? {} : parseObject(json)));
  for (const pair of pairs) {
    const { key, text, isJson } = split(pair);
    values.set(key, isJson ? parseValue(text, key) : convert(text, key, typesOf(schema, key)));
  }
  return Object.fromEntries(values);
}

/** Whether conversion could come out differently with the schema at hand: only then is it worth asking the server for it. */
export function needsSchema({ pairs }: GivenArguments): boolean {
  return pairs.some((pair) => {
    const { text, isJson } = split(pair);
    return !isJson && typeof byLooks(text) !== "string";
  });
}

function split(pair: string): { readonly key: string; readonly text: string; readonly isJson: boolean } {
  const at = pair.indexOf("=");
  const isJson = at > 0 && pair[at - 1] === ":";
  const key = pair.slice(0, isJson ? at - 1 : at);
  if (at < 0 || key === "") {
    throw new Fault("invalid", `${JSON.stringify(pair)} is no argument`, { next: "write key=value, key:=JSON, or --args '{…}'" });
  }
  return { key, text: pair.slice(at + 1), isJson };
}

function parseObject(json: string): Record<string, unknown> {
  const value = parseValue(json, "--args");
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Fault("invalid", "--args must be a JSON object", { field: "--args", next: 'write --args \'{"key": "value"}\'' });
  }
  return value as Record<string, unknown>;
}

function parseValue(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault("invalid", `${name} is no JSON: ${(cause as Error).message}`, {
      cause,
      field: name,
      next: "quote it for the shell with '…'",
    });
  }
}

function typesOf(schema: InputSchema | undefined, key: string): readonly string[] {
  const properties = schema?.properties;
  const property = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
  const type = typeof property === "object" && property !== null && "type" in property ? property.type : undefined;
  return [type].flat().filter((name) => typeof name === "string");
}

function convert(text: string, key: string, types: readonly string[]): unknown {
  if (types.length === 0) return byLooks(text);
  const value = byLooks(text);
  if (types.includes(typeName(value)) || (types.includes("integer") && Number.isInteger(value))) return value;
  if (types.includes("string")) return text;
  throw new Fault("invalid", `${key}: the tool wants ${types.join(" or ")}`, {
    field: key,
    next: `sluice tools shows what it takes; write ${key}:=… for JSON`,
  });
}

const numeral = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function byLooks(text: string): unknown {
  if (text === "true" || text === "false" || text === "null") return JSON.parse(text);
  // A number that would lose digits (an account number, say) stays a text.
  if (numeral.test(text)) return text.length <= 15 || String(Number(text)) === text ? Number(text) : text;
  if (!/^(?:\{.*\}|\[.*\])$/s.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
