import { openUpstream } from "../../connectors/upstream/open.ts";
import { bounds } from "../../domain/bounds.ts";
import type { Route } from "../../domain/ports/http.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import type { Upstream } from "../../domain/ports/upstream.ts";
import { createRedactor } from "../../domain/redact.ts";
import type { Authenticator } from "../../gateway/authentication/authenticate.ts";
import { createAdmission, watchLoopDelay } from "../../gateway/decision/admission.ts";
import { createBudgetCheck } from "../../gateway/decision/budget-check.ts";
import { createDecide } from "../../gateway/decision/decide.ts";
import type { GateView } from "../../gateway/decision/gate-view.ts";
import type { Limiter } from "../../gateway/decision/limiter.ts";
import { createRestrict } from "../../gateway/decision/restrict.ts";
import { changedBy } from "../../gateway/mcp/cache/changed.ts";
import { createConversations } from "../../gateway/mcp/conversations/conversations.ts";
import { httpSseRoutes } from "../../gateway/mcp/conversations/http-sse.ts";
import { webSocketRoutes } from "../../gateway/mcp/conversations/websocket.ts";
import { mcpRoutes } from "../../gateway/mcp/endpoint.ts";
import { createEras } from "../../gateway/mcp/era.ts";
import type { Gate } from "../../gateway/mcp/gate.ts";
import { openStreams } from "../../gateway/mcp/open-streams.ts";
import { peerPath } from "../../gateway/mcp/peers/peer-message.ts";
import { peerRoutes } from "../../gateway/mcp/peers/peer-routes.ts";
import { createPeers } from "../../gateway/mcp/peers/peers.ts";
import { createClientQuestions } from "../../gateway/mcp/questions/client-questions.ts";
import { createParkedCalls } from "../../gateway/mcp/questions/parked-calls.ts";
import { createSessions, type Session } from "../../gateway/mcp/session.ts";
import { createSessionChannels } from "../../gateway/mcp/streams/session-channels.ts";
import { createActiveSubscriptions } from "../../gateway/mcp/subscriptions/active.ts";
import { type Changes, createChanges } from "../../gateway/mcp/subscriptions/visible-changes.ts";
import { createWatches } from "../../gateway/mcp/subscriptions/watches.ts";
import { closeUpstreamSession, createSessionPool } from "../../gateway/mcp/upstream-session.ts";
import { createCallMetrics } from "../../gateway/operations/call-metrics.ts";
import type { ExposedMetrics } from "../../gateway/operations/metrics.ts";
import type { Recorder } from "../../gateway/recording/recorder.ts";
import type { Router } from "../../gateway/routing/router.ts";
import { createSealer } from "../../gateway/sealing/sealer.ts";
import type { Config } from "../configuration/config.ts";
import { openAuthenticator } from "./authentication.ts";
import { openCaches } from "./open-caches.ts";
import { sealingSecrets } from "./sealing-keys.ts";

export interface McpParts {
  readonly config: Config;
  readonly view: GateView;
  readonly router: Router;
  readonly limiter: Limiter;
  readonly recorder: Recorder;
  readonly metrics: ExposedMetrics;
  /** Whether what is decided by is too old to be believed. */
  readonly isStale: () => boolean;
  /** The address by which clients know the gate, once it listens. */
  readonly publicUrl: () => string;
  /** By which other gates reach this one. */
  readonly address: () => string;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly newId: () => string;
}

/** The MCP endpoints with all that they decide and forward by. */
export interface Mcp {
  readonly routes: readonly Route[];
  readonly authenticator: Authenticator;
  /** Asks each server what it speaks, so that the first call need not. */
  warm(): void;
  /** Policies, servers, users or keys changed: what is open for long is looked at again. */
  rightsChanged(): void;
  /** Ends the streams that would go on for good: a gate that stops does not wait for them. */
  endStreams(): void;
  close(): Promise<void>;
}

const pooledSessionsMax = 10_000;
/** A credential that ended ends what was opened with it within this time. */
const credentialSweepMs = 500;
/** How often streams that nobody takes up again are looked for. */
const channelSweepMs = 10_000;

export async function openMcp(parts: McpParts): Promise<Mcp> {
  const { config, view, router, recorder, metrics, logger, nowMs, newId } = parts;
  const authenticator = openAuthenticator(config, view, parts);
  const telemetry = await openTelemetryIfAsked(config, metrics, logger);
  const loopDelay = watchLoopDelay();
  const admission = createAdmission({ ...config.http, loopDelayMs: loopDelay.readMs });
  const eras = createEras({ nowMs });
  const pool = createSessionPool({ nowMs, sessionsMax: pooledSessionsMax, idleMs: bounds.sessionIdleMs });
  const sealer = createSealer({ secrets: sealingSecrets(config), nowMs });
  const channels = createSessionChannels({ nowMs, sweepMs: channelSweepMs });
  const sessions = openSessions(parts, sealer, channels);
  const asking = openQuestions(parts, sealer);
  const streams = openStreams();
  const caches = openCaches(config, { eras, pool, logger, nowMs }, metrics);
  const { watches, subscriptions } = openSubscriptions(parts, { ...caches, eras, pool, changes: () => createChanges(gate) });
  const conversations = openConversations(metrics);

  const gate: Gate = {
    authenticate: (request) => authenticator.authenticate(request),
    decide: openDecide(parts),
    view,
    router,
    recorder,
    sessions,
    streams,
    watches,
    subscriptions,
    channels,
    conversations,
    pool,
    eras,
    ...caches,
    admission,
    sealer,
    ...asking,
    redactor: redactorOf(config),
    recordsArguments: config.audit.arguments === "redacted",
    metrics: createCallMetrics(metrics),
    telemetry,
    logger,
    nowMs,
    newId,
  };
  return {
    routes: [...mcpRoutes(gate), ...peerRoutes(gate), ...webSocketRoutes(gate), ...httpSseRoutes(gate)],
    authenticator,
    warm: () => warmEras(parts, eras),
    rightsChanged: () => subscriptions.changed(),
    endStreams() {
      streams.endAll();
      channels.disconnectAll();
    },
    async close() {
      const { questions, parked, peers } = asking;
      const parts = [subscriptions, channels, watches, conversations, questions, parked, peers, sessions, pool, loopDelay];
      for (const part of parts) await part.close();
      await telemetry?.close();
    },
  };
}

