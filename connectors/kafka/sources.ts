import { toFault } from "../../domain/fault.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { StoredRecord, Topic } from "../../domain/record.ts";
import type { Codec } from "../avro/codec.ts";
import type { Fetcher } from "./fetcher.ts";
import type { LogMetrics } from "./log-metrics.ts";
import { type Reader, startReader } from "./reader.ts";
import type { RawRecord } from "./record-batch.ts";
import { decodeRecord } from "./record-codec.ts";
import type { TopicPlaces } from "./topic-places.ts";

/** A record that is no event of its topic. */
export interface Poison {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: string;
  readonly value: Uint8Array;
  readonly reason: string;
}

export interface Source {
  readonly topic: Topic;
  readonly partition: number;
  readonly from: number;
  readonly end: number;
  readonly recordsMax: number;
  readonly group: string;
  readonly handle: (records: readonly StoredRecord[]) => Promise<void>;
  readonly moved: (next: number) => void;
}

/** What every way of reading the log shares: readers of partitions, whose records are decoded as they are handed over. */
export interface Sources {
  readonly places: TopicPlaces;
  /** The names on the brokers, all verified. */
  namesOf(topics: readonly Topic[]): Promise<ReadonlyMap<Topic, string>>;
  read(name: string, source: Source): Reader;
}

export interface SourcesOptions {
  readonly codec: Codec;
  readonly metrics: LogMetrics;
  readonly logger: Logger;
  readonly fetcher: Fetcher;
  readonly places: TopicPlaces;
  readonly onPoison: ((poison: Poison) => Promise<void>) | undefined;
}

export function openSources(options: SourcesOptions): Sources {
  const { codec, metrics, logger, fetcher, places } = options;

  async function decode(topic: Topic, partition: number, raws: readonly RawRecord[]): Promise<StoredRecord[]> {
    const records: StoredRecord[] = [];
    for (const raw of raws) {
      try {
        records.push(decodeRecord(codec, topic, partition, raw));
      } catch (error) {
        await setAside(topic, partition, raw, error);
      }
    }
    return records;
  }

  async function setAside(topic: Topic, partition: number, raw: RawRecord, error: unknown): Promise<void> {
    const reason = toFault(error).message;
    metrics.poison(topic.name);
    logger.error("a record on the log can't be decoded", { topic: topic.name, partition, offset: raw.offset, reason });
    if (options.onPoison === undefined || topic.cleanup !== "delete") throw error;
    const { offset, timestampMs } = raw;
    const key = raw.key?.toString("utf8") ?? "";
    await options.onPoison({ topic: topic.name, partition, offset, timestampMs, key, value: raw.value ?? Buffer.alloc(0), reason });
  }

  return {
    places,
    async namesOf(topics) {
      return new Map(await Promise.all(topics.map(async (topic) => [topic, await places.nameOf(topic)] as const)));
    },
    read(name, { topic, partition, from, end, recordsMax, group, handle, moved }) {
      const reader = startReader({
        topic: name,
        partition,
        from,
        end,
        recordsMax,
        async handle(raws) {
          const records = await decode(topic, partition, raws);
          if (records.length > 0) await handle(records);
        },
        moved,
        wake: fetcher.wake,
        onSkipped: (records) => {
          metrics.skipped(topic.name, records);
          logger.warn("records were gone before they were read", { topic: topic.name, partition, records });
        },
      });
      const forgetLag = metrics.lag(group, topic.name, reader.lag);
      fetcher.add(reader.cursor);
      return {
        ...reader,
        async close() {
          fetcher.remove(reader.cursor);
          forgetLag();
          await reader.close();
        },
      };
    },
  };
}
