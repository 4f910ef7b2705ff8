import { resolve } from "node:path";
import { Fault } from "../../domain/fault.ts";
import { readConfigFile } from "../configuration/file.ts";
import { pathText } from "../configuration/schema.ts";
import { type DefinitionKind, validateDefinition } from "../configuration/validation.ts";

const lists = {
  server: "servers",
  policy: "policies",
  limit: "limits",
  budget: "budgets",
  virtualServer: "virtualServers",
} as const satisfies Record<DefinitionKind, string>;

const words = {
  server: "server",
  policy: "policy",
  limit: "limit",
  budget: "budget",
  virtualServer: "virtual server",
} as const satisfies Record<DefinitionKind, string>;

/**
 * The servers, policies, limits, budgets or virtual servers in a file, checked: one of them, a list of them, or a whole `sluice.yaml` of which the fitting list counts.
 * Throws `Fault("invalid")` with the place of what is wrong.
 */
export function readDefinitions(file: string, kind: DefinitionKind, folder: string): readonly Readonly<Record<string, unknown>>[] {
  const source = readConfigFile(resolve(folder, file));
  const { entries, path } = entriesOf(source.value, lists[kind]);
  if (entries.length === 0) {
    throw new Fault("invalid", `${source.file}: there is no ${words[kind]} in it`, {
      field: file,
      next: `write one ${words[kind]}, a list of them, or \`${lists[kind]}:\` with a list`,
    });
  }
  for (const [index, entry] of entries.entries()) {
    const [issue] = validateDefinition(kind, entry);
    if (issue === undefined) continue;
    const place = [...path(index), ...issue.path];
    throw new Fault("invalid", `${source.placeOf(place, issue.part)}: ${pathText(place)}: ${issue.what}`, {
      field: pathText(place),
      next: issue.next,
    });
  }
  // The schema has just admitted each of them as a map.
  return entries as readonly Readonly<Record<string, unknown>>[];
}

function entriesOf(
  value: unknown,
  list: string,
): { readonly entries: readonly unknown[]; path(index: number): readonly (string | number)[] } {
  if (Array.isArray(value)) return { entries: value, path: (index) => [index] };
  const listed: unknown = typeof value === "object" && value !== null ? Reflect.get(value, list) : undefined;
  if (Array.isArray(listed)) return { entries: listed, path: (index) => [list, index] };
  return { entries: [value], path: () => [] };
}
