import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { silentLogger } from "../../domain/ports/logger.ts";
import { topics } from "../../domain/topics.ts";
import { createMetrics } from "../../gateway/operations/metrics.ts";
import { kafkaForSuite } from "../../tests/servers/for-test.ts";
import { createCodec } from "../avro/codec.ts";
import { eventLogContract, unreading } from "../event-log.contract.ts";
import { openKafkaLog } from "./event-log.ts";
import { migrateKafka } from "./topics/migrate.ts";

const codec = unreading(createCodec());

async function openLog(address: string) {
  const topicPrefix = `contract-${randomUUID().slice(0, 8)}.`;
  const options = { brokers: address.split(","), clientId: "contract", tls: false, topicPrefix, partitionsMax: 3, logger: silentLogger };
  const used = [topics.calls, topics.users, topics.servers, topics.leases, topics.audit];
  await migrateKafka({ ...options, topics: used, waitMs: 30_000 });
  return openKafkaLog({ ...options, codec, metrics: createMetrics(), heartbeatMs: 50 });
}

const server = await kafkaForSuite();
if ("address" in server) eventLogContract("the log on Kafka", () => openLog(server.address));
else test("the log on Kafka keeps the event log contract", { skip: server.missing });
