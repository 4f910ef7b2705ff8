import type { Fault } from "../../domain/fault.ts";
import type { Era } from "../../domain/mcp/revisions.ts";
import { scanMessage } from "../../domain/mcp/scan.ts";
import type { Scanned } from "../../domain/mcp/scanned.ts";
import { formatSse } from "../../domain/mcp/sse.ts";
import type { HttpReply } from "../../domain/ports/http.ts";
import type { Exchange, UpstreamAnswer, UpstreamSink } from "../../domain/ports/upstream.ts";
import { faultAnswer, retryAfterOf } from "./answers.ts";

/** How a forwarded message ended, as the record of its end tells it. */
export interface Outcome {
  readonly outcome: "ok" | "tool-error" | "rpc-error" | "upstream-error" | "timeout" | "cancelled";
  readonly status: number;
  readonly errorCode: number | null;
  readonly responseBytes: number;
}

export type Rewrite = (message: Uint8Array, scanned: Scanned) => Uint8Array;

/** What goes to the client in the place of a result, and the HTTP status where that is still open and another than the server's. */
export interface Replacement {
  readonly bytes: Uint8Array;
  readonly status: number | null;
}

export interface RelayOptions {
  readonly reply: HttpReply;
  /** The raw JSON id of the request, or null for a message that has no answer. */
  readonly idRaw: string | null;
  readonly callId: string;
  /** The client's era, which the status of an answer has to fit; null where the server's own passes. */
  readonly era: Era | null;
  /** Headers of ours for the answer, known when its head has come; null for an answer that is the gate's own. */
  readonly headers: (answer: UpstreamAnswer | null) => readonly string[];
  /** Changes each JSON-RPC message on its way to the client; null passes the upstream's bytes as they are. */
  readonly rewrite: Rewrite | null;
  /** Looks at each result that is not `complete`, before `rewrite`; null lets it pass. An answer that is too large to be held is not looked at. */
  readonly unfinished?: ((message: Uint8Array, scanned: Scanned) => Replacement | null) | null;
  /** Nothing final reaches the client before the promise of `onOutcome` has resolved. */
  readonly strict: boolean;
  /** Called once. Where the outcome can't be recorded, a strict call is answered with that fault. */
  readonly onOutcome: (outcome: Outcome) => Promise<void> | undefined;
  /** Told of what was thrown on the way: a bug, which ends the answer. */
  readonly onThrown?: (reason: unknown) => void;
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

/** What was changed of one message of an answer, before and after. */
export interface Passed {
  readonly bytes: Uint8Array;
  /** The message that counts for the outcome. */
  readonly message: Scanned;
  readonly status: number | null;
}

/** A message of the upstream as the client gets it: the same bytes where nothing has to change. */
export function passed({ unfinished, rewrite }: RelayOptions, bytes: Uint8Array, message: Scanned): Passed {
  const { resultType } = message;
  if (unfinished && resultType !== null && resultType !== "complete" && message.kind === "result") {
    const replacement = unfinished(bytes, message);
    const scanned = replacement === null ? null : scanMessage(replacement.bytes);
    if (replacement !== null && scanned !== null && scanned.kind !== "malformed") {
      return { bytes: rewrite?.(replacement.bytes, scanned) ?? replacement.bytes, message: scanned, status: replacement.status };
    }
  }
  return { bytes: rewrite?.(bytes, message) ?? bytes, message, status: null };
}

/** One kind of answer on its way to the client. */
export interface AnswerSink extends UpstreamSink {
  /** Tells a fault in place of what is left of the answer, and ends it. */
  breakOff(fault: Fault): void;
}

const encoder = new TextEncoder();

/** A fault in place of an answer of which nothing has been sent. */
export function sendFault({ reply, idRaw, callId, headers }: RelayOptions, fault: Fault): void {
  const { status, body } = faultAnswer({ idRaw, callId, fault });
  reply.send(status, ["content-type", "application/json", ...retryAfterOf(fault), ...headers(null)], body);
}

/** A fault as the last event of a stream that has begun. */
export function endStream({ reply, idRaw, callId }: RelayOptions, fault: Fault): void {
  reply.write(formatSse(encoder.encode(faultAnswer({ idRaw, callId, fault }).body)));
  reply.end();
}
