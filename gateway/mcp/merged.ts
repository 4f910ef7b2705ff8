import { Fault, toFault } from "../../domain/fault.ts";
import { type Blend, blendOf, type Inner, type NamedKind } from "./aggregate/blend.ts";
import { mergedList } from "./aggregate/merged-list.ts";
import { callMetaTool, isMetaTool } from "./aggregate/meta-tools.ts";
import { discoverBlend } from "./aggregate/offers.ts";
import { withResourceUris } from "./aggregate/resource-uris.ts";
import { innerOf, resourceOwner } from "./aggregate/target.ts";
import { faultReply, inBandReply, protocolReply, routeRefusal, shown, unknownMethodReply } from "./answers.ts";
import { isAboutTask } from "./declared.ts";
import { judgeAndForward } from "./forward.ts";
import type { Gate } from "./gate.ts";
import { type Inbound, keep } from "./inbound.ts";
import { listShape } from "./lists.ts";
import { answerLocally } from "./local.ts";
import { recordRouteRefusal } from "./refusals.ts";
import type { Session } from "./session.ts";
import { listen } from "./subscriptions/listen.ts";
import { taskRequest } from "./tasks/task-request.ts";

export const nowhere = { server: null, labels: {} };

/**
 * A request on an endpoint that is made of several servers, of either era: lists are merged, names lead to their server,
 * the rest is the gate's own.
 */
export function mergedRequest(gate: Gate, inbound: Inbound, session: Session | null): void | Promise<void> {
  const blend = blendOf(gate, inbound);
  if (blend === undefined) return noVirtualServer(gate, inbound);
  const method = inbound.scanned.method ?? "";
  if (listShape(method) !== undefined) {
    return answerLocally(gate, inbound, nowhere, async () => ({ result: await mergedList(gate, inbound, blend, method) }));
  }
  if (method === "tools/call") return callTool(gate, inbound, session, blend);
  if (method === "prompts/get") return byName(gate, inbound, session, blend, "prompts");
  if (method === "resources/read") return byResource(gate, inbound, session, blend);
  if (method === "completion/complete") return complete(gate, inbound, session, blend);
  if (method === "subscriptions/listen") return listen(gate, inbound, null);
  if (isAboutTask(inbound) && inbound.era === "modern") return taskRequest(gate, inbound);
  if (method === "server/discover" && inbound.era === "modern") {
    return answerLocally(gate, inbound, nowhere, async () => ({ result: await discoverBlend(gate, inbound, blend) }));
  }
  if (method === "ping" && inbound.era === "legacy") return answerLocally(gate, inbound, nowhere, () => ({ result: {} }));
  return unknownMethodReply(inbound);
}

/** There is none of that name, or it is another organization's: nobody learns which. */
export function noVirtualServer(gate: Gate, inbound: Inbound): void {
  const name = inbound.virtualServer ?? "";
  recordRouteRefusal(gate, inbound, name);
  faultReply(inbound, new Fault("not-found", `there is no virtual server for you: ${shown(name)}`));
}

function callTool(gate: Gate, inbound: Inbound, session: Session | null, blend: Blend): void | Promise<void> {
  const forward = () => byName(gate, inbound, session, blend, "tools");
  return isMetaTool(gate, blend, inbound.scanned.name?.text ?? "") ? callMetaTool(gate, inbound, blend, forward) : forward();
}

function byName(gate: Gate, inbound: Inbound, session: Session | null, blend: Blend, kind: NamedKind): void | Promise<void> {
  const outer = inbound.scanned.name?.text ?? "";
  const inner = innerOf(gate, inbound, blend, kind, outer);
  if (!(inner instanceof Promise)) return toTarget(gate, inbound, session, outer, inner);
  keep(inbound);
  return inner.then((found) => toTarget(gate, inbound, session, outer, found));
}

function toTarget(gate: Gate, inbound: Inbound, session: Session | null, outer: string, inner: Inner | undefined): void | Promise<void> {
  const routed = inner === undefined ? undefined : gate.router.find(inbound.caller.organizationId, inner.server);
  if (inner === undefined || routed === undefined) {
    recordRouteRefusal(gate, inbound, outer);
    return routeRefusal(inbound, outer);
  }
  return judgeAndForward(gate, inbound, { routed, name: inner.name, session, own: null });
}

/** A prompt's arguments are completed by its server, a template's by the server that has it. */
async function complete(gate: Gate, inbound: Inbound, session: Session | null, blend: Blend): Promise<void> {
  const { ref, refType } = inbound.scanned;
  keep(inbound);
  try {
    const isPrompt = refType === "ref/prompt";
    const inner = isPrompt
      ? await innerOf(gate, inbound, blend, "prompts", ref ?? "")
      : await resourceOwner(gate, inbound, blend, ref ?? "");
    return await toTarget(gate, inbound, session, ref ?? "", inner);
  } catch (reason) {
    recordRouteRefusal(gate, inbound, null);
    return inBandReply(inbound, toFault(reason));
  }
}

async function byResource(gate: Gate, inbound: Inbound, session: Session | null, blend: Blend): Promise<void> {
  const { uri } = inbound.scanned;
  if (uri === null) {
    return protocolReply(inbound.reply, { status: 400, code: -32602, message: "params.uri is missing", idRaw: inbound.idRaw });
  }
  keep(inbound);
  try {
    const inner = await resourceOwner(gate, inbound, blend, uri);
    const routed = gate.router.find(inbound.caller.organizationId, inner.server);
    if (routed === undefined) throw new Fault("invalid", "the server of that resource is not there");
    const destination = { routed, name: inner.name, session, own: null };
    if (inner.name === uri) return await judgeAndForward(gate, inbound, destination);
    return await judgeAndForward(gate, inbound, { ...destination, rewrite: withResourceUris(inner.name, uri) });
  } catch (reason) {
    recordRouteRefusal(gate, inbound, null);
    return inBandReply(inbound, toFault(reason));
  }
}
