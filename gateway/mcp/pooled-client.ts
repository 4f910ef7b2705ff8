import { canonicalJson } from "../../domain/mcp/canonical-json.ts";
import { asObject } from "../../domain/mcp/client-capabilities.ts";
import { rawText } from "../../domain/mcp/json-text.ts";
import { latestLegacy } from "../../domain/mcp/revisions.ts";
import { gateInfo } from "./identity.ts";
import type { Inbound } from "./inbound.ts";
import type { Session } from "./session.ts";
import type { PooledClient } from "./upstream-session.ts";

const gateInfoJson = JSON.stringify(gateInfo);

/** For whom a session with a legacy server is opened: the client's own capabilities and words, never more than it said. */
export function pooledClientOf({ era, scanned, body }: Inbound, session: Session | null): PooledClient {
  if (era === "legacy") {
    const { protocolVersion = latestLegacy, clientCapabilities = "{}", clientInfo = gateInfoJson } = session ?? {};
    return { protocolVersion, capabilitiesJson: capabilitiesFor(clientCapabilities), infoJson: infoFor(clientInfo) };
  }
  const declared = scanned.clientCapabilities === null ? "{}" : rawText(body, scanned.clientCapabilities);
  const info = scanned.clientInfo === null ? gateInfoJson : rawText(body, scanned.clientInfo);
  return { protocolVersion: latestLegacy, capabilitiesJson: capabilitiesFor(declared), infoJson: infoFor(info) };
}

/** A server insists on both; of a client that told less than that it hears of the gate. */
function infoFor(json: string): string {
  return json.includes('"name"') && json.includes('"version"') ? json : gateInfoJson;
}

const wordCharactersMax = 4_096;
const knownMax = 1_024;
/** By the words of clients: the same few come with every request. */
const known = new Map<string, string>();

/** What of a client's capabilities a session can carry, in a form that is the same for the same capabilities. */
function capabilitiesFor(json: string): string {
  if (json === "{}") return json;
  const found = known.get(json);
  if (found !== undefined) return found;
  const all = asObject(JSON.parse(json));
  const whole = canonicalJson(only(all, [...askable, "experimental", "extensions"]));
  const short = whole.length <= wordCharactersMax ? whole : canonicalJson(only(all, askable));
  const made = short.length <= wordCharactersMax ? short : "{}";
  if (json.length > wordCharactersMax) return made;
  if (known.size >= knownMax) known.clear();
  known.set(json, made);
  return made;
}

const askable = ["elicitation", "roots", "sampling"] as const;

function only(all: Readonly<Record<string, unknown>>, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(all, name)).map((name) => [name, all[name]]));
}
