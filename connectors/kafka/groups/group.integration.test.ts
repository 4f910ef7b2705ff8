import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import kafkajs from "kafkajs";
import { Fault } from "../../../domain/fault.ts";
import { type Logger, silentLogger } from "../../../domain/ports/logger.ts";
import type { LogRecord } from "../../../domain/record.ts";
import { topics } from "../../../domain/topics.ts";
import { createMetrics } from "../../../gateway/operations/metrics.ts";
import { until } from "../../../tests/e2e/until.ts";
import { kafka } from "../../../tests/servers/for-test.ts";
import { createCodec } from "../../avro/codec.ts";
import { fullSamples } from "../../avro/event-samples.ts";
import { openBrokers } from "../brokers/brokers.ts";
import { openKafkaLog } from "../event-log.ts";
import { migrateKafka } from "../topics/migrate.ts";
import { runGroupMember } from "./group-member.ts";

const codec = createCodec();
const group = "members";
const record: LogRecord<"call_ended"> = { type: "call_ended", key: "acme/ana", value: fullSamples.call_ended, timestampMs: Date.now() };

async function open(t: TestContext, address: string) {
  const topicPrefix = `group-${randomUUID().slice(0, 8)}.`;
  const metrics = createMetrics();
  const options = { brokers: address.split(","), clientId: "group", tls: false, topicPrefix, logger: silentLogger };
  await migrateKafka({ ...options, topics: [topics.calls, topics.leases, topics.users], waitMs: 30_000 });
  const log = openKafkaLog({ ...options, codec, metrics });
  t.after(() => log.close());
  return { log, options, topicPrefix, metrics };
}

/** A member in another process, and what it has said. */
function startMember(t: TestContext, address: string, topicPrefix: string) {
  const script = fileURLToPath(new URL("group-member.fixture.ts", import.meta.url));
  const args = ["--disable-warning=ExperimentalWarning", script, address, topicPrefix, group];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const owned = new Map<number, number>();
  const records: string[] = [];
  let rest = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const said = JSON.parse(line) as { assigned?: number; epoch?: number; revoked?: number; record?: number; offset?: number };
      if (said.assigned !== undefined) owned.set(said.assigned, said.epoch ?? 0);
      if (said.revoked !== undefined) owned.delete(said.revoked);
      if (said.record !== undefined) records.push(`${said.record}/${said.offset}`);
    }
  });
  return { child, owned, records };
}

test("members in several processes share the partitions; one that is killed or stands still is replaced, with a later epoch", {
  timeout: 90_000,
}, async (t) => {
  const address = await kafka(t);
  if (address === undefined) return;
  const { log, topicPrefix } = await open(t, address);
  const count = topics.calls.partitions;
  const [ana, bob] = [startMember(t, address, topicPrefix), startMember(t, address, topicPrefix)];
  await until("both have half", () => ana.owned.size === count / 2 && bob.owned.size === count / 2, 30_000);
  const all = [...ana.owned.keys(), ...bob.owned.keys()];
  assert.equal(new Set(all).size, count);

  const before = new Map(bob.owned);
  bob.child.kill("SIGKILL");
  await once(bob.child, "exit");
  await until("the other has everything", () => ana.owned.size === count, 30_000);
  for (const [partition, epoch] of before) assert.ok((ana.owned.get(partition) ?? 0) > epoch);

  ana.child.kill("SIGSTOP");
  const eva = startMember(t, address, topicPrefix);
  await until("a new one has everything", () => eva.owned.size === count, 30_000);
  const [position] = await log.append(topics.calls, [record]);
  const place = `${position?.partition}/${position?.offset}`;
  await until("the new one reads", () => eva.records.includes(place));
  const sleeper = new Map(ana.owned);
  ana.child.kill("SIGCONT");
  await until("they share again", () => ana.owned.size === count / 2 && eva.owned.size === count / 2, 30_000);
  assert.ok([...ana.owned].every(([partition, epoch]) => epoch > (sleeper.get(partition) ?? 0)));

  eva.child.kill("SIGTERM");
  await once(eva.child, "exit");
  await until("who leaves is not waited for", () => ana.owned.size === count, 30_000);
});

