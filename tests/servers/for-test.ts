import type { TestContext } from "node:test";
import { type Claim, claim } from "./claim.ts";
import { type ElasticsearchOptions, type ElasticsearchServer, elasticsearchMissing, startElasticsearch } from "./elasticsearch-server.ts";
import { type KafkaCluster, startKafkaCluster } from "./kafka-cluster.ts";
import { kafkaMissing } from "./kafka-node.ts";
import { type KafkaServer, type KafkaSettings, startKafka } from "./kafka-server.ts";
import { isSkipped } from "./skipping.ts";

const claims = new Map<string, Promise<Claim>>();

/**
 * The address of a real Kafka (`host:port`), shared by all test files of a run: use names of topics and groups that nobody else has.
 * KAFKA_BROKERS, where it is set. Undefined, and the test is skipped, where it can't be started; in continuous integration that fails.
 */
export function kafka(t: TestContext): Promise<string | undefined> {
  return address(t, { name: "kafka", given: process.env["KAFKA_BROKERS"], missing: kafkaMissing });
}

/** The same before any test runs, for suites that are made for it: the address, or why there is none. Throws in continuous integration. */
export async function kafkaForSuite(): Promise<{ readonly address: string } | { readonly missing: string }> {
  const given = process.env["KAFKA_BROKERS"];
  if (given !== undefined && given !== "") return { address: given };
  const missing = kafkaMissing();
  if (missing === undefined) return { address: (await claim("kafka")).address };
  if (process.env["CI"] !== undefined) throw new Error(`${missing}, and nothing is skipped in continuous integration.`);
  return { missing };
}

/** The address of a real Elasticsearch (`http://host:port`), under the same conditions; ELASTICSEARCH_URL, where it is set. */
export function elasticsearch(t: TestContext): Promise<string | undefined> {
  return address(t, { name: "elasticsearch", given: process.env["ELASTICSEARCH_URL"], missing: elasticsearchMissing });
}

/** A Kafka of this test alone, to be killed and stopped; it ends with the test. Skips under the same conditions. */
export async function ownKafka(t: TestContext, settings?: KafkaSettings): Promise<KafkaServer | undefined> {
  if (isSkipped(t, kafkaMissing())) return undefined;
  const server = await startKafka(settings);
  t.after(() => server.stop());
  return server;
}

/** A Kafka of three nodes of this test alone, to be killed one by one; it ends with the test. Skips under the same conditions. */
export async function ownKafkaCluster(t: TestContext): Promise<KafkaCluster | undefined> {
  if (isSkipped(t, kafkaMissing())) return undefined;
  const cluster = await startKafkaCluster();
  t.after(() => cluster.stop());
  return cluster;
}

/** An Elasticsearch of this test alone, to be configured and restarted; it ends with the test. Skips under the same conditions. */
export async function ownElasticsearch(t: TestContext, options: ElasticsearchOptions = {}): Promise<ElasticsearchServer | undefined> {
  if (isSkipped(t, elasticsearchMissing())) return undefined;
  const server = await startElasticsearch(options);
  t.after(() => server.stop());
  return server;
}

interface Wanted {
  readonly name: "kafka" | "elasticsearch";
  readonly given: string | undefined;
  readonly missing: () => string | undefined;
}

async function address(t: TestContext, { name, given, missing }: Wanted): Promise<string | undefined> {
  if (given !== undefined && given !== "") return given;
  if (isSkipped(t, missing())) return undefined;
  const claimed = claims.get(name) ?? claim(name);
  claims.set(name, claimed);
  return (await claimed).address;
}
