import { Fault } from "../../domain/fault.ts";
import type { CoarseClock } from "./coarse-clock.ts";
import { createStdioChannel, type StdioChannel } from "./stdio-channel.ts";
import { type StdioCommand, type StdioProcess, startStdioProcess } from "./stdio-process.ts";

export interface StdioPoolOptions {
  readonly command: StdioCommand;
  /** Processes at once, the spare one included. */
  readonly processesMax: number;
  readonly prewarm: 0 | 1;
  readonly clock: CoarseClock;
  readonly onLine: (line: { readonly pid: number; readonly line: string }) => void;
  readonly skipped: (what: string, pid: number) => void;
}

/** What its user is told of a process that was acquired. */
export interface LiveListener {
  responded(method: string, good: boolean): void;
  abandoned(method: string): void;
  /** The process is gone; what was in flight has failed. */
  ended(): void;
}

export interface LiveProcess {
  readonly channel: StdioChannel;
  /** Ends the process; exchanges in flight fail. */
  end(): void;
}

/** Starts processes of one command: bounded, one kept spare, with a growing pause while they end at once. */
export interface StdioPool {
  acquire(mode: "session" | "shared", listener: LiveListener): LiveProcess | Fault;
  /** Why none could be started now; undefined if one could, or a spare one waits. */
  refusal(): Fault | undefined;
  /** Starts what is due. */
  check(nowMs: number): void;
  close(): Promise<void>;
}

/** Pause before another start behind processes that ended without having answered anything: doubled each time. */
const pauseMinMs = 250;
const pauseMaxMs = 30_000;
/** A spare process that waited so long was not broken. */
const provenMs = 10_000;

interface Started {
  readonly process: StdioProcess;
  readonly startedMs: number;
  channel: StdioChannel | undefined;
  listener: LiveListener | undefined;
  /** It answered something: its end says nothing about the command. */
  proven: boolean;
  ending: boolean;
}

export function createStdioPool(options: StdioPoolOptions): StdioPool {
  return new ProcessPool(options);
}

class ProcessPool implements StdioPool {
  readonly #options: StdioPoolOptions;
  readonly #running = new Set<Started>();
  #spare: Started | undefined;
  #quickEnds = 0;
  #notBeforeMs = 0;
  #closed = false;

  constructor(options: StdioPoolOptions) {
    this.#options = options;
    this.#prewarm(options.clock.nowMs());
  }

  acquire(mode: "session" | "shared", listener: LiveListener): LiveProcess | Fault {
    const started = this.#take();
    if (started instanceof Fault) return started;
    const { process } = started;
    const { clock, skipped } = this.#options;
    started.listener = listener;
    const channel = createStdioChannel({
      process,
      clock,
      mode,
      skipped: (what) => skipped(what, process.pid),
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
    if (waitMs > 0) return new Fault("unavailable", "the server's process keeps ending at once", { retryAfterMs: Math.ceil(waitMs) });
    return undefined;
  }

  check(nowMs: number): void {
    this.#prewarm(nowMs);
    if (this.#spare !== undefined && nowMs - this.#spare.startedMs >= provenMs) this.#prove(this.#spare);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const running = [...this.#running];
    for (const { channel } of running) channel?.ended(new Fault("unavailable", "the upstream was closed"));
    await Promise.all(running.map(({ process }) => process.end()));
  }

  #take(): Started | Fault {
    const refusal = this.refusal();
    if (refusal !== undefined) return refusal;
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined) return spare;
    if (this.#running.size >= this.#options.processesMax) {
      return new Fault("unavailable", "all processes of the server are in use", { retryAfterMs: 1_000 });
    }
    const started = this.#start();
    return started.process.pid === 0 ? new Fault("unavailable", "the server's process can't be started") : started;
  }

  #prewarm(nowMs: number): void {
    const { prewarm, processesMax } = this.#options;
    if (this.#closed || prewarm === 0 || this.#spare !== undefined || nowMs < this.#notBeforeMs) return;
    if (this.#running.size < processesMax) this.#spare = this.#start();
  }

  #start(): Started {
    const { command, clock, onLine, skipped } = this.#options;
    const process = startStdioProcess(command, {
      line: (bytes) => {
        if (started.channel === undefined) skipped("a process spoke before it was spoken to", process.pid);
        else started.channel.received(bytes);
      },
      lineTooLong: () => started.channel?.lineTooLong(),
      log: (line, pid) => onLine({ pid, line }),
      ended: (reason) => this.#ended(started, reason),
    });
    const started: Started = { process, startedMs: clock.nowMs(), channel: undefined, listener: undefined, proven: false, ending: false };
    this.#running.add(started);
    return started;
  }

  #end(started: Started): void {
    started.ending = true;
    started.channel?.endStream();
    started.channel?.ended(new Fault("unavailable", "the session was ended"));
    started.process.end().catch(() => {}); // It never rejects.
  }

  #ended(started: Started, reason: string): void {
    this.#running.delete(started);
    if (this.#spare === started) this.#spare = undefined;
    // First the user: a client that asks again at once must not find the old one.
    started.listener?.ended();
    started.channel?.ended(new Fault("unavailable", `the server broke off: ${reason}`));
    if (started.proven || started.ending || this.#closed) return;
    this.#quickEnds += 1;
    this.#notBeforeMs = this.#options.clock.nowMs() + Math.min(pauseMinMs * 2 ** Math.min(this.#quickEnds - 1, 16), pauseMaxMs);
  }

  #prove(started: Started): void {
    started.proven = true;
    this.#quickEnds = 0;
  }
}
