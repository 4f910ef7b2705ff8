import { setTimeout as pause } from "node:timers/promises";
import kafkajs, { type Admin } from "kafkajs";
import { Fault } from "../../domain/fault.ts";
import type { Topic } from "../../domain/record.ts";
import { errorType, type KafkaConnection, toKafkaFault } from "./connection.ts";
import { recordBytesMax } from "./record-codec.ts";
import { partitionsOf, type TopicNaming } from "./topic-places.ts";

export interface MigrateOptions extends KafkaConnection, TopicNaming {
  readonly topics: readonly Topic[];
  /** Copies of each partition; as many as there are brokers, 3 at most, unless told. */
  readonly replicas?: number | undefined;
  /** How long brokers that are not there yet are waited for. */
  readonly waitMs: number;
}

/** Names of topics on the brokers. */
export interface Migrated {
  readonly created: readonly string[];
  /** Those whose settings were not as declared. */
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
}

const pauseMsMin = 200;
const pauseMsMax = 5_000;
/** Errors that waiting does not mend. */
const lasting = new Set([
  "SASL_AUTHENTICATION_FAILED",
  "KafkaJSSASLAuthenticationError",
  "CLUSTER_AUTHORIZATION_FAILED",
  "INVALID_REPLICATION_FACTOR",
]);

/**
 * Makes the topics as they are declared, and their settings. Doing it again changes nothing; doing it twice at once is fine.
 * Waits for the brokers. Rejects with `Fault("conflict")` where a topic has another number of partitions: they are not changed, because
 * keys would change places.
 */
export async function migrateKafka(options: MigrateOptions): Promise<Migrated> {
  const deadline = performance.now() + options.waitMs;
  for (let pauseMs = pauseMsMin; ; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
    const admin = adminOf(options);
    try {
      await admin.connect();
      return await migrate(admin, options);
    } catch (error) {
      const isFinal = error instanceof Fault || lasting.has(errorType(error)) || performance.now() + pauseMs > deadline;
      if (isFinal) throw toKafkaFault(error, "the topics can't be prepared");
      options.logger.info("the brokers are not ready; waiting", { reason: errorType(error) });
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
    await pause(pauseMs);
  }
}

function adminOf({ brokers, clientId, tls, sasl, requestMs = 10_000 }: KafkaConnection): Admin {
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    ssl: tls,
    ...(sasl === undefined ? {} : { sasl: { ...sasl } as never }),
    connectionTimeout: 5_000,
    requestTimeout: requestMs,
    retry: { retries: 2, initialRetryTime: 100 },
    logLevel: kafkajs.logLevel.NOTHING,
  }).admin();
}

async function migrate(admin: Admin, options: MigrateOptions): Promise<Migrated> {
  const wanted = new Map(options.topics.map((topic) => [`${options.topicPrefix}${topic.name}`, topic]));
  const existing = new Set(await admin.listTopics());
  const present = [...wanted.keys()].filter((name) => existing.has(name));
  await refuseOtherPartitions(admin, present, wanted, options);

  const replicas = options.replicas ?? Math.min(3, (await admin.describeCluster()).brokers.length);
  const created = [...wanted.keys()].filter((name) => !existing.has(name));
  if (created.length > 0) await create(admin, created, wanted, replicas, options);
  const corrected = await correctSettings(admin, [...wanted.keys()], wanted, replicas);
  const changed = present.filter((name) => corrected.includes(name));
  return { created, changed, unchanged: present.filter((name) => !changed.includes(name)) };
}

async function refuseOtherPartitions(
  admin: Admin,
  present: readonly string[],
  wanted: ReadonlyMap<string, Topic>,
  naming: TopicNaming,
): Promise<void> {
  if (present.length === 0) return;
  const { topics } = await admin.fetchTopicMetadata({ topics: [...present] });
  const wrong = topics.flatMap(({ name, partitions }) => {
    const topic = wanted.get(name);
    const expected = topic === undefined ? partitions.length : partitionsOf(topic, naming);
    return partitions.length === expected ? [] : [`${name} has ${partitions.length} partitions instead of ${expected}`];
  });
  if (wrong.length === 0) return;
  throw new Fault("conflict", `topics are not as declared: ${wrong.join("; ")}`, {
    next: "Partitions can't be changed under records: use another topic prefix, or kafka.partitionsMax as it was when they were made.",
  });
}

async function create(
  admin: Admin,
  names: readonly string[],
  wanted: ReadonlyMap<string, Topic>,
  replicas: number,
  naming: TopicNaming,
): Promise<void> {
  const topics = names.flatMap((name) => {
    const topic = wanted.get(name);
    if (topic === undefined) return [];
    const configEntries = Object.entries(settingsOf(topic, replicas)).map(([key, value]) => ({ name: key, value }));
    return [{ topic: name, numPartitions: partitionsOf(topic, naming), replicationFactor: replicas, configEntries }];
  });
  // Where another is making them at the same time this says so, and the next attempt finds them.
  await admin.createTopics({ topics, waitForLeaders: true });
  const made = await admin.fetchTopicMetadata({ topics: [...names] });
  const isReady = made.topics.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0));
  if (!isReady) throw new Error("not every broker knows the new topics yet");
}

/** The settings of a topic on the brokers, all that we depend on. */
export function settingsOf({ cleanup, retentionMs }: Topic, replicas: number): Readonly<Record<string, string>> {
  const kept: Readonly<Record<string, string>> =
    cleanup === "compact"
      ? { "cleanup.policy": "compact", "retention.ms": "-1", "segment.ms": String(24 * 60 * 60_000), "min.cleanable.dirty.ratio": "0.2" }
      : { "cleanup.policy": "delete", "retention.ms": String(retentionMs ?? -1) };
  return {
    ...kept,
    // What a batch adds to its records, and a reserve.
    "max.message.bytes": String(recordBytesMax + 1024 * 1024),
    "message.timestamp.type": "CreateTime",
    "min.insync.replicas": String(replicas >= 3 ? 2 : 1),
    "compression.type": "producer",
  };
}

/** A record has the time of its event, on whatever clock: brokers since 4.0 refuse what is an hour ahead of theirs unless told otherwise. */
const anyTime: Readonly<Record<string, string>> = {
  "message.timestamp.before.max.ms": String(2n ** 63n - 1n),
  "message.timestamp.after.max.ms": String(2n ** 63n - 1n),
};

/** Returns the names of those that were not as declared. What others have set besides stays, and what the brokers do not know is left out. */
async function correctSettings(
  admin: Admin,
  names: readonly string[],
  wanted: ReadonlyMap<string, Topic>,
  replicas: number,
): Promise<readonly string[]> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
  });
  const changes = resources.flatMap(({ resourceName, configEntries }) => {
    const topic = wanted.get(resourceName);
    if (topic === undefined) return [];
    const current = new Map(configEntries.map(({ configName, configValue }) => [configName, configValue]));
    const { "min.insync.replicas": _inSync, ...declared } = settingsOf(topic, replicas);
    const settings = { ...declared, ...Object.fromEntries(Object.entries(anyTime).filter(([name]) => current.has(name))) };
    if (Object.entries(settings).every(([name, value]) => current.get(name) === value)) return [];
    // The request replaces all of a topic's own settings.
    const own = configEntries.filter(({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG);
    const merged = { ...Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue])), ...settings };
    const entries = Object.entries(merged).map(([name, value]) => ({ name, value }));
    return [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: resourceName, configEntries: entries }];
  });
  if (changes.length > 0) await admin.alterConfigs({ validateOnly: false, resources: changes });
  return changes.map(({ name }) => name);
}
