import { Fault } from "../../domain/fault.ts";
import { mergedList, ownerOfResource, splitPrefixed } from "./aggregate.ts";
import { faultReply, protocolReply, routeRefusal, unknownMethodReply } from "./answers.ts";
import { discoverMerged } from "./describe.ts";
import { judgeAndForward } from "./forward.ts";
import type { Gate } from "./gate.ts";
import { type Inbound, keep } from "./inbound.ts";
import { listShape } from "./lists.ts";
import { answerLocally } from "./local.ts";
import { recordRouteRefusal } from "./refusals.ts";
import type { Session } from "./session.ts";
import { listen } from "./subscriptions/listen.ts";

const nowhere = { server: null, labels: {} };

/** A request on the merged endpoint, of either era: lists are merged, names lead to their server, the rest is the gate's own. */
export function mergedRequest(gate: Gate, inbound: Inbound, session: Session | null): void | Promise<void> {
  const method = inbound.scanned.method ?? "";
  if (listShape(method) !== undefined) {
    return answerLocally(gate, inbound, nowhere, async () => ({ result: await mergedList(gate, inbound, method) }));
  }
  if (method === "tools/call" || method === "prompts/get") return byPrefix(gate, inbound, session, inbound.scanned.name?.text ?? "");
  if (method === "resources/read") return byResource(gate, inbound, session);
  if (method === "subscriptions/listen") return listen(gate, inbound, null);
  if (method === "server/discover" && inbound.era === "modern") {
    return answerLocally(gate, inbound, nowhere, () => ({ result: discoverMerged() }));
  }
  if (method === "ping" && inbound.era === "legacy") return answerLocally(gate, inbound, nowhere, () => ({ result: {} }));
  return unknownMethodReply(inbound);
}

function byPrefix(gate: Gate, inbound: Inbound, session: Session | null, name: string): void | Promise<void> {
  const target = splitPrefixed(name);
  const routed = target === undefined ? undefined : gate.router.find(inbound.caller.organizationId, target.server);
  if (target === undefined || routed === undefined) {
    recordRouteRefusal(gate, inbound, name);
    return routeRefusal(inbound, name);
  }
  return judgeAndForward(gate, inbound, { routed, name: target.name, session, own: null });
}

async function byResource(gate: Gate, inbound: Inbound, session: Session | null): Promise<void> {
  const uri = inbound.scanned.uri;
  if (uri === null || uri === undefined) {
    return protocolReply(inbound.reply, { status: 400, code: -32602, message: "params.uri is missing", idRaw: inbound.idRaw });
  }
  keep(inbound);
  const routed = await ownerOfResource(gate, inbound, uri);
  if (routed === undefined) {
    recordRouteRefusal(gate, inbound, null);
    return faultReply(inbound, new Fault("invalid", "no server that you may use has that resource, or more than one has"));
  }
  return judgeAndForward(gate, inbound, { routed, name: uri, session, own: null });
}
