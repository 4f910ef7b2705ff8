import { Fault } from "../../domain/fault.ts";
import { asObject, type ClientCapabilities } from "../../domain/mcp/client-capabilities.ts";
import { latestLegacy } from "../../domain/mcp/revisions.ts";
import type { RoutedServer } from "../routing/router.ts";
import { type Asked, ask } from "./ask.ts";
import { createGroupedEntries } from "./grouped-entries.ts";
import { gateInfo } from "./identity.ts";

/**
 * A session that the gate itself holds with an upstream of a legacy revision, for callers who have none of their own there:
 * clients of the stateless revision, and everybody on the merged endpoint. One per caller, server and what the client declared, so that
 * nothing of one caller's state can reach another, and no server asks a client what it can't answer.
 */
export interface UpstreamSession {
  readonly upstreamId: string;
  /** Null where the upstream keeps no session. */
  readonly sessionId: string | null;
  readonly protocolVersion: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly serverInfo: Readonly<Record<string, unknown>>;
  readonly instructions: string | null;
  /** The client for which it was opened, and what it declared. */
  readonly client: PooledClient;
  readonly declared: ClientCapabilities;
  /** What `logging/setLevel` said there last. */
  logLevel: string | null;
}

/** What a server is told of the client for which the gate opens a session, as JSON. */
export interface PooledClient {
  readonly protocolVersion: string;
  readonly capabilitiesJson: string;
  readonly infoJson: string;
}

/** The gate itself, for its own questions: it can be asked nothing. */
const gateAsClient: PooledClient = { protocolVersion: latestLegacy, capabilitiesJson: "{}", infoJson: JSON.stringify(gateInfo) };

export interface SessionPool {
  /** The caller's session with that server; opened on first use, shared by concurrent calls. Without a client any that the caller has. */
  acquire(routed: RoutedServer, owner: string, client?: PooledClient): Promise<UpstreamSession>;
  /** The session if it is open already: the way without a promise. */
  ready(routed: RoutedServer, owner: string, client?: PooledClient): UpstreamSession | undefined;
  /** Tells of every session that this caller has with the server, those that are open and each that opens, until the answered function is called. */
  follow(routed: RoutedServer, owner: string, opened: (session: UpstreamSession) => void): () => void;
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

/** Sessions of one caller with one server: with more clients of different capabilities than that, the oldest is opened anew each time. */
const sessionsPerGroupMax = 16;

export function createSessionPool({ nowMs, sessionsMax, idleMs }: SessionPoolOptions): SessionPool {
  // A group is the sessions of one caller with one server.
  const pool = createGroupedEntries<Pooled>();
  const followers = createFollowers();

  const end = (key: string) => {
    const pooled = pool.get(key);
    pool.remove(key);
    pooled?.opening.then(
      (session) => closeUpstreamSession(pooled.routed, session.upstreamId, session.sessionId, session.protocolVersion),
      () => {}, // It never opened: nothing to end.
    );
  };
  const makeRoom = (group: string) => {
    const keys = pool.keysOf(group);
    const [oldest] = keys;
    if (oldest !== undefined && keys.size >= sessionsPerGroupMax) end(oldest);
    for (const [key, pooled] of pool) {
      if (pooled.lastUsedMs > nowMs() - idleMs && pool.size < sessionsMax) return;
      end(key);
    }
  };
  const use = (group: string, client: PooledClient | undefined): Pooled | undefined => {
    const [any = ""] = client === undefined ? pool.keysOf(group) : [keyOf(group, client)];
    const pooled = pool.use(any);
    if (pooled !== undefined) pooled.lastUsedMs = nowMs();
    return pooled;
  };
  const open = (routed: RoutedServer, group: string, client: PooledClient): Promise<UpstreamSession> => {
    makeRoom(group);
    const key = keyOf(group, client);
    const opening = openUpstreamSession(routed, client);
    const pooled: Pooled = { routed, opening, session: undefined, lastUsedMs: nowMs() };
    pool.add(key, group, pooled);
    opening.then(
      (session) => {
        pooled.session = session;
        followers.tell(group, session);
      },
      () => {
        if (pool.get(key) === pooled) pool.remove(key);
      },
    );
    return opening;
  };

  return {
    acquire(routed, owner, client) {
      const group = groupOf(routed, owner);
      return use(group, client)?.opening ?? open(routed, group, client ?? gateAsClient);
    },
    ready: (routed, owner, client) => use(groupOf(routed, owner), client)?.session,
    follow(routed, owner, opened) {
      const group = groupOf(routed, owner);
      const open = [...pool.keysOf(group)].map((key) => pool.get(key)?.session);
      for (const session of open) if (session !== undefined) opened(session);
      return followers.add(group, opened);
    },
    forget(routed, owner, session) {
      const key = keyOf(groupOf(routed, owner), session.client);
      if (pool.get(key)?.session === session) pool.remove(key);
    },
    count: () => pool.size,
    async close() {
      const all = [...pool];
      for (const [key] of all) pool.remove(key);
      await Promise.allSettled(
        all.map(async ([, { routed, opening }]) => {
          const { upstreamId, sessionId, protocolVersion } = await opening;
          await closeUpstreamSession(routed, upstreamId, sessionId, protocolVersion);
        }),
      );
    },
  };
}

type Opened = (session: UpstreamSession) => void;

/** Those who are told of every session that opens in a group. */
function createFollowers() {
  const groups = new Map<string, Set<Opened>>();
  return {
    add(group: string, opened: Opened): () => void {
      const those = groups.get(group) ?? new Set();
      groups.set(group, those.add(opened));
      return () => {
        those.delete(opened);
        if (those.size === 0 && groups.get(group) === those) groups.delete(group);
      };
    },
    tell(group: string, session: UpstreamSession): void {
      for (const opened of groups.get(group) ?? []) opened(session);
    },
  };
}

const handshakeTimeoutMs = 30_000;

async function openUpstreamSession(routed: RoutedServer, client: PooledClient): Promise<UpstreamSession> {
  const { protocolVersion: asked, capabilitiesJson, infoJson } = client;
  const params = `{"protocolVersion":${JSON.stringify(asked)},"capabilities":${capabilitiesJson},"clientInfo":${infoJson}}`;
  const initialize = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":${params}}`;
  const headers = ["content-type", "application/json", "accept", "application/json, text/event-stream"];
  const answer = await ask(routed, { headers, body: initialize, timeoutMs: handshakeTimeoutMs, repeatable: true });
  const result = answer.message?.result;
  if (result === undefined) throw new Fault("unavailable", `the server ${routed.server.name} refused the session: ${refusalOf(answer)}`);

  const protocolVersion = typeof result["protocolVersion"] === "string" ? result["protocolVersion"] : asked;
  const sessionId = answer.header("mcp-session-id") ?? null;
  const session: UpstreamSession = {
    upstreamId: answer.upstreamId,
    sessionId,
    protocolVersion,
    capabilities: asObject(result["capabilities"]),
    serverInfo: asObject(result["serverInfo"]),
    instructions: typeof result["instructions"] === "string" ? result["instructions"] : null,
    client,
    declared: asObject(JSON.parse(capabilitiesJson)),
    logLevel: null,
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

function groupOf({ server }: RoutedServer, owner: string): string {
  return `${server.organizationId}/${server.name} ${owner}`;
}

function keyOf(group: string, { protocolVersion, capabilitiesJson }: PooledClient): string {
  return `${group} ${protocolVersion} ${capabilitiesJson}`;
}

function refusalOf({ status, message }: Asked): string {
  return message?.error === undefined ? `HTTP status ${status}` : `error ${String(message.error.code)}`;
}
