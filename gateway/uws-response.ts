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
}

export interface NativeRequest {
  getCaseSensitiveMethod(): string;
  getUrl(): string;
  /** Undefined where the target has no question mark. */
  getQuery(): string | undefined;
  forEach(each: (name: string, value: string) => void): void;
}
