import { bounds } from "../../../domain/bounds.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import { createSseParser, type SseEvent, type SseParser } from "../../../domain/mcp/sse.ts";
import type { HttpReply } from "../../../domain/ports/http.ts";

/** What a reply tells the conversation that it belongs to. */
export interface ReplyHost {
  /** One message to the client. False when the client reads too slowly. */
  emit(message: Uint8Array | string): boolean;
  /** The answer is complete, or nobody waits for it any more. */
  finished(reply: MessageReply): void;
  /** A session was opened for a client that is gone. */
  abandoned(sessionId: string): void;
}

/** What an answer answers. */
export interface Awaited {
  /** The JSON of the request's id; null where there is no one request. */
  readonly idRaw: string | null;
  /** A request of the stateless revision is cancelled as if its connection closed. */
  readonly isModern: boolean;
  /** Of other messages refusals are told to nobody (JSON-RPC 2.0 §4.1). */
  readonly isAwaited: boolean;
  /** How often in turn the rest of its answer was fetched in vain; null for what is no rest. */
  readonly resumedInVain: number | null;
}

/**
 * The answer to one message of a conversation: whatever the gate answers over HTTP, as the JSON-RPC messages that it holds.
 * A JSON body is one message, each event of a stream another; statuses and headers have no place.
 */
export class MessageReply implements HttpReply {
  aborted = false;
  status = 0;
  /** The session that the answer opened. */
  sessionId: string | null = null;
  /** The stream can be taken up again behind this event. */
  lastEventId: string | null = null;
  retryMs: number | null = null;
  /** How many messages there were, and whether the last one was an answer. */
  emitted = 0;
  endsWithAnswer = false;
  private readonly host: ReplyHost;
  readonly awaited: Awaited;
  /** The client withdrew the request: nothing more of it is told. */
  silenced = false;
  private over = false;
  private parser: SseParser | undefined;
  private parts: Uint8Array[] | undefined;
  private partsBytes = 0;
  private abort: (() => void)[] = [];
  private resume: (() => void) | undefined;
  private owesResume = false;

  constructor(host: ReplyHost, awaited: Awaited) {
    this.host = host;
    this.awaited = awaited;
  }

  send(status: number, headers: readonly string[], body: Uint8Array | string): void {
    if (this.over) {
      this.late(headers);
      return;
    }
    this.note(status, headers);
    if (body.length > 0 && this.awaited.isAwaited && isJson(headers)) this.emit(body);
    this.finish();
  }

  start(status: number, headers: readonly string[]): void {
    if (this.over) {
      this.late(headers);
      return;
    }
    this.note(status, headers);
    if (headerOf(headers, "content-type")?.startsWith("text/event-stream") === true) {
      this.parser = createSseParser({ eventBytesMax: bounds.listAnswerBytesMax, onEvent: (event) => this.event(event) });
    } else this.parts = [];
  }

  write(chunk: Uint8Array | string): boolean {
    if (this.over) return true;
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    if (this.parser !== undefined) this.parser.push(bytes);
    else this.keep(bytes);
    return !this.owesResume;
  }

  end(): void {
    if (this.over) return;
    if (this.parts !== undefined && this.partsBytes > 0 && this.awaited.isAwaited) this.emit(Buffer.concat(this.parts));
    this.finish();
  }

  onWritable(resume: () => void): void {
    this.resume = resume;
  }

  onAbort(aborted: () => void): void {
    if (this.aborted) aborted();
    else this.abort.push(aborted);
  }

  /** The client caught up. */
  drained(): void {
    if (!this.owesResume) return;
    this.owesResume = false;
    this.resume?.();
  }

  /** As if an HTTP client had closed the connection: a modern request is cancelled by that. */
  cancel(): void {
    if (this.over) return;
    this.silenced = true;
    this.aborted = true;
    const callbacks = this.abort;
    this.abort = [];
    for (const callback of callbacks) callback();
    this.finish();
  }

  private event(event: SseEvent): void {
    if (event.id !== null && event.id !== "") this.lastEventId = event.id;
    this.retryMs = event.retryMs ?? this.retryMs;
    if (event.data.length > 0 && event.event === "message") this.emit(event.data);
  }

  private emit(message: Uint8Array | string): void {
    this.emitted += 1;
    this.endsWithAnswer = this.lastEventId !== null && isAnswer(message);
    if (!this.silenced && !this.host.emit(message)) this.owesResume = true;
  }

  private keep(bytes: Uint8Array): void {
    this.partsBytes += bytes.length;
    if (this.partsBytes > bounds.listAnswerBytesMax) throw new Error("an answer is too large to be one message");
    this.parts?.push(Uint8Array.from(bytes));
  }

  private late(headers: readonly string[]): void {
    const sessionId = headerOf(headers, "mcp-session-id");
    if (sessionId !== undefined) this.host.abandoned(sessionId);
  }

  private note(status: number, headers: readonly string[]): void {
    this.status = status;
    this.sessionId = headerOf(headers, "mcp-session-id") ?? null;
  }

  private finish(): void {
    this.over = true;
    this.parts = undefined;
    this.host.finished(this);
  }
}

function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let index = 0; index + 1 < headers.length; index += 2) if (headers[index] === name) return headers[index + 1];
  return undefined;
}

function isJson(headers: readonly string[]): boolean {
  return headerOf(headers, "content-type")?.startsWith("application/json") === true;
}

/** Only asked of streams that can be taken up again, which are few. */
function isAnswer(message: Uint8Array | string): boolean {
  const { kind } = scanMessage(typeof message === "string" ? Buffer.from(message) : message);
  return kind === "result" || kind === "error";
}
