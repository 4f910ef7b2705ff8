import { type Fault, toFault } from "../../../domain/fault.ts";
import type { Logger } from "../../../domain/ports/logger.ts";
import type { StoredRecord, Topic } from "../../../domain/record.ts";
import type { Codec } from "../../avro/codec.ts";
import type { TopicPlaces } from "../brokers/topic-places.ts";
import type { LogMetrics } from "../log-metrics.ts";
import type { RawRecord } from "../wire/record-batch.ts";
import { decodeRecord } from "../wire/record-codec.ts";
import type { Fetcher } from "./fetcher.ts";
import { type Reader, startReader } from "./reader.ts";

export interface Source {
  readonly topic: Topic;
  readonly partition: number;
  readonly from: number;
  readonly end: number;
  readonly recordsMax: number;
  readonly group: string;
  readonly handle: (records: readonly StoredRecord[]) => Promise<void>;
  readonly moved: (next: number) => void;
  /** Told of what can't be decoded, which is passed over once it resolves; without it the partition waits there. */
  readonly undecodable?: ((offset: number, cause: Fault) => Promise<void>) | undefined;
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
}

export function openSources(options: SourcesOptions): Sources {
  const { codec, metrics, logger, fetcher, places } = options;

  /** Hands records over, and what can't be decoded between them; what a batch that comes again had done already is left out. */
  function handOver(source: Source): (raws: readonly RawRecord[]) => Promise<void> {
    const { topic, partition, handle } = source;
    let done = source.from;
    const passOver = passing(source);
    return async (raws) => {
      for (;;) {
        const left = raws.filter(({ offset }) => offset >= done);
        const { records, failure } = decodeUntilFailure(codec, topic, partition, left);
        if (records.length > 0) await handle(records);
        done = (records.at(-1)?.offset ?? done - 1) + 1;
        if (failure === undefined) return;
        await passOver(failure);
        done = failure.offset + 1;
      }
    };
  }

  /** Counts and tells each record once, however often it is met by whoever waits for it. */
  function passing({ topic, partition, undecodable }: Source): (failure: Failure) => Promise<void> {
    let told = -1;
    return async ({ offset, cause }) => {
      // Its schema is being asked for: a moment later it can be decoded.
      if (cause.code === "unavailable") throw cause;
      if (offset !== told) {
        metrics.poison(topic.name);
        logger.error("a record on the log can't be decoded", { topic: topic.name, partition, offset, reason: cause.message });
      }
      told = offset;
      if (undecodable === undefined) throw cause;
      await undecodable(offset, cause);
    };
  }

  return {
    places,
    async namesOf(topics) {
      return new Map(await Promise.all(topics.map(async (topic) => [topic, await places.nameOf(topic)] as const)));
    },
    read(name, source) {
      const { topic, partition, from, end, recordsMax, group, moved } = source;
      const reader = startReader({
        topic: name,
        partition,
        from,
        end,
        recordsMax,
        handle: handOver(source),
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

interface Failure {
  readonly offset: number;
  readonly cause: Fault;
}

/** Decodes up to the first record that can't be. */
function decodeUntilFailure(
  codec: Codec,
  topic: Topic,
  partition: number,
  raws: readonly RawRecord[],
): { readonly records: readonly StoredRecord[]; readonly failure?: Failure } {
  const records: StoredRecord[] = [];
  for (const raw of raws) {
    try {
      records.push(decodeRecord(codec, topic, partition, raw));
    } catch (error) {
      return { records, failure: { offset: raw.offset, cause: toFault(error) } };
    }
  }
  return { records };
}
