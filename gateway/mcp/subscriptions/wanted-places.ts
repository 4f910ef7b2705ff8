import type { RoutedServer } from "../../router.ts";
import { blendOf } from "../aggregate/blend.ts";
import { resourceOwner } from "../aggregate/target.ts";
import type { Gate } from "../gate.ts";
import { callOf, type Inbound } from "../inbound.ts";
import { judge, noteEnd } from "../judge.ts";
import type { WantedAt } from "./listener.ts";
import type { Wanted } from "./wanted.ts";

/**
 * Finds the server of each resource that a subscription asks for, and judges subscribing to it like reading it, each with its own record.
 * What is not there for the caller, or not allowed, is left out: the acknowledgement does not name it.
 */
export async function placeWanted(gate: Gate, inbound: Inbound, routed: RoutedServer | null, wanted: Wanted): Promise<WantedAt> {
  const uris = new Map<string, RoutedServer>();
  for (const uri of wanted.uris) {
    const at = routed ?? (await serverOfResource(gate, inbound, uri));
    if (at !== undefined && maySubscribe(gate, inbound, at, uri)) uris.set(uri, at);
  }
  return { lists: wanted.lists, uris, tasks: new Map(), logLevel: null };
}

/** The one server that has the resource under that URI, at an endpoint that is made of several. */
export async function serverOfResource(gate: Gate, inbound: Inbound, uri: string): Promise<RoutedServer | undefined> {
  const blend = blendOf(gate, inbound);
  if (blend === undefined) return undefined;
  const inner = await resourceOwner(gate, inbound, blend, uri).catch(() => undefined); // None, or several: not honoured.
  return inner?.name === uri ? gate.router.find(inbound.caller.organizationId, inner.server) : undefined;
}

function maySubscribe(gate: Gate, listen: Inbound, { server }: RoutedServer, uri: string): boolean {
  const inbound: Inbound = { ...listen, callId: gate.newId() };
  const call = { ...callOf(inbound, server.name, server.labels, uri), method: "resources/subscribe" };
  const judgement = judge(gate, inbound, call, "buffered");
  if (judgement.judged.decision.verdict !== "allow") return false;
  noteEnd(gate, inbound, judgement, { outcome: "ok", status: 200, errorCode: null, responseBytes: 0 }, null);
  return true;
}
