import { type MirroredParam, mirroredParams } from "../../domain/mcp/mirrored-params.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { RoutedServer } from "../routing/router.ts";
import type { Asker, ServerLists } from "./aggregate/server-lists.ts";
import type { KeptAnswers } from "./cache/kept-answers.ts";

/** By the name that the server gave the tool. A tool without any is not in it. */
export type ToolMirrors = ReadonlyMap<string, readonly MirroredParam[]>;

/** Which arguments of servers' tools are repeated in headers (2026-07-28, Streamable HTTP, "Custom Headers from Tool Parameters"). */
export interface Mirrors {
  /** As it was found out lately; else the server is asked. Never rejects: where the server tells nothing, nothing is mirrored. */
  of(routed: RoutedServer, asker: Asker): ToolMirrors | Promise<ToolMirrors>;
  /** The server has seen other headers than it wants: its schemas have changed. */
  forget(routed: RoutedServer): void;
  /** What a list tells of a tool at a server that sees no headers, and so can't hold them against the arguments. */
  learn(routed: RoutedServer, tool: Readonly<Record<string, unknown>>): void;
  /** What was learnt of such a server; undefined where nothing of it is repeated in headers. */
  learnt(routed: RoutedServer): ToolMirrors | undefined;
}

export interface MirrorsOptions {
  readonly lists: Pick<ServerLists, "of">;
  /** What lists are kept in. */
  readonly kept: Pick<KeptAnswers<unknown>, "invalidate">;
  readonly logger: Logger;
  readonly nowMs: () => number;
}

// A server whose tools have changed says so with -32020, on which it is asked again.
const freshMs = 5 * 60_000;
/** Tools of one server that are kept in mind. */
const learntToolsMax = 1_000;
const nothing: ToolMirrors = new Map();

export function createMirrors({ lists, kept, logger, nowMs }: MirrorsOptions): Mirrors {
  const known = new WeakMap<RoutedServer, { readonly tools: ToolMirrors; readonly untilMs: number }>();
  const read = (routed: RoutedServer, items: readonly Readonly<Record<string, unknown>>[]): ToolMirrors => {
    const tools = new Map<string, readonly MirroredParam[]>();
    for (const { name, inputSchema } of items) {
      const params = mirroredParams(inputSchema);
      if (typeof params === "string") logger.warn("A tool is hidden", { server: routed.server.name, tool: name, reason: params });
      else if (params.length > 0 && typeof name === "string") tools.set(name, params);
    }
    known.set(routed, { tools, untilMs: nowMs() + freshMs });
    return tools;
  };
  const learnt = new WeakMap<RoutedServer, Map<string, readonly MirroredParam[]>>();
  return {
    learn(routed, { name, inputSchema }) {
      const params = mirroredParams(inputSchema);
      const tools = learnt.get(routed) ?? new Map<string, readonly MirroredParam[]>();
      if (typeof name !== "string") return;
      if (typeof params === "string" || params.length === 0) tools.delete(name);
      else if (tools.size < learntToolsMax) learnt.set(routed, tools.set(name, params));
    },
    learnt: (routed) => learnt.get(routed),
    of(routed, asker) {
      const found = known.get(routed);
      if (found !== undefined && found.untilMs > nowMs()) return found.tools;
      // The call itself says it best where its server can't be reached.
      return lists.of(routed, "tools/list", asker, { known: true }).then(
        ({ value }) => read(routed, value.items),
        () => nothing,
      );
    },
    forget(routed) {
      known.delete(routed);
      kept.invalidate(routed.server.organizationId, routed.server.name, { kind: "tools" });
    },
  };
}
