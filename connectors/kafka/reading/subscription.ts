import { Fault } from "../../../domain/fault.ts";
import type { Subscription } from "../../../domain/ports/event-log.ts";
import type { Position, Topic } from "../../../domain/record.ts";
import type { Reader } from "./reader.ts";

/** Where a partition was when somebody began to wait for it. */
export interface PlaceEnd {
  readonly topic: string;
  readonly partition: number;
  readonly end: number;
}

/** The readers of a subscription, which may come and go, and those who wait for them. */
export interface Progress {
  readonly readers: Map<string, Reader>;
  /** Something was handled, or a reader came or went. */
  changed(): void;
  caughtUp(ends: readonly PlaceEnd[]): Promise<void>;
  reached(topic: string, position: Position): Promise<void>;
  lag(): number;
  /** Lets those who wait know that nothing more comes. */
  end(): void;
}

interface Waiter {
  readonly isThere: () => boolean;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export function placeOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

export function createProgress(): Progress {
  const readers = new Map<string, Reader>();
  let waiters: Waiter[] = [];
  let isEnded = false;

  function until(isThere: () => boolean): Promise<void> {
    if (isThere()) return Promise.resolve();
    if (isEnded) return Promise.reject(cancelled());
    return new Promise((resolve, reject) => waiters.push({ isThere, resolve, reject }));
  }

  return {
    readers,
    changed() {
      if (waiters.length === 0) return;
      const there = waiters.filter(({ isThere }) => isThere());
      waiters = waiters.filter((waiter) => !there.includes(waiter));
      for (const { resolve } of there) resolve();
    },
    // What another member of the group reads is not ours to wait for.
    caughtUp: (ends) =>
      until(() => ends.every(({ topic, partition, end }) => (readers.get(placeOf(topic, partition))?.handled() ?? end) >= end)),
    reached: (topic, { partition, offset }) => until(() => (readers.get(placeOf(topic, partition))?.handled() ?? 0) > offset),
    lag: () => [...readers.values()].reduce((sum, reader) => sum + reader.lag(), 0),
    end() {
      isEnded = true;
      for (const { reject } of waiters.splice(0)) reject(cancelled());
    },
  };
}

export interface SubscriptionParts {
  readonly progress: Progress;
  /** Names on the brokers of the topics that are read, with their numbers of partitions. */
  readonly topics: ReadonlyMap<Topic, string>;
  readonly partitions: (topic: Topic) => number;
  readonly ends: readonly PlaceEnd[];
  readonly close: () => Promise<void>;
}

export function subscriptionOf({ progress, topics, partitions, ends, close }: SubscriptionParts): Subscription {
  let closing: Promise<void> | undefined;
  return {
    caughtUp: () => progress.caughtUp(ends),
    async reached(topic, position) {
      const found = [...topics].find(([{ name }]) => name === topic.name);
      if (found === undefined || position.partition >= partitions(found[0])) {
        throw new Fault("invalid", `partition ${position.partition} of ${topic.name} is not part of this subscription`);
      }
      await progress.reached(found[1], position);
    },
    lag: () => progress.lag(),
    close() {
      closing ??= close().finally(() => progress.end());
      return closing;
    },
  };
}

function cancelled(): Fault {
  return new Fault("cancelled", "the subscription was closed");
}
