import { parentPort, workerData } from "node:worker_threads";
import { check } from "./recount.ts";
import { simulate } from "./world.ts";

/** What happened in the worlds of some seeds, or which of them came to something else. */
export interface Played {
  readonly met: Readonly<Record<(typeof counted)[number], number>>;
  readonly failed: readonly { readonly seed: number; readonly reason: string }[];
}

const counted = ["crashes", "zombies", "joins", "calls", "recalls", "anomalies", "restrictions"] as const;
/** The first few say enough. */
const failedMax = 3;

/** Plays the worlds of `seeds` and holds each against what was to be. */
async function play(seeds: readonly number[]): Promise<Played> {
  // What fails in a world is meant to: where, nobody asks.
  Error.stackTraceLimit = 0;
  const met = { crashes: 0, zombies: 0, joins: 0, calls: 0, recalls: 0, anomalies: 0, restrictions: 0 };
  const failed: { readonly seed: number; readonly reason: string }[] = [];
  for (const seed of seeds) {
    try {
      const outcome = await simulate(seed);
      const happened = { ...outcome.met, ...(await check(outcome)) };
      for (const event of counted) met[event] += happened[event];
    } catch (cause) {
      failed.push({ seed, reason: cause instanceof Error ? cause.message : String(cause) });
      if (failed.length >= failedMax) break;
    }
  }
  return { met, failed };
}

// The test runner follows every promise, which makes a world three times as slow: this runs in threads of its own.
if (parentPort !== null) parentPort.postMessage(await play(workerData as readonly number[]));
