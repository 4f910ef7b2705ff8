import { Fault } from "../../domain/fault.ts";
import { rawText } from "../../domain/mcp/json-text.ts";
import { targetOf } from "../../domain/mcp/methods.ts";
import { negotiate } from "../../domain/mcp/revisions.ts";
import type { HttpReply } from "../../domain/ports/http.ts";
import type { UpstreamAnswer } from "../../domain/ports/upstream.ts";
import type { RoutedServer } from "../routing/router.ts";
import { blendOf } from "./aggregate/blend.ts";
import { initializeBlend } from "./aggregate/offers.ts";
import { faultReply, protocolReply, refusedReply, routeRefusal, unknownMethodReply } from "./answers.ts";
import { type ClientWords, clientWords } from "./client-words.ts";
import { isAboutTask } from "./declared.ts";
import { initializeModern } from "./describe.ts";
import { judgeAndForward } from "./forward.ts";
import type { Gate } from "./gate.ts";
import { callOf, type Inbound, keep } from "./inbound.ts";
import { isFiltered, listFilter } from "./lists.ts";
import { answerLocally } from "./local.ts";
import { mergedRequest, noVirtualServer, nowhere } from "./merged.ts";
import { recordRouteRefusal } from "./refusals.ts";
import type { Session } from "./session.ts";
import { resumableReply } from "./streams/resumable-reply.ts";
import { sessionRequestOf } from "./streams/session-requests.ts";

/** A message of a revision with sessions (2025-11-25 and before): `initialize` opens one, everything else belongs to one. */
export function legacyMessage(gate: Gate, inbound: Inbound): void | Promise<void> {
  const { scanned, request, reply, owner, place, idRaw } = inbound;
  if (scanned.kind === "request" && scanned.method === "initialize") return initialize(gate, inbound);

  const sessionId = request.header("mcp-session-id");
  if (sessionId === "") {
    return protocolReply(reply, { status: 400, code: -32600, message: "the Mcp-Session-Id header is missing: initialize first", idRaw });
  }
  const session = gate.sessions.find(sessionId, owner, place);
  // 404 makes the client initialize again (2025-11-25, basic/transports, "Session Management").
  if (session === undefined) return protocolReply(reply, { status: 404, code: -32600, message: "there is no such session", idRaw });
  if (scanned.kind === "request") return sessionRequest(gate, inbound, session);
  return notice(gate, inbound, session);
}

function sessionRequest(gate: Gate, received: Inbound, session: Session): void | Promise<void> {
  const { endpoint, scanned } = received;
  // Where the client's session is the server's own, the server numbers its events itself, if it does.
  const inbound = session.upstream === null ? { ...received, session, reply: resumable(gate, received.reply, session) } : received;
  if (endpoint === null) return sessionRequestOf({ gate, inbound, session, routed: null }) ?? mergedRequest(gate, inbound, session);
  const routed = gate.router.find(inbound.caller.organizationId, endpoint);
  if (routed === undefined) return unknownServer(gate, inbound, endpoint);
  const method = scanned.method ?? "";
  const answered = session.upstream === null ? answeredHere(gate, inbound, session, routed) : false;
  if (answered !== false) return answered;
  const destination = { routed, name: targetOf(scanned), session, own: session.upstream };
  if (!isFiltered(method)) return judgeAndForward(gate, inbound, destination);
  const listing = callOf(inbound, routed.server.name, routed.server.labels, null);
  const rewrite = listFilter(gate.view.policies(inbound.caller.organizationId), listing);
  return judgeAndForward(gate, inbound, { ...destination, rewrite });
}

/** What the gate answers itself for a server that keeps no session; false for everything else. */
function answeredHere(gate: Gate, inbound: Inbound, session: Session, routed: RoutedServer): void | Promise<void> | false {
  const { name: server, labels } = routed.server;
  if (inbound.scanned.method === "ping") return answerLocally(gate, inbound, { server, labels }, () => ({ result: {} }));
  // Tasks of 2025-11-25 and those of the extension are two dialects: they are never mixed.
  if (isAboutTask(inbound)) return unknownMethodReply(inbound);
  return sessionRequestOf({ gate, inbound, session, routed }) ?? false;
}

function resumable(gate: Gate, reply: HttpReply, session: Session): HttpReply {
  return resumableReply(reply, () => gate.channels.of(gate, session));
}

/** Notifications and answers of the client: to the upstream session that they belong to, or to the gate itself. */
function notice(gate: Gate, inbound: Inbound, session: Session): void | Promise<void> {
  const { endpoint, reply, scanned } = inbound;
  if (scanned.kind === "notification" && scanned.method?.startsWith("notifications/") !== true) {
    // A server may well execute a request that has no id: nothing about it would have been decided by its name.
    return protocolReply(reply, { status: 400, code: -32600, message: "a request needs an id", idRaw: null });
  }
  const routed = endpoint === null ? undefined : gate.router.find(inbound.caller.organizationId, endpoint);
  if (session.upstream !== null && routed !== undefined)
    return judgeAndForward(gate, inbound, { routed, name: null, session, own: session.upstream });
  if (scanned.kind === "result" || scanned.kind === "error") return takeAnswer(gate, inbound);
  if (scanned.method === "notifications/cancelled") withdraw(gate, inbound, session);
  reply.send(202, [], "");
}

