import type { Topic } from "../../domain/record.ts";

/** Virtual time: it passes when it is told to. */
export interface Clock {
  readonly nowMs: () => number;
  every(intervalMs: number, run: () => void): () => void;
  /** Lets time pass, and whatever falls due once in it. */
  advance(byMs: number): void;
}

export function virtualClock(startMs: number): Clock {
  let now = startMs;
  const timers = new Set<{ readonly intervalMs: number; readonly run: () => void; dueMs: number }>();
  return {
    nowMs: () => now,
    every(intervalMs, run) {
      const timer = { intervalMs, run, dueMs: now + intervalMs };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(byMs) {
      now += byMs;
      for (const timer of timers) {
        if (timer.dueMs > now) continue;
        timer.dueMs = now + timer.intervalMs;
        timer.run();
      }
    },
  };
}

/** Lets everything that can go on do so once. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** When the world begins. */
export const noon = Date.UTC(2030, 0, 10, 12);
export const partitions = 2;

const smaller = new Map<string, Topic>();

/** The topic with few partitions: a world of a thousand must be a small one. */
export function small<Of extends Topic>(topic: Of): Of {
  const known = smaller.get(topic.name) ?? { ...topic, partitions: Math.min(topic.partitions, partitions) };
  smaller.set(topic.name, known);
  return known as Of; // Made of it, as the name tells.
}
