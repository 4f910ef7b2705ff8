import { toFault } from "../../../domain/fault.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import { splice } from "../../../domain/mcp/splice.ts";
import { rateLimitHeaders } from "../../decision/rate-limit-headers.ts";
import { faultReply } from "../answers.ts";
import type { Destination } from "../forward.ts";
import type { Gate } from "../gate.ts";
import type { Inbound } from "../inbound.ts";
import { type Judgement, recordEnd } from "../judge.ts";
import type { Turn } from "./answer-cache.ts";

const encoder = new TextEncoder();

/** Answers with what was kept: with the request's own id, the time that is left, and what policies leave of it for this caller now. */
export function replyKept(
  gate: Gate,
  inbound: Inbound,
  { rewrite, routed }: Destination,
  judgement: Judgement,
  { result, ttlMs }: Extract<Turn, { readonly kind: "kept" }>,
): void | Promise<void> {
  const { reply, callId, idRaw } = inbound;
  const message = withTtl(Buffer.concat([encoder.encode(`{"jsonrpc":"2.0","id":${idRaw},"result":`), result, encoder.encode("}")]), ttlMs);
  const scanned = scanMessage(message);
  const sent = rewrite === undefined || scanned.kind === "malformed" ? message : rewrite(message, scanned);
  const headers = ["content-type", "application/json", "sluice-decision", callId, ...rateLimitHeaders(judgement.judged.admission)];
  const send = () => reply.send(200, headers, sent);
  const outcome = { outcome: "ok", status: 200, errorCode: null, responseBytes: sent.length } as const;
  const recorded = recordEnd(gate, inbound, judgement, outcome, null);
  if (recorded === undefined) return send();
  if (routed.server.audit === "strict") return recorded.then(send, (cause: unknown) => faultReply(inbound, toFault(cause)));
  recorded.catch(() => {}); // The recorder reports its own failures; a buffered outcome holds nothing up.
  send();
}

function withTtl(message: Uint8Array, leftMs: number): Uint8Array {
  const scanned = scanMessage(message);
  if (scanned.kind === "malformed" || scanned.ttlMs === null) return message;
  return splice(message, [{ ...scanned.ttlMs, text: String(Math.max(0, Math.floor(leftMs))) }]);
}
