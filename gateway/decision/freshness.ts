import { directoryTopics } from "../../domain/directory.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { GateView } from "./gate-view.ts";

export interface FreshnessOptions {
  readonly log: Pick<EventLog, "extent">;
  readonly view: Pick<GateView, "reached">;
  readonly logger: Logger;
  /** Milliseconds that never step back. */
  readonly nowMs: () => number;
  /** What is older is not decided by. */
  readonly ageMsMax: number;
  /** Calls `run` about every `intervalMs`, until the answer is called. */
  readonly every: (intervalMs: number, run: () => void) => () => void;
}

/** How old what a gate decides by may be: a log that is away tells nothing of what changed on it. */
export interface Freshness {
  /** Since the view was last seen to hold all that was on the log. */
  ageMs(): number;
  isStale(): boolean;
  close(): void;
}

const compareMs = 2_000;

/** Compares the view with the ends of its topics, again and again. One comparison that hangs is not followed by another. */
export function createFreshness({ log, view, logger, nowMs, ageMsMax, every }: FreshnessOptions): Freshness {
  let currentAtMs = nowMs();
  let comparing = false;

  async function compare(): Promise<void> {
    const startedMs = nowMs();
    await Promise.all(
      directoryTopics.map(async (topic) => {
        for (const { partition, start, end } of await log.extent(topic)) {
          if (end > start) await view.reached(topic, { partition, offset: end - 1 });
        }
      }),
    );
    currentAtMs = startedMs;
  }

  const stop = every(compareMs, () => {
    if (comparing) return;
    comparing = true;
    compare()
      .catch((cause: unknown) => logger.debug("What is decided by can't be compared with the log", { cause: String(cause) }))
      .finally(() => {
        comparing = false;
      });
  });
  const ageMs = () => nowMs() - currentAtMs;
  return { ageMs, isStale: () => ageMs() > ageMsMax, close: stop };
}
