import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { EventType } from "../../domain/events.ts";
import type { Topic } from "../../domain/record.ts";
import { changelogOf, topics } from "../../domain/topics.ts";
import { schemaFolder } from "./codec.ts";

/** The parts of an .avsc file that the page tells. */
interface DocumentedSchema {
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly { readonly name: string; readonly type: unknown; readonly doc: string }[];
}

const introduction = `# Events and topics

Made of \`domain/topics.ts\` and \`proto/events/*.avsc\` by \`npm run gen\`: change those, not this page.

Every fact is an event, every event an Avro record on a topic. Order is kept among records of one key; delivery is at least once, and readers
drop repeats by the event's \`id\`, its sequence, or the header \`src\`. \`sluice migrate\` makes the topics on Kafka; the embedded log makes them
as they are first written. On Kafka their names have \`kafka.topicPrefix\` in front, and they have \`kafka.partitionsMax\` partitions at most. A topic that keeps the last of each
key is compacted; a record has 8 MiB at most.

**On the wire** a value is in Avro's single-object encoding (\`C3 01\`, CRC-64-AVRO of the schema, body), or, where a schema registry is
configured, in Confluent's framing (\`00\`, four bytes of schema id, body); readers take both. No value (a tombstone) means that the key is
gone; the header \`sluice-type\` says of what event where the topic holds several.

**The envelope** is the same in every event: \`id\`, \`timeMs\`, \`organizationId\`, \`principal\` and \`traceparent\`. The principal is who called, or who asked for a change; null where a
process of Sluice tells something by itself. How a call ended has its caller as \`userId\` and \`agentId\`, which stands whole in \`call_decided\` of the same call.

**Headers** are text. \`traceparent\`: the W3C trace context of a call. \`src\`: the task and the record that a processor's output was made from
(\`usage/3/calls/3/1042#0\`), or the tick, with the epoch of its owner (\`usage/3/tick/1767225600000:1767225661000#0\`); what comes again has the same. \`writer\`: the term of the
control process that wrote a definition. A term begins with a tombstone of the key \`=writer\` on every such topic; what an earlier term writes behind it does not count. On outputs
of processors \`writer\` is the epoch of the task's owner. \`entry\` and \`epoch\`: of a tombstone on a changelog.

**Keys** are made of the parts below, joined by \`/\`. Where tasks may change hands, on Kafka, what a processor tells on a topic that is compacted has the epoch of the owner behind them
(\`/@1767225600000\`): of one thing each owner has a record of its own. Of totals the latest owner's counts, of acts about a target the one that was decided last.

**Changes** are fully compatible with every release, in both directions (\`npm run schemas\`): fields come and go with a default, and nothing is
renamed. A schema of another version is looked for on the topic \`schemas\` ([decision 0021](decisions/0021-schemas-travel-on-the-log.md)); one that is not there is refused, never guessed.`;

/** \`docs/events.md\`. A test holds the file against it. */
export function eventsPage(): string {
  const ofEvents: readonly Topic[] = Object.values(topics);
  const all = [...ofEvents, changelogOf({ name: "{processor}", partitions: 0 })];
  const rows = all.map(
    ({ name, keys = "", partitions, cleanup, retentionMs, types, about }) =>
      `| \`${name}\` | ${keys} | ${partitions || "as its sources"} | ${keptText(cleanup, retentionMs)} | ${types.map(linkTo).join(", ")} | ${about} |`,
  );
  const types = [...new Set(all.flatMap((topic) => topic.types))];
  return `${[
    introduction,
    "## Topics",
    ["| topic | key | partitions | kept | events | what |", "| --- | --- | --: | --- | --- | --- |", ...rows].join("\n"),
    "## The principal",
    ["| field | type | what |", "| --- | --- | --- |", ...principalRows()].join("\n"),
    "## Events",
    ...types.map(eventSection),
  ].join("\n\n")}\n`;
}

function keptText(cleanup: Topic["cleanup"], retentionMs: number | null): string {
  if (cleanup === "compact") return "the last of each key";
  return retentionMs === null ? "for good" : `${retentionMs / (24 * 60 * 60_000)} days`;
}

function linkTo(type: EventType): string {
  return `[\`${type}\`](#${type})`;
}

/** It is in every event, and told once. */
function principalRows(): readonly string[] {
  const { fields } = schemaOf("administered");
  return fieldRows(recordIn(fields.find(({ name }) => name === "principal")?.type)?.fields ?? [], "principal.");
}

const fileOf = (type: EventType) => `${type.replaceAll("_", "-")}.v1.avsc`;

function schemaOf(type: EventType): DocumentedSchema {
  return JSON.parse(readFileSync(new URL(fileOf(type), schemaFolder), "utf8"));
}

function eventSection(type: EventType): string {
  const file = fileOf(type);
  const schema = schemaOf(type);
  const rows = fieldRows(schema.fields, "");
  return [
    `### ${type}`,
    `${schema.doc} Schema: [\`${file}\`](../proto/events/${file}).`,
    ["| field | type | what |", "| --- | --- | --- |", ...rows].join("\n"),
  ].join("\n\n");
}

/** Fields of a record within a record are told with their path. */
function fieldRows(fields: DocumentedSchema["fields"], path: string): readonly string[] {
  return fields.flatMap(({ name, type, doc }) => {
    const row = `| \`${path}${name}\` | ${typeText(type)} | ${doc.replaceAll("|", "\\|")} |`;
    const nested = recordIn(type);
    return nested === undefined || nested.name === "Principal" ? [row] : [row, ...fieldRows(nested.fields, `${path}${name}.`)];
  });
}

function recordIn(type: unknown): DocumentedSchema | undefined {
  if (Array.isArray(type)) return type.map(recordIn).find((found) => found !== undefined);
  if (typeof type !== "object" || type === null) return undefined;
  const { type: kind, items, values } = type as { type?: unknown; items?: unknown; values?: unknown };
  if (kind === "record") return type as DocumentedSchema;
  return recordIn(items ?? values);
}

function typeText(type: unknown): string {
  if (typeof type === "string") return type;
  if (Array.isArray(type)) return type.map(typeText).join(" or ");
  const { type: kind, items, values, name } = type as { type: unknown; items?: unknown; values?: unknown; name?: string };
  if (kind === "array") return `list of ${typeText(items)}`;
  if (kind === "map") return `map of ${typeText(values)}`;
  return name ?? typeText(kind);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(new URL("../../docs/events.md", import.meta.url), eventsPage());
