import { isLiteral } from "../../domain/glob.ts";
import { reservedToolNames } from "../../domain/mcp/meta-tools.ts";
import { reservedServerNames, serverNamePattern } from "../../domain/server.ts";
import { isShortened, outerNameCharactersMax } from "../../domain/virtual/outer-name.ts";
import { conflictOf, type OuterNames } from "../../domain/virtual/pick-conflict.ts";
import {
  type MetaTools,
  type NamePick,
  type ResourcePick,
  type VirtualServer,
  virtualBounds,
} from "../../domain/virtual/virtual-server.ts";
import { invalid, join, type ObjectInput, readChoice, readList, readObject, readText, readTexts } from "../object-reader.ts";

const virtualKeys = ["name", "title", "description", "instructions", "metaTools", "tools", "prompts", "resources"] as const;
const nameKeys = ["server", "pick", "except", "name", "prefix", "title", "description"] as const;
const resourceKeys = ["server", "pick", "except", "uri", "title", "description"] as const;
const modes = ["off", "auto", "always"] as const satisfies readonly MetaTools[];

const { exceptMax, nameCharactersMax, patternsMax, picksMax, uriCharactersMax } = virtualBounds;
const serverName = {
  charactersMin: 1,
  charactersMax: 64,
  pattern: serverNamePattern,
  patternSays: "lower case letters, digits and single hyphens",
} as const;

/**
 * The virtual server that `input` describes, or `Fault("invalid")` with the path of the wrong field. Picks that could ever give one name
 * to two things are refused, whatever their servers offer now; a server that is not there yet is no fault.
 */
export function parseVirtualServer(
  input: unknown,
  { organizationId, origin }: { readonly organizationId: string; readonly origin: VirtualServer["origin"] },
): VirtualServer {
  const fields = readObject(input, "", virtualKeys);
  const name = readText(fields["name"], "name", serverName);
  if (reservedServerNames.has(name)) throw invalid("name", `must not be ${name}: it is part of other addresses`, "Choose another name.");
  const metaTools = fields["metaTools"] ?? null;
  const virtual: VirtualServer = {
    organizationId,
    name,
    title: readText(fields["title"] ?? name, "title", { charactersMax: 256 }) || name,
    description: readText(fields["description"] ?? "", "description", { charactersMax: 4_096, lines: true }),
    instructions: readText(fields["instructions"] ?? "", "instructions", { charactersMax: 16_384, lines: true }),
    metaTools: metaTools === null ? null : readChoice(metaTools, "metaTools", modes),
    tools: readPicks(fields["tools"], "tools", readNamePick),
    prompts: readPicks(fields["prompts"], "prompts", readNamePick),
    resources: readPicks(fields["resources"], "resources", readResourcePick),
    origin,
  };
  refuseConflicts("tools", virtual.tools.map(outerNames), metaTools === "off" ? [] : reservedToolNames);
  refuseConflicts("prompts", virtual.prompts.map(outerNames), []);
  refuseConflicts("resources", virtual.resources.map(outerUris), []);
  return virtual;
}

function readPicks<Pick extends { readonly pick: string }>(
  value: unknown,
  field: string,
  read: (entry: unknown, path: string) => Pick,
): readonly Pick[] {
  const picks = readList(value ?? [], field, picksMax).map((entry, index) => read(entry, `${field}[${index}]`));
  if (picks.filter(({ pick }) => !isLiteral(pick)).length > patternsMax)
    throw invalid(field, `must have at most ${patternsMax} picks with *`);
  return picks;
}

