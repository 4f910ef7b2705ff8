import { latestLegacy, latestModern } from "../../domain/mcp/revisions.ts";
import { gateInfo } from "./identity.ts";
import type { UpstreamSession } from "./upstream-session.ts";

type Json = Readonly<Record<string, unknown>>;

/** What the merged endpoint can do: what it can't carry it does not advertise. */
const mergedCapabilities = { tools: {}, prompts: {}, resources: {}, completions: {} };

const supportedVersions = [latestModern, latestLegacy];
const serverInfoKey = "io.modelcontextprotocol/serverInfo";

/** `server/discover` of the merged endpoint. */
export function discoverMerged(): Json {
  return { supportedVersions, capabilities: mergedCapabilities, _meta: { [serverInfoKey]: gateInfo } };
}

/** `initialize` of the merged endpoint. */
export function initializeMerged(protocolVersion: string): Json {
  return { protocolVersion, capabilities: mergedCapabilities, serverInfo: gateInfo };
}

/** `server/discover` for a legacy server: what it said at `initialize`, less what needs a session of the client's own. */
export function discoverLegacy({ capabilities, serverInfo, instructions }: UpstreamSession): Json {
  return {
    supportedVersions,
    capabilities: stateless(capabilities),
    ...(instructions === null ? {} : { instructions }),
    _meta: { [serverInfoKey]: serverInfo },
  };
}

/** `initialize` for a modern server, from what it answered to `server/discover`. */
export function initializeModern(protocolVersion: string, discovered: Json | null): Json {
  const meta = asJson(discovered?.["_meta"]);
  const instructions = discovered?.["instructions"];
  return {
    protocolVersion,
    capabilities: stateless(asJson(discovered?.["capabilities"])),
    serverInfo: serverInfoKey in meta ? meta[serverInfoKey] : gateInfo,
    ...(typeof instructions === "string" ? { instructions } : {}),
  };
}

/** Lists, reads and calls: subscriptions, change notices, logging levels and tasks need more than one request. */
function stateless(capabilities: Json): Json {
  const kept: Record<string, unknown> = {};
  for (const name of ["tools", "prompts", "resources", "completions"]) if (name in capabilities) kept[name] = {};
  return kept;
}

function asJson(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
