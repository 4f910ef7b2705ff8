import { hash } from "node:crypto";
import { rawText } from "../../../domain/mcp/json-text.ts";
import type { Era } from "../../../domain/mcp/revisions.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import type { RoutedServer } from "../../routing/router.ts";
import type { Destination } from "../forward.ts";
import { contextOf, type Inbound } from "../inbound.ts";
import { hintsOf } from "./hints.ts";
import type { Asking, CacheScope, KeptAnswers, KeptKind } from "./kept-answers.ts";

/** What to do about one request whose answer may be kept. */
export type Turn =
  | { readonly kind: "kept"; readonly result: Uint8Array; readonly ttlMs: number }
  /** The same is being asked: look again when that is over. */
  | { readonly kind: "wait"; readonly over: Promise<void> }
  /** Ask the server; tell of each message of the answer, and of the end, however it comes. */
  | { readonly kind: "ask"; readonly answered: (message: Uint8Array, scanned: Scanned) => void; readonly over: () => void };

/** Answers on their way to callers, kept as long and for whom their servers allow: before policies have filtered them. */
export interface AnswerCache {
  /** Undefined where the answer is not to be kept: another method, a retry that goes on from a question, a session of the client's own. */
  turn(inbound: Inbound, destination: Destination): Turn | undefined;
}

export interface AnswerCacheOptions {
  readonly kept: KeptAnswers<Uint8Array>;
  readonly era: (routed: RoutedServer) => Era | undefined;
  readonly nowMs: () => number;
  readonly ttlMsMax: number;
  readonly legacyTtlMs: number;
  /** Told of every look: whether something was found. */
  readonly looked: (found: boolean) => void;
}

/** How long others wait for the one who asks. */
const waitMsMax = 10_000;

const kinds: ReadonlyMap<string | null, KeptKind> = new Map(
  Object.entries({
    "server/discover": "discover",
    "tools/list": "tools",
    "prompts/list": "prompts",
    "resources/list": "resources",
    "resources/templates/list": "resources",
    "resources/read": "read",
  } as const),
);

export function createAnswerCache(options: AnswerCacheOptions): AnswerCache {
  const { kept, era, nowMs, ttlMsMax, legacyTtlMs, looked } = options;
  // What the last answer of that kind said: what is not kept anyway is not waited for, what is public is waited for by everybody.
  const habits = new WeakMap<RoutedServer, Map<KeptKind, CacheScope | "none">>();
  const underWay = new Map<string, Promise<void>>();

  const isKeepable = (routed: RoutedServer) => {
    const spoken = era(routed);
    return ttlMsMax > 0 && (spoken === "modern" || (spoken === "legacy" && legacyTtlMs > 0));
  };
  const answer = (asking: Asking) => {
    const keep = kept.begin(asking);
    return (message: Uint8Array, { kind, result, ...scanned }: Scanned) => {
      if (kind !== "result" || result === null) return;
      const { ttlMs, scope } = hintsOf(hintsIn(message, scanned), ttlMsMax);
      const known = habits.get(asking.routed) ?? new Map<KeptKind, CacheScope | "none">();
      habits.set(asking.routed, known.set(asking.kind, ttlMs > 0 ? scope : "none"));
      if (ttlMs === 0) return;
      const value = message.slice(result.start, result.end);
      const freshUntilMs = nowMs() + ttlMs;
      keep({ value, scope, freshUntilMs, knownUntilMs: freshUntilMs, bytes: value.length });
    };
  };

  return {
    turn(inbound, { routed, name, own, session }) {
      const kind = kinds.get(inbound.scanned.method);
      const { inputResponses, requestState } = inbound.scanned;
      if (kind === undefined || own !== null || inputResponses !== null || requestState !== null || !isKeepable(routed)) return undefined;
      const context = contextOf(inbound.caller, inbound.owner);
      const asking: Asking = { routed, kind, context, ...questionOf(inbound, name, session?.clientCapabilities ?? "") };
      const found = kept.find(asking);
      looked(found !== undefined);
      if (found !== undefined) return { kind: "kept", result: found.value, ttlMs: found.freshUntilMs - nowMs() };

      const habit = habits.get(routed)?.get(kind);
      const answered = answer(asking);
      if (habit === "none") return { kind: "ask", answered, over: () => {} };
      const { server } = routed;
      const key = `${server.organizationId}/${server.name} ${asking.question} ${habit === "public" ? "" : context}`;
      const running = underWay.get(key);
      if (running !== undefined) return { kind: "wait", over: running };
      const { promise, resolve } = Promise.withResolvers<void>();
      underWay.set(key, promise);
      const over = () => {
        clearTimeout(tooLong);
        if (underWay.get(key) === promise) underWay.delete(key);
        resolve();
      };
      // Whoever asks may be a long time about it, by a question to a person in between: others then ask for themselves.
      const tooLong = setTimeout(over, waitMsMax).unref();
      return { kind: "ask", answered, over };
    },
  };
}

/** Of `_meta`: what tells calls apart and no answers. Everything else may make another answer of it. */
const indifferent: ReadonlySet<string> = new Set([
  "progressToken",
  "traceparent",
  "tracestate",
  "baggage",
  "io.modelcontextprotocol/clientInfo",
  "io.modelcontextprotocol/logLevel",
]);

const decoder = new TextDecoder();

/**
 * What is asked, as one text; and what it is about, by which it is found when that changes. Both by the name that the server gave: under
 * one URI two endpoints may show two of its resources, and what is kept of the one must not be told of the other.
 */
function questionOf(
  inbound: Inbound,
  name: string | null,
  sessionCapabilities: string,
): { readonly question: string; readonly subject: string } {
  const { scanned, body, era } = inbound;
  const params: unknown =
    scanned.params === null ? {} : JSON.parse(decoder.decode(body.subarray(scanned.params.start, scanned.params.end)));
  const { _meta: meta = {}, uri: _uri, ...others } = params as Readonly<Record<string, unknown>>;
  const telling = Object.entries(meta as object).filter(([name]) => !indifferent.has(name));
  const digest = hash("sha256", JSON.stringify([era, scanned.method, name, others, telling, sessionCapabilities]), "hex");
  return { question: digest, subject: name ?? "" };
}

function hintsIn(message: Uint8Array, { ttlMs, cacheScope, resultType }: Pick<Scanned, "ttlMs" | "cacheScope" | "resultType">) {
  const read = (range: Scanned["ttlMs"]): unknown => (range === null ? undefined : JSON.parse(rawText(message, range)));
  return { ttlMs: read(ttlMs), cacheScope: read(cacheScope), resultType: resultType ?? "complete" };
}