/** The client's answer to a question of a server that was put on the stream of one of its calls, perhaps by another gate. */
function takeAnswer(gate: Gate, { owner, body, scanned, reply }: Inbound): void | Promise<void> {
  const id: unknown = scanned.id === null ? null : JSON.parse(rawText(body, scanned.id));
  const place = typeof id === "string" ? gate.questions.placeOf(owner, id) : undefined;
  if (place === undefined) {
    return protocolReply(reply, { status: 400, code: -32600, message: "nothing was asked under this id", idRaw: null });
  }
  if (place.gate !== gate.address()) {
    const message = new TextDecoder().decode(body);
    return gate.peers.answer(place.gate, owner, place.key, message).then(
      () => reply.send(202, [], ""),
      (reason: unknown) => refusedReply(reply, 503, "unavailable", `the gate that asked can't be reached: ${String(reason)}`),
    );
  }
  gate.questions.answer(owner, place.key, body, scanned);
  reply.send(202, [], "");
}

/** A request may be in flight at another gate than the one that hears that it is withdrawn. */
function withdraw(gate: Gate, { body, scanned: { requestId } }: Inbound, { key }: Session): void {
  if (requestId === null) return;
  const raw = rawText(body, requestId);
  if (!gate.sessions.withdraw(key, raw)) gate.peers.tell({ act: "withdrawn", key, requestId: raw });
}

function initialize(gate: Gate, inbound: Inbound): void | Promise<void> {
  const { endpoint, caller } = inbound;
  if (endpoint === null) {
    const blend = blendOf(gate, inbound);
    if (blend === undefined) return noVirtualServer(gate, inbound);
    return initializeHere(gate, inbound, nowhere, (version) => initializeBlend(gate, inbound, blend, version));
  }
  const routed = gate.router.find(caller.organizationId, endpoint);
  if (routed === undefined) return unknownServer(gate, inbound, endpoint);
  const known = gate.eras.known(routed);
  if (known !== undefined) return initializeAt(gate, inbound, routed);

  // Finding out the era is traffic to the server: only for callers who may reach it.
  const call = callOf(inbound, routed.server.name, routed.server.labels, null);
  if (gate.decide(call).decision.verdict === "deny")
    return judgeAndForward(gate, inbound, { routed, name: null, session: null, own: null });
  keep(inbound);
  return gate.eras.of(routed).then(
    () => initializeAt(gate, inbound, routed),
    (reason: unknown) => faultReply(inbound, unreachable(reason)),
  );
}

function unreachable(reason: unknown): Fault {
  return reason instanceof Fault ? reason : new Fault("unavailable", "the server cannot be reached", { cause: reason });
}

function initializeAt(gate: Gate, inbound: Inbound, routed: RoutedServer): void | Promise<void> {
  const verdict = gate.eras.known(routed);
  if (verdict?.era === "modern") {
    const { name: server, labels } = routed.server;
    return initializeHere(gate, inbound, { server, labels }, (version) => initializeModern(version, verdict.discovered));
  }
  // Read now: the message is borrowed, and the answer comes later.
  const words = clientWords(inbound.scanned);
  const onHead = (answer: UpstreamAnswer, upstreamId: string): readonly string[] => {
    if (answer.status !== 200) return [];
    const session = openSession(gate, inbound, words, { upstreamId, sessionId: answer.header("mcp-session-id") ?? null });
    return session === undefined ? [] : ["mcp-session-id", session.id];
  };
  // A session of its own to the end: the client's words reach the server as they are, its capabilities included.
  return judgeAndForward(gate, inbound, { routed, name: null, session: null, own: { upstreamId: undefined, sessionId: null }, onHead });
}

type Described = Readonly<Record<string, unknown>>;

function initializeHere(
  gate: Gate,
  inbound: Inbound,
  target: { readonly server: string | null; readonly labels: Readonly<Record<string, string>> },
  describe: (version: string) => Described | Promise<Described>,
): Promise<void> {
  return answerLocally(gate, inbound, target, async () => {
    const result = await describe(negotiate(inbound.scanned.initializeVersion));
    const session = openSession(gate, inbound, clientWords(inbound.scanned), null);
    if (session === undefined) throw new Fault("unavailable", "too many sessions of this caller are open", { retryAfterMs: 60_000 });
    return { result, headers: ["mcp-session-id", session.id] };
  });
}

function openSession(gate: Gate, inbound: Inbound, words: ClientWords, upstream: Session["upstream"]): Session | undefined {
  const { owner, place, scanned } = inbound;
  return gate.sessions.open({
    owner,
    server: place,
    protocolVersion: negotiate(scanned.initializeVersion),
    ...words,
    upstream,
  });
}

function unknownServer(gate: Gate, inbound: Inbound, name: string): void {
  recordRouteRefusal(gate, inbound, name);
  if (inbound.scanned.kind === "request") routeRefusal(inbound, name);
  else refusedReply(inbound.reply, 404, "not-found", `there is no server ${name} that you may use`);
}
