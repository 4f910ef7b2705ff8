import type { Fault } from "../../../domain/fault.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import type { Wanted } from "./wanted.ts";

/** What a link tells of. */
export interface LinkEvents {
  /** A notification of the server. The bytes are valid only during the call. */
  message(bytes: Uint8Array, scanned: Scanned): void;
  /** The stream broke, or the server ended it: nothing more comes. Not told of a link that was closed. */
  lost(reason: Fault): void;
}

/** The gate's ear at one server: a stream on which the server tells of changes, whatever its era calls that. */
export interface Link {
  /** Puts in force what is wanted, in place of what was. Resolves with what the server honours of it. One at a time. */
  apply(wanted: Wanted): Promise<Wanted>;
  close(): void;
}
