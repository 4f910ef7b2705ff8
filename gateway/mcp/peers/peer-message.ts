import { createHash } from "node:crypto";
import { asObject } from "../../../domain/mcp/client-capabilities.ts";
import type { Sealer } from "../../sealing/sealer.ts";
import type { Return } from "../questions/parked-calls.ts";

/** What gates behind one address tell each other. */
export type PeerMessage =
  /** A client is back for a call that waits at the other gate: the answer is what the server says then. */
  | { readonly act: "return"; readonly back: Return }
  /** A client answered a question that the other gate put: its whole message. */
  | { readonly act: "answer"; readonly owner: string; readonly key: string; readonly message: string }
  /** A client ended its session. */
  | { readonly act: "session-ended"; readonly key: string }
  /** A client set the level of its session's messages. */
  | { readonly act: "level-set"; readonly key: string; readonly level: string }
  /** A client withdrew a request, which may be at another gate. `requestId` is JSON. */
  | { readonly act: "withdrawn"; readonly key: string; readonly requestId: string };

/** Where gates hear each other, below their addresses. */
export const peerPath = "/peer";
/** Carries the proof that a gate with our keys sent this very message to this very gate, just now. */
export const peerHeader = "sluice-peer";

const purpose = "peer";
const proofMs = 30_000;

export function proofOf(sealer: Sealer, address: string, body: string): string {
  return sealer.seal(purpose, address, digestOf(body), { ttlMs: proofMs });
}

export function isProven(sealer: Sealer, address: string, body: Uint8Array, proof: string): boolean {
  return sealer.open(purpose, address, proof) === digestOf(body);
}

function digestOf(body: string | Uint8Array): string {
  return createHash("sha256").update(body).digest("base64url");
}

export function encodePeerMessage(message: PeerMessage): string {
  return message.act === "return"
    ? JSON.stringify({ ...message, back: { ...message.back, answers: [...message.back.answers] } })
    : JSON.stringify(message);
}

/** Undefined for what is none. Proven messages come from gates, perhaps of another version. */
export function decodePeerMessage(body: Uint8Array): PeerMessage | undefined {
  const value = asObject(JSON.parse(new TextDecoder().decode(body)));
  const texts = textsOf[String(value["act"])];
  if (texts?.some((name) => typeof value[name] !== "string") === false) return value as unknown as PeerMessage;
  if (value["act"] !== "return") return undefined;
  const back = asObject(value["back"]);
  if (!Array.isArray(back["answers"]) || typeof back["owner"] !== "string") return undefined;
  return { act: "return", back: { ...(back as unknown as Return), answers: new Map(back["answers"] as [string, string][]) } };
}

const textsOf: Readonly<Record<string, readonly string[]>> = {
  answer: ["owner", "key", "message"],
  "session-ended": ["key"],
  "level-set": ["key", "level"],
  withdrawn: ["key", "requestId"],
};
