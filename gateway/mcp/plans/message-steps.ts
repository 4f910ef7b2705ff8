import { targetOf } from "../../../domain/mcp/methods.ts";
import { withId, withName, withProgressToken } from "../../../domain/mcp/rewrite.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import type { Destination } from "../forward.ts";
import type { Inbound } from "../inbound.ts";
import type { Rewrite } from "../outcome.ts";

/** The message with its target as the server names it. */
export function renamed({ body, scanned }: Inbound, { name }: Pick<Destination, "name">): Uint8Array {
  const target = targetOf(scanned);
  return name !== null && target !== null && target !== name ? withName(body, scanned, name) : body;
}

/** Ranges hold for the bytes they were found in: after a change the message is scanned again. */
export function rescan(body: Uint8Array, inbound: Inbound): Scanned {
  return body === inbound.body ? inbound.scanned : scanAgain(body);
}

export function scanAgain(body: Uint8Array): Scanned {
  const scanned = scanMessage(body);
  if (scanned.kind === "malformed") throw new Error("a rewritten message must stay well-formed");
  return scanned;
}

/** Answers get back the client's id. */
export function backToId(idRaw: string): Rewrite {
  return (message, found) => (found.kind === "result" || found.kind === "error" ? withId(message, found, idRaw) : message);
}

/** Reports of progress get back the client's token. */
export function backToToken(tokenRaw: string): Rewrite {
  return (message, found) => (found.method === "notifications/progress" ? withProgressToken(message, found, tokenRaw) : message);
}

/** One change after the other, each of what the one before it made. */
export function inSequence(steps: readonly Rewrite[]): Rewrite | null {
  const [first] = steps;
  if (first === undefined) return null;
  if (steps.length === 1) return first;
  return (message, scanned) => {
    let bytes = message;
    let current = scanned;
    for (const step of steps) {
      const next = step(bytes, current);
      if (next === bytes) continue;
      bytes = next;
      const again = scanMessage(bytes);
      if (again.kind === "malformed") return bytes;
      current = again;
    }
    return bytes;
  };
}
