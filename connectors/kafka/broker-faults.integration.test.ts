import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Events } from "../../domain/events.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { LogRecord, StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { createMetrics } from "../../gateway/operations/metrics.ts";
import { until } from "../../tests/e2e/until.ts";
import { ownKafka } from "../../tests/servers/for-test.ts";
import type { KafkaServer } from "../../tests/servers/kafka-server.ts";
import { createCodec } from "../avro/codec.ts";
import { fullSamples } from "../avro/event-samples.ts";
import { openKafkaLog } from "./event-log.ts";
import { migrateKafka } from "./topics/migrate.ts";

const codec = createCodec();
const keys = Array.from({ length: 8 }, (_, index) => `acme/user-${index}`);

function ended(key: string, sequence: number): LogRecord<"call_ended"> {
  return { type: "call_ended", key, value: { ...fullSamples.call_ended, sequence }, timestampMs: Date.now() };
}

function sequenceOf({ value }: StoredRecord): number {
  return (value as Events["call_ended"]).sequence;
}

async function openLog(t: TestContext, { address }: KafkaServer): Promise<EventLog> {
  const options = {
    brokers: [address],
    clientId: "faults",
    tls: false,
    topicPrefix: "",
    partitionsMax: 3,
    logger: silentLogger,
    requestMs: 2_000,
  };
  await migrateKafka({ ...options, topics: [topics.calls, topics.leases], waitMs: 60_000 });
  const log = openKafkaLog({ ...options, codec, metrics: createMetrics(), deliveryMs: 60_000, sessionMs: 6_000, heartbeatMs: 100 });
  t.after(() => log.close());
  return log;
}

/** Appends for each key 0, 1, 2, … one after the other, until it is told to stop. What was refused is appended again, as a spool would. */
function startWriters(log: EventLog) {
  const acknowledged = new Map(keys.map((key) => [key, [] as number[]]));
  let isStopping = false;
  const writing = Promise.all(
    keys.map(async (key) => {
      for (let sequence = 0; !isStopping; sequence++) {
        for (let isWritten = false; !isWritten; ) {
          isWritten = await log.append(topics.calls, [ended(key, sequence)]).then(
            () => true,
            () => false,
          );
        }
        acknowledged.get(key)?.push(sequence);
      }
    }),
  );
  return {
    acknowledged,
    count: () => [...acknowledged.values()].reduce((sum, { length }) => sum + length, 0),
    async stop() {
      isStopping = true;
      await writing;
    },
  };
}

/** Reads as a member of a group whose positions are kept with the state, as a processor does. */
async function startMember(log: EventLog) {
  const positions = new Map<string, number>();
  const seen: StoredRecord[] = [];
  const membership = await log.join("faults", [topics.calls, topics.leases], {
    assigned: async (partition) =>
      new Map(
        [topics.calls.name, topics.leases.name].flatMap((topic) => {
          const next = positions.get(`${topic}/${partition}`);
          return next === undefined ? [] : [[topic, next] as const];
        }),
      ),
    async revoked() {},
    undecodable: (_partition, _place, cause) => Promise.reject(cause),
    async records(partition, records) {
      for (const record of records) {
        positions.set(`${record.topic}/${partition}`, record.offset + 1);
        seen.push(record);
      }
    },
  });
  return { seen, membership };
}

/** Everything acknowledged is there, in its key's order; what is there twice was appended twice, and stands right behind itself. */
function assertNothingLost(records: readonly StoredRecord[], acknowledged: ReadonlyMap<string, readonly number[]>): void {
  for (const [key, sequences] of acknowledged) {
    const found = records.filter((record) => record.key === key).map(sequenceOf);
    const distinct = found.filter((sequence, index) => sequence !== found[index - 1]);
    assert.deepEqual(distinct, sequences, key);
  }
}

const faults = {
  "a broker that is killed and started again": async (server: KafkaServer, written: () => Promise<unknown>) => {
    server.process().signal("SIGKILL");
    await server.process().ended;
    await server.restart();
    await written();
  },
  "a broker that stands still for longer than requests wait": async (server: KafkaServer, written: () => Promise<unknown>) => {
    server.process().signal("SIGSTOP");
    // Longer than a request, shorter than a delivery.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    server.process().signal("SIGCONT");
    await written();
  },
};

for (const [name, fault] of Object.entries(faults)) {
  test(`${name} loses nothing that was acknowledged, and keeps the order of keys`, { timeout: 180_000 }, async (t) => {
    const server = await ownKafka(t);
    if (server === undefined) return;
    const log = await openLog(t, server);
    const alone: StoredRecord[] = [];
    const subscription = await log.subscribe([topics.calls], { from: "start" }, (records) => void alone.push(...records));
    const { seen, membership } = await startMember(log);
    const writers = startWriters(log);
    const written = (more: number) => {
      const count = writers.count() + more;
      return until(`${more} more records are acknowledged`, () => writers.count() >= count, 90_000);
    };
    await written(100);
    await fault(server, () => written(100));
    await written(100);
    await writers.stop();

    const end = (await log.extent(topics.calls)).reduce((sum, extent) => sum + extent.end, 0);
    await until("everything is read alone", () => alone.length >= end, 60_000);
    await until("everything is read in the group", () => seen.length >= end && membership.lag() === 0, 60_000);
    for (const records of [alone, seen]) {
      assert.equal(records.length, end);
      assertNothingLost(records, writers.acknowledged);
    }
    await Promise.all([subscription.close(), membership.close()]);
  });
}
