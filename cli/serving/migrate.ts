import { setTimeout as pause } from "node:timers/promises";
import { readEventSchemas } from "../../connectors/avro/codec.ts";
import { publishSchemas } from "../../connectors/avro/published-schemas.ts";
import type { Migrated } from "../../connectors/kafka/topics/migrate.ts";
import { createLogger } from "../../connectors/telemetry/logger.ts";
import { Fault, toFault } from "../../domain/fault.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import { operator } from "../../registry/actor.ts";
import { type Control, openControl } from "../../registry/control.ts";
import type { Config } from "../configuration/config.ts";
import { controlParts } from "../roles/control-role.ts";
import { logTopics } from "../roles/log-topics.ts";
import { migrateElasticsearch } from "../roles/open-elasticsearch.ts";
import { kafkaConnection, openKafka } from "../roles/open-log.ts";
import { type Opened, type ProcessParts, processParts } from "../roles/process-parts.ts";
import { migrateSchemas } from "../roles/schema-registry.ts";
import { firstStart, type IssuedKeys } from "./first-start.ts";

/** What `sluice migrate` has done. */
export interface Migration {
  /** Names on the brokers; null for an embedded log. */
  readonly topics: Migrated | null;
  /** Subjects in the schema registry; null without one. */
  readonly schemas: readonly string[] | null;
  /** Schemas of this version that were put on the log, for processes of other versions; null for an embedded log. */
  readonly published: number | null;
  /** Whether Elasticsearch is configured, and has its templates. */
  readonly elasticsearch: boolean;
  /** The keys that were issued because there were none; shown this once. */
  readonly firstKeys: IssuedKeys | null;
}

const pauseMs = 500;

/**
 * Prepares what the processes of an installation need: topics, index templates, and the first organization with its first keys.
 * Waits for what is not there yet, up to `kafka.waitMs`. Doing it again changes nothing; two at once do it once.
 */
export async function migrate(config: Config, tell: (text: string) => void): Promise<Migration> {
  const closing: (() => Promise<void> | void)[] = [];
  const opened: Opened = (part) => {
    closing.push(() => part.close());
    return part;
  };
  const logger = createLogger({ level: "warn" });
  try {
    const parts = processParts(config, logger, opened);
    const topics = config.kafka.brokers.length === 0 ? null : await migrateTopics(parts, tell);
    const schemas = await migrateRegistry(config, tell);
    const elasticsearch = await migrateTemplates(config, tell);
    if (topics === null) return { topics, schemas, published: null, elasticsearch, firstKeys: null };
    const log = opened(await openKafka(parts));
    const published = await publishSchemas(log, readEventSchemas(), { nowMs: parts.nowMs(), newId: parts.newId });
    const firstKeys = await migrateFirstData(parts, log, tell);
    return { topics, schemas, published, elasticsearch, firstKeys };
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function migrateTopics({ config, gateway, logger }: ProcessParts, tell: (text: string) => void) {
  const { migrateKafka } = await import("../../connectors/kafka/topics/migrate.ts");
  tell(`Topics on ${config.kafka.brokers.join(", ")} …`);
  const telling: Logger = { ...logger, info: (message, fields) => tell(`  ${message} ${JSON.stringify(fields ?? {})}`) };
  const { replicas, minInSyncReplicas, waitMs } = config.kafka;
  const copies = { replicas: replicas ?? undefined, minInSyncReplicas: minInSyncReplicas ?? undefined };
  const connection = kafkaConnection(config.kafka, gateway);
  return migrateKafka({ ...connection, ...copies, topics: logTopics(config), waitMs, logger: telling });
}

async function migrateRegistry(config: Config, tell: (text: string) => void): Promise<readonly string[] | null> {
  if (config.schemaRegistry.url !== null) tell("Schemas in the registry …");
  return untilThere(config.kafka.waitMs, tell, () => migrateSchemas(config));
}

async function migrateTemplates(config: Config, tell: (text: string) => void): Promise<boolean> {
  if (config.elasticsearch.urls.length > 0) tell("Templates in Elasticsearch …");
  return untilThere(config.kafka.waitMs, tell, () => migrateElasticsearch(config));
}

/** Whoever is away may come; anything else is told at once. */
async function untilThere<Result>(waitMs: number, tell: (text: string) => void, attempt: () => Promise<Result>): Promise<Result> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    try {
      return await attempt();
    } catch (reason) {
      const fault = toFault(reason);
      if (fault.code !== "unavailable" || performance.now() + pauseMs > deadline) throw fault;
      tell(`  ${fault.message}; waiting`);
    }
    await pause(pauseMs);
  }
}

/** An organization, an administrator and an agent, each with a key, where there is nobody yet who could let anybody in. */
async function migrateFirstData(parts: ProcessParts, log: EventLog, tell: (text: string) => void): Promise<IssuedKeys | null> {
  const { config, opened } = parts;
  tell("First data …");
  const control = opened(await openControl(controlParts(parts, { kind: "kafka", log })));
  const deadline = performance.now() + config.kafka.waitMs;
  while (!(await hasKeys(control, config.organization))) {
    // Where another is at it, it will be done in a moment.
    if (control.isWriting()) return (await firstStart(control, config.organization)) ?? null;
    if (performance.now() > deadline) throw new Fault("timeout", "another process has the turn to write, and writes no first data");
    await pause(pauseMs / 10);
  }
  return null;
}

async function hasKeys(control: Control, organization: string): Promise<boolean> {
  return (await control.listKeys(operator(organization, "file"))).entries.length > 0;
}
