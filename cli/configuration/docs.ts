import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { variableOf } from "./environment-variables.ts";
import { configFields, configSchema, pathText, resolve, type Schema } from "./schema.ts";

/** What lists of the configuration hold, in the order in which they are explained. */
const definitionNames = [
  "server",
  "upstream",
  "policy",
  "rule",
  "limit",
  "budget",
  "virtualServer",
  "namePick",
  "resourcePick",
  "issuer",
] as const;

/**
 * `docs/configuration.md`, made of the schema. `node cli/configuration/docs.ts` writes it; a test holds the file against it.
 */
export function configurationPage(): string {
  const sections = Object.entries(configSchema.properties ?? {}).map(([name, schema]) => sectionOf(name, resolve(schema)));
  const definitions = definitionNames.map(definitionOf);
  const reading = `## The command line's own variables\n\n${table(["variable", "meaning"], clientVariables)}`;
  return `${[introduction, ...sections, "## What lists hold", ...definitions, reading].join("\n\n")}\n`;
}

const introduction = `# Configuration

Made of \`cli/configuration/config.schema.json\` by \`node cli/configuration/docs.ts\`: change that file, not this page.

Everything has a default: \`sluice serve\` needs no file. What is set later wins, lists are replaced as a whole:

1. the defaults below;
2. a YAML file: \`--config FILE\`, else \`SLUICE_CONFIG\`, else \`sluice.yaml\` in the folder where \`sluice\` is started;
3. environment variables, named after the path of the field: \`http.bodyBytesMax\` is \`SLUICE_HTTP_BODY_BYTES_MAX\`. Lists of texts are written
   with commas, other lists and maps as JSON;
4. the options of \`sluice serve\`.

Unknown keys and variables are refused, with the nearest name and the place. \`sluice config\` prints what results, secrets masked;
\`sluice config check FILE\` checks a file; \`sluice config schema\` prints the schema. For completion in an editor, begin the file with
\`# yaml-language-server: $schema=./cli/config.schema.json\`. Paths start at the folder of the file, or where \`sluice\` is started for
those of the environment and the command line.

\`servers\`, \`virtualServers\`, \`policies\`, \`limits\`, \`budgets\` and \`log.level\` are taken over from a changed file by a running gate, without dropping
a call. Everything else needs a restart. A file that is wrong changes nothing.

Whatever listens beyond loopback demands TLS (\`http.tls\`, \`grpc.tls\`) or says that it does without (\`http.allowPlaintext\`,
\`grpc.allowPlaintext\`); otherwise the gate does not start.`;

const clientVariables = [
  ["`SLUICE_CONFIG`", "The YAML file of `serve` and `config`."],
  ["`SLUICE_URL`", "Where the gate is, for `call`, `tools`, `health`."],
  ["`SLUICE_GRPC`", "Where the control plane is: `host:port`; beyond loopback encrypted unless `http://` stands in front."],
  ["`SLUICE_API_KEY`", "The key to show to both."],
  ["`SLUICE_PROFILE`", "The file that holds these otherwise; `cli.json` in the data folder unless set."],
  ["`NO_COLOR`", "Set: no colours."],
];

function sectionOf(name: string, schema: Schema): string {
  const head = `## ${name}\n\n${schema.description ?? ""}`;
  const fields = configFields.filter(({ path }) => path[0] === name);
  const rows = fields.map(({ path, schema: field }) => [
    `\`${pathText(path)}\``,
    typeText(field),
    valueText(field.default),
    descriptionOf(field),
    `\`${variableOf(path)}\``,
  ]);
  return `${head}\n\n${table(["field", "type", "default", "meaning", "environment"], rows)}`;
}

function definitionOf(name: string): string {
  const schema = resolve({ $ref: `#/$defs/${name}` });
  const required = new Set(schema.required ?? []);
  const rows = rowsOf(schema, "", required);
  return `### ${name}\n\n${schema.description === undefined ? "" : `${schema.description}\n\n`}${table(["field", "type", "default", "meaning"], rows)}`;
}

