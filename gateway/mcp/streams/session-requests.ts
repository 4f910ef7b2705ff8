import { Fault, toFault } from "../../../domain/fault.ts";
import { errorMessage, resultMessage } from "../../../domain/mcp/errors.ts";
import type { RoutedServer } from "../../routing/router.ts";
import { admit } from "../admit.ts";
import { faultReply, protocolReply, routeRefusal } from "../answers.ts";
import type { Gate } from "../gate.ts";
import { callOf, type Inbound, keep } from "../inbound.ts";
import { type Judgement, noteEnd } from "../judge.ts";
import { recordRouteRefusal } from "../refusals.ts";
import type { Session } from "../session.ts";
import { resourceThing } from "../subscriptions/wanted-places.ts";
import type { Opener } from "./session-channel.ts";

/** Requests that change what a session is told. */
const handlers: Readonly<Record<string, (place: Place) => Promise<void>>> = {
  "resources/subscribe": ({ gate, inbound, session, routed }) => subscribe(gate, inbound, session, routed),
  "resources/unsubscribe": ({ gate, inbound, session, routed }) => unsubscribe(gate, inbound, session, routed),
  "logging/setLevel": ({ gate, inbound, session, routed }) => setLevel(gate, inbound, session, routed),
};

interface Place {
  readonly gate: Gate;
  readonly inbound: Inbound;
  readonly session: Session;
  /** The server of the endpoint, or null for the merged one. */
  readonly routed: RoutedServer | null;
}

/** Answers a request that changes what a session of the gate's own keeping is told; undefined for every other request. */
export function sessionRequestOf(place: Place): Promise<void> | undefined {
  const method = place.inbound.scanned.method ?? "";
  return Object.hasOwn(handlers, method) ? handlers[method]?.(place) : undefined;
}

async function subscribe(gate: Gate, inbound: Inbound, session: Session, routed: RoutedServer | null): Promise<void> {
  keep(inbound);
  const uri = inbound.scanned.uri ?? "";
  const thing = await resourceThing(gate, inbound, routed, uri);
  if (thing === undefined) return unknownResource(gate, inbound, uri);
  await judged(gate, inbound, thing, async () => {
    const channel = gate.channels.of(gate, session);
    if (await channel.subscribe(openerOf(inbound), uri, thing)) return;
    throw new Fault("invalid", "the server does not tell of changes to this resource");
  });
}

async function unsubscribe(gate: Gate, inbound: Inbound, session: Session, routed: RoutedServer | null): Promise<void> {
  keep(inbound);
  const uri = inbound.scanned.uri ?? "";
  const thing = await resourceThing(gate, inbound, routed, uri);
  await judged(gate, inbound, thing ?? { routed: null, name: uri }, async () => gate.channels.find(session)?.unsubscribe(uri));
}

const levels: ReadonlySet<unknown> = new Set(["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]);

async function setLevel(gate: Gate, inbound: Inbound, session: Session, routed: RoutedServer | null): Promise<void> {
  keep(inbound);
  const { params } = inbound.scanned;
  const text = params === null ? "{}" : new TextDecoder().decode(inbound.body.subarray(params.start, params.end));
  const { level } = JSON.parse(text) as { readonly level?: unknown };
  if (typeof level !== "string" || !levels.has(level))
    return protocolReply(inbound.reply, {
      status: 200,
      code: -32602,
      message: "params.level is not a level that is known",
      idRaw: inbound.idRaw,
    });
  await judged(gate, inbound, { routed, name: null }, async () => {
    gate.sessions.setLevel(session.key, level);
    gate.peers.tell({ act: "level-set", key: session.key, level });
    await gate.channels.find(session)?.setLogLevel(level);
  });
}

function openerOf({ request, caller }: Inbound): Opener {
  return { request, caller };
}

function unknownResource(gate: Gate, inbound: Inbound, uri: string): void {
  recordRouteRefusal(gate, inbound, uri);
  routeRefusal(inbound, uri);
}

/** Judges and records the request, does what it asks for, and answers with an empty result or what went wrong. */
async function judged(
  gate: Gate,
  inbound: Inbound,
  { routed, name }: { readonly routed: RoutedServer | null; readonly name: string | null },
  act: () => Promise<void>,
): Promise<void> {
  const call = callOf(inbound, routed?.server.name ?? null, routed?.server.labels ?? {}, name);
  const judgement = await admit(gate, inbound, call, routed?.server.audit ?? "buffered");
  if (judgement === null) return;
  const fault = await act().then(() => null, toFault);
  answer(gate, inbound, judgement, fault);
}

function answer(gate: Gate, inbound: Inbound, judgement: Judgement, fault: Fault | null): void {
  const { reply, callId } = inbound;
  const idRaw = inbound.idRaw ?? "null";
  const head = ["content-type", "application/json", "sluice-decision", callId];
  const outcome = fault === null ? "ok" : fault.code === "invalid" ? "rpc-error" : "upstream-error";
  noteEnd(gate, inbound, judgement, { outcome, status: 200, errorCode: fault?.code === "invalid" ? -32602 : null, responseBytes: 0 }, null);
  if (fault === null) reply.send(200, head, resultMessage(idRaw, "{}"));
  else if (fault.code === "invalid") reply.send(200, head, errorMessage(idRaw, -32602, fault.message));
  else faultReply(inbound, fault);
}
