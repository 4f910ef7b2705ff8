import { readFileSync } from "node:fs";
import { type EventSchema, readEventSchemas } from "../../connectors/avro/codec.ts";
import { openLearningCodec } from "../../connectors/avro/learning-codec.ts";
import { publishedReader, unpublished } from "../../connectors/avro/published-schemas.ts";
import { openEmbeddedStore } from "../../connectors/embedded/store.ts";
import type { KafkaLogOptions } from "../../connectors/kafka/event-log.ts";
import { Fault } from "../../domain/fault.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { StateStore } from "../../domain/ports/state-store.ts";
import { topics } from "../../domain/topics.ts";
import type { Config, KafkaConfig } from "../configuration/config.ts";
import { logTopics } from "./log-topics.ts";
import type { ProcessParts } from "./process-parts.ts";
import { kafkaCodec } from "./schema-registry.ts";

/** The event log as a process has it. */
export interface OpenLog {
  readonly kind: "embedded" | "kafka";
  readonly log: EventLog;
  /** Where processors of this process keep their state. Its folder is this process's alone. */
  readonly states: StateStore;
}

/**
 * The log that the configuration names. On Kafka it is opened only after `sluice migrate` has run: `Fault("unavailable")` says so.
 * The data folder holds the states of processors and the spool, whichever it is; it belongs to one process.
 */
export async function openLog(parts: ProcessParts): Promise<OpenLog> {
  const { config, codec, opened } = parts;
  const store = opened(await openEmbeddedStore({ folder: config.data.folder, codec }));
  if (config.kafka.brokers.length === 0) return { kind: "embedded", log: store.log, states: store.states };
  const log = opened(await openKafka(parts));
  await requireMigrated(log, config);
  return { kind: "kafka", log, states: store.states };
}

/** The log on Kafka, whether its topics are there or not. */
export async function openKafka({ config, codec, metrics, logger, gateway }: ProcessParts): Promise<EventLog> {
  const { openKafkaLog } = await import("../../connectors/kafka/event-log.ts");
  // The schemas of other versions are on the log that is to be read with them.
  let published: () => Promise<readonly string[]> = async () => [];
  const learning = openLearningCodec({ codec, published: () => published(), logger });
  const framed = await kafkaCodec(config, learning, logger);
  const log = openKafkaLog({ ...kafkaConnection(config.kafka, gateway), codec: framed, metrics, logger });
  published = publishedReader(log);
  return log;
}

/** How the brokers are reached, as the configuration says. */
export function kafkaConnection(
  { brokers, topicPrefix, partitionsMax, tls, tlsFiles, sasl }: KafkaConfig,
  clientId: string,
): Pick<KafkaLogOptions, "brokers" | "clientId" | "topicPrefix" | "partitionsMax" | "tls" | "sasl"> {
  const { mechanism, username, password } = sasl;
  const files = Object.entries(tlsFiles).flatMap(([name, file]) => (file === null ? [] : [[name, readFileSync(file, "utf8")] as const]));
  return {
    ...{ brokers, topicPrefix, partitionsMax },
    clientId: `sluice-${clientId}`,
    tls: tls && files.length > 0 ? Object.fromEntries(files) : tls,
    sasl: mechanism === "none" ? undefined : { mechanism, username, password },
  };
}

async function requireMigrated(log: EventLog, config: Config): Promise<void> {
  for (const topic of logTopics(config)) {
    await log.extent(topic).catch((cause: unknown) => {
      if (!(cause instanceof Fault) || cause.code !== "unavailable") throw cause;
      throw new Fault("unavailable", `the log is not ready: ${cause.message}`, { cause, next: cause.next ?? runMigrate });
    });
  }
  // Otherwise processes of other versions could not read what this one writes.
  const [missing] = await unpublished(log, currentSchemas());
  if (missing !== undefined)
    throw new Fault("unavailable", `this version's schema of ${missing.name} is not on the log yet`, { next: runMigrate });
  if (!(await log.extent(topics.organizations)).some(({ end }) => end > 0)) {
    throw new Fault("unavailable", "there is no organization on the log yet", { next: runMigrate });
  }
}

function currentSchemas(): readonly EventSchema[] {
  return readEventSchemas().filter(({ isCurrent }) => isCurrent);
}

const runMigrate = "Run `sluice migrate` with this configuration; it can be run as often as one likes.";
