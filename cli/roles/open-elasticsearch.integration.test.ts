import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type TestContext, test } from "node:test";
import { createCodec } from "../../connectors/avro/codec.ts";
import { fullSamples } from "../../connectors/avro/event-samples.ts";
import { openClient } from "../../connectors/elasticsearch/client.ts";
import { removeDataStream } from "../../connectors/elasticsearch/data-stream.fixture.ts";
import { dataStreamName, installedVersion, templateVersion } from "../../connectors/elasticsearch/index-template.ts";
import { openEmbeddedStore } from "../../connectors/embedded/store.ts";
import { temporaryFolder } from "../../connectors/embedded/temporary-folder.ts";
import { unreading } from "../../connectors/event-log.contract.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { createMetrics } from "../../gateway/operations/metrics.ts";
import { until } from "../../tests/e2e/until.ts";
import { elasticsearch } from "../../tests/servers/for-test.ts";
import { loadConfig } from "../configuration/config.ts";
import { migrateElasticsearch, openElasticsearch } from "./open-elasticsearch.ts";

/** A configuration for a data stream of its own, a log of its own; undefined where there is no Elasticsearch. */
async function stage(t: TestContext) {
  const url = await elasticsearch(t);
  if (url === undefined) return undefined;
  const namespace = randomUUID().slice(0, 8);
  const { folder, remove } = temporaryFolder();
  const { log, close } = await openEmbeddedStore({ folder, codec: unreading(createCodec()), flushMs: 0 });
  const client = openClient({ urls: [url], credentials: null, ca: null, requestTimeoutMs: 10_000 });
  t.after(async () => {
    await close();
    remove();
    await removeDataStream(client, dataStreamName(namespace));
    await client.close();
  });
  const config = loadConfig({ environment: {}, overrides: { elasticsearch: { urls: [url], namespace } }, folder });
  return { config, log, client };
}

function lettersOf(log: EventLog): Promise<readonly StoredRecord[]> {
  return log.read(topics.deadLetters, { partition: 0, from: 0, recordsMax: 100 });
}

test("what Elasticsearch refuses is a dead letter on the log, and is tried again when somebody asks", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const { config, log } = stand;
  const sink = await openElasticsearch({ config, log, metrics: createMetrics(), logger: silentLogger, nowMs: Date.now });
  t.after(() => sink.close());
  const value = { ...fullSamples.administered, timeMs: 4e15 }; // a year that Elasticsearch can't index
  await log.append(topics.audit, [{ type: "administered", key: "acme", value, timestampMs: Date.now() }]);
  const [letter] = await until("it is a dead letter", async () => {
    const letters = await lettersOf(log);
    return letters.length > 0 && letters;
  });
  assert.ok(letter?.type === "record_refused" && letter.value !== null);
  const { processor, topic, partition, offset, organizationId, id, reason } = letter.value;
  assert.deepEqual([processor, topic, partition, offset, organizationId], ["elasticsearch", "audit", 0, 0, "acme"]);
  assert.match(reason, /document_parsing_exception/);

  const asked = { id: "ask-1", timeMs: Date.now(), organizationId, letterId: id, processor, topic, partition, offset };
  const gone = { ...asked, id: "ask-2", offset: 99 };
  const unreadable = { ...fullSamples.call_ended, upstream: "unreadable" };
  const record = { type: "call_ended", key: "acme/ana", value: unreadable, timestampMs: Date.now() } as const;
  const [at = assert.fail()] = await log.append(topics.calls, [record]);
  const undecodable = { ...asked, id: "ask-3", topic: "calls", ...at };
  const elsewhere = { ...asked, id: "ask-4", partition: 99 };
  for (const retry of [asked, gone, undecodable, elsewhere]) {
    await log.append(topics.deadLetters, [{ type: "retry_requested", key: "acme", value: retry, timestampMs: Date.now() }]);
  }
  const ended = await until("all were tried", async () => {
    const found = (await lettersOf(log)).flatMap((record) =>
      record.type === "retry_ended" && record.value !== null ? [record.value] : [],
    );
    return found.length === 4 && found;
  });
  assert.deepEqual(
    ended.map(({ outcome }) => outcome),
    ["refused", "refused", "refused", "refused"],
  );
  assert.match(ended[0]?.reason ?? "", /document_parsing_exception/);
  assert.match(ended[1]?.reason ?? "", /no longer on the log/);
  assert.match(ended[2]?.reason ?? "", /no such schema/);
  assert.match(ended[3]?.reason ?? "", /no partition 99/);
});

test("migration puts the template, and says where nothing is configured", async (t) => {
  assert.equal(await migrateElasticsearch(loadConfig({ environment: {}, folder: "/nowhere" })), false);
  const stand = await stage(t);
  if (stand === undefined) return;
  assert.equal(await migrateElasticsearch(stand.config), true);
  assert.equal(await installedVersion(stand.client), templateVersion);
});

test("migration says what is wrong where Elasticsearch is away", async () => {
  const config = loadConfig({ environment: {}, overrides: { elasticsearch: { urls: ["http://127.0.0.1:1"] } }, folder: "/nowhere" });
  await assert.rejects(migrateElasticsearch(config), { code: "unavailable" });
});
