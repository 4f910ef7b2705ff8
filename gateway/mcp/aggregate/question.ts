import { Fault } from "../../../domain/fault.ts";
import { codes } from "../../../domain/mcp/errors.ts";
import { latestModern } from "../../../domain/mcp/revisions.ts";
import type { RoutedServer } from "../../routing/router.ts";
import { ask } from "../ask.ts";
import type { Eras } from "../era.ts";
import { gateInfo } from "../identity.ts";
import { type PooledClient, type SessionPool, upstreamSessionHeaders } from "../upstream-session.ts";

type Json = Readonly<Record<string, unknown>>;

/** An answer to a question of the gate's own. */
export interface Told {
  readonly result: Json;
  /** Of the whole answer. */
  readonly bytes: number;
}

/** Puts questions of the gate's own to one server, in the words of its era. */
export interface Questioner {
  readonly era: "modern" | "legacy";
  /** What the server says it can do; null where it did not say. */
  readonly capabilities: Json | null;
  /** Rejects with `Fault("unsupported")` where the server does not know the method. */
  put(method: string, parameters: Json): Promise<Told>;
}

export interface QuestionerOptions {
  readonly eras: Eras;
  readonly pool: SessionPool;
  readonly timeoutMs: number;
}

const json = ["content-type", "application/json", "accept", "application/json, text/event-stream"] as const;

/** Rejects where the server can't be reached. A legacy server is asked in a session that the gate holds for this owner. */
export async function questionerOf(
  routed: RoutedServer,
  { owner, client }: { readonly owner: string; readonly client?: PooledClient },
  options: QuestionerOptions,
): Promise<Questioner> {
  const { eras, pool, timeoutMs } = options;
  const { era, discovered } = await eras.of(routed);
  if (era === "modern") {
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": latestModern,
      "io.modelcontextprotocol/clientCapabilities": {},
      "io.modelcontextprotocol/clientInfo": gateInfo,
    };
    return {
      era,
      capabilities: asJson(discovered?.["capabilities"]),
      put(method, parameters) {
        const headers = [...json, "mcp-protocol-version", latestModern, "mcp-method", method];
        return put(routed, { method, params: { ...parameters, _meta }, headers, pinned: undefined, timeoutMs });
      },
    };
  }
  let session = await pool.acquire(routed, owner, client);
  const putIn = (method: string, params: Json) =>
    put(routed, { method, params, headers: [...json, ...upstreamSessionHeaders(session)], pinned: session.upstreamId, timeoutMs });
  return {
    era,
    capabilities: session.capabilities,
    async put(method, params) {
      try {
        return await putIn(method, params);
      } catch (reason) {
        // A session that the server has forgotten (2025-11-25, basic/transports, "Session Management") is opened anew.
        if (session.sessionId === null || !(reason instanceof Fault) || reason.code !== "not-found") throw reason;
        pool.forget(routed, owner, session);
        session = await pool.acquire(routed, owner, client);
        return putIn(method, params);
      }
    },
  };
}

interface Put {
  readonly method: string;
  readonly params: Json;
  readonly headers: readonly string[];
  readonly pinned: string | undefined;
  readonly timeoutMs: number;
}

let lastQuestionId = 0;

async function put(routed: RoutedServer, { method, params, headers, pinned, timeoutMs }: Put): Promise<Told> {
  lastQuestionId += 1;
  const body = JSON.stringify({ jsonrpc: "2.0", id: `sluice-${lastQuestionId}`, method, params });
  const { status, message, bytes } = await ask(routed, { headers, body, pinned, timeoutMs, repeatable: true });
  if (message?.result !== undefined) return { result: message.result, bytes };
  const said = message?.error === undefined ? `status ${status}` : `error ${String(message.error.code)}`;
  const isUnknown = message?.error?.code === codes.methodNotFound;
  const code = isUnknown ? "unsupported" : status === 404 ? "not-found" : "unavailable";
  throw new Fault(code, `the server ${routed.server.name} did not answer ${method}: ${said}`);
}

function asJson(value: unknown): Json | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;
}
