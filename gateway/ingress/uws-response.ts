/**
 * What we use of the native response and request objects, so that only `uws-server.ts` knows the vendor. Both are memory of the
 * native server: the request may be read only while the accepting callback runs, the response never after it ended or aborted.
 */
export interface NativeResponse {
  onAborted(handler: () => void): unknown;
  /** The chunk is detached when the handler returns. */
  onData(handler: (chunk: ArrayBuffer, isLast: boolean) => void): unknown;
  onWritable(handler: (offset: number) => boolean): unknown;
  /** Gathers what `during` writes into one packet. With nothing to write it still pushes out what waits for a slow reader. */
  cork(during: () => void): unknown;
  writeStatus(status: string): unknown;
  writeHeader(name: string, value: string): unknown;
  /** False when the bytes (all taken) wait for a slow reader. */
  write(chunk: Uint8Array | string): boolean;
  /** Writes what it can of a body of `totalBytes`; answers whether it took everything and whether the answer is complete. */
  tryEnd(chunk: Uint8Array, totalBytes: number): [accepted: boolean, complete: boolean];
  end(body?: Uint8Array | string, closeConnection?: boolean): unknown;
  /** Never with arguments: even `undefined` counts as a length, and the native server waits for so many bytes before the next request. */
  endWithoutBody(): unknown;
  /** Body bytes that the native server took so far. */
  getWriteOffset(): number;
  pause(): unknown;
  resume(): unknown;
  /** Cuts the connection; the abort handler runs during the call. */
  close(): unknown;
  /** Four bytes, or sixteen. */
  getRemoteAddress(): ArrayBuffer;
  getRemoteAddressAsText(): ArrayBuffer;
  /** Answers 101; `open` of the socket runs during the call. The response must not be touched any more. */
  /** The client's certificate as PEM; empty where it showed none. */
  getX509Certificate(): string;
  upgrade(userData: object, key: string, subprotocol: string, extensions: string, context: unknown): void;
}

export interface NativeRequest {
  getCaseSensitiveMethod(): string;
  getUrl(): string;
  /** Undefined where the target has no question mark. */
  getQuery(): string | undefined;
  forEach(each: (name: string, value: string) => void): void;
}

/** Memory of the native server as well: never touched after `close` ran. */
export interface NativeSocket {
  /** 1: sent. 0: waits for a slow reader. 2: dropped, as more than the native bound waits. */
  send(message: Uint8Array | string, isBinary?: boolean, compress?: boolean): number;
  getBufferedAmount(): number;
  /** With a close frame; the close handler runs during the call. */
  end(code: number, reason: string): void;
  /** Without; the close handler runs during the call. */
  close(): void;
  cork(during: () => void): unknown;
}

/** An app: routes and what listens for them. */
export interface NativeApp {
  any(pattern: string, handler: (res: NativeResponse, req: NativeRequest) => void): unknown;
  ws<Data extends object>(pattern: string, behavior: NativeSocketBehavior<Data>): unknown;
  listen(host: string, port: number, options: number, listening: (socket: unknown) => void): unknown;
  /** Tells of connections: 1 opened, -1 closed. */
  filter(changed: (res: unknown, change: number) => void): unknown;
  getDescriptor(): unknown;
  addChildAppDescriptor(descriptor: unknown): void;
  removeChildAppDescriptor(descriptor: unknown): void;
  close(): unknown;
}

export interface NativeSocketBehavior<Data extends object> {
  readonly compression: number;
  readonly maxPayloadLength: number;
  readonly maxBackpressure: number;
  readonly closeOnBackpressureLimit: boolean;
  /** Seconds. */
  readonly idleTimeout: number;
  readonly sendPingsAutomatically: boolean;
  upgrade(res: NativeResponse, req: NativeRequest, context: unknown): void;
  open(socket: NativeSocket & { getUserData(): Data }): void;
  /** The message is detached when the handler returns. */
  message(socket: { getUserData(): Data }, message: ArrayBuffer, isBinary: boolean): void;
  ping(socket: { getUserData(): Data }): void;
  drain(socket: { getUserData(): Data }): void;
  close(socket: { getUserData(): Data }): void;
}
