import { Fault } from "../../domain/fault.ts";
import { latestLegacy } from "../../domain/mcp/revisions.ts";
import type { RoutedServer } from "../router.ts";
import { type Asked, ask } from "./ask.ts";
import { gateInfo } from "./identity.ts";

/**
 * A session that the gate itself holds with an upstream of a legacy revision, for callers who have none of their own there:
 * clients of the stateless revision, and everybody on the merged endpoint. One per caller and server, so that nothing of
 * one caller's state can reach another. The gate declares no client capabilities: what it can't carry it does not promise.
 */
export interface UpstreamSession {
  readonly upstreamId: string;
  /** Null where the upstream keeps no session. */
  readonly sessionId: string | null;
  readonly protocolVersion: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly serverInfo: Readonly<Record<string, unknown>>;
  readonly instructions: string | null;
}

export interface SessionPool {
  /** The caller's session with that server; opened on first use, shared by concurrent calls. */
  acquire(routed: RoutedServer, owner: string): Promise<UpstreamSession>;
  /** The session if it is open already: the way without a promise. */
  ready(routed: RoutedServer, owner: string): UpstreamSession | undefined;
  /** The upstream no longer knows it: the next `acquire` opens another. */
  forget(routed: RoutedServer, owner: string, session: UpstreamSession): void;
  count(): number;
  close(): Promise<void>;
}

export interface SessionPoolOptions {
  readonly nowMs: () => number;
  readonly sessionsMax: number;
  readonly idleMs: number;
}

interface Pooled {
  readonly routed: RoutedServer;
  readonly opening: Promise<UpstreamSession>;
  session: UpstreamSession | undefined;
  lastUsedMs: number;
}

export function createSessionPool({ nowMs, sessionsMax, idleMs }: SessionPoolOptions): SessionPool {
  const pool = new Map<string, Pooled>();

  const end = (key: string, { routed, opening }: Pooled) => {
    pool.delete(key);
    opening.then(
      (session) => closeUpstreamSession(routed, session.upstreamId, session.sessionId, session.protocolVersion),
      () => {}, // It never opened: nothing to end.
    );
  };
  const makeRoom = () => {
    for (const [key, pooled] of pool) {
      if (pooled.lastUsedMs > nowMs() - idleMs && pool.size < sessionsMax) return;
      end(key, pooled);
    }
  };
  const use = (key: string): Pooled | undefined => {
    const pooled = pool.get(key);
    if (pooled === undefined) return undefined;
    pooled.lastUsedMs = nowMs();
    pool.delete(key);
    pool.set(key, pooled);
    return pooled;
  };

  return {
    acquire(routed, owner) {
      const key = keyOf(routed, owner);
      const known = use(key);
      if (known !== undefined) return known.opening;
      makeRoom();
      const opening = openUpstreamSession(routed);
      const pooled: Pooled = { routed, opening, session: undefined, lastUsedMs: nowMs() };
      pool.set(key, pooled);
      opening.then(
        (session) => {
          pooled.session = session;
        },
        () => {
          if (pool.get(key) === pooled) pool.delete(key);
        },
      );
      return opening;
    },
    ready: (routed, owner) => use(keyOf(routed, owner))?.session,
    forget(routed, owner, session) {
      const key = keyOf(routed, owner);
      if (pool.get(key)?.session === session) pool.delete(key);
    },
    count: () => pool.size,
    async close() {
      const all = [...pool];
      pool.clear();
      await Promise.allSettled(
        all.map(async ([, { routed, opening }]) => {
          const { upstreamId, sessionId, protocolVersion } = await opening;
          await closeUpstreamSession(routed, upstreamId, sessionId, protocolVersion);
        }),
      );
    },
  };
}

const handshakeTimeoutMs = 30_000;

async function openUpstreamSession(routed: RoutedServer): Promise<UpstreamSession> {
  const initialize = {
    jsonrpc: "2.0",
    id: 0,
    method: "initialize",
    params: { protocolVersion: latestLegacy, capabilities: {}, clientInfo: gateInfo },
  };
  const headers = ["content-type", "application/json", "accept", "application/json, text/event-stream"];
  const answer = await ask(routed, { headers, body: JSON.stringify(initialize), timeoutMs: handshakeTimeoutMs, repeatable: true });
  const result = answer.message?.result;
  if (result === undefined) throw new Fault("unavailable", `the server ${routed.server.name} refused the session: ${refusalOf(answer)}`);

  const protocolVersion = typeof result["protocolVersion"] === "string" ? result["protocolVersion"] : latestLegacy;
  const sessionId = answer.header("mcp-session-id") ?? null;
  const session: UpstreamSession = {
    upstreamId: answer.upstreamId,
    sessionId,
    protocolVersion,
    capabilities: asObject(result["capabilities"]),
    serverInfo: asObject(result["serverInfo"]),
    instructions: typeof result["instructions"] === "string" ? result["instructions"] : null,
  };
  await ask(routed, {
    headers: [...headers, ...upstreamSessionHeaders(session)],
    body: JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" }),
    pinned: session.upstreamId,
    timeoutMs: handshakeTimeoutMs,
    repeatable: true,
  });
  return session;
}

/** The headers by which an upstream knows its session again. */
export function upstreamSessionHeaders({ sessionId, protocolVersion }: Pick<UpstreamSession, "sessionId" | "protocolVersion">): string[] {
  const headers = ["mcp-protocol-version", protocolVersion];
  if (sessionId !== null) headers.push("mcp-session-id", sessionId);
  return headers;
}

/** Tells an upstream that its session is over. It may be gone already: an error changes nothing. */
export async function closeUpstreamSession(
  routed: RoutedServer,
  upstreamId: string,
  sessionId: string | null,
  protocolVersion: string,
): Promise<void> {
  if (sessionId === null) return;
  const headers = upstreamSessionHeaders({ sessionId, protocolVersion });
  await ask(routed, { method: "DELETE", headers, pinned: upstreamId, timeoutMs: 5_000, repeatable: true }).catch(() => {});
}

function keyOf({ server }: RoutedServer, owner: string): string {
  return `${server.organizationId}/${server.name} ${owner}`;
}

function refusalOf({ status, message }: Asked): string {
  return message?.error === undefined ? `HTTP status ${status}` : `error ${String(message.error.code)}`;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}
