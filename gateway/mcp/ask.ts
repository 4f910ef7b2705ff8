import { bounds } from "../../domain/bounds.ts";
import { copyBytes } from "../../domain/copy-bytes.ts";
import { Fault } from "../../domain/fault.ts";
import { createSseParser } from "../../domain/mcp/sse.ts";
import type { UpstreamAnswer, UpstreamRequest } from "../../domain/ports/upstream.ts";
import type { RoutedServer } from "../routing/router.ts";

/** A whole answer of an upstream, for the gate's own questions: handshakes, probes and lists. */
export interface Asked {
  readonly status: number;
  readonly upstreamId: string;
  header(name: string): string | undefined;
  /** The JSON-RPC answer, if there was one; parsed. */
  readonly message: JsonRpcAnswer | null;
  /** Of the answer, as far as it was read. */
  readonly bytes: number;
}

export interface JsonRpcAnswer {
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code?: unknown; readonly message?: unknown; readonly data?: unknown };
}

export interface Question {
  readonly method?: "POST" | "DELETE";
  readonly headers: readonly string[];
  readonly body?: string;
  readonly pinned?: string | undefined;
  readonly timeoutMs: number;
  /** No harm if it is executed twice. */
  readonly repeatable: boolean;
  /** Told, before it rejects, how far a question came that failed. */
  readonly failed?: (phase: "unsent" | "sent" | "answering") => void;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Asks and waits for the whole answer. Rejects with the upstream's `Fault`, or `too-large` past `listAnswerBytesMax`. */
export function ask(routed: RoutedServer, question: Question): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const request: UpstreamRequest = {
      method: question.method ?? "POST",
      headers: question.headers,
      body: question.body === undefined ? undefined : encoder.encode(question.body),
      repeatable: question.repeatable,
      answerTimeoutMs: question.timeoutMs,
      idleTimeoutMs: question.timeoutMs,
      totalTimeoutMs: question.timeoutMs,
    };
    let answer: UpstreamAnswer | undefined;
    let message: JsonRpcAnswer | null = null;
    let bytes = 0;
    const body = collector(bounds.listAnswerBytesMax);
    // An answer may be complete before `exchange` returns, and which upstream gave it is known only then.
    const finish = () =>
      queueMicrotask(() =>
        resolve({
          status: answer?.status ?? 0,
          upstreamId: exchange.upstreamId,
          header: (name) => answer?.header(name),
          message,
          bytes,
        }),
      );
    const sse = createSseParser({
      eventBytesMax: bounds.listAnswerBytesMax,
      onEvent: ({ data }) => {
        if (message !== null) return;
        message = asAnswer(data);
        if (message !== null) finish();
      },
    });
    const isStream = () => answer?.header("content-type")?.startsWith("text/event-stream") === true;

    const exchange = routed.exchange(
      request,
      {
        head(head) {
          answer = head;
        },
        data(chunk) {
          bytes += chunk.length;
          try {
            if (isStream()) sse.push(chunk);
            else body.push(chunk);
          } catch (cause) {
            reject(cause);
            queueMicrotask(() => exchange.cancel());
          }
        },
        end() {
          if (!isStream()) message = asAnswer(body.bytes());
          finish();
        },
        fail(fault, phase) {
          question.failed?.(phase);
          reject(fault);
        },
      },
      question.pinned === undefined ? {} : { pinned: question.pinned },
    );
  });
}

/** Puts chunks together up to a bound. */
export function collector(bytesMax: number): { push(chunk: Uint8Array): void; bytes(): Uint8Array; length(): number } {
  let chunks: Uint8Array[] = [];
  let length = 0;
  return {
    push(chunk) {
      length += chunk.length;
      if (length > bytesMax) throw new Fault("too-large", `the server's answer is larger than ${bytesMax} bytes`);
      chunks.push(copyBytes(chunk));
    },
    bytes() {
      if (chunks.length !== 1) chunks = [Buffer.concat(chunks)];
      return chunks[0] ?? new Uint8Array();
    },
    length: () => length,
  };
}

function asAnswer(bytes: Uint8Array): JsonRpcAnswer | null {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes));
    if (typeof value !== "object" || value === null || !("id" in value)) return null;
    return "result" in value || "error" in value ? (value as JsonRpcAnswer) : null;
  } catch {
    return null;
  }
}
