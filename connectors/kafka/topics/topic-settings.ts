import kafkajs from "kafkajs";
import type { Topic } from "../../../domain/record.ts";
import type { Broker } from "../brokers/link.ts";
import { recordBytesMax } from "../wire/record-codec.ts";

/** How many brokers keep a partition. */
export interface Copies {
  readonly replicas: number;
  /** So many must have a record before it is acknowledged. */
  readonly minInSync: number;
}

export const minInSyncSetting = "min.insync.replicas";

const hourMs = 60 * 60_000;

const compacted = {
  "cleanup.policy": "compact",
  "retention.ms": "-1",
  "segment.ms": String(24 * hourMs),
  "min.cleanable.dirty.ratio": "0.2",
  // What a writer has written whose time was over is put right within half of that: until then nothing may be forgotten for its sake (decision 0017).
  "min.compaction.lag.ms": String(hourMs),
};

/** The settings of a topic on the brokers, all that we depend on. */
export function settingsOf({ cleanup, retentionMs }: Topic, { minInSync }: Copies): Readonly<Record<string, string>> {
  const kept: Readonly<Record<string, string>> =
    cleanup === "compact" ? compacted : { "cleanup.policy": "delete", "retention.ms": String(retentionMs ?? -1) };
  return {
    ...kept,
    // What a batch adds to its records, and a reserve.
    "max.message.bytes": String(recordBytesMax + 1024 * 1024),
    "message.timestamp.type": "CreateTime",
    [minInSyncSetting]: String(minInSync),
    "compression.type": "producer",
  };
}

/** A broker that misses records must not lead. That is Kafka's own default, and only set where a cluster's is another: not every one admits it. */
export const safetySettings: Readonly<Record<string, string>> = { "unclean.leader.election.enable": "false" };

/** A record has the time of its event, on whatever clock: brokers since 4.0 refuse what is an hour ahead of theirs unless told otherwise. */
const anyTime: Readonly<Record<string, string>> = {
  "message.timestamp.before.max.ms": String(2n ** 63n - 1n),
  "message.timestamp.after.max.ms": String(2n ** 63n - 1n),
};

/** Those that brokers know since 3.6; earlier ones refuse a setting that they do not know. */
export function timeSettingsOf({ all }: CurrentSettings): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(anyTime).filter(([name]) => all.has(name)));
}

/** A topic's settings as they are: all that are in force, and those of them that are the topic's own. */
export interface CurrentSettings {
  readonly topic: string;
  readonly all: ReadonlyMap<string, string | null>;
  readonly own: ReadonlyMap<string, string | null>;
}

export async function readSettings(broker: Broker, topics: readonly string[]): Promise<readonly CurrentSettings[]> {
  const resources = topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name }));
  const described = await broker.describeConfigs({ resources, includeSynonyms: false });
  return described.resources.map(({ resourceName, configEntries }) => {
    const own = configEntries.filter(({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG);
    const pairs = (entries: typeof configEntries) => new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
    return { topic: resourceName, all: pairs(configEntries), own: pairs(own) };
  });
}

export interface SettingChange {
  readonly setting: string;
  readonly from: string | null;
  readonly to: string;
}

/** What must be set otherwise so that the settings are as wanted. */
export function changesOf({ all }: CurrentSettings, wanted: Readonly<Record<string, string>>): readonly SettingChange[] {
  return Object.entries(wanted).flatMap(([setting, to]) => {
    const from = all.get(setting) ?? null;
    return from === to ? [] : [{ setting, from, to }];
  });
}

/** The request replaces all of a topic's own settings: those that others have made stay. */
export async function changeSettings(
  broker: Broker,
  changed: readonly { readonly current: CurrentSettings; readonly changes: readonly SettingChange[] }[],
): Promise<void> {
  const resources = changed.map(({ current, changes }) => {
    const settings = new Map([...current.own, ...changes.map(({ setting, to }) => [setting, to] as const)]);
    const configEntries = [...settings].flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
    return { type: kafkajs.ConfigResourceTypes.TOPIC, name: current.topic, configEntries };
  });
  await broker.alterConfigs({ resources, validateOnly: false });
}
