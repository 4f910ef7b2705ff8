import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { type TestContext, test } from "node:test";
import kafkajs from "kafkajs";
import type { Events } from "../../domain/events.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { LogRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { createMetrics } from "../../gateway/operations/metrics.ts";
import { kafka } from "../../tests/servers/for-test.ts";
import { createCodec } from "../avro/codec.ts";
import { fullSamples } from "../avro/event-samples.ts";
import { openKafkaLog } from "./event-log.ts";
import { migrateKafka } from "./topics/migrate.ts";

const codec = createCodec();
const hourMs = 60 * 60_000;

function ended(sequence: number, given: Partial<Events["call_ended"]> = {}, timestampMs = Date.now()): LogRecord<"call_ended"> {
  return { type: "call_ended", key: "acme/ana", value: { ...fullSamples.call_ended, sequence, ...given }, timestampMs };
}

async function sequences(log: EventLog, partition: number): Promise<readonly number[]> {
  const records = await log.read(topics.calls, { partition, from: 0, recordsMax: 100 });
  return records.map(({ value }) => (value as Events["call_ended"]).sequence);
}

async function open(t: TestContext, address: string) {
  const topicPrefix = `refusals-${randomUUID().slice(0, 8)}.`;
  const options = { brokers: address.split(","), clientId: "refusals", tls: false, topicPrefix, partitionsMax: 2, logger: silentLogger };
  const migrate = () => migrateKafka({ ...options, topics: [topics.calls], waitMs: 30_000 });
  await migrate();
  // Long enough for what is appended at once to go in one request.
  const log = openKafkaLog({ ...options, codec, metrics: createMetrics(), lingerMs: 50 });
  const admin = new kafkajs.Kafka({ brokers: address.split(","), logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  t.after(async () => void (await Promise.all([log.close(), admin.disconnect()])));
  const set = (name: string, value: string) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: `${topicPrefix}calls`, configEntries: [{ name, value }] }],
    });
  return { log, set, migrate };
}

test("what a broker refuses is refused alone: what went with it is written, and what comes after it is not taken for a repeat", {
  timeout: 60_000,
}, async (t) => {
  const address = await kafka(t);
  if (address === undefined) return;
  const { log, set, migrate } = await open(t, address);
  await set("max.message.bytes", "2000");
  const large = ended(0, { name: randomBytes(4_000).toString("hex") });
  const [good, bad] = await Promise.allSettled([
    log.append(topics.calls, [ended(1)], { partition: 0 }),
    log.append(topics.calls, [large], { partition: 1 }),
  ]);
  assert.equal(good.status, "fulfilled");
  assert.equal(bad.status === "rejected" && bad.reason.code, "invalid");
  for (const sequence of [2, 3]) await log.append(topics.calls, [ended(sequence)], { partition: 0 });
  assert.deepEqual(await sequences(log, 0), [1, 2, 3]);

  await migrate();
  await log.append(topics.calls, [ended(4)], { partition: 1 });
  assert.deepEqual(await sequences(log, 1), [4]);
});

test("a record is taken whatever its gate's clock says, behind the broker's and ahead of it", { timeout: 60_000 }, async (t) => {
  const address = await kafka(t);
  if (address === undefined) return;
  const { log } = await open(t, address);
  const times = [Date.now() + 48 * hourMs, Date.now() - 480 * hourMs];
  for (const [sequence, timeMs] of times.entries()) await log.append(topics.calls, [ended(sequence, {}, timeMs)], { partition: 0 });
  const records = await log.read(topics.calls, { partition: 0, from: 0, recordsMax: 10 });
  assert.deepEqual(
    records.map(({ timestampMs }) => timestampMs),
    times,
  );
});
