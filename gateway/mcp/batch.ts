import { bounds } from "../../domain/bounds.ts";
import { copyBytes } from "../../domain/copy-bytes.ts";
import { errorForms, errorMessage } from "../../domain/mcp/errors.ts";
import { batchVersion } from "../../domain/mcp/revisions.ts";
import { scanMessage } from "../../domain/mcp/scan.ts";
import { rawId, type Scanned } from "../../domain/mcp/scanned.ts";
import { formatSse } from "../../domain/mcp/sse.ts";
import type { HttpReply } from "../../domain/ports/http.ts";
import { protocolReply } from "./answers.ts";
import { MessageReply, type ReplyHost } from "./conversations/message-reply.ts";
import type { Session } from "./session.ts";

/** What a batch is judged by, beside its messages. */
export interface BatchArrival {
  readonly body: Uint8Array;
  readonly scanned: Scanned;
  readonly reply: HttpReply;
  /** Undefined where there is none of that id. */
  readonly session: Session | undefined;
  readonly hasSessionId: boolean;
  readonly readsStreams: boolean;
}

/**
 * A batch (2025-03-26, basic, "Batching"; no other revision has them): every message in it is judged, recorded and answered by itself, as if
 * it had come alone; the answers go back together. What servers say beside them, and what they ask, goes on a stream before.
 */
export function receiveBatch(
  arrival: BatchArrival,
  admit: (message: Scanned, reply: HttpReply) => void | Promise<void>,
): void | Promise<void> {
  const { reply, session, hasSessionId } = arrival;
  const refuse = (status: number, message: string) => protocolReply(reply, { status, code: -32600, message, idRaw: null });
  if (!hasSessionId) return refuse(400, "the Mcp-Session-Id header is missing: initialize first");
  if (session === undefined) return refuse(404, "there is no such session");
  if (session.protocolVersion !== batchVersion) return refuse(400, `batches are a matter of revision ${batchVersion} only`);
  const body = copyBytes(arrival.body);
  const messages = arrival.scanned.elements.map(({ start, end }) => scanMessage(body.subarray(start, end)));
  const batch = new Batch(arrival, messages.filter(({ kind }) => kind === "request").length);
  for (const message of messages) {
    // All of them were found good before the batch was let in.
    if (message.kind === "malformed") continue;
    const idRaw = rawId(message);
    const member = new MessageReply(batch, { idRaw, isModern: false, isAwaited: message.kind === "request", resumedInVain: null });
    batch.add(member);
    const failed = () =>
      member.send(200, ["content-type", "application/json"], errorMessage(idRaw, -32603, "the message could not be answered"));
    try {
      admit(message, member)?.catch(failed);
    } catch {
      failed(); // A bug of ours, like any that an ingress would answer: the others in the batch go on.
    }
  }
  batch.complete();
}

class Batch implements ReplyHost {
  readonly #reply: HttpReply;
  readonly #readsStreams: boolean;
  readonly #expectsAnswers: boolean;
  readonly #members = new Set<MessageReply>();
  readonly #answers: Uint8Array[] = [];
  #bytes = 0;
  #isComplete = false;
  #isStreaming = false;

  constructor({ reply, readsStreams }: BatchArrival, requests: number) {
    this.#reply = reply;
    this.#readsStreams = readsStreams;
    this.#expectsAnswers = requests > 0;
    // The answers come later; a legacy client that goes away has withdrawn nothing.
    reply.onAbort(() => {});
  }

  add(member: MessageReply): void {
    this.#members.add(member);
  }

  complete(): void {
    this.#isComplete = true;
    this.#endIfDone();
  }

  emit(message: Uint8Array | string): boolean {
    const bytes = typeof message === "string" ? new TextEncoder().encode(message) : copyBytes(message);
    const scanned = scanMessage(bytes);
    if (scanned.kind === "result" || scanned.kind === "error") this.#collect(bytes, rawId(scanned));
    else if (this.#readsStreams) return this.#write(bytes);
    return true;
  }

  finished(member: MessageReply): void {
    this.#members.delete(member);
    this.#endIfDone();
  }

  /** No handshake is in a batch. */
  abandoned(): void {}

  #collect(answer: Uint8Array, idRaw: string | null): void {
    const { code } = errorForms["too-large"];
    const isTooMuch = this.#bytes + answer.length > bounds.listAnswerBytesMax;
    const kept = isTooMuch
      ? new TextEncoder().encode(errorMessage(idRaw, code, "the answers of the batch are too large together"))
      : answer;
    this.#bytes += kept.length;
    this.#answers.push(kept);
  }

  #write(message: Uint8Array): boolean {
    if (!this.#isStreaming) {
      this.#isStreaming = true;
      this.#reply.start(200, ["content-type", "text/event-stream", "cache-control", "no-store"]);
      this.#reply.onWritable(() => {
        for (const member of this.#members) member.drained();
      });
    }
    return this.#reply.write(formatSse(message));
  }

  #endIfDone(): void {
    if (!this.#isComplete || this.#members.size > 0) return;
    const answers = this.#answers.flatMap((answer, index) => [index === 0 ? openBracket : comma, answer]);
    const body = Buffer.concat([...answers, closeBracket]);
    if (this.#isStreaming) {
      if (this.#answers.length > 0) this.#reply.write(formatSse(body));
      this.#reply.end();
    } else if (this.#answers.length > 0) this.#reply.send(200, ["content-type", "application/json"], body);
    else this.#reply.send(this.#expectsAnswers ? 200 : 202, [], "");
  }
}

const openBracket = Buffer.from("[");
const comma = Buffer.from(",");
const closeBracket = Buffer.from("]");
