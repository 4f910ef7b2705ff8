import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../../domain/fault.ts";
import type { Topic } from "../../../domain/record.ts";
import { type Brokers, openBrokers } from "../brokers/brokers.ts";
import { errorType, isForbidden, type KafkaConnection, toKafkaFault } from "../brokers/connection.ts";
import type { Broker } from "../brokers/link.ts";
import { partitionsOf, type TopicNaming } from "../brokers/topic-places.ts";
import {
  type Copies,
  type CurrentSettings,
  changeSettings,
  changesOf,
  minInSyncSetting,
  readSettings,
  type SettingChange,
  safetySettings,
  settingsOf,
  timeSettingsOf,
} from "./topic-settings.ts";

export interface MigrateOptions extends KafkaConnection, TopicNaming {
  readonly topics: readonly Topic[];
  /** Copies of each partition of topics that are made; as many as there are brokers, 3 at most, unless told. */
  readonly replicas?: number | undefined;
  /** So many copies must have a record before it is acknowledged. 2 where there are 3 or more, 1 otherwise, unless told. */
  readonly minInSyncReplicas?: number | undefined;
  /** How long brokers that are not there yet are waited for. */
  readonly waitMs: number;
}

/** What was done; names are those on the brokers. */
export interface Migrated {
  readonly created: readonly string[];
  /** Those whose settings were not as declared. */
  readonly changed: readonly { readonly topic: string; readonly settings: readonly SettingChange[] }[];
  readonly unchanged: readonly string[];
  /** What is not as it should be and is left so, because it is not ours to decide. */
  readonly notes: readonly MigrationNote[];
}

export interface MigrationNote {
  readonly about: string;
  readonly topics: readonly string[];
  readonly next: string;
}

const pauseMsMin = 200;
const pauseMsMax = 5_000;
const createMs = 10_000;
/** Errors that waiting does not mend. */
const lasting = new Set(["INVALID_REPLICATION_FACTOR", "POLICY_VIOLATION", "INVALID_CONFIG"]);

/**
 * Makes the topics as they are declared, and their settings. Doing it again changes nothing; doing it twice at once is fine.
 * Waits for the brokers, also for as many as new topics are to have copies. Rejects with `Fault("conflict")` where a topic has another number
 * of partitions: they are not changed, because keys would change places.
 */
export async function migrateKafka(options: MigrateOptions): Promise<Migrated> {
  const deadline = performance.now() + options.waitMs;
  const brokers = openBrokers(options);
  const created = new Set<string>();
  try {
    for (let pauseMs = pauseMsMin; ; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
      try {
        return await migrate(brokers, created, options);
      } catch (error) {
        const isFinal = isLasting(error) || performance.now() + pauseMs > deadline;
        if (isFinal) throw toKafkaFault(error, "the topics can't be prepared");
        const reason = error instanceof Fault ? error.message : errorType(error);
        options.logger.info("the brokers are not ready; waiting", { reason });
      }
      await pause(pauseMs);
    }
  } finally {
    brokers.close();
  }
}

function isLasting(error: unknown): boolean {
  return error instanceof Fault ? error.code !== "unavailable" : isForbidden(error) || lasting.has(errorType(error));
}

/** A topic as it is declared, by its name on the brokers. */
type Wanted = ReadonlyMap<string, Topic>;

/** One attempt. Adds what it has made to `created`, also where it fails after that. */
async function migrate(brokers: Brokers, created: Set<string>, options: MigrateOptions): Promise<Migrated> {
  const wanted: Wanted = new Map(options.topics.map((topic) => [`${options.topicPrefix}${topic.name}`, topic]));
  const names = [...wanted.keys()];
  await brokers.watch(names);
  await brokers.refresh();
  const present = names.filter((name) => isThere(brokers, name));
  refuseOtherPartitions(brokers, present, wanted, options);

  const copies = copiesOf(brokers, options);
  const missing = names.filter((name) => !present.includes(name));
  if (missing.length > 0) await create(brokers, missing, { wanted, copies, created }, options);
  const { changed, notes } = await correct(brokers, wanted, copies, options);
  const changedNames = new Set(changed.map(({ topic }) => topic));
  return {
    created: [...created],
    changed: changed.filter(({ topic }) => !created.has(topic)),
    unchanged: names.filter((name) => !created.has(name) && !changedNames.has(name)),
    notes,
  };
}

function isThere(brokers: Brokers, name: string): boolean {
  const { error, partitions } = brokers.topic(name);
  if (partitions.size > 0) return true;
  if (error === "UNKNOWN_TOPIC_OR_PARTITION") return false;
  throw Object.assign(new Error(`the topic ${name} can't be looked up`), { type: error });
}

function refuseOtherPartitions(brokers: Brokers, present: readonly string[], wanted: Wanted, naming: TopicNaming): void {
  const wrong = present.flatMap((name) => {
    const topic = wanted.get(name);
    const { size } = brokers.topic(name).partitions;
    const expected = topic === undefined ? size : partitionsOf(topic, naming);
    return size === expected ? [] : [`${name} has ${size} partitions instead of ${expected}`];
  });
  if (wrong.length === 0) return;
  throw new Fault("conflict", `topics are not as declared: ${wrong.join("; ")}`, {
    next: "Partitions can't be changed under records: use another topic prefix, or kafka.partitionsMax as it was when they were made.",
  });
}