test("what can't be decoded is told to a member and passed over; who only subscribes waits", { timeout: 60_000 }, async (t) => {
  const address = await kafka(t);
  if (address === undefined) return;
  const { log, topicPrefix, metrics } = await open(t, address);
  const [first] = await log.append(topics.calls, [record]);
  const producer = new kafkajs.Kafka({ brokers: address.split(","), logLevel: kafkajs.logLevel.NOTHING }).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const { partition = 0 } = first ?? {};
  await producer.send({ topic: `${topicPrefix}calls`, messages: [{ key: "acme/ana", value: "no event", partition }] });
  await producer.send({ topic: `${topicPrefix}users`, messages: [{ key: "acme/ana", value: "no event", partition: 0 }] });
  await producer.disconnect();
  await log.append(topics.calls, [record]);

  const seen: string[] = [];
  const membership = await log.join("poison", [topics.calls], {
    assigned: async () => new Map(),
    async revoked() {},
    async records(_partition, records) {
      seen.push(...records.map(({ offset }) => `record ${offset}`));
    },
    async undecodable(_partition, { topic, offset }, cause) {
      seen.push(`undecodable ${topic} ${offset} ${cause.code}`);
    },
  });
  await until("three places are passed", () => seen.length === 3);
  assert.deepEqual(seen, ["record 0", "undecodable calls 1 invalid", "record 2"]);
  await membership.close();

  const users: string[] = [];
  let met = 0;
  const undecodable = () => {
    met += 1;
    throw new Error("it is waited for");
  };
  const take = (records: readonly { readonly key: string }[]) => void users.push(...records.map(({ key }) => key));
  const subscription = await log.subscribe([topics.users], { from: "start", undecodable }, take);
  await log.append(topics.users, [{ type: "user_changed", key: "acme/bob", value: fullSamples.user_changed, timestampMs: Date.now() }]);
  await until("it was met again and again", () => met > 2);
  assert.match(metrics.expose(), /sluice_log_poison_records_total\{topic="users"\} 1\n/);
  assert.deepEqual(users, []);
  assert.equal(subscription.lag(), 2);
  assert.match(metrics.expose(), /sluice_log_lag_records\{group="",topic="users"\} 2/);
  await subscription.close();
});

test("a subscription of a group is told each time that a partition comes, ahead of its records", { timeout: 60_000 }, async (t) => {
  const address = await kafka(t);
  if (address === undefined) return;
  const { log, options: connection } = await open(t, address);
  const other = openKafkaLog({ ...connection, codec, metrics: createMetrics() });
  t.after(() => other.close());
  const count = topics.calls.partitions;
  const all = Array.from({ length: count }, (_, partition) => partition);
  const told: (number | "record")[] = [];
  const numbers = () => told.filter((each) => each !== "record").sort((left, right) => left - right);
  const options = { from: "start", group: "shared", began: (partition: number) => void told.push(partition) } as const;
  const [position] = await log.append(topics.calls, [record]);
  const subscription = await log.subscribe([topics.calls], options, () => void told.push("record"));
  await until("the record is there", () => told.includes("record"));
  assert.deepEqual(numbers(), all);
  assert.ok(told.indexOf(position?.partition ?? -1) < told.indexOf("record"));
  told.length = 0;

  const theirs: number[] = [];
  const began = (partition: number) => void theirs.push(partition);
  const passing = await other.subscribe([topics.calls], { ...options, began }, () => undefined);
  await until("the other has half", () => theirs.length === count / 2, 30_000);
  await passing.close();
  await until("what it had comes back", () => told.length === count / 2, 30_000);
  assert.deepEqual(
    numbers(),
    theirs.toSorted((left, right) => left - right),
  );
  await subscription.close();
});

