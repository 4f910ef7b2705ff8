import type { Fault } from "../../domain/fault.ts";
import type { Scanned } from "../../domain/mcp/scanned.ts";
import { formatSse } from "../../domain/mcp/sse.ts";
import type { HttpReply } from "../../domain/ports/http.ts";
import type { Exchange, UpstreamAnswer } from "../../domain/ports/upstream.ts";
import { faultAnswer } from "./answers.ts";

/** How a forwarded message ended, as the record of its end tells it. */
export interface Outcome {
  readonly outcome: "ok" | "tool-error" | "rpc-error" | "upstream-error" | "timeout" | "cancelled";
  readonly status: number;
  readonly errorCode: number | null;
  readonly responseBytes: number;
}

export type Rewrite = (message: Uint8Array, scanned: Scanned) => Uint8Array;

export interface RelayOptions {
  readonly reply: HttpReply;
  /** The raw JSON id of the request, or null for a message that has no answer. */
  readonly idRaw: string | null;
  readonly callId: string;
  /** Headers of ours for the answer, known when its head has come; null for an answer that is the gate's own. */
  readonly headers: (answer: UpstreamAnswer | null) => readonly string[];
  /** Changes each JSON-RPC message on its way to the client; null passes the upstream's bytes as they are. */
  readonly rewrite: Rewrite | null;
  /** Nothing final reaches the client before the promise of `onOutcome` has resolved. */
  readonly strict: boolean;
  /** Called once. Where the outcome can't be recorded, a strict call is answered with that fault. */
  readonly onOutcome: (outcome: Outcome) => Promise<void> | undefined;
  /** May take over instead of answering: true where it did (a session that has to be opened anew). */
  readonly onHead?: (answer: UpstreamAnswer) => boolean;
}

/** What the two kinds of answers share. */
export interface Answering extends RelayOptions {
  readonly answer: UpstreamAnswer;
  /** Records the outcome and then goes on: at once in buffered mode, when it is durable in strict mode. */
  settle(outcome: Omit<Outcome, "responseBytes">, then: () => void): void;
  readonly hold: Pick<Exchange, "pause" | "resume">;
}

/** What an outcome is called, by the HTTP status and the final message as far as it was looked at. */
export function outcomeOf(status: number, message: Scanned | null): Omit<Outcome, "responseBytes"> {
  if (message?.kind === "error") return { outcome: "rpc-error", status, errorCode: message.errorCode };
  if (status >= 400) return { outcome: "upstream-error", status, errorCode: null };
  return { outcome: message?.isError === true ? "tool-error" : "ok", status, errorCode: null };
}

const encoder = new TextEncoder();

/** A fault in place of the answer; `fresh` where nothing of it has been sent, otherwise as the last event of its stream. */
export function sendFault({ reply, idRaw, callId, headers }: RelayOptions, fault: Fault, fresh: boolean): void {
  const retryAfterMs = fault.retryAfterMs ?? null;
  const { status, body } = faultAnswer({ idRaw, callId, code: fault.code, message: fault.message, retryAfterMs });
  if (!fresh) {
    reply.write(formatSse(encoder.encode(body)));
    reply.end();
    return;
  }
  const retry = retryAfterMs === null ? [] : ["retry-after", String(Math.max(1, Math.ceil(retryAfterMs / 1000)))];
  reply.send(status, ["content-type", "application/json", ...retry, ...headers(null)], body);
}
