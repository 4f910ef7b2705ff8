import { decodeHeaderValue, encodeHeaderValue } from "./header-value.ts";

/** An argument that a header repeats (2026-07-28, server/tools, "x-mcp-header"). */
export interface MirroredParam {
  /** The header's whole name, in lower case. */
  readonly header: string;
  /** Where the value stands in the arguments. */
  readonly path: readonly string[];
}

const annotation = "x-mcp-header";
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const types: ReadonlySet<unknown> = new Set(["string", "integer", "boolean"]);

/** Under these keywords names are chosen by the schema's author, and the values are schemas. */
const namedSchemas: ReadonlySet<string> = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);
/** Under these stands data: what looks like an annotation there is none. */
const dataKeywords: ReadonlySet<string> = new Set(["const", "enum", "default", "examples"]);

type Json = Readonly<Record<string, unknown>>;

/** What a tool's schema has mirrored; a sentence that says what is wrong with it where a client must reject the tool. */
export function mirroredParams(inputSchema: unknown): readonly MirroredParam[] | string {
  const found: MirroredParam[] = [];
  const problem = collect(inputSchema, [], found);
  if (problem !== null) return problem;
  if (countAnnotations(inputSchema, false) > found.length) return `${annotation} stands where no chain of properties leads`;
  const headers = new Set(found.map(({ header }) => header));
  return headers.size === found.length ? found : `two values of ${annotation} are the same but for case`;
}

/** Follows the chains of `properties`, the only way to annotations that count. */
function collect(schema: unknown, path: readonly string[], found: MirroredParam[]): string | null {
  const properties = asObject(asObject(schema)?.["properties"]);
  for (const [name, property] of Object.entries(properties ?? {})) {
    const child = asObject(property);
    if (child === undefined) continue;
    const place = [...path, name];
    if (Object.hasOwn(child, annotation)) {
      const header = child[annotation];
      if (typeof header !== "string" || !token.test(header)) return `${annotation} of ${place.join(".")} is not the name of a header`;
      if (!types.has(child["type"])) return `${annotation} of ${place.join(".")} is on neither a string, an integer nor a boolean`;
      found.push({ header: `mcp-param-${header.toLowerCase()}`, path: place });
    }
    const problem = collect(child, place, found);
    if (problem !== null) return problem;
  }
  return null;
}

function countAnnotations(value: unknown, isNames: boolean): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countAnnotations(item, false), 0);
  let count = 0;
  for (const [key, inner] of Object.entries(asObject(value) ?? {})) {
    if (isNames) count += countAnnotations(inner, false);
    else if (key === annotation) count += 1;
    else if (!dataKeywords.has(key)) count += countAnnotations(inner, namedSchemas.has(key));
  }
  return count;
}

/** Names and values in turn. What is null, missing, or no such value has no header. */
export function mirroringHeaders(params: readonly MirroredParam[], args: unknown): readonly string[] {
  return params.flatMap(({ header, path }) => {
    const value = mirroredValue(args, path);
    return value === undefined ? [] : [header, encodeHeaderValue(String(value))];
  });
}

/** What is wrong with the headers of a call, or null: each must be there where its argument is, and say the same (ibid., "Server Validation"). */
export function mirroringProblem(params: readonly MirroredParam[], args: unknown, headerOf: (name: string) => string): string | null {
  for (const { header, path } of params) {
    const value = mirroredValue(args, path);
    const sent = headerOf(header);
    // A header of nothing may stand for a text of nothing.
    if (sent === "" && (value === undefined || value === "")) continue;
    const said = decodeHeaderValue(sent);
    if (sent === "" || said === undefined) return `Header mismatch: ${header} is missing or has an invalid encoding`;
    const isSame = typeof value === "number" ? Number(said) === value && said.trim() !== "" : said === String(value);
    if (value === undefined || !isSame) return `Header mismatch: ${header} does not say what ${path.join(".")} does`;
  }
  return null;
}

function mirroredValue(args: unknown, path: readonly string[]): string | number | boolean | undefined {
  const value = path.reduce<unknown>((inner, name) => ownMember(inner, name), args);
  if (typeof value === "string" || typeof value === "boolean") return value;
  return typeof value === "number" && Number.isInteger(value) ? value : undefined;
}

function ownMember(value: unknown, name: string): unknown {
  const object = asObject(value);
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

function asObject(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}
