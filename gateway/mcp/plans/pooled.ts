import { Fault } from "../../../domain/fault.ts";
import { readInputResponses } from "../../../domain/mcp/input-required.ts";
import { rawText } from "../../../domain/mcp/json-text.ts";
import { methodOf } from "../../../domain/mcp/methods.ts";
import { toModernError } from "../../../domain/mcp/modern-error.ts";
import { toModernResult, withSenderId } from "../../../domain/mcp/rewrite.ts";
import type { UpstreamSink } from "../../../domain/ports/upstream.ts";
import type { RoutedServer } from "../../routing/router.ts";
import { ask } from "../ask.ts";
import type { Destination } from "../forward.ts";
import type { Gate } from "../gate.ts";
import { gateInfo } from "../identity.ts";
import { type Inbound, keep } from "../inbound.ts";
import { listShape } from "../lists.ts";
import type { Rewrite } from "../outcome.ts";
import { pooledClientOf } from "../pooled-client.ts";
import { askOnStream } from "../questions/asked-on-stream.ts";
import { PooledCall, type Wanted } from "../questions/pooled-call.ts";
import { type RequestState, stateRequestOf } from "../questions/request-state.ts";
import { type UpstreamSession, upstreamSessionHeaders } from "../upstream-session.ts";
import { backToId, backToToken, inSequence, renamed, rescan } from "./message-steps.ts";
import { messageHeaders, type Plan } from "./plan.ts";

/** To a legacy server, for whoever has no session of their own there: through one that the gate holds for this client. */
export function toPooled(gate: Gate, inbound: Inbound, destination: Destination): Plan | Promise<Plan> {
  const { routed, session: own } = destination;
  const client = pooledClientOf(inbound, own);
  const ready = gate.pool.ready(routed, inbound.owner, client);
  const level = inbound.era === "modern" ? inbound.scanned.logLevel : (own?.logLevel ?? null);
  if (ready !== undefined && hasLevel(ready, level)) return throughPool(gate, inbound, destination, ready);
  return gate.pool.acquire(routed, inbound.owner, client).then(async (session) => {
    await setLevel(routed, session, level);
    return throughPool(gate, inbound, destination, session);
  });
}

/** Levels are the session's at a legacy server: nothing to do where the client wants none, or that one. */
function hasLevel({ capabilities, logLevel }: UpstreamSession, level: string | null): boolean {
  return level === null || level === logLevel || !("logging" in capabilities);
}

async function setLevel(routed: RoutedServer, session: UpstreamSession, level: string | null): Promise<void> {
  if (level === null || hasLevel(session, level)) return;
  session.logLevel = level;
  lastUpstreamId += 1;
  const body = JSON.stringify({ jsonrpc: "2.0", id: lastUpstreamId, method: "logging/setLevel", params: { level } });
  const headers = [...messageHeaders, ...upstreamSessionHeaders(session)];
  // A server that does not take it says what it always says: no reason not to make the call.
  await ask(routed, { headers, body, pinned: session.upstreamId, timeoutMs: 5_000, repeatable: true }).catch(() => {});
}

let lastUpstreamId = 0;

/**
 * Through the gate's session with a legacy server. Ids and progress tokens are the gate's own there: two requests of a caller may
 * carry the same (each connection of a modern client counts for itself), and a server that keys by them would mix them up.
 */
function throughPool(gate: Gate, inbound: Inbound, destination: Destination, session: UpstreamSession): Plan {
  lastUpstreamId += 1;
  const upstreamIdRaw = inbound.idRaw === null ? null : String(lastUpstreamId);
  let body = renamed(inbound, destination);
  if (upstreamIdRaw !== null) body = withSenderId(body, rescan(body, inbound), upstreamIdRaw);
  return {
    pinned: session.upstreamId,
    headers: [...messageHeaders, ...upstreamSessionHeaders(session)],
    body,
    rewrite: backToClient(gate, inbound, destination, session),
    unfinished: null,
    pooled: session,
    claim: null,
    through: upstreamIdRaw === null ? null : asking(gate, inbound, destination, session, upstreamIdRaw),
  };
}

