import type { UpstreamRequest, UpstreamSink } from "../../../domain/ports/upstream.ts";
import type { RoutedExchange } from "../../routing/router.ts";
import type { RelayOptions, Rewrite } from "../outcome.ts";
import type { UpstreamSession } from "../upstream-session.ts";
import type { IdClaim } from "./active-ids.ts";

/** How one message is put to one upstream, and how its answers are put back. */
export interface Plan {
  readonly pinned: string | undefined;
  readonly headers: readonly string[];
  readonly body: Uint8Array;
  readonly rewrite: Rewrite | null;
  /** What is made of a result that is not complete; null where nothing has to be. */
  readonly unfinished: RelayOptions["unfinished"];
  /** The session that the gate holds there for the caller, where it does. */
  readonly pooled: UpstreamSession | null;
  /** What the request uses at the server while it is in flight; released when it is over. */
  readonly claim: IdClaim | null;
  /** What stands between the gate and the server, where its questions have to be put to the client. Null: the exchange as it is. */
  readonly through: ((request: UpstreamRequest, sink: UpstreamSink) => RoutedExchange) | null;
}

/** Headers of every message to a server. */
export const messageHeaders = ["content-type", "application/json", "accept", "application/json, text/event-stream"] as const;
