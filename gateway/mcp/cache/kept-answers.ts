import { isDeepStrictEqual } from "node:util";
import type { Server } from "../../../domain/server.ts";
import type { RoutedServer } from "../../routing/router.ts";

/** What a server may answer with hints for keeping it (2026-07-28, server/utilities/caching). */
export type KeptKind = "discover" | "tools" | "prompts" | "resources" | "read";

export type CacheScope = "public" | "private";

/** What is asked, of whom, and for whom. */
export interface Asking {
  readonly routed: RoutedServer;
  readonly kind: KeptKind;
  /** Method and parameters, as far as the answer may hang on them. */
  readonly question: string;
  /** The resource that it is about, or empty. */
  readonly subject?: string;
  /** The authorization context: what is private to one is never shown to another. */
  readonly context: string;
}

export interface Kept<Value> {
  readonly value: Value;
  readonly scope: CacheScope;
  /** Milliseconds since 1970. */
  readonly askedAtMs: number;
  /** Until when the server's own hint, or the configured one, lets it be shown. */
  readonly freshUntilMs: number;
}

export interface Answered<Value> {
  readonly value: Value;
  readonly scope: CacheScope;
  readonly freshUntilMs: number;
  /** Until when it may be kept for finding out where things are; at least `freshUntilMs`. */
  readonly knownUntilMs: number;
  readonly bytes: number;
}

/** Answers of servers, kept within bounds of number and bytes; the least recently used ones go first. */
export interface KeptAnswers<Value> {
  /** A kept answer, fresh or at least still known, from a server that is still what it was. */
  find(asking: Asking): Kept<Value> | undefined;
  /**
   * To be called before asking; the answer is then kept by what it returns, unless what it is about was invalidated meanwhile:
   * an answer that was on its way when things changed may be of before.
   */
  begin(asking: Asking): (answered: Answered<Value>) => void;
  /** Forgets what is known of that server: of one kind, of one resource, or all of it. */
  invalidate(organizationId: string, server: string, what?: What): void;
  count(): number;
  bytes(): number;
}

/** What has changed: all of a kind, or one resource. */
export interface What {
  readonly kind: KeptKind;
  readonly subject?: string;
}

export interface KeptAnswersOptions {
  readonly nowMs: () => number;
  readonly entriesMax: number;
  readonly bytesMax: number;
}

interface Entry<Value> extends Kept<Value> {
  readonly key: string;
  readonly place: string;
  readonly kind: KeptKind;
  readonly subject: string;
  readonly routed: RoutedServer;
  server: Server;
  readonly knownUntilMs: number;
  readonly bytes: number;
}

export function createKeptAnswers<Value>({ nowMs, entriesMax, bytesMax }: KeptAnswersOptions): KeptAnswers<Value> {
  // In the order of use: the first is the least recently used.
  const entries = new Map<string, Entry<Value>>();
  const perServer = new Map<string, Set<Entry<Value>>>();
  // Counted on when a server's answers are invalidated: whoever asked before is not kept.
  const changes = new Map<string, number>();
  let bytes = 0;

  const drop = (entry: Entry<Value>) => {
    if (!entries.delete(entry.key)) return;
    bytes -= entry.bytes;
    const others = perServer.get(entry.place);
    others?.delete(entry);
    if (others?.size === 0) perServer.delete(entry.place);
  };
  const use = (key: string, routed: RoutedServer): Entry<Value> | undefined => {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.knownUntilMs <= nowMs() || entry.routed !== routed || !isSameServer(entry)) {
      drop(entry);
      return undefined;
    }
    entries.delete(key);
    entries.set(key, entry);
    return entry;
  };
  const keep = ({ routed, kind, question, subject = "", context }: Asking, askedAtMs: number, answered: Answered<Value>) => {
    const { scope, freshUntilMs, knownUntilMs } = answered;
    if (knownUntilMs <= nowMs() || answered.bytes > bytesMax / 8) return;
    const key = keyOf(routed, kind, question, scope === "public" ? "" : context);
    const before = entries.get(key);
    if (before !== undefined) drop(before);
    const { server } = routed;
    const place = placeOf(server.organizationId, server.name);
    const entry = { ...answered, key, place, kind, subject, routed, server, scope, askedAtMs, freshUntilMs, knownUntilMs };
    entries.set(key, entry);
    bytes += entry.bytes;
    const others = perServer.get(place) ?? new Set();
    perServer.set(place, others.add(entry));
    for (const oldest of entries.values()) {
      if (entries.size <= entriesMax && bytes <= bytesMax) break;
      drop(oldest);
    }
  };

  return {
    find({ routed, kind, question, context }) {
      return use(keyOf(routed, kind, question, ""), routed) ?? use(keyOf(routed, kind, question, context), routed);
    },
    begin(asking) {
      const { organizationId, name } = asking.routed.server;
      const place = placeOf(organizationId, name);
      const change = changes.get(place);
      const askedAtMs = nowMs();
      return (answered) => {
        if (changes.get(place) === change) keep(asking, askedAtMs, answered);
      };
    },
    invalidate(organizationId, server, what) {
      const place = placeOf(organizationId, server);
      changes.set(place, (changes.get(place) ?? 0) + 1);
      for (const entry of perServer.get(place) ?? []) {
        if (what !== undefined && entry.kind !== what.kind) continue;
        if (what?.subject === undefined || what.subject === entry.subject) drop(entry);
      }
    },
    count: () => entries.size,
    bytes: () => bytes,
  };
}

/** What a server answers hangs on where it is and what is sent to it. A renewed lease makes another object of it and no other server. */
function isSameServer(entry: { readonly routed: RoutedServer; server: Server }): boolean {
  const { server } = entry.routed;
  if (server === entry.server) return true;
  if (!isDeepStrictEqual(bare(server), bare(entry.server))) return false;
  entry.server = server;
  return true;
}

function bare({ upstreams }: Server): unknown {
  return upstreams.map((upstream) => ({ ...upstream, leaseUntilMs: null }));
}

function placeOf(organizationId: string, server: string): string {
  return `${organizationId}/${server}`;
}

/** Parts that callers choose come last, behind parts that hold no line break. */
function keyOf({ server }: RoutedServer, kind: KeptKind, question: string, context: string): string {
  return `${placeOf(server.organizationId, server.name)}\n${kind}\n${context.length}\n${context}\n${question}`;
}
