import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type TestContext, test } from "node:test";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { LogRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { createMetrics } from "../../gateway/operations/metrics.ts";
import { until } from "../../tests/e2e/until.ts";
import { openFaultyProxy } from "../../tests/fixtures/faulty-proxy.ts";
import { elasticsearch, kafka } from "../../tests/servers/for-test.ts";
import { createCodec } from "../avro/codec.ts";
import { fullSamples } from "../avro/event-samples.ts";
import { openKafkaLog } from "../kafka/event-log.ts";
import { migrateKafka } from "../kafka/topics/migrate.ts";
import { openClient } from "./client.ts";
import { removeDataStream } from "./data-stream.fixture.ts";
import { dataStreamName } from "./index-template.ts";
import { openElasticsearchSink, sunkTopics } from "./sink.ts";

async function stage(t: TestContext) {
  const [brokers, url] = [await kafka(t), await elasticsearch(t)];
  if (brokers === undefined || url === undefined) return undefined;
  const namespace = randomUUID().slice(0, 8);
  const broker = { brokers: brokers.split(","), clientId: "sink", tls: false, topicPrefix: `sink-${namespace}.`, partitionsMax: 4 };
  await migrateKafka({ ...broker, logger: silentLogger, topics: sunkTopics, waitMs: 30_000 });
  const openLog = () => openKafkaLog({ ...broker, logger: silentLogger, codec: createCodec(), metrics: createMetrics(), heartbeatMs: 50 });
  const client = openClient({ urls: [url], credentials: null, ca: null, requestTimeoutMs: 10_000 });
  t.after(async () => {
    await removeDataStream(client, dataStreamName(namespace));
    await client.close();
  });
  return { url, namespace, openLog, client };
}

function decided(sequence: number): LogRecord<"call_decided"> {
  const value = { ...fullSamples.call_decided, id: `acme/${sequence}`, sequence };
  return { type: "call_decided", key: `acme/user-${sequence % 50}`, value, timestampMs: Date.now() };
}

test("on Kafka, two sinks share the partitions; one ends in the middle, and every event is one document", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const { url, namespace, openLog, client } = stand;
  const proxy = await openFaultyProxy(url);
  t.after(() => proxy.close());
  const unavailable = { kind: "answer", status: 503, body: '{"error":{"type":"unavailable"}}' } as const;
  proxy.next(/_bulk/, { kind: "lose-answer" }, unavailable, { kind: "lose-answer" }, unavailable);
  const open = async () => {
    const log = await openLog();
    const connection = { urls: [proxy.url], credentials: null, ca: null, requestTimeoutMs: 10_000 };
    const config = { ...connection, namespace, retentionDays: 1, arguments: "none", installTemplate: true, batchRecordsMax: 20 } as const;
    const refuse = () => Promise.reject(new Error("nothing is refused here"));
    const surroundings = { metrics: createMetrics(), logger: silentLogger, nowMs: Date.now };
    const sink = await openElasticsearchSink({ log, config, ...surroundings, refuse, pauseMsMin: 5 });
    return {
      log,
      async close() {
        await sink.close();
        await log.close();
      },
    };
  };
  const [one, other] = [await open(), await open()];
  const total = 1_000;
  // Before its first document there is no index, and for a moment no shard that can be asked.
  const notYet = { ignore: [404, 503] };
  const found = async () => {
    await client.indices.refresh({ index: dataStreamName(namespace) }, notYet);
    const { count = 0 } = await client.count({ index: dataStreamName(namespace) }, notYet);
    return count;
  };
  t.after(() => Promise.all([one.close(), other.close()]));
  await one.log.append(
    topics.calls,
    Array.from({ length: total / 2 }, (_, index) => decided(index)),
  );
  await until("some have arrived", async () => (await found()) > 50, 30_000);
  await other.close();
  await one.log.append(
    topics.calls,
    Array.from({ length: total / 2 }, (_, index) => decided(total / 2 + index)),
  );
  await until("all have arrived", async () => (await found()) >= total, 60_000);
  assert.equal(await found(), total);
});
