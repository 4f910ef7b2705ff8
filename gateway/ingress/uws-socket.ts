import type { WebSocketConnection, WebSocketListener } from "../../domain/ports/websocket.ts";
import type { Placed } from "./in-flight.ts";
import type { NativeRequest, NativeResponse, NativeSocket, NativeSocketBehavior } from "./uws-response.ts";

/** What a socket needs of the server around it. */
export interface SocketHost {
  readonly messageBytesMax: number;
  /** Bytes that wait for a slow reader before `send` answers false. */
  readonly replyBufferBytesMax: number;
  readonly replyStallMs: number;
  readonly nowMs: number;
  opened(socket: Socket): void;
  gone(socket: Socket): void;
  refused(reason: "stalled-reader" | "too-large" | "malformed"): void;
  /** Calls a handler's code: what it throws is logged. */
  guard(callback: (() => void) | undefined): void;
}

/** A reader is slow at `replyBufferBytesMax`; with so many times that, what sends on regardless is stopped. */
const slownessMax = 4;

export const closeCodes = { goingAway: 1001, unsupportedData: 1003, tooBig: 1009, tryAgainLater: 1013 } as const;

/** One WebSocket. The only code that touches the native socket, and never after it closed. */
export class Socket implements WebSocketConnection, Placed {
  place = -1;
  private readonly host: SocketHost;
  private readonly listen: (connection: WebSocketConnection) => WebSocketListener;
  private native: NativeSocket | undefined;
  private listener: WebSocketListener | undefined;
  /** `send` answered false, and `writable` is owed. */
  private owesWritable = false;
  /** When the reader last took something, while bytes wait for it; null while none do. */
  private blockedSinceMs: number | null = null;
  private waitingBytes = 0;

  constructor(host: SocketHost, listen: (connection: WebSocketConnection) => WebSocketListener) {
    this.host = host;
    this.listen = listen;
  }

  /** The native server opened it. */
  begin(native: NativeSocket): void {
    this.native = native;
    this.host.opened(this);
    this.host.guard(() => {
      this.listener = this.listen(this);
    });
    if (this.listener === undefined) this.close(1011, "internal error");
  }

  send(text: Uint8Array | string): boolean {
    const { native } = this;
    if (native === undefined) return true;
    const { replyBufferBytesMax, nowMs } = this.host;
    if (native.getBufferedAmount() > replyBufferBytesMax * slownessMax) {
      this.giveUp();
      return true;
    }
    native.send(text, false, false);
    // What is beyond even the native bound closes the connection, which is over then.
    if (this.native === undefined) return true;
    this.waitingBytes = native.getBufferedAmount();
    if (this.waitingBytes === 0) return true;
    this.blockedSinceMs ??= nowMs;
    if (this.waitingBytes <= replyBufferBytesMax) return true;
    this.owesWritable = true;
    return false;
  }

  close(code: number, reason: string): void {
    this.native?.end(code, reason);
  }

  received(bytes: Uint8Array, isBinary: boolean): void {
    const { messageBytesMax } = this.host;
    if (isBinary) {
      this.host.refused("malformed");
      this.close(closeCodes.unsupportedData, "messages are text");
    } else if (bytes.length > messageBytesMax) {
      this.host.refused("too-large");
      this.close(closeCodes.tooBig, `a message is larger than ${messageBytesMax} bytes`);
    } else this.host.guard(() => this.listener?.message(bytes));
  }

  /** The native server answers pings by itself; whoever sends them without reading the answers is not waited for. */
  pinged(): void {
    if ((this.native?.getBufferedAmount() ?? 0) > this.host.replyBufferBytesMax * slownessMax) this.giveUp();
  }

  drained(): void {
    const { native } = this;
    if (native === undefined) return;
    this.waitingBytes = native.getBufferedAmount();
    this.blockedSinceMs = this.waitingBytes === 0 ? null : this.host.nowMs;
    if (!this.owesWritable || this.waitingBytes > 0) return;
    this.owesWritable = false;
    this.host.guard(() => this.listener?.writable());
  }

  /** The native socket is gone. */
  ended(): void {
    this.native = undefined;
    this.host.gone(this);
    const { listener } = this;
    this.listener = undefined;
    this.host.guard(() => listener?.closed());
  }

  /** Looks at a reader that takes nothing. The server calls it every `sweepMs`. */
  sweep(): void {
    const { native, blockedSinceMs } = this;
    if (native === undefined || blockedSinceMs === null) return;
    const waitingBytes = native.getBufferedAmount();
    if (waitingBytes < this.waitingBytes) this.blockedSinceMs = this.host.nowMs;
    this.waitingBytes = waitingBytes;
    if (this.host.nowMs - (this.blockedSinceMs ?? this.host.nowMs) >= this.host.replyStallMs) this.giveUp();
  }

  private giveUp(): void {
    this.host.refused("stalled-reader");
    this.close(closeCodes.tryAgainLater, "the answers are read too slowly");
  }
}

/** Room for a message that is too large to be refused with a close code; beyond it the native server cuts the connection. */
const refusedMessageBytes = 1024 * 1024;

/** How the native server treats its sockets. */
export function socketBehavior(host: {
  readonly messageBytesMax: number;
  readonly replyBufferBytesMax: number;
  /** A connection from which nothing came for so long, though it was pinged, is cut. */
  readonly idleSeconds: number;
  upgrade(res: NativeResponse, req: NativeRequest, context: unknown): void;
  socketClosed(): void;
}): NativeSocketBehavior<{ readonly socket: Socket }> {
  return {
    // Never permessage-deflate: a small message could become a large one, and secrets could be guessed by length.
    compression: 0,
    maxPayloadLength: host.messageBytesMax + refusedMessageBytes,
    // Ours comes first; this one bounds the answers to pings.
    maxBackpressure: 64 * host.replyBufferBytesMax,
    closeOnBackpressureLimit: true,
    idleTimeout: host.idleSeconds,
    sendPingsAutomatically: true,
    upgrade: (res, req, context) => host.upgrade(res, req, context),
    open: (socket) => socket.getUserData().socket.begin(socket),
    message: (socket, message, isBinary) => socket.getUserData().socket.received(new Uint8Array(message), isBinary),
    ping: (socket) => socket.getUserData().socket.pinged(),
    drain: (socket) => socket.getUserData().socket.drained(),
    close(socket) {
      host.socketClosed();
      socket.getUserData().socket.ended();
    },
  };
}