test("who is not let into a group says so once, and goes on asking", { timeout: 60_000 }, async (t) => {
  const address = await kafka(t);
  if (address === undefined) return;
  const told: unknown[] = [];
  let attempts = 0;
  const logger: Logger = {
    ...silentLogger,
    error: (message, fields) => void told.push({ message, ...fields }),
    debug: () => void attempts++,
  };
  const member = runGroupMember({
    group: `impatient-${randomUUID().slice(0, 8)}`,
    topics: new Map([["calls", 1]]),
    brokers: openBrokers({ brokers: address.split(","), clientId: "group", tls: false, logger: silentLogger }),
    // Less than brokers allow.
    sessionMs: 10,
    heartbeatMs: 50,
    rebalanceMs: 1_000,
    logger,
    assigned: () => assert.fail(),
    revoked: async () => {},
    onRound: () => assert.fail(),
  });
  await until("it was tried again", () => attempts >= 2);
  await member.close();
  assert.deepEqual(
    told.map((line) => (line as { readonly reason: string }).reason),
    ["INVALID_SESSION_TIMEOUT"],
  );
});

test("what brokers compress otherwise is read: gzip, snappy, LZ4 and zstd", { timeout: 60_000 }, async (t) => {
  const address = await kafka(t);
  if (address === undefined) return;
  const { log, topicPrefix } = await open(t, address);
  const admin = new kafkajs.Kafka({ brokers: address.split(","), logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  t.after(() => admin.disconnect());
  const records = Array.from({ length: 200 }, (_, index) => ({ ...record, timestampMs: record.timestampMs + index }));
  let from = 0;
  for (const compression of ["gzip", "snappy", "lz4", "zstd", "uncompressed"]) {
    const configEntries = [{ name: "compression.type", value: compression }];
    const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: `${topicPrefix}calls`, configEntries };
    await admin.alterConfigs({ validateOnly: false, resources: [resource] });
    const [{ partition } = { partition: 0 }] = await log.append(topics.calls, records);
    const found = await log.read(topics.calls, { partition, from, recordsMax: 200 });
    assert.deepEqual(
      found.map(({ timestampMs }) => timestampMs),
      records.map(({ timestampMs }) => timestampMs),
      compression,
    );
    from += 200;
  }
});

test("a topic that is missing, or cut otherwise, is refused with what to do", { timeout: 60_000 }, async (t) => {
  const address = await kafka(t);
  if (address === undefined) return;
  const { log, topicPrefix } = await open(t, address);
  await assert.rejects(log.append(topics.keys, [{ type: "key_changed", key: "a", value: null, timestampMs: 0 }]), {
    code: "unavailable",
    message: /keys does not exist/,
    next: /sluice migrate/,
  });
  const fewer = { brokers: address.split(","), clientId: "group", tls: false, topicPrefix, partitionsMax: 5, logger: silentLogger };
  const other = openKafkaLog({ ...fewer, codec, metrics: createMetrics() });
  await assert.rejects(other.append(topics.calls, [record]), { code: "conflict", message: /12 partitions, and 5 are declared/ });
  await other.close();
  await assert.rejects(migrateKafka({ ...fewer, topics: [topics.calls], waitMs: 5_000 }), {
    code: "conflict",
    message: /12 partitions instead of 5/,
  });
});

test("who finds an owner of a later epoch than its own is given the partition anew, with a higher one", { timeout: 60_000 }, async (t) => {
  const address = await kafka(t);
  if (address === undefined) return;
  const { log } = await open(t, address);
  const later = Date.now() + 365 * 24 * 60 * 60_000;
  const taken = new Map<number, number>();
  const membership = await log.join("outranked", [topics.calls], {
    async assigned(partition, epoch) {
      if (epoch <= later) throw new Fault("conflict", "another was here", { epoch: later });
      taken.set(partition, epoch);
      return new Map();
    },
    async revoked() {},
    async records() {},
    async undecodable() {},
  });
  await until("every partition is taken", () => taken.size === topics.calls.partitions, 20_000);
  await membership.close();
});
