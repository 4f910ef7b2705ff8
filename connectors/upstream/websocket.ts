import { Fault } from "../../domain/fault.ts";
import { type Logger, silentLogger } from "../../domain/ports/logger.ts";
import type { Upstream } from "../../domain/ports/upstream.ts";
import type { RemoteUpstreamDefinition } from "../../domain/server.ts";
import { guardedLookup, literalRefusal } from "./address-guard.ts";
import type { Carrier, CarrierListener } from "./carrier.ts";
import { createCarrierPool } from "./carrier-pool.ts";
import { type CoarseClock, createCoarseClock } from "./coarse-clock.ts";
import { headerRules } from "./http-headers.ts";
import { bareHost, type HttpUpstreamOptions, parseUpstreamUrl } from "./http-target.ts";
import { SessionUpstream } from "./session-upstream.ts";
import { tlsMaterial } from "./tls-material.ts";
import { openWebSocketCarrier } from "./websocket-carrier.ts";

export interface WebSocketUpstreamOptions extends HttpUpstreamOptions {
  readonly logger?: Logger;
  readonly sessionIdleMs?: number;
}

const connectionsMaxDefault = 256;
const pingMs = 30_000;

/**
 * An MCP server behind a WebSocket with the subprotocol `mcp` (see `SessionUpstream`): each session has a connection of its own, requests of
 * the stateless revision share one. A connection that breaks is opened anew with the next request, after a pause that grows while it fails.
 * Throws `Fault("invalid")` for a definition that can't be used.
 */
export function openWebSocketUpstream(definition: RemoteUpstreamDefinition, options: WebSocketUpstreamOptions): Upstream {
  const { logger = silentLogger, clock = createCoarseClock(), connectionsMax = connectionsMaxDefault, sessionIdleMs } = options;
  const open = opener(definition, options, clock);
  const pool = createCarrierPool({
    open,
    noun: "connection",
    carriersMax: connectionsMax,
    prewarm: 0,
    clock,
    skipped: (what) => logger.debug(what, { upstream: definition.id }),
  });
  return new SessionUpstream(definition.id, { pool, clock, sessionIdleMs, checksHealth: true, stateless: true });
}

function opener(
  { url: text, headers, tls }: RemoteUpstreamDefinition,
  { environment, addresses = {}, connectTimeoutMs = 5_000, tls: fallback }: WebSocketUpstreamOptions,
  clock: CoarseClock,
): (listener: CarrierListener) => Carrier {
  const url = parseUpstreamUrl(text, ["ws:", "wss:"]);
  const { configured } = headerRules(headers, environment);
  const refusal = literalRefusal(bareHost(url), addresses);
  const carrier = {
    url: url.href,
    headers: Object.fromEntries(Array.from({ length: configured.length / 2 }, (_, at) => [configured[2 * at], configured[2 * at + 1]])),
    tls: tlsMaterial(tls, environment, fallback),
    lookup: guardedLookup(addresses),
    connectTimeoutMs,
    eachPing: (ping: () => void) => every(clock, pingMs, ping),
  };
  return (listener) => (refusal === undefined ? openWebSocketCarrier(carrier, listener) : unreachable(refusal, listener));
}

/** An address that the gate must not call, as it is written. */
function unreachable(reason: string, listener: CarrierListener): Carrier {
  queueMicrotask(() => listener.ended(reason, true));
  return { pid: 0, unusable: new Fault("unavailable", reason), send: () => false, pause() {}, resume() {}, end: () => Promise.resolve() };
}

function every(clock: CoarseClock, ms: number, call: () => void): () => void {
  let dueMs = clock.nowMs() + ms;
  return clock.eachStep((nowMs) => {
    if (nowMs < dueMs) return;
    dueMs = nowMs + ms;
    call();
  });
}
