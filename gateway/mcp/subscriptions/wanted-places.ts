import type { RoutedServer } from "../../routing/router.ts";
import { blendOf } from "../aggregate/blend.ts";
import { resourceOwner } from "../aggregate/target.ts";
import { declaresTasks } from "../declared.ts";
import type { Gate } from "../gate.ts";
import { callOf, type Inbound } from "../inbound.ts";
import { judge, noteEnd } from "../judge.ts";
import { recordRouteRefusal } from "../refusals.ts";
import { openTask } from "../tasks/task-ids.ts";
import { isServedHere } from "../tasks/task-request.ts";
import type { Thing, WantedAt } from "./listener.ts";
import type { Wanted } from "./wanted.ts";

/**
 * Finds the server of each resource and task that a subscription asks for, and judges hearing of it, like reading it, each with its own
 * record. What is not there for the caller, or not allowed, is left out: the acknowledgement does not name it.
 */
export async function placeWanted(gate: Gate, inbound: Inbound, routed: RoutedServer | null, wanted: Wanted): Promise<WantedAt> {
  const uris = new Map<string, Thing>();
  let missing = 0;
  for (const uri of wanted.uris) {
    // A list of URIs that nobody has must not make the gate ask every server for each of them.
    const thing = await resourceThing(gate, inbound, routed, uri, { again: missing === 0 });
    if (thing === undefined) {
      missing += 1;
      recordRouteRefusal(gate, inbound, uri);
    } else if (mayHear(gate, inbound, thing)) uris.set(uri, thing);
  }
  const tasks = new Map<string, Thing>();
  for (const id of declaresTasks(inbound) ? wanted.tasks : []) {
    const thing = taskThing(gate, inbound, id);
    if (thing === undefined) recordRouteRefusal(gate, inbound, null);
    else if (mayHear(gate, inbound, thing)) tasks.set(id, thing);
  }
  return { lists: wanted.lists, uris, tasks, logLevel: null };
}

/** The resource of that URI at the server of the endpoint, or at the one that has it, where the endpoint is made of several. */
export async function resourceThing(
  gate: Gate,
  inbound: Inbound,
  routed: RoutedServer | null,
  uri: string,
  options: { readonly again?: boolean } = {},
): Promise<Thing | undefined> {
  const at = routed === null ? await resourceAmongSeveral(gate, inbound, uri, options) : { routed, inner: uri };
  return at === undefined ? undefined : { ...at, method: "resources/subscribe", name: at.inner };
}

async function resourceAmongSeveral(
  gate: Gate,
  inbound: Inbound,
  uri: string,
  options: { readonly again?: boolean },
): Promise<Pick<Thing, "routed" | "inner"> | undefined> {
  const blend = blendOf(gate, inbound);
  if (blend === undefined) return undefined;
  const inner = await resourceOwner(gate, inbound, blend, uri, options).catch(() => undefined); // None, or several: not honoured.
  const routed = inner === undefined ? undefined : gate.router.find(inbound.caller.organizationId, inner.server);
  return inner === undefined || routed === undefined ? undefined : { routed, inner: inner.name };
}

function taskThing(gate: Gate, inbound: Inbound, id: string): Thing | undefined {
  const place = openTask(gate.sealer, inbound.owner, id);
  if (place === undefined || !isServedHere(gate, inbound, place)) return undefined;
  const routed = gate.router.find(inbound.caller.organizationId, place.server);
  return routed === undefined ? undefined : { routed, inner: place.task, method: "tasks/get", name: place.tool };
}

function mayHear(gate: Gate, listen: Inbound, { routed: { server }, method, name }: Thing): boolean {
  const inbound: Inbound = { ...listen, callId: gate.newId() };
  const call = { ...callOf(inbound, server.name, server.labels, name), method, args: undefined };
  const judgement = judge(gate, inbound, call, "buffered");
  if (judgement.judged.decision.verdict !== "allow") return false;
  noteEnd(gate, inbound, judgement, { outcome: "ok", status: 200, errorCode: null, responseBytes: 0 }, null);
  return true;
}
