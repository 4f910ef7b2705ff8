import { Fault } from "../../domain/fault.ts";
import type { Carrier, CarrierListener } from "./carrier.ts";
import { type Channel, createChannel } from "./channel.ts";
import type { CoarseClock } from "./coarse-clock.ts";

export interface CarrierPoolOptions {
  readonly open: (listener: CarrierListener) => Carrier;
  /** What a carrier is called in sentences: `process`, `connection`. */
  readonly noun: string;
  /** At once, the spare one included. */
  readonly carriersMax: number;
  readonly prewarm: 0 | 1;
  readonly clock: CoarseClock;
  readonly skipped: (what: string, pid: number) => void;
}

/** What its user is told of a carrier that was acquired. */
export interface LiveListener {
  responded(method: string, good: boolean): void;
  abandoned(method: string): void;
  /** The carrier is gone; what was in flight has failed. */
  ended(): void;
}

export interface LiveCarrier {
  readonly channel: Channel;
  /** Ends it; exchanges in flight fail. */
  end(): void;
}

/** Opens carriers to one server: bounded, one kept spare where that is asked for, with a growing pause while they end at once. */
export interface CarrierPool {
  acquire(mode: "session" | "shared", listener: LiveListener): LiveCarrier | Fault;
  /** Why none could be started now; undefined if one could, or a spare one waits. */
  refusal(): Fault | undefined;
  /** Whether the server can be reached: by a carrier that is open, or by one opened and ended for this. Only for carriers that tell when they are open. */
  probe(answered: (fault: Fault | undefined) => void): void;
  /** Starts what is due. */
  check(nowMs: number): void;
  close(): Promise<void>;
}

/** Pause before another start behind carriers that ended without having answered anything: doubled each time. */
const pauseMinMs = 250;
const pauseMaxMs = 30_000;
/** A spare one that waited so long was not broken. */
const provenMs = 10_000;

interface Started {
  readonly carrier: Carrier;
  readonly startedMs: number;
  channel: Channel | undefined;
  listener: LiveListener | undefined;
  /** It answered something: its end says nothing about the server. */
  proven: boolean;
  opened: boolean;
  whenOpened?: () => void;
  whenEnded?: (fault: Fault) => void;
  ending: boolean;
}

export function createCarrierPool(options: CarrierPoolOptions): CarrierPool {
  return new Pool(options);
}

class Pool implements CarrierPool {
  readonly #options: CarrierPoolOptions;
  readonly #running = new Set<Started>();
  #spare: Started | undefined;
  #quickEnds = 0;
  #notBeforeMs = 0;
  #failedMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: CarrierPoolOptions) {
    this.#options = options;
    this.#prewarm(options.clock.nowMs());
  }

  acquire(mode: "session" | "shared", listener: LiveListener): LiveCarrier | Fault {
    const started = this.#take();
    if (started instanceof Fault) return started;
    const { carrier } = started;
    const { clock, skipped } = this.#options;
    started.listener = listener;
    const channel = createChannel({
      carrier,
      clock,
      mode,
      skipped: (what) => skipped(what, carrier.pid),
      responded: (method, good) => {
        this.#prove(started);
        listener.responded(method, good);
      },
      abandoned: (method) => listener.abandoned(method),
    });
    started.channel = channel;
    // The next spare is started at leisure: this call comes first.
    setImmediate(() => this.#prewarm(clock.nowMs()));
    return { channel, end: () => this.#end(started) };
  }

  refusal(): Fault | undefined {
    if (this.#closed) return new Fault("unavailable", "the upstream was closed");
    if (this.#spare !== undefined) return undefined;
    const waitMs = this.#notBeforeMs - this.#options.clock.nowMs();
    if (waitMs > 0)
      return new Fault("unavailable", `the server's ${this.#options.noun} keeps ending at once`, { retryAfterMs: Math.ceil(waitMs) });
    return undefined;
  }

  probe(answered: (fault: Fault | undefined) => void): void {
    const away = this.refusal();
    const isOpen = [...this.#running].some(({ opened }) => opened);
    const started = away !== undefined || isOpen ? undefined : this.#start();
    const unusable = away ?? started?.carrier.unusable;
    if (started === undefined || unusable !== undefined) {
      answered(unusable);
      return;
    }
    started.whenEnded = answered;
    started.whenOpened = () => {
      delete started.whenEnded;
      this.#prove(started);
      this.#end(started);
      answered(undefined);
    };
  }

  check(nowMs: number): void {
    this.#prewarm(nowMs);
    if (this.#spare !== undefined && nowMs - this.#spare.startedMs >= provenMs) this.#prove(this.#spare);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const running = [...this.#running];
    for (const { channel } of running) channel?.ended(new Fault("unavailable", "the upstream was closed"));
    await Promise.all(running.map(({ carrier }) => carrier.end()));
  }

  #take(): Started | Fault {
    const refusal = this.refusal();
    if (refusal !== undefined) return refusal;
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined) return spare;
    if (this.#running.size >= this.#options.carriersMax) {
      return new Fault("unavailable", `the server has no free ${this.#options.noun}: ${this.#options.carriersMax} are in use`, {
        retryAfterMs: 1_000,
      });
    }
    const started = this.#start();
    return started.carrier.unusable ?? started;
  }

  #prewarm(nowMs: number): void {
    const { prewarm, carriersMax } = this.#options;
    if (this.#closed || prewarm === 0 || this.#spare !== undefined || nowMs < this.#notBeforeMs) return;
    if (this.#running.size < carriersMax) this.#spare = this.#start();
  }

  #start(): Started {
    const { open, noun, clock, skipped } = this.#options;
    const carrier = open({
      opened: () => {
        started.opened = true;
        started.whenOpened?.();
      },
      received: (bytes) => {
        if (started.channel === undefined) skipped(`a ${noun} spoke before it was spoken to`, carrier.pid);
        else started.channel.received(bytes);
      },
      tooLong: () => started.channel?.tooLong(),
      undelivered: (message, fault, phase) => started.channel?.undelivered(message, fault, phase),
      ended: (reason, untouched) => this.#ended(started, reason, untouched),
    });
    const started: Started = {
      carrier,
      startedMs: clock.nowMs(),
      channel: undefined,
      listener: undefined,
      proven: false,
      opened: false,
      ending: false,
    };
    this.#running.add(started);
    return started;
  }

  #end(started: Started): void {
    started.ending = true;
    started.channel?.endStream();
    started.channel?.ended(new Fault("unavailable", "the session was ended"));
    started.carrier.end().catch(() => {}); // It never rejects.
  }

  #ended(started: Started, reason: string, untouched = false): void {
    this.#running.delete(started);
    if (this.#spare === started) this.#spare = undefined;
    // First the user: a client that asks again at once must not find the old one.
    started.listener?.ended();
    const fault = new Fault("unavailable", untouched ? `the server can't be reached: ${reason}` : `the server broke off: ${reason}`);
    started.channel?.ended(fault, untouched);
    started.whenEnded?.(fault);
    if (started.proven || started.ending || this.#closed) return;
    // Those that were started before the last failure was known failed with it: together they count once.
    if (started.startedMs < this.#failedMs) return;
    this.#failedMs = this.#options.clock.nowMs();
    this.#quickEnds += 1;
    this.#notBeforeMs = this.#failedMs + Math.min(pauseMinMs * 2 ** Math.min(this.#quickEnds - 1, 16), pauseMaxMs);
  }

  #prove(started: Started): void {
    started.proven = true;
    this.#quickEnds = 0;
  }
}
