import { costBounds } from "../../domain/budgets/cost.ts";
import {
  type AuditMode,
  defaultTimeouts,
  type Origin,
  reservedServerNames,
  type Server,
  serverNamePattern,
  type Timeouts,
} from "../../domain/server.ts";
import { invalid, readChoice, readInteger, readList, readObject, readText, readTextMap } from "../object-reader.ts";
import { parseUpstream, type ServerRules, strictestServerRules } from "./parse-upstream.ts";

const upstreamsMax = 32;
const labelsMax = 32;
const dayMs = 24 * 60 * 60_000;

/** The keys of a server, as in the configuration file, in REST and in errors. */
const serverKeys = ["name", "title", "description", "labels", "upstreams", "audit", "timeouts", "costs"] as const;
const auditModes = ["buffered", "strict"] as const satisfies readonly AuditMode[];

/**
 * The server that `input` describes, or `Fault("invalid")` with the path of the wrong field.
 * The configuration file and the demonstration are trusted with commands and environment; every other origin is held to `rules`,
 * which allow nothing unless told.
 */
export function parseServer(
  input: unknown,
  { organizationId, origin, rules = strictestServerRules }: ServerOrigin & { readonly rules?: ServerRules },
): Server {
  const server = readObject(input, "", serverKeys);
  const name = readText(server["name"], "name", {
    charactersMin: 1,
    charactersMax: 64,
    pattern: serverNamePattern,
    patternSays: "lower case letters, digits and single hyphens",
  });
  if (reservedServerNames.has(name)) throw invalid("name", `must not be ${name}: /mcp/${name} means something else`);
  return {
    organizationId,
    name,
    title: readText(server["title"] ?? name, "title", { charactersMax: 256 }) || name,
    description: readText(server["description"] ?? "", "description", { charactersMax: 4096, lines: true }),
    labels: parseLabels(server["labels"] ?? {}),
    upstreams: parseUpstreams(server["upstreams"], origin === "file" || origin === "demo" ? null : rules),
    audit: readChoice(server["audit"] ?? rules.audit ?? "buffered", "audit", auditModes),
    timeouts: parseTimeouts(server["timeouts"] ?? {}),
    ...parseCosts(server["costs"]),
    origin,
  };
}

/** Left out where nothing is said, as in definitions of before there were costs. */
function parseCosts(input: unknown): Pick<Server, "costs"> {
  if (input === undefined || input === null) return {};
  if (typeof input !== "object" || Array.isArray(input))
    throw invalid("costs", "must be an object", "Write tools and what they cost: { search: 5 }.");
  const entries = Object.entries(input);
  if (entries.length === 0) return {};
  if (entries.length > costBounds.entriesMax) throw invalid("costs", `must have at most ${costBounds.entriesMax} entries`);
  const read = ([tool, units]: [string, unknown]) => {
    const name = readText(tool, "costs", { charactersMin: 1, charactersMax: 1_024 });
    return [name, readInteger(units, `costs.${name.slice(0, 128)}`, { min: 0, max: costBounds.unitsMax })];
  };
  return { costs: Object.fromEntries(entries.map(read)) };
}

export interface ServerOrigin {
  readonly organizationId: string;
  readonly origin: Origin;
}

function parseLabels(input: unknown): Readonly<Record<string, string>> {
  return readTextMap(input, "labels", {
    entriesMax: labelsMax,
    keys: {
      charactersMax: 128,
      pattern: /^[A-Za-z0-9][A-Za-z0-9._/-]*$/,
      patternSays: "letters, digits, `.`, `_`, `/` and `-`, starting with a letter or digit",
    },
    values: { charactersMax: 128 },
  });
}

function parseUpstreams(input: unknown, rules: ServerRules | null): Server["upstreams"] {
  if (input === undefined) throw invalid("upstreams", "is missing", "Give at least one upstream, with its url or its command.");
  const list = readList(input, "upstreams", upstreamsMax);
  if (list.length === 0) throw invalid("upstreams", "must not be empty", "Give at least one upstream, with its url or its command.");
  const upstreams = list.map((upstream, index) => parseUpstream(upstream, { path: `upstreams[${index}]`, place: index + 1, rules }));
  const repeated = upstreams.findIndex(({ id }, index) => upstreams.findIndex((other) => other.id === id) !== index);
  if (repeated !== -1) throw invalid(`upstreams[${repeated}].id`, "is the id of another upstream, too");
  return upstreams;
}

function parseTimeouts(input: unknown): Timeouts {
  const timeouts = readObject(input, "timeouts", ["answerMs", "idleMs", "totalMs"]);
  return {
    answerMs: readInteger(timeouts["answerMs"] ?? defaultTimeouts.answerMs, "timeouts.answerMs", { min: 1, max: dayMs }),
    idleMs: readInteger(timeouts["idleMs"] ?? defaultTimeouts.idleMs, "timeouts.idleMs", { min: 0, max: dayMs }),
    totalMs: readInteger(timeouts["totalMs"] ?? defaultTimeouts.totalMs, "timeouts.totalMs", { min: 0, max: dayMs }),
  };
}
