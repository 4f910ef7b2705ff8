import { createHash } from "node:crypto";
import { canonicalJson } from "../../../domain/mcp/canonical-json.ts";
import { rawText } from "../../../domain/mcp/json-text.ts";
import type { Sealer } from "../../sealing/sealer.ts";
import type { Inbound } from "../inbound.ts";

/** What a `requestState` of ours stands for. */
export type RequestState =
  /** The server's own, as the JSON that it wrote: the gate calls with its own credentials, so only the gate can bind it to a person. */
  | { readonly kind: "server"; readonly json: string }
  /** A call that waits at a gate, for the answers to the questions of one round. */
  | { readonly kind: "parked"; readonly gate: string; readonly id: string; readonly round: number };

/** The request that a state belongs to: presented with any other, it is refused (2026-07-28, basic/patterns/mrtr, "Server Requirements"). */
export interface StateRequest {
  readonly owner: string;
  readonly server: string;
  readonly method: string;
  readonly name: string | null;
  readonly argumentsDigest: string;
}

export function stateRequestOf(inbound: Inbound, server: string, name: string | null): StateRequest {
  const { owner, scanned } = inbound;
  return { owner, server, method: scanned.method ?? "", name, argumentsDigest: digestOf(inbound) };
}

/** Of the value, not of its bytes: a client may write the same arguments otherwise when it asks again. */
function digestOf({ scanned, body }: Inbound): string {
  if (scanned.arguments === null) return "";
  const value: unknown = JSON.parse(rawText(body, scanned.arguments));
  return createHash("sha256").update(canonicalJson(value)).digest("base64url");
}

const purpose = "request-state";

/** Short names: the client carries it. */
type Sealed = readonly [request: string, json: string] | readonly [request: string, gate: string, id: string, round: number];

export function sealState(sealer: Sealer, request: StateRequest, state: RequestState, ttlMs: number): string {
  const bound = bindingOf(request);
  const sealed: Sealed = state.kind === "server" ? [bound, state.json] : [bound, state.gate, state.id, state.round];
  return sealer.seal(purpose, request.owner, sealed, { ttlMs });
}

/** Undefined for whatever was not sealed by us for this very request, or too long ago. */
export function openState(sealer: Sealer, request: StateRequest, text: string): RequestState | undefined {
  const sealed = sealer.open(purpose, request.owner, text) as Sealed | undefined;
  if (sealed === undefined || sealed[0] !== bindingOf(request)) return undefined;
  if (sealed.length === 2) return { kind: "server", json: sealed[1] };
  const [, gate, id, round] = sealed;
  return { kind: "parked", gate, id, round };
}

function bindingOf({ server, method, name, argumentsDigest }: StateRequest): string {
  return createHash("sha256")
    .update(JSON.stringify([server, method, name, argumentsDigest]))
    .digest("base64url");
}
