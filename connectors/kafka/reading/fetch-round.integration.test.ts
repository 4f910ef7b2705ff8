import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { test } from "node:test";
import { silentLogger } from "../../../domain/ports/logger.ts";
import type { LogRecord } from "../../../domain/record.ts";
import { topics } from "../../../domain/topics.ts";
import { createMetrics } from "../../../gateway/operations/metrics.ts";
import { kafka } from "../../../tests/servers/for-test.ts";
import { createCodec } from "../../avro/codec.ts";
import { fullSamples } from "../../avro/event-samples.ts";
import { openBrokers } from "../brokers/brokers.ts";
import { topicPlaces } from "../brokers/topic-places.ts";
import { openKafkaLog } from "../event-log.ts";
import { migrateKafka } from "../topics/migrate.ts";
import type { RawRecords } from "../wire/record-batch.ts";
import { type Cursor, createFetchRound } from "./fetch-round.ts";

function cursorOf(topic: string, take: (fetched: RawRecords) => void): Cursor {
  return { topic, partition: 0, next: () => 0, wants: () => true, take, sawEnd() {}, moved() {} };
}

test("a record larger than a partition's part of an answer comes, although others always have something", {
  timeout: 60_000,
}, async (t) => {
  const address = await kafka(t);
  if (address === undefined) return;
  const topicPrefix = `round-${randomUUID().slice(0, 8)}.`;
  const options = { brokers: address.split(","), clientId: "round", tls: false, topicPrefix, logger: silentLogger };
  await migrateKafka({ ...options, topics: [topics.audit, topics.servers], waitMs: 30_000 });
  const log = openKafkaLog({ ...options, codec: createCodec(), metrics: createMetrics() });
  const definition = randomBytes(2 * 1024 * 1024).toString("base64");
  const large: LogRecord<"server_changed"> = {
    type: "server_changed",
    key: "acme/large",
    value: { ...fullSamples.server_changed, definition },
    timestampMs: 0,
  };
  const small: LogRecord<"administered"> = { type: "administered", key: "acme", value: fullSamples.administered, timestampMs: 0 };
  await Promise.all([log.append(topics.servers, [large]), log.append(topics.audit, [small])]);

  const brokers = openBrokers(options);
  t.after(async () => void (await Promise.all([log.close(), brokers.close()])));
  const places = topicPlaces(brokers, options);
  const taken: string[] = [];
  const cursors = new Set<Cursor>();
  for (const topic of [topics.audit, topics.servers]) {
    const note = ({ records }: RawRecords) => void (records.length > 0 && taken.push(topic.name));
    cursors.add(cursorOf(await places.nameOf(topic), note));
  }
  const ignore = () => {};
  const round = createFetchRound({ brokers, places, logger: silentLogger, waitMs: 100, onFetched: ignore, onError: ignore }, cursors);
  const nodeId = places.leaderId(await places.nameOf(topics.audit), 0) ?? assert.fail();
  for (let count = 0; count < cursors.size; count++) assert.ok(await round(nodeId, [...cursors]));
  assert.deepEqual(taken, ["audit", "servers", "audit"]);
});
