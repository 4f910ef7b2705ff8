import { setImmediate } from "node:timers/promises";
import { Fault } from "../../../domain/fault.ts";
import { calledTool, metaToolNames, metaTools, reservedToolNames, searchBounds } from "../../../domain/mcp/meta-tools.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import { type Candidate, type Profile, profileOf, rank } from "../../../domain/search/ranking.ts";
import type { MetaTools } from "../../../domain/virtual/virtual-server.ts";
import type { Gate } from "../gate.ts";
import { type Inbound, keep } from "../inbound.ts";
import type { ListItem } from "../lists.ts";
import { answerLocally } from "../local.ts";
import type { Blend } from "./blend.ts";
import { type GatheredEntry, gather } from "./gather.ts";

type Json = Readonly<Record<string, unknown>>;

/** How an endpoint has its tools found. */
export function metaToolsOf({ aggregation }: Pick<Gate, "aggregation">, { virtual }: Blend): MetaTools {
  return virtual?.entity.metaTools ?? aggregation.metaTools;
}

/** Whether a call is one of the gate's own tools there. */
export function isMetaTool(gate: Gate, blend: Blend, name: string): boolean {
  return reservedToolNames.includes(name) && metaToolsOf(gate, blend) !== "off";
}

/** What is listed in place of so many tools; undefined where they are listed themselves. */
export function listedInstead(gate: Gate, blend: Blend, tools: number): readonly ListItem[] | undefined {
  const mode = metaToolsOf(gate, blend);
  return mode === "always" || (mode === "auto" && tools > gate.aggregation.metaToolsAbove) ? metaTools : undefined;
}

const nowhere = { server: null, labels: {} };

/**
 * Answers a call of one of the gate's own tools. Searching and describing are judged and recorded as asking for the list of tools, and show
 * nothing else than that list would. `forward` goes on with the call that a `call_tool` stands for, as if the tool itself had been called.
 */
export function callMetaTool(gate: Gate, inbound: Inbound, blend: Blend, forward: () => void | Promise<void>): void | Promise<void> {
  const name = inbound.scanned.name?.text;
  if (name !== metaToolNames.call) {
    const answer = name === metaToolNames.search ? search : describe;
    return answerLocally(gate, inbound, { ...nowhere, method: "tools/list" }, async () => ({
      result: await toolResult(answer(gate, inbound, blend)),
    }));
  }
  const body = calledTool(inbound.body, inbound.scanned);
  const scanned = typeof body === "string" ? undefined : scanMessage(body);
  if (typeof body === "string" || scanned === undefined || scanned.kind === "malformed") {
    const wrong = typeof body === "string" ? body : "arguments can't be read";
    return answerLocally(gate, inbound, { ...nowhere, method: "tools/list" }, () => ({ result: errorResult(wrong) }));
  }
  keep(inbound);
  inbound.body = body;
  inbound.scanned = scanned;
  inbound.unwrapped = true;
  return forward();
}

/** What is wrong with the arguments of a tool is for the model to read (SEP-1303). */
async function toolResult(answer: Promise<Json>): Promise<Json> {
  try {
    const structuredContent = await answer;
    return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent };
  } catch (reason) {
    if (reason instanceof Fault && reason.code === "invalid") return errorResult(reason.message);
    throw reason;
  }
}

function errorResult(text: string): Json {
  return { content: [{ type: "text", text }], isError: true };
}

async function search(gate: Gate, inbound: Inbound, blend: Blend): Promise<Json> {
  const { query, limit = searchBounds.limitDefault, ...others } = argumentsOf(inbound);
  const { queryCharactersMax, limitMax } = searchBounds;
  if (typeof query !== "string" || query.trim() === "" || query.length > queryCharactersMax)
    throw new Fault("invalid", `query must be a text of 1 to ${queryCharactersMax} characters`);
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 1 || limit > limitMax)
    throw new Fault("invalid", `limit must be a whole number from 1 to ${limitMax}`);
  refuseOthers(others);
  const { entries, unavailable } = await gather(gate, inbound, blend, "tools/list", { known: true });
  const found = rank(query, await candidatesOf(entries), limit);
  return {
    tools: found.map(({ item }) => shortOf(item.item)),
    searched: entries.length,
    ...(unavailable.length === 0 ? {} : { unavailable }),
  };
}

async function describe(gate: Gate, inbound: Inbound, blend: Blend): Promise<Json> {
  const { name, ...others } = argumentsOf(inbound);
  if (typeof name !== "string") throw new Fault("invalid", "name must be the name of a tool");
  refuseOthers(others);
  for (const known of [true, false]) {
    const { entries } = await gather(gate, inbound, blend, "tools/list", { known });
    const found = entries.find((entry) => entry.name === name);
    if (found !== undefined) return { tool: found.item };
  }
  throw new Fault("invalid", "there is no such tool for you: find one with search_tools");
}

function argumentsOf({ scanned, body }: Inbound): Json {
  const own = scanned.arguments;
  const value: unknown = own === null ? {} : JSON.parse(new TextDecoder().decode(body.subarray(own.start, own.end)));
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw new Fault("invalid", "arguments must be an object");
}

function refuseOthers(others: Json): void {
  const [other] = Object.keys(others);
  if (other !== undefined) throw new Fault("invalid", `${other.slice(0, 64)} is not an argument of this tool`);
}

function shortOf({ name, title, description }: ListItem): Json {
  const { descriptionCharactersMax } = searchBounds;
  return {
    name,
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof description === "string" ? { description: description.slice(0, descriptionCharactersMax).toWellFormed() } : {}),
  };
}

// By the tool as its server has it, and the name and words that the endpoint gives it: kept lists are searched again and again.
const profiles = new WeakMap<ListItem, { readonly name: string; readonly description: unknown; readonly profile: Profile }>();
/** Profiles that are made at a stretch: other calls come in between. */
const profilesAtOnce = 100;

async function candidatesOf(entries: readonly GatheredEntry[]): Promise<readonly Candidate<GatheredEntry>[]> {
  const candidates: Candidate<GatheredEntry>[] = [];
  let made = 0;
  for (const entry of entries) {
    const { name, item, source } = entry;
    let known = profiles.get(source);
    if (known === undefined || known.name !== name || known.description !== item["description"]) {
      known = { name, description: item["description"], profile: profileOfTool(name, item) };
      profiles.set(source, known);
      made += 1;
      if (made % profilesAtOnce === 0) await setImmediate();
    }
    candidates.push({ item: entry, profile: known.profile });
  }
  return candidates;
}

function profileOfTool(name: string, { title, description, inputSchema }: ListItem): Profile {
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return profileOf({ name, title: text(title), description: text(description), parameters: parametersOf(inputSchema) });
}

/** Names and descriptions of the top level of a schema: what is deeper says less of what the tool is for. */
function parametersOf(schema: unknown): string {
  if (typeof schema !== "object" || schema === null || !("properties" in schema)) return "";
  const { properties } = schema;
  if (typeof properties !== "object" || properties === null) return "";
  return Object.entries(properties)
    .slice(0, 64)
    .map(([name, about]: [string, unknown]) => {
      const words = typeof about === "object" && about !== null && "description" in about ? about.description : "";
      return `${name} ${typeof words === "string" ? words.slice(0, 500) : ""}`;
    })
    .join(" ");
}
