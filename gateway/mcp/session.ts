import { randomBytes } from "node:crypto";
import type { Caller } from "../../domain/identity.ts";
import type { Sealer } from "../sealing/sealer.ts";

/**
 * A session of a client that speaks a revision with sessions (2025-11-25 and before).
 * All that it was opened with is sealed in its id, so that any gate with the same keys can take its next request. The id proves nothing by
 * itself: every request is authenticated, and the session answers to its owner only.
 */
export interface Session extends Opening {
  /** What the client sends as `Mcp-Session-Id`. */
  readonly id: string;
  /** The same session at every gate, and short: 128 random bits. */
  readonly key: string;
  /** Requests in flight at this gate by their raw JSON id, for `notifications/cancelled`. */
  readonly inFlight: Map<string, () => void>;
  /** The last `logging/setLevel` that came to this gate. */
  logLevel: string | null;
  lastUsedMs: number;
  readonly untilMs: number;
}

/** What a session is opened with. */
export interface Opening {
  /** `{organization}/{user}/{agent}`: another caller who knows the id is told that there is no such session. */
  readonly owner: string;
  /** Where it was opened: the server of `/mcp/{server}`, `v/{name}` of a virtual server, or null for the merged endpoint. */
  readonly server: string | null;
  readonly protocolVersion: string;
  /** The client's own words at `initialize`, as JSON: self-reported, never used to decide. */
  readonly clientInfo: string;
  /** What the client declared at `initialize`, as JSON: what it may be asked. */
  readonly clientCapabilities: string;
  /** Where the upstream keeps a session for this one alone: its upstream and its id there. */
  readonly upstream: { readonly upstreamId: string; readonly sessionId: string | null } | null;
}

export interface Sessions {
  /** Undefined when the caller has too many. */
  open(opening: Opening): Session | undefined;
  /** The session of that id, if it is this owner's and of this endpoint. */
  find(id: string, owner: string, server: string | null): Session | undefined;
  end(session: Session): void;
  count(): number;
  close(): void;
}

export interface SessionsOptions {
  readonly sealer: Sealer;
  readonly nowMs: () => number;
  readonly sessionsMax: number;
  readonly sessionsPerCallerMax: number;
  readonly idleMs: number;
  /** From its opening on, however much it is used: then the client initializes anew. */
  readonly lifeMs: number;
  /** Other gates open our ids: what is idle or unknown here may be in use there. */
  readonly shared: boolean;
  /** Told of each session that ended, for whatever reason, so that its upstream can forget it, too. */
  readonly onEnd: (session: Session) => void;
}

export function ownerOf({ organizationId, userId, agentId }: Caller): string {
  return `${organizationId}/${userId}/${agentId ?? ""}`;
}

/** What stands sealed in the id. Short names: clients send it with every request. */
interface Sealed {
  readonly k: string;
  readonly e: number;
  readonly s: string | null;
  readonly v: string;
  readonly i: string;
  readonly c: string;
  readonly u: readonly [upstreamId: string, sessionId: string | null] | null;
}

const purpose = "session";
/** Ended ones that are remembered, each until its id would be refused anyway. */
const endedMax = 100_000;

/** Sessions in use at this gate, least recently used first; idle ones end, and the oldest make room when there are too many. */
export function createSessions(options: SessionsOptions): Sessions {
  const { sealer, nowMs, sessionsMax, sessionsPerCallerMax, idleMs, lifeMs, shared, onEnd } = options;
  const sessions = new Map<string, Session>();
  const perOwner = new Map<string, number>();
  const ended = new Set<string>();

  const add = (opening: Opening, id: string, key: string, untilMs: number): Session => {
    const session: Session = { ...opening, id, key, inFlight: new Map(), logLevel: null, lastUsedMs: nowMs(), untilMs };
    perOwner.set(opening.owner, (perOwner.get(opening.owner) ?? 0) + 1);
    sessions.set(id, session);
    return session;
  };
  const forget = (session: Session): boolean => {
    if (!sessions.delete(session.id)) return false;
    const left = (perOwner.get(session.owner) ?? 1) - 1;
    if (left > 0) perOwner.set(session.owner, left);
    else perOwner.delete(session.owner);
    return true;
  };
  const end = (session: Session) => {
    if (!forget(session)) return;
    ended.add(session.key);
    const [oldest] = ended;
    if (ended.size > endedMax && oldest !== undefined) ended.delete(oldest);
    onEnd(session);
  };
  const leave = shared ? (session: Session) => void forget(session) : end;
  const endIdle = () => {
    // The map is ordered by last use, so the first that is still fresh ends the search.
    for (const session of sessions.values()) {
      if (session.lastUsedMs > nowMs() - idleMs && sessions.size <= sessionsMax) return;
      leave(session);
    }
  };
  const isFull = (owner: string) => (perOwner.get(owner) ?? 0) >= sessionsPerCallerMax;
  const restore = (id: string, owner: string, server: string | null): Session | undefined => {
    const sealed = sealer.open(purpose, owner, id) as Sealed | undefined;
    if (sealed === undefined || sealed.s !== server || ended.has(sealed.k)) return undefined;
    endIdle();
    return isFull(owner) ? undefined : add(openingOf(sealed, owner), id, sealed.k, sealed.e);
  };

  return {
    open(opening) {
      endIdle();
      if (isFull(opening.owner)) return undefined;
      const key = randomBytes(16).toString("base64url");
      const untilMs = nowMs() + lifeMs;
      return add(opening, sealer.seal(purpose, opening.owner, sealedOf(opening, key, untilMs), { ttlMs: lifeMs }), key, untilMs);
    },
    find(id, owner, server) {
      const session = sessions.get(id);
      if (session === undefined) return restore(id, owner, server);
      if (session.owner !== owner || session.server !== server) return undefined;
      if (session.untilMs <= nowMs() || session.lastUsedMs <= nowMs() - idleMs) {
        leave(session);
        return shared ? restore(id, owner, server) : undefined;
      }
      session.lastUsedMs = nowMs();
      sessions.delete(id);
      sessions.set(id, session);
      return session;
    },
    end,
    count: () => sessions.size,
    close() {
      for (const session of [...sessions.values()]) leave(session);
    },
  };
}

function sealedOf({ server, protocolVersion, clientInfo, clientCapabilities, upstream }: Opening, key: string, untilMs: number): Sealed {
  const u = upstream === null ? null : ([upstream.upstreamId, upstream.sessionId] as const);
  return { k: key, e: untilMs, s: server, v: protocolVersion, i: clientInfo, c: clientCapabilities, u };
}

function openingOf({ s: server, v: protocolVersion, i: clientInfo, c: clientCapabilities, u }: Sealed, owner: string): Opening {
  const upstream = u === null ? null : { upstreamId: u[0], sessionId: u[1] };
  return { owner, server, protocolVersion, clientInfo, clientCapabilities, upstream };
}
