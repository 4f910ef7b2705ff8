import { memberRange } from "../../../domain/mcp/json-text.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import { splice } from "../../../domain/mcp/splice.ts";
import { declaresTasks } from "../declared.ts";
import type { Gate } from "../gate.ts";
import type { Inbound } from "../inbound.ts";
import { sealTask } from "./task-ids.ts";

/** The result of a call that goes on as a task, with its id sealed; undefined where it must not be or says not which. */
export function withSealedTask(
  gate: Gate,
  inbound: Inbound,
  { server, name }: { readonly server: string; readonly name: string | null },
  { bytes, result }: Scanned,
): Uint8Array | undefined {
  if (inbound.scanned.method !== "tools/call" || name === null || result === null || !declaresTasks(inbound)) return undefined;
  const range = memberRange(bytes, result, "taskId");
  const task: unknown = range === null ? undefined : JSON.parse(new TextDecoder().decode(bytes.subarray(range.start, range.end)));
  if (range === null || typeof task !== "string") return undefined;
  return splice(bytes, [{ ...range, text: JSON.stringify(sealTask(gate.sealer, inbound.owner, { server, tool: name, task })) }]);
}