/** Brokers that are named and do not run count, too: whoever comes first must not decide that there is only one copy. */
function copiesOf(brokers: Brokers, options: MigrateOptions): Copies {
  const replicas = options.replicas ?? Math.min(3, Math.max(brokers.count(), new Set(options.brokers).size));
  const minInSync = options.minInSyncReplicas ?? (replicas >= 3 ? 2 : 1);
  if (minInSync <= replicas) return { replicas, minInSync };
  throw new Fault("invalid", `${minInSync} copies in sync are asked for, and there are ${replicas}: no record could be written`, {
    next: "Set kafka.minInSyncReplicas below kafka.replicas, so that a broker may be away.",
  });
}

async function create(
  brokers: Brokers,
  names: readonly string[],
  { wanted, copies, created }: { readonly wanted: Wanted; readonly copies: Copies; readonly created: Set<string> },
  options: MigrateOptions,
): Promise<void> {
  const running = brokers.count();
  if (running < copies.replicas) {
    throw new Fault("unavailable", `new topics are to have ${copies.replicas} copies, and only ${running} brokers run`, {
      next: "Start the others, or set kafka.replicas to the number of copies that there are to be.",
    });
  }
  const topics = names.flatMap((name) => {
    const topic = wanted.get(name);
    if (topic === undefined) return [];
    const configEntries = Object.entries(settingsOf(topic, copies)).map(([setting, value]) => ({ name: setting, value }));
    return [{ topic: name, numPartitions: partitionsOf(topic, options), replicationFactor: copies.replicas, configEntries }];
  });
  // One at a time: where two are asked the second says that they are there.
  const made = (broker: Broker) => broker.createTopics({ topics, validateOnly: false }).then((): readonly string[] => [], othersOf);
  const others = await brokers.ask(made, createMs);
  for (const name of names) if (!others.includes(name)) created.add(name);
  await brokers.refresh();
  const isReady = (name: string) => {
    const partitions = [...brokers.topic(name).partitions.values()];
    return partitions.length > 0 && partitions.every(({ leader }) => leader !== undefined);
  };
  if (!names.every(isReady)) throw new Fault("unavailable", "not every broker knows the new topics yet");
}

/** The topics that another has made at the same time. */
function othersOf(error: unknown): readonly string[] {
  const errors = typeof error === "object" && error !== null && "errors" in error ? (error.errors as readonly { topic?: string }[]) : [];
  const other = errors.length === 0 ? error : errors.find((one) => errorType(one) !== "TOPIC_ALREADY_EXISTS");
  if (other !== undefined) throw other;
  return errors.flatMap(({ topic }) => topic ?? []);
}

function wantedOf(topic: Topic, current: CurrentSettings, copies: Copies): Readonly<Record<string, string>> {
  return { ...settingsOf(topic, copies), ...safetySettings, ...timeSettingsOf(current) };
}

/** Sets what is declared. What others have set besides stays; how many copies there are, and must be in sync, is theirs to say. */
async function correct(
  brokers: Brokers,
  wanted: Wanted,
  copies: Copies,
  { minInSyncReplicas }: MigrateOptions,
): Promise<Pick<Migrated, "changed" | "notes">> {
  const found = await brokers.ask((broker) => readSettings(broker, [...wanted.keys()]));
  const differing = found.flatMap((current) => {
    const topic = wanted.get(current.topic);
    const changes = topic === undefined ? [] : changesOf(current, wantedOf(topic, current, copies));
    return changes.length === 0 ? [] : [{ current, changes }];
  });
  const isOurs = (topic: string, { setting }: SettingChange) =>
    setting !== minInSyncSetting || (minInSyncReplicas !== undefined && minInSyncReplicas <= copiesIn(brokers, topic));
  const ours = differing
    .map(({ current, changes }) => ({ current, changes: changes.filter((change) => isOurs(current.topic, change)) }))
    .filter(({ changes }) => changes.length > 0);
  if (ours.length > 0) await brokers.ask((broker) => changeSettings(broker, ours));
  return {
    changed: ours.map(({ current, changes }) => ({ topic: current.topic, settings: changes })),
    notes: notesOf(
      found.flatMap(({ topic, all }) => {
        const inSync = ours.some(({ current }) => current.topic === topic) ? minInSyncReplicas : undefined;
        return findingsOf(topic, copiesIn(brokers, topic), inSync ?? Number(all.get(minInSyncSetting)), copies);
      }),
    ),
  };
}

/** The fewest copies that a partition of the topic has. */
function copiesIn(brokers: Brokers, topic: string): number {
  return Math.min(...[...brokers.topic(topic).partitions.values()].map(({ replicas }) => replicas.length));
}

type Finding = { readonly topic: string } & Pick<MigrationNote, "about" | "next">;

function findingsOf(topic: string, copies: number, inSync: number, wanted: Copies): readonly Finding[] {
  const findings: Finding[] = [];
  if (copies < wanted.replicas) {
    const next = "Topics keep the copies that they were made with: kafka-reassign-partitions gives them more.";
    findings.push({ topic, about: `${copies} instead of ${wanted.replicas} copies`, next });
  }
  const next = "Set kafka.minInSyncReplicas, and it is set for all topics.";
  if (inSync > copies) {
    findings.push({ topic, about: `${minInSyncSetting} is ${inSync}, more than the ${copies} copies: nothing can be written`, next });
  } else if (inSync < Math.min(wanted.minInSync, copies)) {
    findings.push({ topic, about: `${minInSyncSetting} is ${inSync} instead of ${wanted.minInSync}`, next });
  }
  return findings;
}

/** What is found of several topics is said once. */
function notesOf(findings: readonly Finding[]): readonly MigrationNote[] {
  const notes = Map.groupBy(findings, ({ about }) => about);
  return [...notes].map(([about, same]) => ({ about, topics: same.map(({ topic }) => topic), next: same[0]?.next ?? "" }));
}
