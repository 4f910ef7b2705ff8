import type { Call } from "../../domain/call.ts";
import { copyBytes } from "../../domain/copy-bytes.ts";
import type { Caller } from "../../domain/identity.ts";
import type { Era } from "../../domain/mcp/revisions.ts";
import type { Scanned } from "../../domain/mcp/scanned.ts";
import type { HttpReply, HttpRequest } from "../../domain/ports/http.ts";
import type { Session } from "./session.ts";

/** One message of a client on its way through the gate: authenticated and well-formed, not yet judged. */
export interface Inbound {
  readonly request: HttpRequest;
  readonly reply: HttpReply;
  /** The message as it was sent. Borrowed from the ingress until `keep` has copied it. */
  body: Uint8Array;
  /** How long the message was, where it is held no more. */
  releasedBytes?: number;
  scanned: Scanned;
  /** The JSON of the request's id, or null for notifications and answers. */
  readonly idRaw: string | null;
  readonly era: Era;
  readonly version: string;
  readonly caller: Caller;
  readonly owner: string;
  /** The server of `/mcp/{server}`, or null on an endpoint that is made of several: `/mcp`, or a virtual server. */
  readonly endpoint: string | null;
  /** The name in `/mcp/v/{name}`, or null elsewhere. Whether there is such a virtual server is not known yet. */
  readonly virtualServer: string | null;
  /** Which of the endpoints it is: what sessions, cursors and the like are bound to. */
  readonly place: string | null;
  /** The session that it came in, for revisions that have them. */
  readonly session?: Session;
  /** The message stands in another one that the client sent (`call_tool`): headers that repeat its parameters are not there. */
  unwrapped?: boolean;
  /** Called once, when the record of its end is handed over. */
  onEnd?: () => void;
  /** Also the decision's id. */
  readonly callId: string;
  readonly startMs: number;
  /** Monotonic, in milliseconds. */
  readonly startedAt: number;
}

/** Copies the message: to be called before anything that outlasts the ingress's callback. */
export function keep(inbound: Inbound): void {
  inbound.body = copyBytes(inbound.body);
  inbound.scanned = { ...inbound.scanned, bytes: inbound.body };
}

/**
 * The authorization context of a message: what a server keeps private to one is never shown to another. Each credential is one of its own,
 * since the same person may hold one that allows less.
 */
export function contextOf({ credential }: Caller, owner: string): string {
  return `${owner} ${credential}`;
}

/** Lets go of the message's bytes, for what stays open long after it was read. */
export function release(inbound: Inbound): void {
  inbound.releasedBytes = inbound.body.length;
  inbound.body = nothing;
  inbound.scanned = { ...inbound.scanned, bytes: nothing };
}

const nothing = new Uint8Array(0);

/** What decisions see of this message, sent to `server` under `name`. */
export function callOf(inbound: Inbound, server: string | null, labels: Readonly<Record<string, string>>, name: string | null): Call {
  const { caller, callId, startMs, request, scanned, virtualServer } = inbound;
  return {
    callId,
    atMs: startMs,
    caller,
    transport: request.transport,
    address: request.address,
    method: scanned.method ?? "response",
    server,
    serverLabels: labels,
    virtualServer,
    name,
    args: argumentsOf(inbound),
  };
}

const noArguments = () => ({});
const decoder = new TextDecoder();

/** Parsed when a condition first reads them: most decisions never do. */
function argumentsOf({ scanned, body }: Inbound): () => unknown {
  const range = scanned.arguments;
  if (range === null) return noArguments;
  let parsed: unknown;
  return () => {
    parsed ??= JSON.parse(decoder.decode(body.subarray(range.start, range.end)));
    return parsed;
  };
}
