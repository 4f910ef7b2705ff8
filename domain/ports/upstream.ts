import type { Fault } from "../fault.ts";

/**
 * A running endpoint of an MCP server, spoken to as Streamable HTTP whatever it really is:
 * the stdio adapter plays a stateful Streamable HTTP server for the process behind it.
 * Callbacks instead of promises and streams: this is the hot path.
 */
export interface Upstream {
  readonly id: string;
  /** Starts an exchange. Never throws: what goes wrong reaches `sink.fail`, possibly before `exchange` returns. */
  exchange(request: UpstreamRequest, sink: UpstreamSink): Exchange;
  /** Ends connections and processes; exchanges in flight fail as unavailable. */
  close(): Promise<void>;
}

export interface UpstreamRequest {
  readonly method: "POST" | "GET" | "DELETE";
  /** Names (lower case) and values in turn: `["accept", "text/event-stream", …]`. Host, length and configured headers are added by the adapter. */
  readonly headers: readonly string[];
  /** Sent as it is. The adapter takes what it needs before `exchange` returns: the caller may reuse the memory. */
  readonly body: Uint8Array | undefined;
  /** No harm if it is executed twice: may be sent again where no byte of an answer came. */
  readonly repeatable: boolean;
  readonly answerTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly totalTimeoutMs: number;
}

export interface UpstreamAnswer {
  readonly status: number;
  /** Value of a header by its lower case name, or undefined. */
  header(name: string): string | undefined;
}

/** `head` once, then `data` any number of times, then `end`; or `fail` once, at any point before `end`. Nothing after `cancel`. */
export interface UpstreamSink {
  head(answer: UpstreamAnswer): void;
  /** The bytes are valid only during the call. */
  data(chunk: Uint8Array): void;
  end(): void;
  /** `unsent`: nothing reached the server. `sent`: it may have executed it. `answering`: the answer broke off. */
  fail(fault: Fault, phase: "unsent" | "sent" | "answering"): void;
}

export interface Exchange {
  /** Withdraws: nothing more reaches the sink. Over stdio the server is told `notifications/cancelled`. */
  cancel(): void;
  pause(): void;
  resume(): void;
}