function openDecide({ view, limiter, nowMs, isStale }: McpParts): Gate["decide"] {
  const restrict = createRestrict({ restrictions: view.directory.restrictions, nowMs });
  const checkBudgets = createBudgetCheck({ directory: view.directory, nowMs });
  return createDecide({ policies: view.policies, limiter, restrict, checkBudgets, isStale });
}

function warmEras({ view, router }: McpParts, eras: Gate["eras"]): void {
  // Only an advance: whoever calls first asks again where this failed.
  for (const { entity } of view.directory.servers.values()) {
    const routed = router.find(entity.organizationId, entity.name);
    if (routed !== undefined) eras.of(routed).catch(() => {});
  }
}

function openSessions({ config, router, metrics, nowMs }: McpParts, sealer: Gate["sealer"], channels: Gate["channels"]): Gate["sessions"] {
  const sessions = createSessions({
    sealer,
    nowMs,
    sessionsMax: bounds.sessionsMax,
    sessionsPerCallerMax: bounds.sessionsPerCallerMax,
    idleMs: bounds.sessionIdleMs,
    lifeMs: bounds.sessionLifeMs,
    shared: config.sealing.keyFile !== null || config.sealing.keys.length > 0,
    onEnd(session, where) {
      channels.end(session);
      if (where === "here") endUpstream(router, session);
    },
  });
  metrics.gauge("sluice_sessions", "Open sessions of clients.", [], () => [{ labels: [], value: sessions.count() }]);
  return sessions;
}

function openConversations(metrics: ExposedMetrics): Gate["conversations"] {
  const conversations = createConversations();
  const read = () => [{ labels: [], value: conversations.count() }];
  metrics.gauge("sluice_conversations", "Open WebSockets and streams of HTTP+SSE.", [], read);
  return conversations;
}

function openQuestions(parts: McpParts, sealer: Gate["sealer"]): Pick<Gate, "questions" | "parked" | "peers" | "address"> {
  const { address, metrics, config } = parts;
  const peers = createPeers({ sealer, addresses: config.cluster.peers, open: openPeer });
  const questions = createClientQuestions({ sealer, address });
  const { parkedCallsMax: callsMax, parkedCallsPerCallerMax: callsPerCallerMax } = bounds;
  const parked = createParkedCalls({ sealer, address, callsMax, callsPerCallerMax });
  const gauge = (name: string, about: string, read: () => number) => metrics.gauge(name, about, [], () => [{ labels: [], value: read() }]);
  gauge("sluice_questions", "Questions of servers that clients were asked on their streams.", () => questions.count());
  gauge("sluice_parked_calls", "Calls that wait for the answers of clients that have to come back.", () => parked.count());
  return { questions, parked, peers, address };
}

/** Addresses of gates come from the configuration, or sealed with our keys: they may be anywhere. */
function openPeer(address: string): Upstream {
  const definition = { kind: "http", id: address, url: `${address}${peerPath}`, headers: {}, leaseUntilMs: null } as const;
  return openUpstream(definition, { environment: () => undefined, addresses: { allowLoopback: true, allowPrivate: true } });
}

function openSubscriptions(
  { metrics, logger, nowMs }: McpParts,
  { eras, pool, invalidate, changes }: Pick<Gate, "eras" | "pool" | "invalidate"> & { readonly changes: () => Changes },
): Pick<Gate, "watches" | "subscriptions"> {
  const watches = createWatches({
    ...{ eras, pool, random: Math.random },
    heard({ server }, notification) {
      const what = changedBy(notification);
      if (what !== undefined) invalidate(server.organizationId, server.name, what);
    },
  });
  const subscriptions = createActiveSubscriptions({ changes, logger, nowMs, sweepMs: credentialSweepMs });
  const gauge = (name: string, about: string, read: () => number) => metrics.gauge(name, about, [], () => [{ labels: [], value: read() }]);
  gauge("sluice_subscriptions", "Open subscriptions of clients.", () => subscriptions.count());
  gauge("sluice_upstream_streams", "Streams on which the gate hears of changes at servers.", () => watches.count());
  return { watches, subscriptions };
}

function redactorOf({ audit: { redaction } }: Config): Gate["redactor"] {
  const patterns = redaction.patterns.map((source) => new RegExp(source, "g"));
  return createRedactor({ secretKeys: redaction.keys, patterns });
}

function endUpstream(router: Router, { owner, server, upstream, protocolVersion }: Session): void {
  const [organizationId = ""] = owner.split("/");
  const routed = server === null ? undefined : router.find(organizationId, server);
  if (routed === undefined || upstream === null) return;
  void closeUpstreamSession(routed, upstream.upstreamId, upstream.sessionId, protocolVersion);
}

/** Nothing of telemetry is loaded unless it is configured. */
async function openTelemetryIfAsked({ telemetry }: Config, metrics: ExposedMetrics, logger: Logger): Promise<Telemetry | null> {
  if (telemetry.endpoint === null) return null;
  const { openTelemetry } = await import("../../connectors/telemetry/otel.ts");
  return openTelemetry({ ...telemetry, endpoint: telemetry.endpoint, logger, readMetrics: () => metrics.read() });
}