function readNamePick(entry: unknown, path: string): NamePick {
  const fields = readObject(entry, path, nameKeys);
  const common = readCommon(fields, path, nameCharactersMax);
  const { pick } = common;
  const name = optional(fields, path, "name", { charactersMin: 1, charactersMax: outerNameCharactersMax });
  const prefix = readText(fields["prefix"] ?? "", join(path, "prefix"), { charactersMax: 64 });
  if (name !== null && prefix !== "") throw invalid(join(path, "prefix"), "makes no sense beside name", "Keep one of the two.");
  if (name?.includes("*")) throw invalid(join(path, "name"), "must not hold *");
  if (prefix.includes("*")) throw invalid(join(path, "prefix"), "must not hold *");
  if (name !== null && isShortened(name)) throw invalid(join(path, "name"), "has the form of a shortened name", "Choose another name.");
  refuseForMany(pick, path, { name, title: common.title, description: common.description });
  return { ...common, name, prefix };
}

function readResourcePick(entry: unknown, path: string): ResourcePick {
  const fields = readObject(entry, path, resourceKeys);
  const common = readCommon(fields, path, uriCharactersMax);
  const uri = optional(fields, path, "uri", {
    charactersMin: 1,
    charactersMax: uriCharactersMax,
    pattern: /^[A-Za-z][A-Za-z0-9+.-]*:[^\s*{}]+$/,
    patternSays: "an absolute URI, without *",
  });
  if (uri !== null && /[{}]/.test(common.pick)) throw invalid(join(path, "uri"), "can't be given to a template", "Pick it as it is.");
  refuseForMany(common.pick, path, { uri, title: common.title, description: common.description });
  return { ...common, uri };
}

function readCommon(fields: ObjectInput, path: string, charactersMax: number) {
  return {
    server: readText(fields["server"], join(path, "server"), serverName),
    pick: readText(fields["pick"], join(path, "pick"), { charactersMin: 1, charactersMax }),
    except: readTexts(fields["except"] ?? [], join(path, "except"), { entriesMax: exceptMax, charactersMin: 1, charactersMax }),
    title: optional(fields, path, "title", { charactersMax: 256 }),
    description: optional(fields, path, "description", { charactersMax: 16_384, lines: true }),
  };
}

function optional(fields: ObjectInput, path: string, key: string, bounds: Parameters<typeof readText>[2]): string | null {
  const value = fields[key] ?? null;
  return value === null ? null : readText(value, join(path, key), bounds);
}

/** One name or one text for many things would tell them apart no more. */
function refuseForMany(pick: string, path: string, given: Readonly<Record<string, string | null>>): void {
  if (isLiteral(pick)) return;
  for (const [key, value] of Object.entries(given)) {
    if (value !== null)
      throw invalid(join(path, key), "can be given to one thing only, and the pick holds *", "Pick it by its whole name.");
  }
}

function outerNames({ server, pick, except, name, prefix }: NamePick): OuterNames {
  if (name !== null) return { server, pattern: name, except: [], prefix: name === pick ? "" : null };
  return { server, pattern: `${prefix}${pick}`, except: except.map((excepted) => `${prefix}${excepted}`), prefix };
}

function outerUris({ server, pick, except, uri }: ResourcePick): OuterNames {
  return uri === null || uri === pick ? { server, pattern: pick, except, prefix: "" } : { server, pattern: uri, except: [], prefix: null };
}

function refuseConflicts(field: string, picks: readonly OuterNames[], reserved: readonly string[]): void {
  const own: readonly OuterNames[] = reserved.map((pattern) => ({ server: "", pattern, except: [], prefix: null }));
  const found = conflictOf([...own, ...picks]);
  if (found === undefined) return;
  const [earlier, later] = found.map((index) => index - own.length);
  const path = `${field}[${later}]`;
  if (earlier === undefined || earlier < 0) {
    throw invalid(
      path,
      `may give the name ${reserved[(earlier ?? 0) + own.length]}, which the gate keeps for itself`,
      "Give it a prefix or except that name, or set metaTools to off.",
    );
  }
  throw invalid(
    path,
    `may give a name that ${field}[${earlier}] gives, too`,
    "Give one of them a name or a prefix of its own, or except what they have in common.",
  );
}
