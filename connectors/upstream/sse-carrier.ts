import { Fault, toFault } from "../../domain/fault.ts";
import { createSseParser, type SseEvent } from "../../domain/mcp/sse.ts";
import type { Exchange, UpstreamRequest } from "../../domain/ports/upstream.ts";
import { type Carrier, type CarrierListener, messageBytesMax } from "./carrier.ts";
import type { HttpTarget } from "./http-target.ts";

/** Bytes that wait for the address to which they are posted. */
const waitingBytesMax = 2 * messageBytesMax;
const postsMax = 256;

export interface SseCarrierOptions {
  readonly target: HttpTarget;
  /** Where the stream is opened: the address of posts must be of the same origin. */
  readonly url: URL;
  /** For the stream to open and name that address, and for each post. */
  readonly answerTimeoutMs: number;
  /** Told when the time for the opening is over; the answered function takes it back. */
  readonly after: (ms: number, late: () => void) => () => void;
}

/**
 * Opens one stream of the transport HTTP+SSE (2024-11-05): GET, whose first event `endpoint` names the address to which messages are
 * posted, and whose events `message` are what the server says.
 */
export function openSseCarrier(options: SseCarrierOptions, listener: CarrierListener): Carrier {
  return new SseCarrier(options, listener);
}

class SseCarrier implements Carrier {
  readonly pid = 0;
  readonly #options: SseCarrierOptions;
  readonly #listener: CarrierListener;
  readonly #posts = new Set<Exchange>();
  readonly #gone = Promise.withResolvers<void>();
  readonly #takeBack: () => void;
  #stream: Exchange | undefined;
  #path: string | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #posted = false;
  #over = false;

  constructor(options: SseCarrierOptions, listener: CarrierListener) {
    this.#options = options;
    this.#listener = listener;
    this.#takeBack = options.after(options.answerTimeoutMs, () => this.#end("it named no address for messages in time"));
    // Later: what opened this waits for it to return first.
    queueMicrotask(() => this.#open());
  }

  send(message: Uint8Array): boolean {
    if (this.#over || this.#posts.size >= postsMax || this.#waitingBytes + message.length > waitingBytesMax) return false;
    if (this.#path !== undefined) this.#post(message, this.#path);
    else {
      this.#waiting.push(Uint8Array.from(message));
      this.#waitingBytes += message.length;
    }
    return true;
  }

  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  end(): Promise<void> {
    this.#end("it was closed");
    return this.#gone.promise;
  }

  #open(): void {
    if (this.#over) return;
    const parser = createSseParser({ eventBytesMax: messageBytesMax, onEvent: (event) => this.#event(event) });
    this.#stream = this.#options.target.exchange(this.#request("GET", ["accept", "text/event-stream"]), {
      head: ({ status, header }) => {
        const isStream = header("content-type")?.startsWith("text/event-stream") === true;
        if (status !== 200 || !isStream) this.#end(`it answered with ${status === 200 ? "no event stream" : `status ${status}`}`);
      },
      data: (chunk) => {
        try {
          if (!this.#over) parser.push(chunk);
        } catch (reason) {
          this.#end(toFault(reason).message);
        }
      },
      end: () => this.#end("it ended its stream"),
      fail: ({ message }) => this.#end(message),
    });
    if (this.#over) this.#stream.cancel();
  }

  #event({ event, data, hasData }: SseEvent): void {
    if (this.#over || !hasData) return;
    if (event === "endpoint") this.#addressed(Buffer.from(data).toString("utf8"));
    else if (event === "message") this.#listener.received(Buffer.from(data.buffer, data.byteOffset, data.length));
  }

  /** The first one counts. Credentials go along with posts, so they go nowhere else than the stream was opened at. */
  #addressed(text: string): void {
    if (this.#path !== undefined) return;
    const { url } = this.#options;
    const address = URL.canParse(text, url) ? new URL(text, url) : undefined;
    if (address === undefined || address.origin !== url.origin) {
      this.#end("the address that it named for messages is not of its own origin");
      return;
    }
    this.#takeBack();
    this.#path = `${address.pathname}${address.search}`;
    this.#listener.opened?.();
    for (const message of this.#waiting.splice(0)) this.#post(message, this.#path);
    this.#waitingBytes = 0;
  }

  #post(message: Uint8Array, path: string): void {
    const body = Uint8Array.from(message);
    let isRefused = false;
    const over = () => void this.#posts.delete(post);
    const failed = (fault: Fault, phase: "unsent" | "sent") => {
      over();
      if (!this.#over) this.#listener.undelivered?.(body, fault, phase);
    };
    const post: Exchange = this.#options.target.exchange(
      { ...this.#request("POST", ["content-type", "application/json", "accept", "application/json"]), body },
      {
        head: ({ status }) => {
          isRefused = status >= 300;
          if (isRefused) failed(new Fault("unavailable", `the server refused the message with status ${status}`), "sent");
          // The server no longer knows the stream, whatever it still says on it.
          if (status === 404 || status === 410) this.#end(`it answered a message with status ${status}`);
        },
        data() {},
        end: over,
        fail: (fault, phase) => (isRefused ? over() : failed(fault, phase === "unsent" ? "unsent" : "sent")),
      },
      path,
    );
    this.#posted = true;
    if (!this.#over) this.#posts.add(post);
  }

  #request(method: "GET" | "POST", headers: readonly string[]): UpstreamRequest {
    const { answerTimeoutMs } = this.#options;
    const ends = method === "POST" ? answerTimeoutMs : 0;
    return { method, headers, body: undefined, repeatable: method === "GET", answerTimeoutMs, idleTimeoutMs: ends, totalTimeoutMs: 0 };
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#takeBack();
    this.#stream?.cancel();
    for (const post of this.#posts) post.cancel();
    this.#posts.clear();
    this.#waiting = [];
    this.#gone.resolve();
    this.#listener.ended(reason, !this.#posted);
  }
}
