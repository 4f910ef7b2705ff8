import { bounds } from "../../../domain/bounds.ts";
import { Fault, toFault } from "../../../domain/fault.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import { createSseParser } from "../../../domain/mcp/sse.ts";
import type { UpstreamSink } from "../../../domain/ports/upstream.ts";
import type { RoutedServer } from "../../router.ts";
import { type UpstreamSession, upstreamSessionHeaders } from "../upstream-session.ts";

const answerMs = 10_000;
/** Where the server ends its stream without saying when to come back (2025-11-25, basic/transports, "Listening for Messages"). */
const pollMs = 1_000;
const pollMsMax = 30_000;

export interface ServerStreamEvents {
  /** Once: whether the server speaks unasked at all. */
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
  #exchange: { cancel(): void } | undefined;
  #timer: NodeJS.Timeout | undefined;
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
      { method: "GET", headers, body: undefined, repeatable: true, answerTimeoutMs: answerMs, idleTimeoutMs: 0, totalTimeoutMs: 0 },
      this.#sink(),
      { pinned: this.#session.upstreamId },
    );
  };

  close(): void {
    this.#over = true;
    clearTimeout(this.#timer);
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
        speaks = status === 200;
        if (speaks || status === 405) this.#events.opened(speaks);
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
    this.#over = true;
    this.#exchange?.cancel();
    this.#events.lost(reason);
  }
}

/** A session that the server does not know any more is refused with 404, or by many with 400. */
function refused(status: number): Fault {
  const isUnknown = status === 404 || status === 400;
  return new Fault(isUnknown ? "not-found" : "unavailable", `the server refused its stream with HTTP status ${status}`);
}
