import { bounds } from "../../../domain/bounds.ts";
import { Fault, toFault } from "../../../domain/fault.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import { createSseParser } from "../../../domain/mcp/sse.ts";
import type { UpstreamSink } from "../../../domain/ports/upstream.ts";
import type { RoutedServer } from "../../routing/router.ts";
import { type UpstreamSession, upstreamSessionHeaders } from "../upstream-session.ts";

/** Where the server ends its stream without saying when to come back (2025-11-25, basic/transports, "Listening for Messages"). */
const pollMs = 1_000;
const pollMsMax = 30_000;
const conflictMs = 50;
const conflictsMax = 3;

export interface ServerStreamEvents {
  /** Whether the server speaks unasked at all. Told again where it turns out later that it does not. */
  opened(speaks: boolean): void;
  /** The bytes are valid only during the call. */
  notification(bytes: Uint8Array, scanned: Scanned): void;
  request(scanned: Scanned): void;
  lost(reason: Fault): void;
}

/**
 * The GET stream of a session with a legacy server, taken up again behind the last event where the server ends it and numbers its events.
 * Answers how to close it.
 */
export function openServerStream(routed: RoutedServer, session: UpstreamSession, events: ServerStreamEvents): () => void {
  const stream = new ServerStream(routed, session, events);
  stream.open();
  return () => stream.close();
}

class ServerStream {
  readonly #routed: RoutedServer;
  readonly #session: UpstreamSession;
  readonly #events: ServerStreamEvents;
  #lastEventId: string | null = null;
  #retryMs = pollMs;
  #conflicts = 0;
  #exchange: { cancel(): void } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #over = false;

  constructor(routed: RoutedServer, session: UpstreamSession, events: ServerStreamEvents) {
    this.#routed = routed;
    this.#session = session;
    this.#events = events;
  }

  readonly open = (): void => {
    const headers = ["accept", "text/event-stream", ...upstreamSessionHeaders(this.#session)];
    if (this.#lastEventId !== null) headers.push("last-event-id", this.#lastEventId);
    this.#exchange = this.#routed.exchange(
      { method: "GET", headers, body: undefined, repeatable: true, answerTimeoutMs: 0, idleTimeoutMs: 0, totalTimeoutMs: 0 },
      this.#sink(),
      { pinned: this.#session.upstreamId },
    );
    // Some servers send not even the head of a stream on which they have nothing to say yet.
    this.#silence = setTimeout(() => this.#events.opened(true), bounds.streamHeadMs).unref();
  };

  /** The server may not have noticed yet that the stream before this one is closed, and have room for one only. */
  #openSoon(): void {
    this.#conflicts += 1;
    this.#timer = setTimeout(this.open, conflictMs).unref();
  }

  close(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#exchange?.cancel();
  }

  #sink(): UpstreamSink {
    let speaks = false;
    const sse = createSseParser({
      eventBytesMax: bounds.bodyBytesMax,
      onEvent: ({ id, retryMs, data }) => {
        this.#lastEventId = id ?? this.#lastEventId;
        this.#retryMs = Math.min(retryMs ?? this.#retryMs, pollMsMax);
        if (data.length > 0) this.#receive(data);
      },
    });
    return {
      head: ({ status }) => {
        clearTimeout(this.#silence);
        speaks = status === 200;
        if (speaks || status === 405) this.#events.opened(speaks);
        else if (status === 409 && this.#conflicts < conflictsMax) this.#openSoon();
        else this.#lose(refused(status));
      },
      data: (chunk) => {
        try {
          if (speaks) sse.push(chunk);
        } catch (reason) {
          this.#lose(toFault(reason));
        }
      },
      end: () => {
        if (speaks) this.#ended();
      },
      fail: (fault) => this.#lose(fault),
    };
  }

  /** A server may end its stream at any time; nothing is lost by that where it numbers its events. */
  #ended(): void {
    if (this.#over) return;
    if (this.#lastEventId === null) this.#lose(new Fault("unavailable", "the server ended its stream"));
    else this.#timer = setTimeout(this.open, this.#retryMs).unref();
  }

  #receive(bytes: Uint8Array): void {
    const scanned = scanMessage(bytes);
    if (scanned.kind === "notification") this.#events.notification(bytes, scanned);
    else if (scanned.kind === "request") this.#events.request(scanned);
  }

  #lose(reason: Fault): void {
    if (this.#over) return;
    this.close();
    this.#events.lost(reason);
  }
}

/** A session that the server does not know any more is refused with 404, or by many with 400. One that stays in conflict is of no more use. */
function refused(status: number): Fault {
  const isLost = status === 404 || status === 400 || status === 409;
  return new Fault(isLost ? "not-found" : "unavailable", `the server refused its stream with HTTP status ${status}`);
}
