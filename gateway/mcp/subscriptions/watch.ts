import { Fault, toFault } from "../../../domain/fault.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import type { Link, LinkEvents } from "./link.ts";
import { intersectionOf, isEqual, isWanted, nothingWanted, unionOf, type Wanted } from "./wanted.ts";

/** One who wants to hear of changes at a server. */
export interface Watcher {
  /** A notification that it wanted. The bytes are valid only during the call. */
  notice(bytes: Uint8Array, scanned: Scanned): void;
  /** The server was away and is back: what changed meanwhile nobody knows. */
  missed(): void;
}

/** The gate's one stream to hear of changes at one server, shared by all who may share it. */
export interface Watch {
  /**
   * Adds a watcher, or changes what it wants. Resolves with what the server honours of that; rejects where the server can't be
   * reached now: the watcher stays and hears `missed` when it can.
   */
  want(watcher: Watcher, wanted: Wanted): Promise<Wanted>;
  leave(watcher: Watcher): void;
  /** Whether nobody listens now. */
  isIdle(): boolean;
  close(): void;
}

export interface WatchOptions {
  /** Opens the way to the server; rejects where it can't be reached. */
  readonly connect: (events: LinkEvents) => Promise<Link>;
  readonly urisMax: number;
  /** Called when the last watcher has left. */
  readonly onIdle: () => void;
  /** From 0 to 1. */
  readonly random: () => number;
}

const sessionsTriedMax = 6;
const firstRetryMs = 100;
const retryMsMax = 30_000;

export function createWatch(options: WatchOptions): Watch {
  return new SharedWatch(options);
}

class SharedWatch implements Watch {
  readonly #options: WatchOptions;
  readonly #watchers = new Map<Watcher, Wanted>();
  /** Watchers who were told that they hear the server, and then did not. */
  #deaf = new Set<Watcher>();
  #link: Link | undefined;
  #inForce: Wanted = nothingWanted;
  #honoured: Wanted = nothingWanted;
  #running: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  async want(watcher: Watcher, wanted: Wanted): Promise<Wanted> {
    const isNew = !this.#watchers.has(watcher);
    const others = unionOf([...this.#watchers].filter(([other]) => other !== watcher).map(([, its]) => its));
    if (others.uris.size + wanted.uris.size > this.#options.urisMax)
      throw new Fault("unavailable", "too many resources of this server are watched", { retryAfterMs: 60_000 });
    this.#watchers.set(watcher, wanted);
    try {
      await this.#settle();
    } catch (reason) {
      if (isNew) this.#deaf.add(watcher);
      throw reason;
    }
    return intersectionOf(wanted, this.#honoured);
  }

  leave(watcher: Watcher): void {
    if (!this.#watchers.delete(watcher)) return;
    this.#deaf.delete(watcher);
    if (this.#watchers.size === 0) this.#options.onIdle();
    else this.#settleSoon();
  }

  isIdle(): boolean {
    return this.#watchers.size === 0;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#drop();
  }

  /** After what runs now, everything that is wanted by then is put in force at once. */
  #settle(): Promise<void> {
    this.#queued ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#queued = undefined;
        this.#running = this.#apply();
        return this.#running;
      });
    return this.#queued;
  }

  #settleSoon(): void {
    this.#settle().catch(() => {}); // It has set the next try.
  }

  async #apply(): Promise<void> {
    if (this.#closed) return;
    const wanted = unionOf(this.#watchers.values());
    if (this.#link !== undefined && isEqual(wanted, this.#inForce)) return;
    try {
      await this.#putInSomeSession(wanted, sessionsTriedMax);
    } catch (reason) {
      this.#drop();
      this.#retryLater();
      throw toFault(reason);
    }
    this.#failures = 0;
    const back = this.#deaf;
    this.#deaf = new Set();
    for (const watcher of back) if (this.#watchers.has(watcher)) watcher.missed();
  }

  /** A session that the server has no more, or no stream for, was forgotten by that: the next one is another. */
  async #putInSomeSession(wanted: Wanted, triesLeft: number): Promise<void> {
    try {
      await this.#put(wanted);
    } catch (reason) {
      if (toFault(reason).code !== "not-found" || triesLeft <= 1) throw reason;
      this.#drop();
      await this.#putInSomeSession(wanted, triesLeft - 1);
    }
  }

  async #put(wanted: Wanted): Promise<void> {
    const link = this.#link ?? (await this.#open());
    const honoured = await link.apply(wanted);
    // It may have been lost since.
    if (this.#link !== link) throw ended();
    this.#honoured = honoured;
    this.#inForce = wanted;
  }

  async #open(): Promise<Link> {
    const opened = await this.#options.connect({
      message: (bytes, scanned) => {
        for (const [watcher, wanted] of this.#watchers) if (isWanted(wanted, scanned)) watcher.notice(bytes, scanned);
      },
      lost: () => this.#lost(),
    });
    this.#link = opened;
    if (!this.#closed) return opened;
    this.#drop();
    throw ended();
  }

  #lost(): void {
    for (const watcher of this.#watchers.keys()) this.#deaf.add(watcher);
    this.#drop();
    this.#retryLater();
  }

  #drop(): void {
    this.#link?.close();
    this.#link = undefined;
    this.#inForce = nothingWanted;
    this.#honoured = nothingWanted;
  }

  #retryLater(): void {
    if (this.#closed || this.#retry !== undefined) return;
    const waitMs = Math.min(retryMsMax, firstRetryMs * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    const retry = () => {
      this.#retry = undefined;
      this.#settleSoon();
    };
    this.#retry = setTimeout(retry, waitMs * (0.5 + this.#options.random() / 2)).unref();
  }
}

function ended(): Fault {
  return new Fault("unavailable", "the server's stream of changes ended");
}
