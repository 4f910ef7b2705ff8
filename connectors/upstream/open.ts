import type { Upstream } from "../../domain/ports/upstream.ts";
import type { UpstreamDefinition } from "../../domain/server.ts";
import { openHttpUpstream } from "./http.ts";
import type { HttpUpstreamOptions } from "./http-target.ts";
import { openStdioUpstream, type StdioUpstreamOptions } from "./stdio.ts";

export type UpstreamOptions = HttpUpstreamOptions & StdioUpstreamOptions;

/**
 * Opens the upstream of a definition, whatever its kind. Nothing is connected yet, save a spare process where one is kept.
 * Throws `Fault("invalid")` for a definition that can't be used.
 */
export function openUpstream(definition: UpstreamDefinition, options: UpstreamOptions): Upstream {
  return definition.kind === "http" ? openHttpUpstream(definition, options) : openStdioUpstream(definition, options);
}