/** Questions of a server with sessions: for a client with one they are requests, for one without the call waits for its return. */
function asking(
  gate: Gate,
  inbound: Inbound,
  { routed, name }: Destination,
  session: UpstreamSession,
  idRaw: string,
): NonNullable<Plan["through"]> {
  const { owner, era, scanned } = inbound;
  const { declared } = session;
  const mayAsk = methodOf(scanned.method)?.mayAskForInput === true && Object.keys(declared).length > 0;
  if (era === "modern" && mayAsk && routed.server.audit !== "strict") keep(inbound);
  const asker =
    era === "legacy"
      ? askOnStream(gate.questions, owner)
      : gate.parked.asker({ owner, mayAsk, request: () => stateRequestOf(inbound, routed.server.name, name) });
  // A server that reports progress unasked has its reasons; only who comes back must not get reports under a token that is not theirs.
  const wanted = { ...wantedBy(inbound), progress: true };
  return (request, sink) => new PooledCall({ routed, session, idRaw, declared, nowMs: gate.nowMs, asker }).start(request, sink, wanted);
}

/** The retry of a call that waits at this gate, or at another: it brings the answers, and gets what the server says then. */
export function toParked(
  gate: Gate,
  inbound: Inbound,
  destination: Destination,
  { gate: address, id, round }: Extract<RequestState, { readonly kind: "parked" }>,
): Plan {
  const answers = readInputResponses(inbound.scanned);
  if (answers === undefined) throw new Fault("invalid", "params.inputResponses must be a map of objects");
  const { owner, body } = inbound;
  const back = { owner, id, round, answers, wanted: wantedBy(inbound) };
  const comeBack = address === gate.address() ? gate.parked.find(back) : (sink: UpstreamSink) => gate.peers.comeBack(address, back, sink);
  const session = gate.pool.ready(destination.routed, owner, pooledClientOf(inbound, null));
  return {
    pinned: undefined,
    headers: [],
    body,
    rewrite: backToClient(gate, inbound, destination, session ?? { serverInfo: gateInfo, declared: {} }),
    unfinished: null,
    pooled: null,
    claim: null,
    through: (_request, sink) => comeBack(sink),
  };
}

/** What a stateless client did not ask for it must not get (2026-07-28, server/utilities/logging and basic/patterns/progress). */
function wantedBy({ era, scanned }: Inbound): Wanted {
  return { progress: scanned.progressToken !== null, messages: era === "legacy" || scanned.logLevel !== null };
}

/** What a session was told, and tells. */
type Told = Pick<UpstreamSession, "serverInfo" | "declared">;

/** Answers of a server with sessions, under the client's own id and progress token, in the words of its era. */
function backToClient(gate: Gate, inbound: Inbound, destination: Destination, { serverInfo, declared }: Told): Rewrite | null {
  const { idRaw, scanned, era } = inbound;
  const steps: Rewrite[] = [];
  if (idRaw !== null) steps.push(backToId(idRaw));
  if (scanned.progressToken !== null) steps.push(backToToken(rawText(inbound.body, scanned.progressToken)));
  if (era === "modern") {
    const method = scanned.method ?? "";
    const ttlMs = listShape(method) === undefined ? 0 : gate.aggregation.legacyTtlMs;
    // At an endpoint of several servers the gate answers, at one of its own the server. What tools and prompts answer is not touched for that.
    const info = inbound.endpoint === null ? gateInfo : serverInfo;
    const stamp = methodOf(method)?.cacheable === true ? { serverInfoJson: JSON.stringify(info) } : {};
    const hints = { ttlMs, cacheScope: "private", ...stamp } as const;
    steps.push((message, found) => {
      if (found.kind === "result") return toModernResult(message, found, method, hints);
      return found.kind === "error" ? toModernError(message, found, method, declared) : message;
    });
  }
  if (destination.rewrite !== undefined) steps.push(destination.rewrite);
  return inSequence(steps);
}
