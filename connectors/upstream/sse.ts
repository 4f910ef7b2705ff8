import { type Logger, silentLogger } from "../../domain/ports/logger.ts";
import type { Upstream } from "../../domain/ports/upstream.ts";
import type { RemoteUpstreamDefinition } from "../../domain/server.ts";
import { createCarrierPool } from "./carrier-pool.ts";
import { type CoarseClock, createCoarseClock } from "./coarse-clock.ts";
import { openHttpUpstream } from "./http.ts";
import { type HttpUpstreamOptions, parseUpstreamUrl } from "./http-target.ts";
import { SessionUpstream } from "./session-upstream.ts";
import { openSseCarrier } from "./sse-carrier.ts";

export interface SseUpstreamOptions extends HttpUpstreamOptions {
  readonly logger?: Logger;
  readonly sessionIdleMs?: number;
}

const streamsMax = 256;
const answerTimeoutMs = 10_000;

/**
 * An MCP server behind HTTP+SSE of 2024-11-05 (see `SessionUpstream`): each session has a stream of its own. The transport is of revisions
 * with sessions, so requests of the stateless one are refused without asking.
 * Throws `Fault("invalid")` for a definition that can't be used.
 */
export function openSseUpstream(definition: RemoteUpstreamDefinition, options: SseUpstreamOptions): Upstream {
  const { logger = silentLogger, clock = createCoarseClock(), sessionIdleMs } = options;
  const target = openHttpUpstream(definition, { ...options, clock, connectionsMax: 2 * streamsMax });
  const url = parseUpstreamUrl(definition.url);
  const pool = createCarrierPool({
    open: (listener) => openSseCarrier({ target, url, answerTimeoutMs, after: (ms, late) => once(clock, ms, late) }, listener),
    noun: "connection",
    carriersMax: streamsMax,
    prewarm: 0,
    clock,
    skipped: (what) => logger.debug(what, { upstream: definition.id }),
  });
  const sessions = new SessionUpstream(definition.id, { pool, clock, sessionIdleMs, checksHealth: true, stateless: false });
  return {
    id: definition.id,
    exchange: (request, sink) => sessions.exchange(request, sink),
    async close() {
      await sessions.close();
      await target.close();
    },
  };
}

function once(clock: CoarseClock, ms: number, late: () => void): () => void {
  const dueMs = clock.nowMs() + ms;
  const stop = clock.eachStep((nowMs) => {
    if (nowMs < dueMs) return;
    stop();
    late();
  });
  return stop;
}
