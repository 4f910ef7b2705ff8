import { Fault } from "../../../domain/fault.ts";
import { quote } from "../../../domain/mcp/json-bytes.ts";
import { stringText } from "../../../domain/mcp/json-text.ts";
import { splice } from "../../../domain/mcp/splice.ts";
import type { Destination } from "../forward.ts";
import type { Gate } from "../gate.ts";
import type { Inbound } from "../inbound.ts";
import { openState, stateRequestOf } from "../questions/request-state.ts";
import { scanAgain } from "./message-steps.ts";
import { messageHeaders, type Plan } from "./plan.ts";
import { toParked, toPooled } from "./pooled.ts";
import { toStateless } from "./stateless.ts";

/**
 * The four meetings of client and server, by their eras:
 * a legacy client with its own session, and a modern client on a modern server, pass as they are;
 * a legacy client on a modern server is given the envelope and headers that its messages lack;
 * everybody else on a legacy server goes through a session that the gate holds for that client.
 */
export function planFor(gate: Gate, inbound: Inbound, destination: Destination): Plan | Promise<Plan> {
  const { routed, own } = destination;
  if (own !== null) return ownSession(inbound, destination, own);
  if (inbound.scanned.requestState !== null) {
    const parked = takeUp(gate, inbound, destination);
    if (parked !== null) return parked;
  }
  const verdict = gate.eras.known(routed);
  if (verdict === undefined) {
    return gate.eras.of(routed).then(({ era }) => (era === "modern" ? toStateless : toPooled)(gate, inbound, destination));
  }
  return (verdict.era === "modern" ? toStateless : toPooled)(gate, inbound, destination);
}

/**
 * A request that goes on from a question. A stateless server gets back its own `requestState`, byte for byte; a call that waits gets its
 * answers, which is the plan that is answered. Throws `Fault("invalid")` for a state that was not sealed for this caller and request, or
 * whose time is over.
 */
function takeUp(gate: Gate, inbound: Inbound, destination: Destination): Plan | null {
  const { body, scanned, era } = inbound;
  const range = scanned.requestState;
  if (range === null) return null;
  const { routed, name } = destination;
  const text = body[range.start] === quote ? stringText(body, range.start, range.end) : "";
  const state = era === "modern" ? openState(gate.sealer, stateRequestOf(inbound, routed.server.name, name), text) : undefined;
  if (state === undefined) throw new Fault("invalid", "the requestState is not valid for this request, or not any more");
  if (state.kind === "parked") return toParked(gate, inbound, destination, state);
  inbound.body = splice(body, [{ ...range, text: state.json }]);
  inbound.scanned = scanAgain(inbound.body);
  return null;
}

function ownSession(inbound: Inbound, destination: Destination, own: NonNullable<Destination["own"]>): Plan {
  const headers: string[] = [...messageHeaders];
  const version = inbound.request.header("mcp-protocol-version");
  if (version !== "") headers.push("mcp-protocol-version", version);
  if (own.sessionId !== null) headers.push("mcp-session-id", own.sessionId);
  return {
    pinned: own.upstreamId,
    headers,
    body: inbound.body,
    rewrite: destination.rewrite ?? null,
    unfinished: null,
    pooled: null,
    claim: null,
    through: null,
  };
}
