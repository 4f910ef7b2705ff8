import { bounds } from "../../../domain/bounds.ts";
import { asObject } from "../../../domain/mcp/client-capabilities.ts";
import { codes, errorMessage } from "../../../domain/mcp/errors.ts";
import { readInputRequired, undeclared } from "../../../domain/mcp/input-required.ts";
import { methodOf } from "../../../domain/mcp/methods.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import { splice } from "../../../domain/mcp/splice.ts";
import { capabilitiesOf, isAboutTask } from "../declared.ts";
import type { Gate } from "../gate.ts";
import type { Inbound } from "../inbound.ts";
import type { Replacement } from "../outcome.ts";
import { withSealedTask } from "../tasks/passed-task.ts";
import { sealState, stateRequestOf } from "./request-state.ts";

/**
 * A result of a modern server for a modern client that is not complete: a question passes with the server's `requestState` sealed, and
 * everything else as its bytes came. What the client did not say that it can answer, and what no revision allows, becomes an error.
 */
export function passUnfinished(gate: Gate, inbound: Inbound, server: string, name: string | null) {
  return (message: Uint8Array, scanned: Scanned): Replacement | null => {
    if (scanned.resultType === "input_required") return passQuestion(gate, inbound, { server, name }, message, scanned);
    if (scanned.resultType === "task") {
      const bytes = withSealedTask(gate, inbound, { server, name }, scanned);
      if (bytes !== undefined) return { status: null, bytes };
      // The answer to a question about a task may be of the task's own type.
      if (isAboutTask(inbound)) return null;
      return invalid(inbound, "the server's result is a task, which the client can't look after");
    }
    // Which extension adds which type nobody but its client knows.
    if (hasExtensions(inbound)) return null;
    return invalid(inbound, `the server's result has a resultType that the client does not know: ${shown(scanned.resultType)}`);
  };
}

function passQuestion(
  gate: Gate,
  inbound: Inbound,
  { server, name }: { readonly server: string; readonly name: string | null },
  message: Uint8Array,
  scanned: Scanned,
): Replacement | null {
  const method = inbound.scanned.method ?? "";
  if (methodOf(method)?.mayAskForInput !== true) return invalid(inbound, `${method} can't be answered with a question`);
  const asked = readInputRequired(scanned);
  if (typeof asked === "string") return invalid(inbound, `the server's question is not valid: ${asked}`);
  const requiredCapabilities = undeclared(asked, capabilitiesOf(inbound));
  if (requiredCapabilities !== null) {
    const text = "the server asks for what the client did not declare that it can do";
    return { status: 400, bytes: error(inbound, codes.missingCapability, text, { requiredCapabilities }) };
  }
  if (asked.stateJson === null || scanned.requestState === null) return null;
  const state = { kind: "server", json: asked.stateJson } as const;
  const sealed = sealState(gate.sealer, stateRequestOf(inbound, server, name), state, bounds.requestStateMs);
  return { status: null, bytes: splice(message, [{ ...scanned.requestState, text: `"${sealed}"` }]) };
}

function hasExtensions(inbound: Inbound): boolean {
  return Object.keys(asObject(capabilitiesOf(inbound)["extensions"])).length > 0;
}

function invalid(inbound: Inbound, message: string): Replacement {
  return { status: null, bytes: error(inbound, codes.internalError, message) };
}

function error({ idRaw, callId }: Inbound, code: number, message: string, data: object = {}): Uint8Array {
  return new TextEncoder().encode(errorMessage(idRaw, code, message, { ...data, decisionId: callId }));
}

function shown(text: string | null): string {
  return JSON.stringify((text ?? "").slice(0, 64));
}
