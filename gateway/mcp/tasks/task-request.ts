import { codes } from "../../../domain/mcp/errors.ts";
import { memberRange } from "../../../domain/mcp/json-text.ts";
import { splice } from "../../../domain/mcp/splice.ts";
import { blendOf } from "../aggregate/blend.ts";
import { protocolReply, unknownMethodReply } from "../answers.ts";
import { declaresTasks } from "../declared.ts";
import { judgeAndForward } from "../forward.ts";
import type { Gate } from "../gate.ts";
import { type Inbound, keep } from "../inbound.ts";
import type { Rewrite } from "../outcome.ts";
import { recordRouteRefusal } from "../refusals.ts";
import { openTask, type TaskPlace, tasksExtension } from "./task-ids.ts";

/**
 * `tasks/get`, `tasks/update` and `tasks/cancel` of a modern client (extension io.modelcontextprotocol/tasks), at whatever endpoint: the id
 * says which server has the task, and that it is this caller's. Judged by the name of the tool whose call it is.
 */
export function taskRequest(gate: Gate, inbound: Inbound): void | Promise<void> {
  if (!declaresTasks(inbound)) return undeclared(inbound);
  const presented = inbound.scanned.taskId ?? "";
  const place = openTask(gate.sealer, inbound.owner, presented);
  const routed = place === undefined ? undefined : gate.router.find(inbound.caller.organizationId, place.server);
  if (place === undefined || routed === undefined || !isServedHere(gate, inbound, place)) return unknownTask(gate, inbound);
  const destination = {
    routed,
    name: place.task,
    judgedAs: place.tool,
    session: null,
    own: null,
    rewrite: withTaskId(place.task, presented),
  };
  const verdict = gate.eras.known(routed);
  if (verdict?.era === "modern") return judgeAndForward(gate, inbound, destination);
  if (verdict?.era === "legacy") return unknownMethodReply(inbound);
  keep(inbound);
  // Where it can't be asked what it speaks, forwarding says so.
  return gate.eras.of(routed).then(
    ({ era }) => (era === "legacy" ? unknownMethodReply(inbound) : judgeAndForward(gate, inbound, destination)),
    () => judgeAndForward(gate, inbound, destination),
  );
}

/** Whether the endpoint shows the tool whose task it is. */
export function isServedHere(gate: Gate, inbound: Inbound, { server, tool }: TaskPlace): boolean {
  if (inbound.endpoint !== null) return inbound.endpoint === server;
  return blendOf(gate, inbound)?.outward("tools", { server, name: tool }) !== undefined;
}

/** The id by which the client knows the task, in the place of the server's. */
function withTaskId(task: string, presented: string): Rewrite {
  return (message, { kind, result }) => {
    const range = kind === "result" && result !== null ? memberRange(message, result, "taskId") : null;
    if (range === null) return message;
    const found: unknown = JSON.parse(new TextDecoder().decode(message.subarray(range.start, range.end)));
    return found === task ? splice(message, [{ ...range, text: JSON.stringify(presented) }]) : message;
  };
}

function undeclared({ reply, idRaw }: Inbound): void {
  const data = { requiredCapabilities: { extensions: { [tasksExtension]: {} } } };
  protocolReply(reply, {
    status: 400,
    code: codes.missingCapability,
    message: `the client did not declare ${tasksExtension}`,
    data,
    idRaw,
  });
}

/** Somebody else's, of another endpoint, or none at all: nobody learns which. */
function unknownTask(gate: Gate, inbound: Inbound): void {
  recordRouteRefusal(gate, inbound, null);
  protocolReply(inbound.reply, { status: 200, code: codes.invalidParams, message: "there is no such task", idRaw: inbound.idRaw });
}
