import { Fault } from "../../domain/fault.ts";
import { codes } from "../../domain/mcp/errors.ts";
import { type Era, latestModern, legacyVersions } from "../../domain/mcp/revisions.ts";
import type { Server } from "../../domain/server.ts";
import type { RoutedServer } from "../routing/router.ts";
import { ask, type JsonRpcAnswer } from "./ask.ts";
import { gateInfo } from "./identity.ts";

/** What a server turned out to speak, and what it said of itself if it is modern. */
export interface EraVerdict {
  readonly era: Era;
  readonly discovered: Readonly<Record<string, unknown>> | null;
  /** The server gave no answer from which it could be told. */
  readonly isPresumed?: boolean;
}

export interface Eras {
  /** The verdict if it is known and fresh. */
  known(routed: RoutedServer): EraVerdict | undefined;
  /** Asks the server unless that was done lately. Rejects where the server can't be reached: that is no evidence of an era. */
  of(routed: RoutedServer): Promise<EraVerdict>;
}

interface Known {
  readonly verdict: EraVerdict;
  server: Server;
  readonly definition: string;
  readonly untilMs: number;
}

// A stale "modern" fails loudly and is found out; a stale "legacy" would quietly hold a server back, so it expires sooner.
const modernFreshMs = 60 * 60_000;
const legacyFreshMs = 10 * 60_000;
// Of a process that ended or kept silent instead of answering nobody can be sure.
const presumedFreshMs = 60_000;

/**
 * Finds out which era a server speaks (2026-07-28, basic/versioning, "Backward Compatibility"): it is asked `server/discover`;
 * a result or an error of the modern kind means modern, any other JSON-RPC or HTTP refusal legacy.
 */
export function createEras({ nowMs }: { readonly nowMs: () => number }): Eras {
  // By the routed server, which is the same object for as long as the server exists.
  const verdicts = new WeakMap<RoutedServer, Known>();
  const asking = new Map<string, Promise<EraVerdict>>();

  const known = (routed: RoutedServer) => {
    const found = verdicts.get(routed);
    if (found === undefined || found.untilMs <= nowMs()) return undefined;
    // The definition is another object with every change, of whatever; what the server speaks depends on where it is only.
    if (found.server !== routed.server) {
      if (found.definition !== definitionOf(routed)) return undefined;
      found.server = routed.server;
    }
    return found.verdict;
  };
  const probe = async (routed: RoutedServer): Promise<EraVerdict> => {
    const verdict = await askEra(routed);
    const freshMs = verdict.era === "modern" ? modernFreshMs : verdict.isPresumed === true ? presumedFreshMs : legacyFreshMs;
    verdicts.set(routed, { verdict, server: routed.server, definition: definitionOf(routed), untilMs: nowMs() + freshMs });
    return verdict;
  };

  return {
    known,
    of(routed) {
      const verdict = known(routed);
      if (verdict !== undefined) return Promise.resolve(verdict);
      const key = keyOf(routed);
      const running = asking.get(key);
      if (running !== undefined) return running;
      const started = probe(routed).finally(() => asking.delete(key));
      asking.set(key, started);
      return started;
    },
  };
}

const modernErrors: readonly unknown[] = [codes.headerMismatch, codes.missingCapability, codes.unsupportedVersion];

const presumedLegacy: EraVerdict = { era: "legacy", discovered: null, isPresumed: true };

async function askEra(routed: RoutedServer): Promise<EraVerdict> {
  const found = await askDiscover(routed);
  // Some programs end when they hear anything before `initialize`, others say nothing (2026-07-28, basic/versioning, stdio).
  if (found === "no-answer") return presumedLegacy;
  let message: JsonRpcAnswer | null = found;
  // It refuses what it says that it speaks: a server that was just brought up to it, perhaps. Once more, and not again.
  if (supportedBy(message)?.includes(latestModern)) {
    const again = await askDiscover(routed);
    message = again === "no-answer" ? null : again;
  }
  const versions = message?.result?.["supportedVersions"];
  if (Array.isArray(versions)) return { era: versions.includes(latestModern) ? "modern" : "legacy", discovered: message?.result ?? null };
  const isLegacy = supportedBy(message)?.some((version) => isLegacyVersion(version));
  return { era: modernErrors.includes(message?.error?.code) && isLegacy !== true ? "modern" : "legacy", discovered: null };
}

/** What a refusal of the revision names instead (2026-07-28, basic/versioning). */
function supportedBy(message: JsonRpcAnswer | null): readonly unknown[] | undefined {
  const { code, data } = message?.error ?? {};
  const supported = typeof data === "object" && data !== null && "supported" in data ? data.supported : undefined;
  return code === codes.unsupportedVersion && Array.isArray(supported) ? supported : undefined;
}

function isLegacyVersion(version: unknown): boolean {
  return legacyVersions.some((known) => known === version);
}

async function askDiscover(routed: RoutedServer): Promise<JsonRpcAnswer | null | "no-answer"> {
  const meta = {
    "io.modelcontextprotocol/protocolVersion": latestModern,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": gateInfo,
  };
  let failedAt: string | undefined;
  const question = {
    headers: [
      ...["content-type", "application/json", "accept", "application/json, text/event-stream"],
      ...["mcp-protocol-version", latestModern, "mcp-method", "server/discover"],
    ],
    body: JSON.stringify({ jsonrpc: "2.0", id: 0, method: "server/discover", params: { _meta: meta } }),
    timeoutMs: 10_000,
    repeatable: true,
    failed(phase: string) {
      failedAt = phase;
    },
  };
  const isProcess = routed.server.upstreams.every(({ kind }) => kind === "stdio");
  const answer = await ask(routed, question).catch((reason: unknown) => {
    if (isProcess && failedAt === "sent") return null;
    throw reason;
  });
  if (answer === null) return "no-answer";
  if (answer.status >= 500 || troubles.has(answer.status)) throw unreachable(routed, answer.status);
  return answer.message;
}

/** Of credentials, proxies, deadlines and limits: they tell nothing of what is spoken behind them. */
const troubles: ReadonlySet<number> = new Set([401, 403, 407, 408, 425, 429]);

function unreachable({ server }: RoutedServer, status: number): Fault {
  return new Fault("unavailable", `the server ${server.name} answered ${status} when it was asked what it speaks`);
}

function keyOf({ server }: RoutedServer): string {
  return `${server.organizationId}/${server.name}`;
}

function definitionOf({ server }: RoutedServer): string {
  return server.upstreams.map((upstream) => (upstream.kind !== "stdio" ? `${upstream.kind} ${upstream.url}` : upstream.command)).join(" ");
}
