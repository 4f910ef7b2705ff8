import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { LogRecord } from "../../domain/record.ts";
import { changelogOf, topics } from "../../domain/topics.ts";
import { createMetrics } from "../../gateway/operations/metrics.ts";
import { usage } from "../../processors/usage.ts";
import { type Random, seeded } from "../../tests/e2e/seeded.ts";
import { until } from "../../tests/e2e/until.ts";
import { ownKafkaCluster } from "../../tests/servers/for-test.ts";
import type { KafkaCluster, KafkaNode } from "../../tests/servers/kafka-cluster.ts";
import { createCodec } from "../avro/codec.ts";
import { fullSamples } from "../avro/event-samples.ts";
import { type Brokers, openBrokers } from "./brokers/brokers.ts";
import { type Load, startLoad } from "./cluster-load.fixture.ts";
import { openKafkaLog } from "./event-log.ts";
import { migrateKafka } from "./topics/migrate.ts";

const codec = createCodec();
const partitionsMax = 3;
/** With three copies, of which two must be in sync; `leases` is to have all three, `activity` has but one. */
const usual = [topics.calls, topics.usage, topics.deadLetters, changelogOf({ name: usage.name, partitions: partitionsMax })];
const lease: LogRecord<"lease_granted"> = {
  type: "lease_granted",
  key: "lease",
  value: fullSamples.lease_granted,
  timestampMs: Date.now(),
};
const activity: LogRecord<"activity_observed"> = {
  type: "activity_observed",
  key: "activity",
  value: fullSamples.activity_observed,
  timestampMs: Date.now(),
};

interface Stage {
  readonly cluster: KafkaCluster;
  /** Knows who leads what. */
  readonly brokers: Brokers;
  readonly load: Load;
  readonly log: EventLog;
  /** A log of its own, whose appends give up soon; `first` is the first broker that it asks. */
  readonly hasty: (first: KafkaNode) => EventLog;
  /** Before the brokers are. */
  end(): Promise<void>;
}

function optionsOf(nodes: readonly KafkaNode[]) {
  const brokers = nodes.map(({ address }) => address);
  return { brokers, clientId: "cluster", tls: false, topicPrefix: "", partitionsMax, logger: silentLogger, requestMs: 1_500 };
}

async function startStage(cluster: KafkaCluster): Promise<Stage> {
  const options = optionsOf(cluster.nodes);
  const made = await migrateKafka({ ...options, topics: usual, waitMs: 60_000 });
  assert.equal(made.created.length, usual.length);
  await migrateKafka({ ...options, topics: [topics.leases], minInSyncReplicas: 3, waitMs: 60_000 });
  await migrateKafka({ ...options, topics: [topics.activity], replicas: 1, waitMs: 60_000 });
  const logs: EventLog[] = [];
  const open = (nodes: readonly KafkaNode[], deliveryMs: number) => {
    const log = openKafkaLog({ ...optionsOf(nodes), codec, metrics: createMetrics(), deliveryMs, sessionMs: 6_000, heartbeatMs: 100 });
    logs.push(log);
    return log;
  };
  const brokers = openBrokers(options);
  await brokers.watch([...usual.map(({ name }) => name), topics.leases.name, topics.activity.name]);
  // One of the two is told of all brokers, the other of one.
  const [one, other] = [open(cluster.nodes, 60_000), open(cluster.nodes.slice(1, 2), 60_000)];
  await one.append(topics.activity, [activity]);
  const load = await startLoad([one, other]);
  const hasty = (first: KafkaNode) => open([first, ...cluster.nodes.filter((node) => node !== first)], 1_000);
  return {
    ...{ cluster, brokers, load, log: one, hasty },
    async end() {
      for (const node of cluster.nodes) node.goOn();
      await load.close();
      await Promise.all(logs.map((log) => log.close()));
      brokers.close();
    },
  };
}

/** Every partition has all its copies, and is led by the one that it is led by if it can. */
async function inPlace({ brokers }: Stage): Promise<void> {
  await brokers.watch(["__consumer_offsets"]);
  const names = [...usual.map(({ name }) => name), topics.leases.name, topics.activity.name, "__consumer_offsets"];
  await until(
    "all copies are in sync, and leaders in their places",
    async () => {
      await brokers.refresh().catch(() => undefined);
      const partitions = names.flatMap((name) => [...brokers.topic(name).partitions.values()]);
      return partitions.every(({ leader, replicas, inSync }) => inSync.length === replicas.length && leader === replicas[0]);
    },
    60_000,
  );
}

