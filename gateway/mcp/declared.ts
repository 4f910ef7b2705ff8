import { asObject } from "../../domain/mcp/client-capabilities.ts";
import { rawText } from "../../domain/mcp/json-text.ts";
import { methodOf } from "../../domain/mcp/methods.ts";
import type { Inbound } from "./inbound.ts";
import { tasksExtension } from "./tasks/task-ids.ts";

/** What a modern client declared in the envelope of its request. */
export function capabilitiesOf({ scanned, body }: Inbound): Readonly<Record<string, unknown>> {
  return scanned.clientCapabilities === null ? {} : asObject(JSON.parse(rawText(body, scanned.clientCapabilities)));
}

export function declaresTasks(inbound: Inbound): boolean {
  return Object.hasOwn(asObject(capabilitiesOf(inbound)["extensions"]), tasksExtension);
}

/** Whether the message is about a task, by its method. */
export function isAboutTask({ scanned }: Inbound): boolean {
  return methodOf(scanned.method)?.about === "task";
}
