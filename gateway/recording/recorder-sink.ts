import { Fault } from "../../domain/fault.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { Spool } from "../../domain/ports/spool.ts";
import type { LogRecord, Topic } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";

/** Runs something after `delayMs` (0: when the events at hand have been handled), unless the answer is called before. */
export type After = (delayMs: number, run: () => void) => () => void;

export const afterTimer: After = (delayMs, run) => {
  if (delayMs === 0) {
    const immediate = setImmediate(run);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};

export interface SinkOptions {
  readonly log: EventLog;
  readonly spool: Spool;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly after: After;
  /** A log or spool that has not answered for so long is taken to be away. */
  readonly answerMs: number;
  /** Told of every batch that is durable. */
  readonly onDurable: (topic: Topic, count: number, place: "log" | "spool") => void;
}

/** Where records become durable: the log, or the spool while the log is away. */
export interface Sink {
  /** Resolves when the records are durable in the log or the spool; rejects with `Fault("unavailable")` when neither works. */
  write(topic: Topic, records: readonly LogRecord[]): Promise<void>;
  /** Whether records go straight to the log. */
  isDirect(): boolean;
  stop(): void;
}

const retryMsMin = 100;
const retryMsMax = 5_000;
/** Appends that were given up and have not ended: further ones would only pile up behind them. */
const stuckMax = 4;
/** Passes over the spool while new records go on coming into it; then they are held for one last pass. */
const passesMax = 5;

/** What writing and recovering share. */
interface State {
  /** False from the first batch that had to be spooled until the spool has been emptied into the log. */
  direct: boolean;
  /** Set while new records have to wait for the last pass over the spool. */
  held: Promise<void> | null;
  /** On their way into the spool. */
  readonly puts: Set<Promise<void>>;
}

type Append = (topic: Topic, records: readonly LogRecord[]) => Promise<void>;

/**
 * Keeps the order of each topic, whatever fails: once a batch had to be spooled, all later ones are, too, until the spool has been emptied
 * into the log. A batch of which it is not known whether the log took it is written again: readers drop repeats by event id or sequence.
 */
export function createSink(options: SinkOptions): Sink {
  const { spool, logger, after, answerMs, onDurable } = options;
  const state: State = { direct: spool.size() === 0, held: null, puts: new Set() };
  const append = boundedAppend(options);
  const recovery = createRecovery(state, append, options);
  if (!state.direct) recovery.begin(0);

  const put: Append = async (topic, records) => {
    let isGivenUp = false;
    const stored = spool.put(topic.name, records);
    // What the spool takes after it was given up must not stay there while records go straight to the log.
    stored.then(
      () => isGivenUp && state.direct && recovery.begin(retryMsMin),
      () => {},
    );
    const written = within(stored, answerMs, after, () => {
      isGivenUp = true;
    });
    state.puts.add(written);
    try {
      await written;
    } finally {
      state.puts.delete(written);
    }
    onDurable(topic, records.length, "spool");
  };

  return {
    async write(topic, records) {
      if (state.held !== null) await state.held;
      if (state.direct) {
        try {
          return await append(topic, records);
        } catch (cause) {
          logger.warn("The log did not take records: they are spooled", { topic: topic.name, count: records.length, cause });
          if (state.direct) recovery.begin(retryMsMin);
        }
      }
      try {
        await put(topic, records);
      } catch (cause) {
        throw new Fault("unavailable", "records can't be made durable now", { cause, retryAfterMs: 1_000 });
      }
    },
    isDirect: () => state.direct,
    stop: recovery.stop,
  };
}

/** Appends that answer within a bound. Given up ones may still be taken by the log: few of them are risked at once. */
function boundedAppend({ log, after, answerMs, onDurable }: SinkOptions): Append {
  let stuck = 0;
  return async (topic, records) => {
    if (stuck >= stuckMax) throw new Fault("unavailable", "the log does not answer");
    let isGivenUp = false;
    const appended = log.append(topic, records).finally(() => {
      if (isGivenUp) stuck -= 1;
    });
    await within(appended, answerMs, after, () => {
      isGivenUp = true;
      stuck += 1;
    });
    onDurable(topic, records.length, "log");
  };
}

/** Empties the spool into the log, in the background and as often as it takes. */
function createRecovery(state: State, append: Append, { spool, logger, nowMs, after }: SinkOptions) {
  const byName = new Map<string, Topic>(Object.values(topics).map((topic) => [topic.name, topic]));
  let awaySinceMs = nowMs();
  let cancel = () => {};
  let stopped = false;

  const deliver = (name: string, records: readonly LogRecord[]): Promise<void> => {
    const topic = byName.get(name);
    // Nothing but our own topics is ever spooled: a name that is not known comes from another version, and must not hold up the rest.
    if (topic !== undefined) return append(topic, records);
    logger.error("Spooled records belong to no topic", { topic: name, count: records.length });
    return Promise.resolve();
  };

  /** Goes back to writing directly, in the very moment in which nothing is in the spool or on its way into it; true if it did. */
  const pass = async (): Promise<boolean> => {
    await spool.drain(deliver);
    state.direct = spool.size() === 0 && state.puts.size === 0;
    return state.direct;
  };

  const passHeld = async (): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    state.held = promise;
    try {
      await Promise.allSettled(state.puts);
      return await pass();
    } finally {
      state.held = null;
      resolve();
    }
  };

  const attempt = async (): Promise<boolean> => {
    for (let passes = 0; passes < passesMax && !stopped; passes += 1) if (await pass()) return true;
    return !stopped && passHeld();
  };

  const again = (delayMs: number): void => {
    cancel = after(delayMs, () => {
      attempt().then(
        (isOver) => {
          // By now another outage may have begun, with a recovery of its own.
          if (isOver) logger.info("The log takes records again", { awayMs: nowMs() - awaySinceMs });
          else if (!stopped) again(retryMsMin);
        },
        (cause: unknown) => {
          logger.warn("The log does not take records yet", { spooledBytes: spool.size(), cause });
          if (!stopped) again(Math.min(retryMsMax, Math.max(retryMsMin, delayMs * 2)));
        },
      );
    });
  };

  return {
    begin(delayMs: number): void {
      state.direct = false;
      awaySinceMs = nowMs();
      again(delayMs);
    },
    stop(): void {
      stopped = true;
      cancel();
    },
  };
}

/** The promise's outcome, or a refusal once `delayMs` have passed. */
function within(promise: Promise<unknown>, delayMs: number, after: After, giveUp: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let done = false;
    const cancel = after(delayMs, () => {
      if (done) return;
      done = true;
      giveUp();
      reject(new Fault("unavailable", `no answer within ${delayMs} ms`));
    });
    const settle = (finish: () => void) => {
      if (done) return;
      done = true;
      cancel();
      finish();
    };
    promise.then(
      () => settle(resolve),
      (cause: unknown) => settle(() => reject(cause)),
    );
  });
}
