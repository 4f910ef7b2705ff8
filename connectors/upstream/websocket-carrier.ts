import type { LookupFunction } from "node:net";
import { WebSocket } from "ws";
import { toFault } from "../../domain/fault.ts";
import { type Carrier, type CarrierListener, messageBytesMax } from "./carrier.ts";
import { connectFailure } from "./connect-failure.ts";
import type { TlsMaterial } from "./tls-material.ts";

/** Bytes that wait for a server that does not read, or for the connection to open. */
const waitingBytesMax = 2 * messageBytesMax;

/** For the server's close frame; then the connection is cut. */
const farewellMs = 1_000;

export interface WebSocketCarrierOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
  readonly lookup: LookupFunction;
  readonly connectTimeoutMs: number;
  /** Calls back again and again, so that a connection on which nothing comes back is found out; the answered function stops it. */
  readonly eachPing: (ping: () => void) => () => void;
}

/** Opens one WebSocket with the subprotocol `mcp`: one JSON-RPC message a text frame. Redirects are not followed, nothing is compressed. */
export function openWebSocketCarrier(options: WebSocketCarrierOptions, listener: CarrierListener): Carrier {
  return new WebSocketCarrier(options, listener);
}

class WebSocketCarrier implements Carrier {
  readonly pid = 0;
  readonly #listener: CarrierListener;
  readonly #gone = Promise.withResolvers<void>();
  readonly #stopPings: () => void;
  #socket: WebSocket | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #alive = true;
  #sent = false;
  #over = false;

  constructor(options: WebSocketCarrierOptions, listener: CarrierListener) {
    this.#listener = listener;
    this.#stopPings = options.eachPing(() => this.#ping());
    // Later: what opened this waits for it to return first.
    queueMicrotask(() => this.#open(options));
  }

  send(message: Uint8Array): boolean {
    const socket = this.#socket;
    const isOpen = socket?.readyState === WebSocket.OPEN;
    const waitingBytes = isOpen ? socket.bufferedAmount : this.#waitingBytes;
    if (this.#over || waitingBytes + message.length > waitingBytesMax) return false;
    const bytes = Buffer.from(message);
    if (isOpen) this.#write(socket, bytes);
    else {
      this.#waiting.push(bytes);
      this.#waitingBytes += bytes.length;
    }
    return true;
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  end(): Promise<void> {
    this.#socket?.close(1000);
    this.#end("it was closed");
    return this.#gone.promise;
  }

  #open({ url, headers, tls, lookup, connectTimeoutMs }: WebSocketCarrierOptions): void {
    if (this.#over) return;
    let socket: WebSocket;
    try {
      socket = new WebSocket(url, "mcp", {
        ...tls.current(),
        ...{ headers, lookup, handshakeTimeout: connectTimeoutMs, maxPayload: messageBytesMax },
        ...{ perMessageDeflate: false, followRedirects: false, rejectUnauthorized: true },
      });
    } catch (reason) {
      this.#end(toFault(reason).message);
      return;
    }
    this.#socket = socket;
    socket.on("open", () => this.#opened(socket));
    socket.on("message", (data: Buffer, isBinary) => this.#message(socket, data, isBinary));
    socket.on("pong", () => {
      this.#alive = true;
    });
    socket.on("unexpected-response", (_, response) => {
      response.destroy();
      this.#end(`it answered the handshake with status ${response.statusCode}`);
    });
    socket.on("error", (cause) => this.#end(connectFailure(cause) ?? wordsOf(cause)));
    socket.on("close", (code) => this.#end(`it closed the connection with ${code}`));
  }

  #opened(socket: WebSocket): void {
    if (this.#over) return;
    this.#listener.opened?.();
    for (const message of this.#waiting.splice(0)) this.#write(socket, message);
    this.#waitingBytes = 0;
  }

  #write(socket: WebSocket, message: Buffer): void {
    this.#sent = true;
    // What goes wrong ends the connection, and is told there.
    socket.send(message, { binary: false }, () => {});
  }

  #message(socket: WebSocket, data: Buffer, isBinary: boolean): void {
    this.#alive = true;
    if (this.#over) return;
    if (!isBinary) this.#listener.received(data);
    else {
      socket.close(1003, "messages are text");
      this.#end("it sent a binary message");
    }
  }

  #ping(): void {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN || socket.isPaused) return;
    if (!this.#alive) {
      this.#end("it does not answer any more");
      return;
    }
    this.#alive = false;
    socket.ping();
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopPings();
    this.#waiting = [];
    const socket = this.#socket;
    if (socket?.readyState === WebSocket.CLOSING) setTimeout(() => socket.terminate(), farewellMs).unref();
    else socket?.terminate();
    this.#gone.resolve();
    this.#listener.ended(reason, !this.#sent);
  }
}

/** `ws` names its own failures by code: a message too large, a frame that breaks RFC 6455, another subprotocol. */
function wordsOf({ code, message }: Error & { readonly code?: string }): string {
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") return "it sent a message beyond the bound";
  if (code?.startsWith("WS_ERR_") === true) return "it broke the rules of WebSocket";
  return /subprotocol/i.test(message) ? "it does not speak the subprotocol mcp" : "the connection failed";
}
