import { randomBytes } from "node:crypto";
import type { Caller } from "../../domain/identity.ts";

/**
 * A session of a client that speaks a revision with sessions (2025-11-25 and before).
 * Its id is 128 random bits and proves nothing by itself: every request is authenticated, and the session answers to its owner only.
 */
export interface Session {
  readonly id: string;
  /** `{organization}/{user}/{agent}`: another caller who knows the id is told that there is no such session. */
  readonly owner: string;
  /** The server of `/mcp/{server}`, or null for the merged endpoint. */
  readonly server: string | null;
  readonly protocolVersion: string;
  /** The client's own words at `initialize`, as JSON: self-reported, never used to decide. */
  readonly clientInfo: string;
  /** Where the upstream keeps a session for this one alone: its upstream and its id there. */
  readonly upstream: { readonly upstreamId: string; readonly sessionId: string | null } | null;
  /** Requests in flight by their raw JSON id, for `notifications/cancelled`. */
  readonly inFlight: Map<string, () => void>;
  lastUsedMs: number;
}

export interface Sessions {
  /** Undefined when the caller has too many. */
  open(session: Pick<Session, "owner" | "server" | "protocolVersion" | "clientInfo" | "upstream">): Session | undefined;
  /** The session of that id, if it is this owner's and of this endpoint. */
  find(id: string, owner: string, server: string | null): Session | undefined;
  end(session: Session): void;
  count(): number;
  close(): void;
}

export interface SessionsOptions {
  readonly nowMs: () => number;
  readonly sessionsMax: number;
  readonly sessionsPerCallerMax: number;
  readonly idleMs: number;
  /** Told of each session that ended, for whatever reason, so that its upstream can forget it, too. */
  readonly onEnd: (session: Session) => void;
}

export function ownerOf({ organizationId, userId, agentId }: Caller): string {
  return `${organizationId}/${userId}/${agentId ?? ""}`;
}

/** Sessions in memory, least recently used first; idle ones end, and the oldest make room when there are too many. */
export function createSessions({ nowMs, sessionsMax, sessionsPerCallerMax, idleMs, onEnd }: SessionsOptions): Sessions {
  const sessions = new Map<string, Session>();
  const perOwner = new Map<string, number>();

  const end = (session: Session) => {
    if (!sessions.delete(session.id)) return;
    const left = (perOwner.get(session.owner) ?? 1) - 1;
    if (left > 0) perOwner.set(session.owner, left);
    else perOwner.delete(session.owner);
    onEnd(session);
  };
  const endIdle = () => {
    // The map is ordered by last use, so the first that is still fresh ends the search.
    for (const session of sessions.values()) {
      if (session.lastUsedMs > nowMs() - idleMs && sessions.size <= sessionsMax) return;
      end(session);
    }
  };

  return {
    open(opened) {
      endIdle();
      const own = perOwner.get(opened.owner) ?? 0;
      if (own >= sessionsPerCallerMax) return undefined;
      perOwner.set(opened.owner, own + 1);
      const id = randomBytes(16).toString("hex");
      const session: Session = { ...opened, id, inFlight: new Map(), lastUsedMs: nowMs() };
      sessions.set(id, session);
      return session;
    },
    find(id, owner, server) {
      const session = sessions.get(id);
      if (session === undefined || session.owner !== owner || session.server !== server) return undefined;
      if (session.lastUsedMs <= nowMs() - idleMs) {
        end(session);
        return undefined;
      }
      session.lastUsedMs = nowMs();
      sessions.delete(id);
      sessions.set(id, session);
      return session;
    },
    end,
    count: () => sessions.size,
    close() {
      for (const session of [...sessions.values()]) end(session);
    },
  };
}
