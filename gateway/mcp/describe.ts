import { latestLegacy, latestModern } from "../../domain/mcp/revisions.ts";
import { serverInfoKey } from "../../domain/mcp/rewrite.ts";
import { gateInfo } from "./identity.ts";
import type { UpstreamSession } from "./upstream-session.ts";

type Json = Readonly<Record<string, unknown>>;

const supportedVersions = [latestModern, latestLegacy];

/** `server/discover` for a legacy server: what it said at `initialize`, less what needs a session of the client's own. */
export function discoverLegacy({ capabilities, serverInfo, instructions }: UpstreamSession): Json {
  return {
    supportedVersions,
    capabilities: bridged(capabilities),
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
    capabilities: bridged(asJson(discovered?.["capabilities"])),
    serverInfo: serverInfoKey in meta ? meta[serverInfoKey] : gateInfo,
    ...(typeof instructions === "string" ? { instructions } : {}),
  };
}

/** Tasks are another dialect in each era (2025-11-25, basic/utilities/tasks; ext-tasks), which nobody translates. */
const tasksExtension = "io.modelcontextprotocol/tasks";

/**
 * What of a server's capabilities reaches clients of the other era. Changes of lists the gate tells of itself, whatever the server does.
 */
function bridged(capabilities: Json): Json {
  const kept: Record<string, unknown> = {};
  for (const name of ["tools", "prompts"]) if (name in capabilities) kept[name] = { listChanged: true };
  const { resources } = capabilities;
  if (resources !== undefined)
    kept["resources"] = { listChanged: true, ...(asJson(resources)["subscribe"] === true ? { subscribe: true } : {}) };
  for (const name of ["completions", "logging"]) if (name in capabilities) kept[name] = {};
  const { [tasksExtension]: _, ...extensions } = asJson(capabilities["extensions"]);
  return Object.keys(extensions).length === 0 ? kept : { ...kept, extensions };
}

function asJson(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
