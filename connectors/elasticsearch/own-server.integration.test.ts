import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { LogRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { createMetrics } from "../../gateway/operations/metrics.ts";
import { until } from "../../tests/e2e/until.ts";
import { ownElasticsearch } from "../../tests/servers/for-test.ts";
import { createCodec } from "../avro/codec.ts";
import { fullSamples } from "../avro/event-samples.ts";
import { openEmbeddedStore } from "../embedded/store.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { openClient } from "./client.ts";
import { dataStreamName, installTemplates } from "./index-template.ts";
import { openElasticsearchSink } from "./sink.ts";

const password = "geheim12";
/** Of that password, for users of this test's own server. */
const hash = "$2a$10$nxWv1.nigebjp4E67iZ.a.fagToyXdih9w7acMX8YrlN6Szvc0vG6";

/** The privileges that docs/analysts.md names, and no others. */
const roles = `writer:
  indices:
    - names: ["logs-sluice.audit-*"]
      privileges: ["create_doc", "auto_configure"]
reader:
  indices:
    - names: ["logs-sluice.audit-*"]
      privileges: ["read", "maintenance"]
templates:
  cluster: ["manage_index_templates"]
`;

function decided(sequence: number): LogRecord<"call_decided"> {
  const value = { ...fullSamples.call_decided, id: `acme/${sequence}`, sequence };
  return { type: "call_decided", key: `acme/${sequence}`, value, timestampMs: Date.now() };
}

function retries(metrics: ReturnType<typeof createMetrics>): number {
  const reading = metrics.read().find(({ name }) => name === "sluice_elasticsearch_retries_total");
  return reading === undefined || reading.type === "histogram" ? 0 : reading.series.reduce((sum, { value }) => sum + value, 0);
}

/** A secured server that writes one request after the other, keeps one waiting, and refuses the rest with 429. */
function slowServer(t: TestContext) {
  return ownElasticsearch(t, {
    settings: {
      "xpack.security.enabled": "true",
      "xpack.security.http.ssl.enabled": "false",
      "xpack.security.transport.ssl.enabled": "false",
      "thread_pool.write.size": "1",
      "thread_pool.write.queue_size": "1",
    },
    files: {
      "roles.yml": roles,
      users: ["installer", "sink", "observer"].map((name) => `${name}:${hash}\n`).join(""),
      users_roles: "templates:installer\nwriter:sink\nreader:observer\n",
    },
  });
}

test("with the documented privileges, through rejections and a restart, every document arrives once", async (t) => {
  const server = await slowServer(t);
  if (server === undefined) return;
  const { folder, remove } = temporaryFolder();
  const { log, close } = await openEmbeddedStore({ folder, codec: createCodec(), flushMs: 0, partitionsMax: 12 });
  const as = (username: string) => ({ urls: [server.address], credentials: { username, password }, ca: null, requestTimeoutMs: 10_000 });
  const installer = openClient(as("installer"));
  const observer = openClient(as("observer"));
  const metrics = createMetrics();
  const letters: unknown[] = [];
  const config = {
    ...as("sink"),
    namespace: "own",
    retentionDays: 1,
    arguments: "none",
    installTemplate: false,
    batchRecordsMax: 25,
  } as const;
  const refuse = async (refused: readonly unknown[]) => void letters.push(...refused);
  const open = () => openElasticsearchSink({ log, config, metrics, logger: silentLogger, nowMs: Date.now, refuse, pauseMsMin: 5 });
  const count = async () => (await observer.count({ index: dataStreamName("own") })).count;
  const refresh = () => observer.indices.refresh({ index: dataStreamName("own") });
  const append = (from: number, to: number) =>
    log.append(
      topics.calls,
      Array.from({ length: to - from }, (_, index) => decided(from + index)),
    );
  t.after(async () => {
    await Promise.all([installer.close(), observer.close()]);
    await close();
    remove();
  });
  assert.equal(await installTemplates(installer, { namespace: "own", retentionDays: 1 }), true);

  // Twelve partitions write at once: the server takes one, keeps one, and refuses the others.
  await append(0, 600);
  const sink = await open();
  t.after(() => sink.close());
  await sink.caughtUp();
  assert.ok(retries(metrics) > 0, "some were refused with 429");
  await refresh();
  assert.equal(await count(), 600);

  const before = retries(metrics);
  await server.restart(async () => {
    await append(600, 700);
    await until("the server is missed", () => retries(metrics) > before, 20_000);
  });
  await until(
    "what waited has arrived",
    async () => {
      await refresh().catch(() => undefined);
      return (await count().catch(() => 0)) === 700;
    },
    60_000,
  );
  assert.deepEqual(letters, []);
});
