import { setTimeout as pause } from "node:timers/promises";
import type { TopicPlaces } from "../brokers/topic-places.ts";
import { type Cursor, createFetchRound, type FetchRoundOptions } from "./fetch-round.ts";

export interface Fetcher {
  add(cursor: Cursor): void;
  remove(cursor: Cursor): void;
  /** A cursor wants more. */
  wake(): void;
  close(): Promise<void>;
}

const pauseMsMin = 20;
const pauseMsMax = 1_000;
/** How often the ends are asked for of what is not fetched because enough waits. */
const lookMs = 5_000;
/** Stands for the leader of partitions that nobody leads now. */
const nobody = -1;

/**
 * Reads for every cursor of the process: one request in flight to each broker, for all partitions that it leads and somebody wants.
 * Whatever goes wrong is tried again until nobody wants it any more.
 */
export function createFetcher(options: FetchRoundOptions): Fetcher {
  const { places } = options;
  const cursors = new Set<Cursor>();
  const loops = new Map<number, Promise<void>>();
  const round = createFetchRound(options, cursors);
  let waiters: (() => void)[] = [];
  let isClosed = false;

  const ledBy = (nodeId: number) => [...cursors].filter(({ topic, partition }) => (places.leaderId(topic, partition) ?? nobody) === nodeId);

  function startLoops(): void {
    if (isClosed) return;
    for (const { topic, partition } of cursors) {
      const nodeId = places.leaderId(topic, partition) ?? nobody;
      if (loops.has(nodeId)) continue;
      loops.set(
        nodeId,
        run(nodeId).finally(() => {
          loops.delete(nodeId);
          startLoops();
        }),
      );
    }
  }

  async function run(nodeId: number): Promise<void> {
    let pauseMs = pauseMsMin;
    for (let led = ledBy(nodeId); led.length > 0 && !isClosed; led = ledBy(nodeId)) {
      const wanted = led.filter((cursor) => cursor.wants());
      if (wanted.length === 0) {
        await new Promise<void>((resolve) => waiters.push(resolve));
        continue;
      }
      const isFine = nodeId !== nobody && (await round(nodeId, wanted));
      pauseMs = isFine ? pauseMsMin : await rest(Math.min(pauseMs * 2, pauseMsMax));
      // A broker that leads something of late may have no loop.
      startLoops();
    }
  }

  async function rest(pauseMs: number): Promise<number> {
    if (isClosed) return pauseMs;
    await pause(pauseMs);
    await places.refresh().catch(() => undefined);
    return pauseMs;
  }

  const looking = setInterval(() => void lookAtEnds(cursors, places), lookMs).unref();

  function wake(): void {
    const waiting = waiters;
    waiters = [];
    for (const resolve of waiting) resolve();
    startLoops();
  }

  return {
    add(cursor) {
      cursors.add(cursor);
      wake();
    },
    remove(cursor) {
      cursors.delete(cursor);
      wake();
    },
    wake,
    async close() {
      isClosed = true;
      clearInterval(looking);
      wake();
      await Promise.all(loops.values());
    },
  };
}

/** The ends of what is not fetched because enough waits. */
async function lookAtEnds(cursors: Iterable<Cursor>, places: TopicPlaces): Promise<void> {
  for (const cursor of [...cursors].filter(({ wants }) => !wants())) {
    const [extent] = await places.extent(cursor.topic, [cursor.partition]).catch(() => []);
    if (extent !== undefined) cursor.sawEnd(extent.end);
  }
}
