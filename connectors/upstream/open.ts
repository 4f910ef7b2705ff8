import type { Upstream } from "../../domain/ports/upstream.ts";
import type { UpstreamDefinition } from "../../domain/server.ts";
import { openHttpUpstream } from "./http.ts";
import type { HttpUpstreamOptions } from "./http-target.ts";
import { openSseUpstream } from "./sse.ts";
import { openStdioUpstream, type StdioUpstreamOptions } from "./stdio.ts";
import { openWebSocketUpstream } from "./websocket.ts";

export type UpstreamOptions = HttpUpstreamOptions & StdioUpstreamOptions;

/**
 * Opens the upstream of a definition, whatever its kind. Nothing is connected yet, save a spare process where one is kept.
 * Throws `Fault("invalid")` for a definition that can't be used.
 */
export function openUpstream(definition: UpstreamDefinition, options: UpstreamOptions): Upstream {
  switch (definition.kind) {
    case "stdio":
      return openStdioUpstream(definition, options);
    case "sse":
      return openSseUpstream(definition, options);
    case "websocket":
      return openWebSocketUpstream(definition, options);
    case "http":
      return openHttpUpstream(definition, options);
  }
}
