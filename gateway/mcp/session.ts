import { randomBytes } from "node:crypto";
import type { Caller } from "../../domain/identity.ts";
import type { Sealer } from "../sealing/sealer.ts";
import { createSessionNotes } from "./session-notes.ts";

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
  /** Another gate of the fleet has ended it. */
  endedElsewhere(key: string): void;
  /** The level of its messages, set here or at another gate. */
  setLevel(key: string, level: string): void;
  /** Withdraws a request of it, by the JSON of its id. False where no such request is in flight here. */
  withdraw(key: string, requestId: string): boolean;
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
  /** Told of each session that ended, for whatever reason; where that was here, its upstream has to forget it, too. */
  readonly onEnd: (session: Session, where: "here" | "elsewhere") => void;
}

/** Two callers never have the same one: an issuer's users may have slashes in their names, and organizations have none. */
export function ownerOf({ organizationId, userId, agentId }: Pick<Caller, "organizationId" | "userId" | "agentId">): string {
  const user = userId.includes("/") || userId.includes("%") ? encodeURIComponent(userId) : userId;
  return `${organizationId}/${user}/${agentId ?? ""}`;
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

/** Sessions in use at this gate, least recently used first; idle ones end, and the oldest make room when there are too many. */
export function createSessions(options: SessionsOptions): Sessions {
  return new SessionTable(options);
}

class SessionTable implements Sessions {
  readonly #options: SessionsOptions;
  readonly #byId = new Map<string, Session>();
  readonly #byKey = new Map<string, Session>();
  readonly #perOwner = new Map<string, number>();
  readonly #notes = createSessionNotes();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  open(opening: Opening): Session | undefined {
    const { nowMs, lifeMs, sealer } = this.#options;
    this.#endIdle();
    if (this.#isFull(opening.owner)) return undefined;
    const key = randomBytes(16).toString("base64url");
    const untilMs = nowMs() + lifeMs;
    return this.#add(opening, sealer.seal(purpose, opening.owner, sealedOf(opening, key, untilMs), { ttlMs: lifeMs }), key, untilMs);
  }

  find(id: string, owner: string, server: string | null): Session | undefined {
    const { nowMs, idleMs, shared } = this.#options;
    const session = this.#byId.get(id);
    if (session === undefined) return this.#restore(id, owner, server);
    if (session.owner !== owner || session.server !== server) return undefined;
    if (session.untilMs <= nowMs() || session.lastUsedMs <= nowMs() - idleMs) {
      this.#leave(session);
      return shared ? this.#restore(id, owner, server) : undefined;
    }
    session.lastUsedMs = nowMs();
    this.#byId.delete(id);
    this.#byId.set(id, session);
    return session;
  }

  end(session: Session): void {
    if (!this.#forget(session)) return;
    this.#notes.ended(session.key);
    this.#options.onEnd(session, "here");
  }

  endedElsewhere(key: string): void {
    this.#notes.ended(key);
    const session = this.#byKey.get(key);
    if (session === undefined || !this.#forget(session)) return;
    for (const withdraw of [...session.inFlight.values()]) withdraw();
    this.#options.onEnd(session, "elsewhere");
  }

  setLevel(key: string, level: string): void {
    this.#notes.setLevel(key, level);
    const session = this.#byKey.get(key);
    if (session !== undefined) session.logLevel = level;
  }

  withdraw(key: string, requestId: string): boolean {
    const withdraw = this.#byKey.get(key)?.inFlight.get(requestId);
    withdraw?.();
    return withdraw !== undefined;
  }

  count(): number {
    return this.#byId.size;
  }

  close(): void {
    for (const session of [...this.#byId.values()]) this.#leave(session);
  }

  #restore(id: string, owner: string, server: string | null): Session | undefined {
    const sealed = this.#options.sealer.open(purpose, owner, id) as Sealed | undefined;
    if (sealed === undefined || sealed.s !== server || this.#notes.isEnded(sealed.k)) return undefined;
    this.#endIdle();
    return this.#isFull(owner) ? undefined : this.#add(openingOf(sealed, owner), id, sealed.k, sealed.e);
  }

  #add(opening: Opening, id: string, key: string, untilMs: number): Session {
    const logLevel = this.#notes.levelOf(key);
    const session: Session = { ...opening, id, key, inFlight: new Map(), logLevel, lastUsedMs: this.#options.nowMs(), untilMs };
    this.#perOwner.set(opening.owner, (this.#perOwner.get(opening.owner) ?? 0) + 1);
    this.#byId.set(id, session);
    this.#byKey.set(key, session);
    return session;
  }

  #isFull(owner: string): boolean {
    return (this.#perOwner.get(owner) ?? 0) >= this.#options.sessionsPerCallerMax;
  }

  #endIdle(): void {
    const { nowMs, idleMs, sessionsMax } = this.#options;
    // The map is ordered by last use, so the first that is still fresh ends the search.
    for (const session of this.#byId.values()) {
      if (session.lastUsedMs > nowMs() - idleMs && this.#byId.size <= sessionsMax) return;
      this.#leave(session);
    }
  }

  /** What is not used here may be in use at another gate. */
  #leave(session: Session): void {
    if (this.#options.shared) this.#forget(session);
    else this.end(session);
  }

  #forget(session: Session): boolean {
    if (!this.#byId.delete(session.id)) return false;
    this.#byKey.delete(session.key);
    const left = (this.#perOwner.get(session.owner) ?? 1) - 1;
    if (left > 0) this.#perOwner.set(session.owner, left);
    else this.#perOwner.delete(session.owner);
    return true;
  }
}

function sealedOf({ server, protocolVersion, clientInfo, clientCapabilities, upstream }: Opening, key: string, untilMs: number): Sealed {
  const u = upstream === null ? null : ([upstream.upstreamId, upstream.sessionId] as const);
  return { k: key, e: untilMs, s: server, v: protocolVersion, i: clientInfo, c: clientCapabilities, u };
}

function openingOf({ s: server, v: protocolVersion, i: clientInfo, c: clientCapabilities, u }: Sealed, owner: string): Opening {
  const upstream = u === null ? null : { upstreamId: u[0], sessionId: u[1] };
  return { owner, server, protocolVersion, clientInfo, clientCapabilities, upstream };
}
