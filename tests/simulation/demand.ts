import { randomFrom } from "../e2e/seeded.ts";
import { leasing, limitOf, most } from "./leases.ts";

/** The weights of four gates among which calls are shared out, so many milliseconds after the start. */
export type Spread = (ms: number) => readonly number[];

export const spreads = {
  "alike at four gates": () => [1, 1, 1, 1],
  "nine tenths at one": () => [27, 1, 1, 1],
  "all at one, another every 2 s": (ms) => [0, 1, 2, 3].map((gate) => (Math.floor(ms / 2_000) % 4 === gate ? 1 : 0)),
  "in bursts at each": (ms) => [0, 1, 2, 3].map((gate) => (Math.floor((ms + gate * 777) / (1_000 + gate * 300)) % 3 === 0 ? 25 : 1)),
} satisfies Readonly<Record<string, Spread>>;

export interface Demand {
  readonly callsMax: number;
  readonly windowMs: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly spread: Spread;
  /** Milliseconds that messages take, one way; 5 to 15 unless told. */
  readonly delays?: readonly [min: number, max: number];
  /** Whether recalls arrive; unless told they do. */
  readonly recalls?: boolean;
  readonly seed?: number;
}

export interface Used {
  /** The share of the calls that a single exact counter would have admitted, and that were refused. */
  readonly unused: number;
  /** The most calls in any window. */
  readonly most: number;
  readonly requestsPerSecond: number;
  readonly recallsPerSecond: number;
}

/** Offers random calls to four gates, and counts what they make of the limit beside what one counter makes of it. */
export function use({ callsMax, windowMs, perSecond, seconds, spread, delays = [5, 15], recalls = true, seed = 1 }: Demand): Used {
  const random = randomFrom(seed);
  const arrivals = (type: string) => (type === "lease_recalled" && !recalls ? 0 : 1);
  const world = leasing({ limit: limitOf(callsMax, windowMs), gates: 4, delayMs: () => random.integer(...delays), share: 0, arrivals });
  const counter = exactCounter(callsMax, windowMs);
  const stepMs = 5;
  for (let ms = 0; ms < seconds * 1_000; ms += stepMs) {
    world.pass(stepMs);
    if (ms % 1_000 === 0) for (const gate of [0, 1, 2, 3]) world.returnUnspent(gate);
    const weights = spread(ms);
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, gate) => {
      const mean = (perSecond * stepMs * weight) / whole / 1_000;
      for (let calls = Math.floor(mean + random.next()); calls > 0; calls -= 1) {
        world.admit(gate);
        counter.admit(ms);
      }
    });
  }
  return {
    unused: 1 - world.admittedAt.length / counter.admitted(),
    most: most(world.admittedAt, windowMs),
    requestsPerSecond: world.written("lease_requested") / seconds,
    recallsPerSecond: world.written("lease_recalled") / seconds,
  };
}

/** What admits every call that no window forbids. */
export function exactCounter(callsMax: number, windowMs: number) {
  const admittedAt: number[] = [];
  return {
    admit(atMs: number): void {
      const oldest = admittedAt.at(-callsMax);
      if (admittedAt.length < callsMax || (oldest ?? 0) <= atMs - windowMs) admittedAt.push(atMs);
    },
    admitted: () => admittedAt.length,
  };
}