function leaderOf({ cluster, brokers }: Stage, topic: string, partition: number): KafkaNode {
  const leader = brokers.topic(topic).partitions.get(partition)?.leader;
  assert.ok(leader !== undefined);
  return cluster.node(leader);
}

async function coordinatorOf({ cluster, brokers }: Stage, group: string): Promise<KafkaNode> {
  const { port } = (await brokers.coordinator(group)).connectionPool;
  return cluster.nodes.find(({ address }) => address.endsWith(`:${port}`)) ?? assert.fail("nobody coordinates");
}

/** The leader of a partition is killed: another leads, and what needs all three copies, or the one that is gone, is refused honestly. */
async function leaderDies(stage: Stage, partition: number): Promise<void> {
  const { load, log, hasty } = stage;
  const victim = leaderOf(stage, topics.calls.name, partition);
  const lonely = [...stage.brokers.topic(topics.activity.name).partitions].find(([, { leader }]) => leader === victim.id)?.[0];
  await victim.kill();
  await load.more("while a leader is dead", 5);
  const other = hasty(victim);
  const refusal = { code: "unavailable", message: /NOT_ENOUGH_REPLICAS/, next: /min\.insync\.replicas/ };
  await until("copies that are missing are told", () => isRefused(other.append(topics.leases, [lease]), refusal), 20_000);
  const patient = log.append(topics.leases, [lease]);
  patient.catch(() => undefined);
  await assert.rejects(other.append(topics.activity, [activity], { partition: lonely ?? 0 }), { message: /LEADER_NOT_AVAILABLE/ });
  await load.more("while a partition has no leader", 5);
  await victim.restart();
  assert.equal((await patient).length, 1);
  await other.append(topics.activity, [activity], { partition: lonely ?? 0 });
}

/** The coordinator of the processors' group stands still for longer than its session. */
async function coordinatorStandsStill(stage: Stage): Promise<void> {
  const { load, brokers, hasty } = stage;
  const victim = await coordinatorOf(stage, usage.name);
  victim.pause();
  await load.more("while the coordinator of the group stands still", 5);
  await until("the cluster has given it up", () => brokers.refresh().then(() => brokers.count() === 2), 20_000);
  assert.equal((await hasty(victim).extent(topics.calls)).length, partitionsMax, "a log is opened that names the silent one first");
  victim.goOn();
  await load.more("when it goes on", 5);
}

/** The active controller is killed, and a second broker stands still: nothing can be acknowledged until one of them is back. */
async function twoAreGone(stage: Stage, random: Random): Promise<void> {
  const { cluster, load, hasty } = stage;
  const controller = cluster.controller();
  await controller.kill();
  await load.more("while the controller is dead", 5);
  const second = random.pick(cluster.nodes.filter((node) => node !== controller));
  second.pause();
  const startedMs = performance.now();
  await assert.rejects(hasty(second).append(topics.leases, [lease]), { code: "unavailable" });
  assert.ok(performance.now() - startedMs < 10_000, "who waits for an append hears within its bound");
  second.goOn();
  await load.more("when one of them is back", 5);
}

async function isRefused(appended: Promise<unknown>, as: object): Promise<boolean> {
  try {
    await assert.rejects(appended, as);
    return true;
  } catch {
    return false;
  }
}

test("leaders, coordinators and controllers of three brokers die and stand still under load: nothing acknowledged is lost or counted twice", {
  timeout: 280_000,
}, async (t) => {
  const random = seeded("kafka cluster");
  const cluster = await ownKafkaCluster(t);
  if (cluster === undefined) return;
  const stage = await startStage(cluster);
  try {
    await stage.load.more("before anything happens", random.integer(1, 20));
    await endure(stage, random);
    t.diagnostic(await stage.load.endAndCheck());
  } finally {
    await stage.end();
  }
});

/** Every fault once; which of the first two comes first, and how much is written between them, is chance. */
async function endure(stage: Stage, random: Random): Promise<void> {
  const faults = [() => leaderDies(stage, random.integer(0, partitionsMax - 1)), () => coordinatorStandsStill(stage)];
  const first = random.pick(faults);
  for (const fault of [first, ...faults.filter((one) => one !== first), () => twoAreGone(stage, random)]) {
    await inPlace(stage);
    await stage.load.more("between two faults", random.integer(1, 10));
    await fault();
  }
}
