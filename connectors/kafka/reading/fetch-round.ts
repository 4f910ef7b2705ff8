import type { Logger } from "../../../domain/ports/logger.ts";
import type { Brokers } from "../brokers/brokers.ts";
import { errorType } from "../brokers/connection.ts";
import type { TopicPlaces } from "../brokers/topic-places.ts";
import { errorCodes, protocolError } from "../wire/error-codes.ts";
import { decodeRecordBatches, type RawRecords } from "../wire/record-batch.ts";
import { type FetchedPartition, type FetchPlace, fetchFrom } from "./fetch-request.ts";

/** Somebody who reads a partition as the log grows. */
export interface Cursor {
  /** The topic's name on the brokers. */
  readonly topic: string;
  readonly partition: number;
  /** The offset to fetch next. */
  next(): number;
  /** False while what was handed over waits to be handled: back-pressure. */
  wants(): boolean;
  take(fetched: RawRecords, end: number): void;
  /** The next offset to be written, told from time to time while nothing is fetched: the lag grows then, too. */
  sawEnd(end: number): void;
  /** What was wanted is gone (retention), or was never there: `start` and `end` are what there is. */
  moved(extent: { readonly start: number; readonly end: number }): void;
}

export interface FetchRoundOptions {
  readonly brokers: Brokers;
  readonly places: TopicPlaces;
  readonly logger: Logger;
  /** How long a broker holds an answer back while there is nothing; a new cursor waits for that, too. */
  readonly waitMs: number;
  readonly onFetched: (topic: string, records: number, bytes: number) => void;
  readonly onError: (reason: string) => void;
}

/** Makes one request to a broker and hands out what it brings; false where nothing came of it, and it has to be made again after a pause. */
export type FetchRound = (nodeId: number, wanted: readonly Cursor[]) => Promise<boolean>;

const restMsMin = 20;
const restMsMax = 1_000;

export function createFetchRound(options: FetchRoundOptions, cursors: ReadonlySet<Cursor>): FetchRound {
  const { brokers, places, logger, waitMs, onFetched, onError } = options;
  /** Partitions that could not be read: until when they are left alone. The others of their broker go on. */
  const resting = new Map<string, { readonly restMs: number; readonly untilMs: number }>();
  let rounds = 0;

  /** Takes one partition's answer to a request from offset `from`. Rejects where it has to be asked for again. */
  async function take({ topic, partition, errorCode, highWatermark, bytes }: FetchedPartition, from: number): Promise<void> {
    const readers = [...cursors].filter((cursor) => cursor.topic === topic && cursor.partition === partition && cursor.next() >= from);
    if (errorCode === errorCodes.none) {
      giveTo(readers, bytes, highWatermark);
    } else if (errorCode === errorCodes.offsetOutOfRange) {
      const [extent = { start: 0, end: 0 }] = await places.extent(topic, [partition]);
      for (const cursor of readers) if (cursor.next() < extent.start || cursor.next() > extent.end) cursor.moved(extent);
    } else {
      throw protocolError(errorCode);
    }
  }

  /** False where the partition has to be asked for again, after a rest. */
  async function hand(answer: FetchedPartition, from: number): Promise<boolean> {
    const place = placeOf(answer);
    try {
      await take(answer, from);
      resting.delete(place);
      return true;
    } catch (error) {
      const restMs = Math.min((resting.get(place)?.restMs ?? restMsMin / 2) * 2, restMsMax);
      resting.set(place, { restMs, untilMs: performance.now() + restMs });
      onError(errorType(error));
      logger.debug("a partition can't be read now and is asked for again", { place, cause: error });
      return false;
    }
  }

  /** Readers at the same offset share what is decoded. */
  function giveTo(readers: readonly Cursor[], bytes: Buffer, highWatermark: number): void {
    const decoded = new Map<number, RawRecords>();
    for (const cursor of readers.filter(({ wants }) => wants())) {
      const next = cursor.next();
      const fetched = decoded.get(next) ?? decodeRecordBatches(bytes, next);
      if (!decoded.has(next)) onFetched(cursor.topic, fetched.records.length, fetched.bytes);
      decoded.set(next, fetched);
      cursor.take(fetched, highWatermark);
    }
  }

  return async (nodeId, wanted) => {
    const restOf = (cursor: Cursor) => Math.max(0, (resting.get(placeOf(cursor))?.untilMs ?? 0) - performance.now());
    const rests = wanted.map(restOf);
    const due = wanted.filter((_, index) => rests[index] === 0);
    if (due.length === 0) return false;
    try {
      const broker = await brokers.node(nodeId);
      const { asked, isShared } = placesOf(beginningAt(due, rounds), rounds++);
      const answers = await fetchFrom(
        broker,
        [...asked.values()],
        isShared ? 0 : Math.min(waitMs, ...rests.filter((restMs) => restMs > 0)),
      );
      const results = await Promise.all(answers.map((answer) => hand(answer, asked.get(placeOf(answer))?.from ?? 0)));
      // Another may lead it now.
      if (results.includes(false)) places.refresh().catch(() => undefined);
      return results.length === 0 || results.includes(true);
    } catch (error) {
      onError(errorType(error));
      logger.debug("reading from Kafka failed and is tried again", { cause: error });
      return false;
    }
  };
}

/** A record that is larger than a partition's part of an answer comes only where no other stands before it: each is first in its turn. */
function beginningAt(wanted: readonly Cursor[], round: number): readonly Cursor[] {
  const first = round % wanted.length;
  return [...wanted.slice(first), ...wanted.slice(0, first)];
}

/**
 * A request asks for one offset of a partition. Where several cursors are at different ones, it is the first's and the last's in turn;
 * `isShared` then: whoever is not asked for must not wait for news.
 */
function placesOf(
  wanted: readonly Cursor[],
  round: number,
): { readonly asked: ReadonlyMap<string, FetchPlace>; readonly isShared: boolean } {
  const asked = new Map<string, FetchPlace>();
  let isShared = false;
  for (const cursor of wanted) {
    const { topic, partition } = cursor;
    const place = placeOf(cursor);
    const from = cursor.next();
    const other = asked.get(place)?.from ?? from;
    isShared ||= other !== from;
    asked.set(place, { topic, partition, from: round % 2 === 0 ? Math.min(from, other) : Math.max(from, other) });
  }
  return { asked, isShared };
}

function placeOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}/${partition}`;
}