function rowsOf(schema: Schema, prefix: string, required: ReadonlySet<string>): readonly (readonly string[])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const field = resolve(property);
    const path = `${prefix}${name}`;
    const own = [`\`${path}\``, typeText(field), required.has(name) ? "must be given" : valueText(field.default), descriptionOf(field)];
    return field.properties === undefined
      ? [own]
      : [[`\`${path}\``, "section", "", field.description ?? ""], ...rowsOf(field, `${path}.`, new Set())];
  });
}

function descriptionOf({ description = "", minimum, maximum }: Schema): string {
  const range = minimum === undefined || maximum === undefined ? "" : ` From ${minimum} to ${maximum}.`;
  return `${description}${range}`;
}

function typeText({ type, enum: choices, items }: Schema): string {
  if (choices !== undefined) return choices.map((choice) => `\`${choice}\``).join(", ");
  const names = [type ?? "any"].flat().map((name) => typeNames[name] ?? name);
  const item = items === undefined ? undefined : (items.$ref?.split("/").at(-1) ?? undefined);
  return `${names.join(" or ")}${item === undefined ? "" : ` of ${item}`}`;
}

const typeNames: Readonly<Record<string, string>> = {
  integer: "whole number",
  string: "text",
  boolean: "true or false",
  array: "list",
  object: "map",
};

function valueText(value: unknown): string {
  return value === undefined ? "" : `\`${JSON.stringify(value)}\``;
}

/** In columns, as the formatter of this repository would have them. */
function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [headers, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = headers.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width)).join(" | ")} |`;
  const [head = [], ...body] = cells;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

const readmeMarks = ["<!-- configuration: made by node cli/configuration/docs.ts -->", "<!-- end of configuration -->"] as const;

/**
 * The README with every field in one table, between its marks. `node cli/configuration/docs.ts` writes it; a test holds the file against it.
 * Throws where the marks are not there.
 */
export function withConfiguration(readme: string): string {
  const [begin, end] = readmeMarks;
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the README has no ${begin} … ${end}`);
  return `${readme.slice(0, from + begin.length)}\n\n${compactTable()}\n\n${readme.slice(to)}`;
}

function compactTable(): string {
  const fields = configFields
    .filter(({ path }) => !definitionLists.has(pathText(path)))
    .map(({ path, schema }) => [`\`${pathText(path)}\``, valueText(schema.default), descriptionOf(schema)]);
  const ofLists = definitionNames.flatMap((name) => {
    const schema = resolve({ $ref: `#/$defs/${name}` });
    const rows = rowsOf(schema, listPrefixes[name], new Set(schema.required ?? []));
    return rows.map(([field = "", , value = "", meaning = ""]) => [field, value, meaning]);
  });
  return compact([["field", "default", "meaning"], ["---", "---", "---"], ...fields, ...ofLists]);
}

/** Where the entries of each definition stand in a file. */
const listPrefixes: Readonly<Record<(typeof definitionNames)[number], string>> = {
  server: "servers[].",
  upstream: "servers[].upstreams[].",
  policy: "policies[].",
  rule: "policies[].rules[].",
  limit: "limits[].",
  budget: "budgets[].",
  virtualServer: "virtualServers[].",
  namePick: "virtualServers[].tools[].",
  resourcePick: "virtualServers[].resources[].",
  issuer: "authentication.issuers[].",
};

/** Explained by the fields of their entries. */
const definitionLists: ReadonlySet<string> = new Set([
  "servers",
  "policies",
  "limits",
  "budgets",
  "virtualServers",
  "authentication.issuers",
]);

/** Without columns: it is read rendered. */
function compact(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const readme = new URL("../../README.md", import.meta.url);
  writeFileSync(new URL("../../docs/configuration.md", import.meta.url), configurationPage());
  writeFileSync(readme, withConfiguration(readFileSync(readme, "utf8")));
}
