import { Fault } from "../../domain/fault.ts";
import type { EventLog, SubscribeOptions, Subscription } from "../../domain/ports/event-log.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { Metrics } from "../../domain/ports/metrics.ts";
import type { LogRecord, StoredRecord, Topic } from "../../domain/record.ts";
import type { Codec } from "../avro/codec.ts";
import { openBrokers } from "./brokers/brokers.ts";
import { type KafkaConnection, toKafkaFault } from "./brokers/connection.ts";
import { type TopicNaming, type TopicPlaces, topicPlaces } from "./brokers/topic-places.ts";
import type { GroupParts } from "./groups/group-parts.ts";
import { joinGroup } from "./groups/joined-group.ts";
import { subscribeInGroup } from "./groups/subscribe-in-group.ts";
import { createLogMetrics } from "./log-metrics.ts";
import { createFetcher } from "./reading/fetcher.ts";
import { createRandomReads } from "./reading/random-reads.ts";
import { openSources } from "./reading/sources.ts";
import { subscribeAlone } from "./reading/subscribe-alone.ts";
import type { Compression } from "./wire/compression.ts";
import { encodeRecords } from "./wire/record-codec.ts";
import { createAppendQueue } from "./writing/append-queue.ts";
import { createProducer } from "./writing/producer.ts";

export interface KafkaLogOptions extends KafkaConnection, TopicNaming {
  readonly codec: Codec;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** In front of the names of groups; the topic prefix unless told. */
  readonly groupPrefix?: string;
  /** How long records wait for others to share a request with; while one is under way they do so anyway. 5 ms unless told. */
  readonly lingerMs?: number;
  /** `zstd` unless told. */
  readonly compression?: Compression;
  /** Appends that are not durable by then are refused, and may be written all the same. 20 s unless told. */
  readonly deliveryMs?: number;
  /** How long a broker holds back an answer when there is nothing new; what begins to read may wait for that. 200 ms unless told. */
  readonly fetchWaitMs?: number;
  /** A member of a group that is not heard of for so long has lost its partitions. 10 s unless told; brokers have bounds of their own. */
  readonly sessionMs?: number;
  /** How often a member is heard of, and hears that the group shares out anew. 250 ms unless told. */
  readonly heartbeatMs?: number;
}

/**
 * The log on Kafka. `sluice migrate` must have made the topics.
 *
 * Written at least once: a request whose answer was lost is recognized by the brokers, but what `append` refused may be there all the same,
 * and whoever appends it again repeats it. Readers drop repeats by event id, sequence, or the header `src`.
 */
export function openKafkaLog(options: KafkaLogOptions): EventLog {
  const { codec } = options;
  const { metrics, places, queue, reads, groups, closeClients } = openParts(options);
  const open = new Set<{ close(): Promise<void> }>();
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  /** Remembers what has to be closed with the log. */
  async function tracked<Opened extends { close(): Promise<void> }>(opening: () => Promise<Opened>): Promise<Opened> {
    if (closing !== undefined) throw closedLog();
    const opened = await opening();
    const close = () => opened.close().finally(() => open.delete(result));
    const result = { ...opened, close };
    open.add(result);
    return result;
  }

  async function append(topic: Topic, records: readonly LogRecord[], partition: number | undefined) {
    const partitions = places.partitions(topic);
    if (partition !== undefined && partition >= partitions) throw new Fault("not-found", `${topic.name} has no partition ${partition}`);
    const encoded = encodeRecords(topic, records, { codec, partitions, partition });
    if (encoded.length === 0) return [];
    const positions = await queue.append(await places.nameOf(topic), encoded);
    const bytes = encoded.reduce((sum, { message }) => sum + (message.value?.length ?? 0), 0);
    metrics.appended(topic.name, records.length, bytes);
    return positions;
  }

  function subscribe(topics: readonly Topic[], options: SubscribeOptions, given: Handle): Promise<Subscription> {
    const { from, group, recordsMax = 500, undecodable, began } = options;
    const handle = async (records: readonly StoredRecord[]) => given(records);
    if (group === undefined) return subscribeAlone({ sources: groups.sources, topics, from, recordsMax, handle, undecodable });
    return subscribeInGroup({ ...groups, group, topics, from, recordsMax, handle, undecodable, began });
  }

  return {
    append(topic, records, place) {
      if (closing !== undefined) return Promise.reject(closedLog());
      const appended = append(topic, records as readonly LogRecord[], place?.partition);
      underWay.add(appended);
      return appended.finally(() => underWay.delete(appended));
    },
    // The types on a topic are those that it admits: they are checked as records are decoded.
    read: (topic, place) => reads.read(topic, place) as never,
    extent: (topic) => extentOf(places, topic),
    subscribe: (topics, subscribeOptions, handle) => tracked(() => subscribe(topics, subscribeOptions, handle as Handle)),
    join: (group, topics, member) => tracked(() => joinGroup({ ...groups, group, topics, member })),
    close() {
      closing ??= Promise.all([...open].map((one) => one.close()))
        .then(() => Promise.allSettled(underWay))
        .then(closeClients);
      return closing;
    },
  };
}

type Handle = (records: readonly StoredRecord[]) => Promise<void> | void;

function closedLog(): Fault {
  return new Fault("unavailable", "the log is closed");
}

/** Two clients: one writes and asks, the other waits for what is new. */
function openParts(options: KafkaLogOptions) {
  const { codec, logger, requestMs = 10_000 } = options;
  if (options.sasl?.mechanism === "plain" && options.tls === false) logger.warn("SASL PLAIN without TLS sends the password in the clear");
  const metrics = createLogMetrics(options.metrics);
  const brokers = openBrokers(options);
  const places = topicPlaces(brokers, options);
  const producer = createProducer({
    brokers,
    places,
    compression: options.compression ?? "zstd",
    requestMs,
    deliveryMs: options.deliveryMs ?? 20_000,
    onRetry: (reason) => metrics.retried("append", reason),
  });
  const queue = createAppendQueue({
    producer,
    leaderOf: places.leaderId,
    lingerMs: options.lingerMs ?? 5,
    onWritten: metrics.appendTook,
  });

  const polling = openBrokers(options);
  const pollingPlaces = topicPlaces(polling, options);
  const fetcher = createFetcher({
    brokers: polling,
    places: pollingPlaces,
    logger,
    waitMs: options.fetchWaitMs ?? 200,
    onFetched: metrics.fetched,
    onError: (reason) => metrics.retried("fetch", reason),
  });
  const groups: GroupParts = {
    sources: openSources({ codec, metrics, logger, fetcher, places: pollingPlaces }),
    metrics,
    logger,
    openBrokers: () => openBrokers(options),
    prefix: options.groupPrefix ?? options.topicPrefix,
    sessionMs: options.sessionMs ?? 10_000,
    heartbeatMs: options.heartbeatMs ?? 250,
  };
  return {
    metrics,
    places,
    queue,
    reads: createRandomReads({ codec, places }),
    groups,
    async closeClients(): Promise<void> {
      const fetched = fetcher.close();
      // What waits for a broker need not wait any more.
      polling.close();
      await Promise.all([queue.close(), fetched]);
      brokers.close();
    },
  };
}

async function extentOf(places: TopicPlaces, topic: Topic) {
  const name = await places.nameOf(topic);
  const partitions = Array.from({ length: places.partitions(topic) }, (_, partition) => partition);
  const extents = await places.extent(name, partitions).catch((error: unknown) => {
    throw toKafkaFault(error, `the extent of ${name} can't be told`);
  });
  return extents.map((extent, partition) => ({ partition, ...extent }));
}
