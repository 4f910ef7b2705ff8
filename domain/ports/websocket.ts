/** An open WebSocket (RFC 6455) to a client, as handlers see it. Safe to use after it closed: every method then does nothing. */
export interface WebSocketConnection {
  /**
   * Sends one text message. False when the reader is slow: stop until `writable`. The bytes are taken in any case; but a connection on
   * which too many wait already is closed with 1013 instead.
   */
  send(text: Uint8Array | string): boolean;
  /** Says goodbye with a close frame. `closed` of the listener is called, before this returns. */
  close(code: number, reason: string): void;
}

/** What is told of a connection. Binary messages and those beyond the bound never get here: the server closes with 1003 and 1009. */
export interface WebSocketListener {
  /** One text message: UTF-8, whole. The bytes are valid only during the call. */
  message(bytes: Uint8Array): void;
  /** Called each time a slow reader has caught up. */
  writable(): void;
  /** Called once, by whom- and whatever it was closed. */
  closed(): void;
}
