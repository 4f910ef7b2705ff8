import type { Transport } from "../call.ts";
import type { WebSocketConnection, WebSocketListener } from "./websocket.ts";

/**
 * The little of HTTP that routes need. Handlers are driven by `uws-server.ts` in production and by plain objects in tests.
 */
export interface HttpRequest {
  /** As sent; methods are case-sensitive (RFC 9110 §9.1), so the known ones are upper case. */
  readonly method: string;
  /** What carried it, as decisions and records see it: a message of a WebSocket is put to the gate as the request that it would be over HTTP. */
  readonly transport: Transport;
  /** The path as sent (not percent-decoded), without the query. */
  readonly path: string;
  /** Without the question mark; empty if there is none. */
  readonly query: string;
  /** Lower case name; "" where the header is absent. A repeated header has its values joined by ", ". */
  header(name: string): string;
  /** Every header, names in lower case, for the few that need them all. */
  headers(): readonly (readonly [name: string, value: string])[];
  /** The caller's address, without port. Behind trusted proxies the one they report. */
  readonly address: string;
  /** Complete, at most `bodyBytesMax`. Valid only until the handler returns (an async one: until its first await): copy what must last. */
  readonly body: Uint8Array;
}

/**
 * The answer. Safe to use after the client is gone: every method then does nothing.
 * Either `send` once, or `start`, any number of `write`, and `end`. A second `send` is ignored.
 *
 * Who answers later says so before the handler returns: by returning a promise, or by `onAbort` or `start`.
 * A handler that returned (or whose promise resolved) with nothing of these done has lost its reply: it is answered 500.
 */
export interface HttpReply {
  /** A whole answer. `headers` are names and values in turn. */
  send(status: number, headers: readonly string[], body: Uint8Array | string): void;
  /** Head of an answer in parts. It is sent with the first bytes; an event stream's head at once. */
  start(status: number, headers: readonly string[]): void;
  /** False when the reader is slow: stop until `onWritable`. The bytes are taken in any case. */
  write(chunk: Uint8Array | string): boolean;
  end(): void;
  /** Called each time a slow reader has caught up. */
  onWritable(resume: () => void): void;
  /** Called once if the client goes away before the answer is complete; at once if it is gone already. */
  onAbort(aborted: () => void): void;
  readonly aborted: boolean;
  /**
   * Only where the request asks for a WebSocket (RFC 6455): answers 101 with the chosen subprotocol, and `listen` is called with the open
   * connection, unless the client is gone. Instead of `send` and `start`.
   */
  readonly upgrade?: (subprotocol: string, listen: (connection: WebSocketConnection) => WebSocketListener) => void;
}

/** May throw or reject: a `Fault` is answered by the table of `faults-http.ts`, anything else is a bug and answered 500. */
export type HttpHandler = (request: HttpRequest, reply: HttpReply) => void | Promise<void>;

/** A route: `path` may hold `{name}` segments, which match one percent-encoded segment each; a last `{rest*}` matches what is left. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "OPTIONS";
  readonly path: string;
  readonly handler: (request: HttpRequest, reply: HttpReply, parameters: Readonly<Record<string, string>>) => void | Promise<void>;
}
