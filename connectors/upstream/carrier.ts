import type { Fault } from "../../domain/fault.ts";

/** What carries messages to one server and back: a process, a WebSocket, a stream of HTTP+SSE with the posts that belong to it. */
export interface Carrier {
  /** Of the process; 0 for what is none, or could not be started. */
  readonly pid: number;
  /** Why it could not even be started. */
  readonly unusable?: Fault;
  /** Sends one message; false where it can't: it ended, or takes nothing any more. Before it is open messages wait. */
  send(message: Uint8Array): boolean;
  pause(): void;
  resume(): void;
  /** Resolves when it is gone. */
  end(): Promise<void>;
}

export interface CarrierListener {
  /** It can carry messages now. Once; processes can from the beginning, and don't tell. */
  opened?(): void;
  /** One message of the server. Valid only during the call. */
  received(message: Buffer): void;
  /** A message of the server was beyond `messageBytesMax`, and is left out. */
  tooLong(): void;
  /** One message did not reach the server, or was refused by it. */
  undelivered?(message: Uint8Array, fault: Fault, phase: "unsent" | "sent"): void;
  /** It ended, or could not be opened. Called once. `untouched`: nothing ever reached the server. */
  ended(reason: string, untouched?: boolean): void;
}

/** One message of a server, whatever carries it. */
export const messageBytesMax = 16 * 1024 * 1024;
