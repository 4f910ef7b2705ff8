import { encodeHeaderValue } from "../../domain/mcp/header-value.ts";
import { rawText } from "../../domain/mcp/json-text.ts";
import { methodOf, targetOf } from "../../domain/mcp/methods.ts";
import { type MirroredParam, mirroredParams, mirroringHeaders } from "../../domain/mcp/mirrored-params.ts";
import type { Scanned } from "../../domain/mcp/scanned.ts";

/** The headers by which a modern message is repeated over HTTP (2026-07-28, Streamable HTTP): stdio has none. */
export interface MessageHeaders {
  of(scanned: Scanned): Readonly<Record<string, string>>;
  /** Reads an answer to `tools/list`: which arguments each tool wants repeated. */
  learn(result: unknown): void;
}

export function createMessageHeaders(): MessageHeaders {
  const tools = new Map<string, readonly MirroredParam[]>();
  return {
    of(scanned) {
      const { method, protocolVersion, bytes, arguments: args } = scanned;
      const target = methodOf(method)?.mirrored === true ? targetOf(scanned) : null;
      const params = method === "tools/call" && target !== null ? (tools.get(target) ?? []) : [];
      const mirrored = params.length === 0 || args === null ? [] : mirroringHeaders(params, JSON.parse(rawText(bytes, args)));
      return {
        "mcp-protocol-version": protocolVersion ?? "",
        "mcp-method": method ?? "",
        ...(target === null ? {} : { "mcp-name": encodeHeaderValue(target) }),
        ...inPairs(mirrored),
      };
    },
    learn(result) {
      const listed: unknown = typeof result === "object" && result !== null ? Reflect.get(result, "tools") : undefined;
      if (!Array.isArray(listed)) return;
      for (const tool of listed) {
        const params = mirroredParams(tool?.inputSchema);
        if (typeof tool?.name === "string" && typeof params !== "string") tools.set(tool.name, params);
      }
    },
  };
}

function inPairs(headers: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: headers.length / 2 }, (_, at) => [headers[2 * at], headers[2 * at + 1]]));
}
