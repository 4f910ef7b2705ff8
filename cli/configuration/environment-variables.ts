import { Fault } from "../../domain/fault.ts";
import { nearestName } from "../../domain/nearest-name.ts";
import { admits, configFields, type Field, pathText, type Schema } from "./schema.ts";

/** Variables with our prefix that aren't fields of the configuration: where the file is, and what the command line's client reads. */
const otherVariables = ["SLUICE_CONFIG", "SLUICE_URL", "SLUICE_GRPC", "SLUICE_API_KEY", "SLUICE_PROFILE"] as const;

/** `http.bodyBytesMax` is set by `SLUICE_HTTP_BODY_BYTES_MAX`. */
export function variableOf(path: readonly string[]): string {
  return ["SLUICE", ...path.map((part) => part.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase())].join("_");
}

const fieldsByVariable: ReadonlyMap<string, Field> = new Map(configFields.map((field) => [variableOf(field.path), field]));

/** One value that the environment sets. */
export interface Setting {
  readonly variable: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * The settings in the environment. Texts are taken as they are, lists of texts may be written with commas, everything else is JSON.
 * An unknown `SLUICE_` name is refused as an unknown key of the file is; an empty value counts as absent.
 */
export function settingsOf(environment: Readonly<Record<string, string | undefined>>): readonly Setting[] {
  return Object.entries(environment).flatMap(([variable, text]) => {
    if (!variable.startsWith("SLUICE_") || text === undefined || text === "") return [];
    if ((otherVariables as readonly string[]).includes(variable)) return [];
    const field = fieldsByVariable.get(variable);
    if (field === undefined) throw unknownVariable(variable);
    return [{ variable, path: field.path, value: parse(text, field.schema, variable) }];
  });
}

function parse(text: string, schema: Schema, variable: string): unknown {
  if (schema.enum !== undefined) return text;
  if (text === "null" && admits(schema, "null")) return null;
  if (admits(schema, "string")) return text;
  const ofTexts = schema.items !== undefined && admits(schema.items, "string");
  if (ofTexts && !text.trimStart().startsWith("[")) return text.split(",").map((item) => item.trim());
  try {
    return JSON.parse(text);
  } catch {
    throw new Fault("invalid", `environment ${variable}: is no ${kindOf(schema)}`, {
      field: variable,
      next: schema.description ?? "see docs/configuration.md",
    });
  }
}

function kindOf(schema: Schema): string {
  if (admits(schema, "integer") || admits(schema, "number")) return "number";
  return admits(schema, "boolean") ? "boolean (true or false)" : "JSON";
}

function unknownVariable(variable: string): Fault {
  const near = nearestName(variable, [...fieldsByVariable.keys(), ...otherVariables]);
  const field = near === undefined ? undefined : fieldsByVariable.get(near);
  return new Fault("invalid", `environment ${variable}: no such setting`, {
    field: variable,
    next:
      near === undefined ? "see docs/configuration.md for all names" : `did you mean ${near}${field ? ` (${pathText(field.path)})` : ""}?`,
  });
}
