import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createCodec, type EventCodec, readEventSchemas } from "../../connectors/avro/codec.ts";
import { fullSamples } from "../../connectors/avro/event-samples.ts";
import { newerSchemas } from "../../connectors/avro/newer-schemas.fixture.ts";
import { publishSchemas } from "../../connectors/avro/published-schemas.ts";
import { migrateKafka } from "../../connectors/kafka/topics/migrate.ts";
import { Fault } from "../../domain/fault.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import { topics } from "../../domain/topics.ts";
import { operator } from "../../registry/actor.ts";
import { kafka } from "../../tests/servers/for-test.ts";
import { loadConfig } from "../configuration/config.ts";
import { logTopics } from "../roles/log-topics.ts";
import { kafkaConnection, openKafka, openLog } from "../roles/open-log.ts";
import { processParts } from "../roles/process-parts.ts";
import { openProcess } from "./gate.ts";
import { migrate } from "./migrate.ts";

let installations = 0;

/** The configuration of an installation of its own on these brokers. */
function configOn(t: TestContext, brokers: string, kafkaSettings: Readonly<Record<string, unknown>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "sluice-migrate-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  installations += 1;
  const topicPrefix = `migrate-${process.pid}-${Date.now()}-${installations}.`;
  const settings = { brokers: [brokers], topicPrefix, partitionsMax: 2, ...kafkaSettings };
  const overrides = { http: { port: 0 }, grpc: { port: 0 }, data: { folder }, kafka: settings };
  return loadConfig({ environment: {}, folder, overrides });
}

test("an embedded log needs no preparation", async () => {
  const done = await migrate(loadConfig({ environment: {}, folder: "/nowhere" }), () => {});
  assert.deepEqual(done, { topics: null, schemas: null, published: null, elasticsearch: false, firstKeys: null });
});

test("brokers that do not come are waited for, and then said to be away", async (t) => {
  const nobody = createServer();
  await new Promise<void>((resolve) => nobody.listen(0, "127.0.0.1", resolve));
  const address = nobody.address();
  const port = typeof address === "object" ? address?.port : 0;
  await new Promise((resolve) => nobody.close(resolve));
  const told: string[] = [];
  const config = configOn(t, `127.0.0.1:${port}`, { waitMs: 700 });
  await assert.rejects(
    migrate(config, (text) => told.push(text)),
    (reason) => reason instanceof Fault && reason.code === "unavailable",
  );
  assert.ok(
    told.some((line) => line.includes("waiting")),
    told.join("\n"),
  );
});

test("no role starts before it; done by two at once and once more it makes everything once", async (t) => {
  const brokers = await kafka(t);
  if (brokers === undefined) return;
  const config = configOn(t, brokers);
  const open = () => openProcess(config, { demo: false, logger: silentLogger, roles: new Set(["processors"]) });
  await assert.rejects(
    open(),
    (reason) => reason instanceof Fault && /does not exist/.test(reason.message) && /sluice migrate/.test(reason.next ?? ""),
  );

  const both = await Promise.all([migrate(config, () => {}), migrate(config, () => {})]);
  const keys = both.flatMap(({ firstKeys }) => firstKeys ?? []);
  assert.equal(keys.length, 1, "keys are issued once");
  assert.match(keys[0]?.administratorKey ?? "", /^sluice_/);
  assert.ok(
    both.some(({ published }) => published !== null && published > 20),
    "what this version writes can be read by others",
  );
  const again = await migrate(config, () => {});
  assert.deepEqual([again.topics?.created, again.topics?.changed, again.published, again.firstKeys], [[], [], 0, null]);

  const running = await open();
  const { ready, checks } = (await (await fetch(`${running.httpUrl}/health`)).json()) as { ready: boolean; checks: { name: string }[] };
  assert.ok(ready);
  assert.ok(checks.some(({ name }) => name === "processor usage"));
  await running.close();
});

test("a control process by itself registers the whole demonstration, however soon its servers are there", async (t) => {
  const brokers = await kafka(t);
  if (brokers === undefined) return;
  const config = configOn(t, brokers);
  await migrate(config, () => {});
  // Both servers are there before the process begins to write.
  const demoServer = Promise.resolve({ url: "http://127.0.0.1:1/mcp", close: async () => {} });
  const running = await openProcess(config, { demo: true, demoServer, logger: silentLogger, roles: new Set(["control"]) });
  t.after(() => running.close());
  const { promise: registeredTwice, resolve } = Promise.withResolvers<void>();
  let acts = 0;
  const subscription = await running.log.subscribe([topics.audit], { from: "start" }, (records) => {
    acts += records.filter(({ value }) => value !== null && "via" in value && value.via === "demo").length;
    if (acts === 2) resolve();
  });
  await registeredTwice;
  await subscription.close();
  const { entries } = (await running.control?.listServers(operator(config.organization, "demo"))) ?? assert.fail();
  assert.deepEqual(entries.map(({ name }) => name).sort(), ["everything", "everything-http"]);
});

test("processes of two versions read what the other writes, and none starts whose schemas are not published", async (t) => {
  const brokers = await kafka(t);
  if (brokers === undefined) return;
  const config = configOn(t, brokers);
  const opening = (codec: EventCodec) => {
    const opened: { close(): Promise<void> | void }[] = [];
    t.after(async () => void (await Promise.all(opened.map((part) => part.close()))));
    const parts = processParts(config, silentLogger, (part) => {
      opened.push(part);
      return part;
    });
    return { ...parts, codec };
  };
  const folder = newerSchemas(t);
  const [older, newer] = [opening(createCodec()), opening(createCodec(folder))];
  await migrateKafka({ ...kafkaConnection(config.kafka, "test"), topics: logTopics(config), waitMs: 10_000, logger: silentLogger });
  await assert.rejects(
    openLog(older),
    (reason) => reason instanceof Fault && /this version's schema of .* is not on the log/.test(reason.message),
  );

  await migrate(config, () => {});
  const [olderLog, newerLog] = [await openKafka(older), await openKafka(newer)];
  t.after(async () => void (await Promise.all([olderLog.close(), newerLog.close()])));
  await publishSchemas(newerLog, readEventSchemas(folder), { nowMs: 1, newId: () => "published" });
  const written = { ...fullSamples.upstream_logged, level: "bad" };
  const line = (value: typeof fullSamples.upstream_logged) => ({ type: "upstream_logged", key: "a/b/c", value, timestampMs: 1 }) as const;
  await newerLog.append(topics.upstreamLogs, [line(written)]);
  await olderLog.append(topics.upstreamLogs, [line(fullSamples.upstream_logged)]);

  const readBy = async (log: EventLog) => {
    const lines: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const subscription = await log.subscribe([topics.upstreamLogs], { from: "start" }, (records) => {
      lines.push(...records.map(({ value }) => value));
      if (lines.length >= 2) resolve();
    });
    await promise;
    await subscription.close();
    assert.deepEqual(
      (await log.read(topics.upstreamLogs, { partition: 0, from: 0, recordsMax: 9 })).map(({ value }) => value),
      lines,
    );
    return lines;
  };
  assert.deepEqual(await readBy(olderLog), [fullSamples.upstream_logged, fullSamples.upstream_logged]);
  assert.deepEqual(await readBy(newerLog), [written, { ...fullSamples.upstream_logged, level: "info" }]);
});
