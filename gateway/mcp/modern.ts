import { codes } from "../../domain/mcp/errors.ts";
import { rawText } from "../../domain/mcp/json-text.ts";
import { targetOf } from "../../domain/mcp/methods.ts";
import { mirroringProblem } from "../../domain/mcp/mirrored-params.ts";
import type { RoutedServer } from "../routing/router.ts";
import { protocolReply, routeRefusal } from "./answers.ts";
import { isAboutTask } from "./declared.ts";
import { discoverLegacy } from "./describe.ts";
import { judgeAndForward } from "./forward.ts";
import type { Gate } from "./gate.ts";
import { callOf, type Inbound, keep } from "./inbound.ts";
import { isFiltered, type ListItem, listFilter } from "./lists.ts";
import { answerLocally } from "./local.ts";
import { mergedRequest } from "./merged.ts";
import { recordRouteRefusal } from "./refusals.ts";
import { listen } from "./subscriptions/listen.ts";
import { taskRequest } from "./tasks/task-request.ts";

/** A message of the stateless revision (2026-07-28): it stands alone, and only requests lead anywhere. */
export function modernMessage(gate: Gate, inbound: Inbound): void | Promise<void> {
  const { scanned, reply, endpoint, caller } = inbound;
  // The core has no notification from clients over HTTP: to withdraw is to close the connection.
  if (scanned.kind === "notification") return reply.send(202, [], "");
  if (scanned.kind !== "request") {
    return protocolReply(reply, { status: 400, code: -32600, message: "a POST carries a request or a notification", idRaw: null });
  }
  if (endpoint === null) return mergedRequest(gate, inbound, null);

  const routed = gate.router.find(caller.organizationId, endpoint);
  if (routed === undefined) {
    recordRouteRefusal(gate, inbound, endpoint);
    return routeRefusal(inbound, endpoint);
  }
  return toServer(gate, inbound, routed);
}

function toServer(gate: Gate, inbound: Inbound, routed: RoutedServer): void | Promise<void> {
  const method = inbound.scanned.method ?? "";
  if (method === "subscriptions/listen") return listen(gate, inbound, routed);
  if (isAboutTask(inbound)) return taskRequest(gate, inbound);
  const verdict = gate.eras.known(routed);
  if (verdict === undefined && method === "server/discover") {
    keep(inbound);
    return discoverUnknown(gate, inbound, routed);
  }
  if (verdict?.era === "legacy" && method === "server/discover") return discoverOf(gate, inbound, routed);
  const name = targetOf(inbound.scanned);
  const problem = method === "tools/call" ? mirrorProblem(gate, inbound, routed) : null;
  if (problem !== null) return headersRefused(inbound, problem);
  if (!isFiltered(method)) return judgeAndForward(gate, inbound, { routed, name, session: null, own: null });
  const listing = callOf(inbound, routed.server.name, routed.server.labels, null);
  const seen = method === "tools/list" ? (tool: ListItem) => learnMirrors(gate, routed, tool) : undefined;
  const rewrite = listFilter(gate.view.policies(inbound.caller.organizationId), listing, seen);
  return judgeAndForward(gate, inbound, { routed, name, session: null, own: null, rewrite });
}

/** Called when the list has come: by then it is known what the server speaks. */
function learnMirrors(gate: Gate, routed: RoutedServer, tool: ListItem): void {
  const seesHeaders = gate.eras.known(routed)?.era !== "legacy" && routed.server.upstreams.some(({ kind }) => kind === "http");
  if (!seesHeaders) gate.mirrors.learn(routed, tool);
}

/** Where the server sees no headers nobody but the gate can hold them against the arguments that they repeat. */
function mirrorProblem(gate: Gate, { request, scanned, body }: Inbound, routed: RoutedServer): string | null {
  const params = gate.mirrors.learnt(routed)?.get(scanned.name?.text ?? "");
  if (params === undefined || request.transport !== "http") return null;
  const args: unknown = scanned.arguments === null ? undefined : JSON.parse(rawText(body, scanned.arguments));
  return mirroringProblem(params, args, (header) => request.header(header));
}

function headersRefused({ reply, idRaw }: Inbound, message: string): void {
  protocolReply(reply, { status: 400, code: codes.headerMismatch, message, idRaw });
}

/** The era decides who answers; finding it out is traffic to the server, so the caller must be allowed to reach it first. */
async function discoverUnknown(gate: Gate, inbound: Inbound, routed: RoutedServer): Promise<void> {
  const call = callOf(inbound, routed.server.name, routed.server.labels, null);
  if (gate.decide(call).decision.verdict === "allow") await gate.eras.of(routed).catch(() => {}); // Unreachable: the forward below says so.
  if (gate.eras.known(routed) !== undefined) return toServer(gate, inbound, routed);
  return judgeAndForward(gate, inbound, { routed, name: null, session: null, own: null });
}

function discoverOf(gate: Gate, inbound: Inbound, routed: RoutedServer): Promise<void> {
  const { name: server, labels } = routed.server;
  return answerLocally(gate, inbound, { server, labels }, async () => ({
    result: discoverLegacy(await gate.pool.acquire(routed, inbound.owner)),
  }));
}
