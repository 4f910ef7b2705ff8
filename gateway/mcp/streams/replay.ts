import { copyBytes } from "../../../domain/copy-bytes.ts";
import { createSseParser, formatSse, type SseEvent } from "../../../domain/mcp/sse.ts";
import type { HttpReply } from "../../../domain/ports/http.ts";

/** Bounds what is kept of streams for clients who come back. */
export interface ReplayBudget {
  /** Of one stream. */
  readonly eventsMax: number;
  readonly bytesMax: number;
  /** Bytes of all streams together. */
  readonly allBytesMax: number;
  usedBytes: number;
  /** Streams that nobody reads, those that were left first in front: what is kept of them makes room. */
  readonly idle: Set<ReplayStream>;
}

export function createReplayBudget(bounds: Omit<ReplayBudget, "usedBytes" | "idle">): ReplayBudget {
  return { ...bounds, usedBytes: 0, idle: new Set() };
}

interface Kept {
  readonly sequence: number;
  readonly event: Uint8Array;
}

/**
 * One stream of events to a client of a revision with sessions, which outlives the connection that carries it (2025-11-25,
 * basic/transports, "Resumability and Redelivery"). Its events are numbered and kept within bounds, the oldest making room, so that a
 * client that names the last one it got is sent those behind it. A class: one for every streamed answer.
 */
export class ReplayStream {
  /** Unique in its session; part of every event's id. */
  readonly id: string;
  /** When its connection went, or everything had been said; null while somebody reads. */
  idleSinceMs: number | null;
  readonly #budget: ReplayBudget;
  readonly #nowMs: () => number;
  #kept: Kept[] = [];
  #keptBytes = 0;
  #sequence = 0;
  /** The last event that went into a connection. */
  #sentSequence = 0;
  #reply: HttpReply | null = null;
  #ended = false;
  #resume = () => {};

  constructor(id: string, budget: ReplayBudget, nowMs: () => number) {
    this.id = id;
    this.#budget = budget;
    this.#nowMs = nowMs;
    this.idleSinceMs = nowMs();
  }

  get isAttached(): boolean {
    return this.#reply !== null;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  /** Called each time a slow reader has caught up, or another connection carries the stream. */
  onWritable(resume: () => void): void {
    this.#resume = resume;
  }

  /**
   * Carries the stream on over a connection whose head has been sent: first the events behind `after`, then what comes.
   * `primed` begins with an event that has an id and no data, so that a client can come back before anything was said (SEP-1699).
   * False where events behind `after` are no longer kept.
   */
  attach(reply: HttpReply, { after, primed }: { readonly after: number; readonly primed: boolean }): boolean {
    const before = this.#reply;
    this.#reply = reply;
    this.idleSinceMs = null;
    this.#budget.idle.delete(this);
    before?.end();
    if (primed) reply.write(formatSse("", { id: this.#eventId(after) }));
    for (const { sequence, event } of this.#kept) if (sequence > after) reply.write(event);
    this.#sentSequence = this.#sequence;
    reply.onWritable(() => this.#resume());
    reply.onAbort(() => this.#detach(reply));
    if (this.#ended) this.#close();
    else this.#resume();
    const oldest = this.#kept[0]?.sequence ?? this.#sequence + 1;
    return oldest <= after + 1;
  }

  /** One message. False where the reader is slow: stop until `onWritable` calls back. */
  send(message: Uint8Array | string): boolean {
    if (this.#ended) return true;
    this.#sequence += 1;
    const event = formatSse(message, { id: this.#eventId(this.#sequence) });
    this.#keep({ sequence: this.#sequence, event });
    if (this.#reply === null) return true;
    this.#sentSequence = this.#sequence;
    return this.#reply.write(event);
  }

  /** Everything has been said; what is kept can still be sent again. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#reply !== null) this.#close();
  }

  /** Ends the connection, if there is one. The stream can be taken up again. */
  disconnect(): void {
    const reply = this.#reply;
    this.#detachNow();
    reply?.end();
  }

  /** Takes out the messages that no connection carried yet, to be said on another stream. */
  takeUnsent(): readonly Uint8Array[] {
    const unsent = this.#kept.filter(({ sequence }) => sequence > this.#sentSequence);
    this.#kept = this.#kept.slice(0, this.#kept.length - unsent.length);
    for (const { event } of unsent) this.#free(event);
    this.#sequence = this.#sentSequence;
    return unsent.map(({ event }) => dataOf(event));
  }

  /** Forgets what is kept. */
  discard(): void {
    this.disconnect();
    for (const { event } of this.#kept.splice(0)) this.#free(event);
    this.#budget.idle.delete(this);
  }

  #eventId(sequence: number): string {
    return `${this.id}-${sequence}`;
  }

  #keep(kept: Kept): void {
    this.#kept.push(kept);
    this.#keptBytes += kept.event.length;
    this.#budget.usedBytes += kept.event.length;
    while (this.#isTooMuch()) this.#dropOldest();
    const { allBytesMax, idle } = this.#budget;
    while (this.#budget.usedBytes > allBytesMax) {
      const [longest = this] = idle;
      if (longest.#kept.length === 0) idle.delete(longest);
      else longest.#dropOldest();
      if (longest === this && this.#kept.length === 0) return;
    }
  }

  /** The newest event stays in any case: it may be the answer. */
  #isTooMuch(): boolean {
    const { bytesMax, eventsMax } = this.#budget;
    return this.#kept.length > 1 && (this.#kept.length > eventsMax || this.#keptBytes > bytesMax);
  }

  #dropOldest(): void {
    const oldest = this.#kept.shift();
    if (oldest !== undefined) this.#free(oldest.event);
  }

  #free(event: Uint8Array): void {
    this.#keptBytes -= event.length;
    this.#budget.usedBytes -= event.length;
  }

  #close(): void {
    const reply = this.#reply;
    this.#detachNow();
    reply?.end();
  }

  #detach(reply: HttpReply): void {
    if (this.#reply !== reply) return;
    this.#detachNow();
    // Nobody reads: whoever waits for a slow reader need not wait any more.
    this.#resume();
  }

  #detachNow(): void {
    this.#reply = null;
    this.idleSinceMs ??= this.#nowMs();
    this.#budget.idle.add(this);
  }
}

/** The id of an event that `formatEventId` made, taken apart; undefined for any other. */
export function readEventId(text: string): { readonly stream: string; readonly sequence: number } | undefined {
  const found = /^([A-Za-z0-9_-]{1,64})-(\d{1,15})$/.exec(text);
  return found === null ? undefined : { stream: found[1] ?? "", sequence: Number(found[2]) };
}

/** The message in an event that `send` formatted. */
function dataOf(event: Uint8Array): Uint8Array {
  let message: Uint8Array = new Uint8Array();
  const onEvent = ({ data }: SseEvent) => {
    message = copyBytes(data);
  };
  createSseParser({ eventBytesMax: event.length, onEvent }).push(event);
  return message;
}
