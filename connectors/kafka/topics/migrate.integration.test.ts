import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import kafkajs from "kafkajs";
import { silentLogger } from "../../../domain/ports/logger.ts";
import { topics } from "../../../domain/topics.ts";
import { until } from "../../../tests/e2e/until.ts";
import { kafka } from "../../../tests/servers/for-test.ts";
import { type Migrated, type MigrateOptions, migrateKafka } from "./migrate.ts";

function optionsOn(address: string): MigrateOptions {
  const topicPrefix = `migrate-${randomUUID().slice(0, 8)}.`;
  const used = [topics.calls, topics.users];
  return {
    brokers: [address],
    clientId: "migrate",
    tls: false,
    topicPrefix,
    partitionsMax: 2,
    logger: silentLogger,
    topics: used,
    waitMs: 30_000,
  };
}

/** Sets a topic's settings as an operator would, instead of all that it has of its own. */
async function setByHand(t: TestContext, address: string, name: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: [address], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  t.after(() => admin.disconnect());
  const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries }] });
}

async function settingOf(t: TestContext, address: string, name: string, setting: string): Promise<string | undefined> {
  const admin = new kafkajs.Kafka({ brokers: [address], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  t.after(() => admin.disconnect());
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name };
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] });
  return resources[0]?.configEntries.find(({ configName }) => configName === setting)?.configValue;
}

/** What it says once nothing is left to change: a broker hears of what was changed a moment later. */
function settled(options: MigrateOptions): Promise<Migrated> {
  return until("nothing is left to change", async () => {
    const done = await migrateKafka(options);
    return done.changed.length === 0 && done;
  });
}

test("topics whose settings have drifted are set right, and what was changed is told; what an operator added stays", async (t) => {
  const address = await kafka(t);
  if (address === undefined) return;
  const options = optionsOn(address);
  const [calls, users] = [`${options.topicPrefix}calls`, `${options.topicPrefix}users`];
  assert.deepEqual(await migrateKafka(options), { created: [calls, users], changed: [], unchanged: [], notes: [] });
  await setByHand(t, address, calls, { "retention.ms": "1000", "segment.bytes": "2000000", "unclean.leader.election.enable": "true" });
  await setByHand(t, address, users, { "cleanup.policy": "delete", "retention.ms": "-1", "segment.ms": "86400000" });

  const { changed } = await until("the brokers know what was set by hand", async () => {
    const done = await migrateKafka(options);
    return done.changed.length === 2 && done;
  });
  const settings = new Map(changed.map((one) => [one.topic, one.settings]));
  assert.deepEqual(
    settings.get(calls)?.map(({ setting, from, to }) => [setting, from, to]),
    [
      ["retention.ms", "1000", String(topics.calls.retentionMs)],
      ["max.message.bytes", "1048588", "9437184"],
      ["unclean.leader.election.enable", "true", "false"],
      ["message.timestamp.after.max.ms", "3600000", String(2n ** 63n - 1n)],
    ],
  );
  assert.ok(settings.get(users)?.some(({ setting, from, to }) => setting === "cleanup.policy" && from === "delete" && to === "compact"));

  assert.deepEqual(await settled(options), { created: [], changed: [], unchanged: [calls, users], notes: [] });
  assert.equal(await settingOf(t, address, calls, "segment.bytes"), "2000000");
});

test("how many copies must be in sync is the operator's to say: told where it differs, set where the configuration says it", async (t) => {
  const address = await kafka(t);
  if (address === undefined) return;
  const options = optionsOn(address);
  const names = options.topics.map(({ name }) => `${options.topicPrefix}${name}`);
  await migrateKafka(options);
  for (const name of names) await setByHand(t, address, name, { "min.insync.replicas": "2" });
  const { notes } = await until("what was set by hand is told", async () => {
    const done = await settled(options);
    return done.notes.length > 0 && done;
  });
  assert.deepEqual(
    notes.map(({ about, topics: of }) => [about, of]),
    [["min.insync.replicas is 2, more than the 1 copies: nothing can be written", names]],
  );
  const set = await migrateKafka({ ...options, minInSyncReplicas: 1 });
  assert.deepEqual(
    set.changed.map(({ topic, settings }) => [topic, settings]),
    names.map((topic) => [topic, [{ setting: "min.insync.replicas", from: "2", to: "1" }]]),
  );
  assert.deepEqual(set.notes, []);
});

test("topics never get fewer copies than are asked for, or than brokers are named; it is said what to do", async (t) => {
  const address = await kafka(t);
  if (address === undefined) return;
  const options = { ...optionsOn(address), waitMs: 500 };
  const tooFew = { code: "unavailable", message: /3 copies, and only 1 brokers run/, next: /kafka\.replicas/ };
  await assert.rejects(migrateKafka({ ...options, replicas: 3 }), tooFew);
  await assert.rejects(migrateKafka({ ...options, brokers: [address, "127.0.0.1:1", "127.0.0.1:2"] }), tooFew);
  await assert.rejects(migrateKafka({ ...options, replicas: 1, minInSyncReplicas: 2 }), { code: "invalid", next: /minInSyncReplicas/ });
  const { notes } = await migrateKafka({ ...options, waitMs: 30_000 }).then(() => migrateKafka({ ...options, replicas: 2 }));
  assert.deepEqual(
    notes.map(({ about }) => about),
    ["1 instead of 2 copies"],
  );
});

test("a broker that takes connections and says nothing is passed over, also where it is named first", async (t) => {
  const address = await kafka(t);
  if (address === undefined) return;
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  t.after(() => silent.close());
  const { port } = silent.address() as { port: number };
  const options = optionsOn(address);
  const { created } = await migrateKafka({ ...options, brokers: [`127.0.0.1:${port}`, address], replicas: 1 });
  assert.equal(created.length, 2);
});
