import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Client } from "@elastic/elasticsearch";
import type { EventLog, SubscribeOptions } from "../../domain/ports/event-log.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { LogRecord, StoredRecord } from "../../domain/record.ts";
import { recordKey } from "../../domain/record-key.ts";
import { topics } from "../../domain/topics.ts";
import { createMetrics } from "../../gateway/operations/metrics.ts";
import { until } from "../../tests/e2e/until.ts";
import { openFaultyProxy } from "../../tests/fixtures/faulty-proxy.ts";
import { elasticsearch } from "../../tests/servers/for-test.ts";
import { createCodec } from "../avro/codec.ts";
import { fullSamples } from "../avro/event-samples.ts";
import { openEmbeddedStore } from "../embedded/store.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { unreading } from "../event-log.contract.ts";
import { openClient } from "./client.ts";
import { removeDataStream } from "./data-stream.fixture.ts";
import { documentOf } from "./document.ts";
import { dataStreamName, indexTemplate, installedVersion, installTemplates, templateVersion } from "./index-template.ts";
import { type DeadLetter, type ElasticsearchSink, type ElasticsearchSinkOptions, openElasticsearchSink } from "./sink.ts";

interface Stage {
  readonly url: string;
  readonly client: Client;
  readonly log: EventLog;
  readonly dataStream: string;
  readonly letters: DeadLetter[];
  readonly metrics: ReturnType<typeof createMetrics>;
  open(change?: Partial<ElasticsearchSinkOptions>, config?: Partial<ElasticsearchSinkOptions["config"]>): Promise<ElasticsearchSink>;
  /** All documents, in the order of their log. */
  documents(query?: object): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** A log of its own and a data stream of its own; undefined where there is no Elasticsearch. */
async function stage(t: TestContext): Promise<Stage | undefined> {
  const url = await elasticsearch(t);
  if (url === undefined) return undefined;
  const { folder, remove } = temporaryFolder();
  const { log, close } = await openEmbeddedStore({ folder, codec: unreading(createCodec()), flushMs: 0 });
  const namespace = randomUUID().slice(0, 8);
  const dataStream = dataStreamName(namespace);
  const connection = { urls: [url], credentials: null, ca: null, requestTimeoutMs: 10_000 };
  const client = openClient(connection);
  const letters: DeadLetter[] = [];
  const metrics = createMetrics();
  const opened: ElasticsearchSink[] = [];
  t.after(async () => {
    for (const sink of opened) await sink.close();
    await close();
    remove();
    await removeDataStream(client, dataStream);
    await client.close();
  });
  const config = {
    ...connection,
    namespace,
    retentionDays: 400,
    arguments: "none",
    installTemplate: true,
    batchRecordsMax: 1000,
  } as const;
  return {
    url,
    client,
    log,
    dataStream,
    letters,
    metrics,
    async open(change = {}, changed = {}) {
      const refuse = async (refused: readonly DeadLetter[]) => void letters.push(...refused);
      const options = { log, metrics, logger: silentLogger, nowMs: Date.now, refuse, pauseMsMin: 5, ...change };
      const sink = await openElasticsearchSink({ ...options, config: { ...config, ...changed } });
      opened.push(sink);
      return sink;
    },
    async documents(query = { match_all: {} }) {
      await client.indices.refresh({ index: dataStream });
      const { hits } = await client.search<Readonly<Record<string, unknown>>>({
        index: dataStream,
        query,
        size: 1000,
        sort: ["mcp.record.offset"],
      });
      return hits.hits.map(({ _source }) => _source ?? {});
    },
  };
}

function decided(
  organizationId: string,
  sequence: number,
  change: Partial<(typeof fullSamples)["call_decided"]> = {},
): LogRecord<"call_decided"> {
  const value = { ...fullSamples.call_decided, id: `${organizationId}/${sequence}`, organizationId, sequence, ...change };
  // Written now: the log does not keep for long what is old.
  return { type: "call_decided", key: recordKey(organizationId, "ana"), value, timestampMs: Date.now() };
}

/** A key and its certificate for `localhost`, made for this run. */
function certificate(): { readonly key: string; readonly cert: string } {
  const { folder, remove } = temporaryFolder();
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  execFileSync("openssl", ["req", "-x509", ...curve, "-keyout", key, "-out", cert, ...names], { stdio: "ignore" });
  const pems = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  remove();
  return pems;
}

function counted(metrics: ReturnType<typeof createMetrics>, name: string, ...labels: readonly string[]): number {
  const reading = metrics.read().find((family) => family.name === name);
  if (reading === undefined || reading.type === "histogram") return 0;
  return reading.series.find((series) => labels.every((label, index) => series.labels[index] === label))?.value ?? 0;
}

test("every kind of event is indexed by our template and found by its tenant", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const { log, client, documents } = stand;
  const { call_ended, administered, upstream_changed } = fullSamples;
  await log.append(topics.calls, [
    decided("acme", 1),
    { type: "call_ended", key: recordKey("acme", "ana"), value: call_ended, timestampMs: Date.now() },
    decided("rival", 1),
  ]);
  await log.append(topics.audit, [{ type: "administered", key: "acme", value: administered, timestampMs: Date.now() }]);
  await log.append(topics.health, [{ type: "upstream_changed", key: "acme/w/1", value: upstream_changed, timestampMs: Date.now() }]);
  const sink = await stand.open();
  await sink.caughtUp();

  const ofTenant = (id: string) => documents({ term: { "organization.id": id } });
  assert.equal((await ofTenant("acme")).length, 4);
  assert.equal((await ofTenant("rival")).length, 1);
  assert.equal((await documents({ term: { "source.ip": "2001:db8::/32" } })).length, 2);
  assert.equal((await documents({ range: { "event.duration": { gte: 12_000_000 } } })).length, 1);
  assert.equal((await documents({ term: { "mcp.server.labels.team": "sky" } })).length, 2);
  assert.equal((await documents({ match: { message: "connection refused" } })).length, 1);
  assert.equal(await installedVersion(client), templateVersion);
  // What is not in the template is not searched, even if it is in a document.
  assert.equal((await documents({ exists: { field: "mcp.change" } })).length, 0);
  assert.equal(counted(stand.metrics, "sluice_elasticsearch_documents_total", "created"), 5);
  assert.equal(counted(stand.metrics, "sluice_elasticsearch_lag"), 0);
});

test("putting the template again changes nothing, and an older gate does not replace a newer one's", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  assert.equal(await installTemplates(stand.client, { namespace: "any", retentionDays: 400 }), true);
  assert.equal(await installTemplates(stand.client, { namespace: "any", retentionDays: 400 }), true);
  const proxy = await openFaultyProxy(stand.url);
  t.after(() => proxy.close());
  const body = JSON.stringify({ index_templates: [{ index_template: { version: templateVersion + 1 } }] });
  proxy.next(/_index_template/, { kind: "answer", status: 200, body });
  const client = openClient({ urls: [proxy.url], credentials: null, ca: null, requestTimeoutMs: 5_000 });
  t.after(() => client.close());
  assert.equal(await installTemplates(client, { namespace: "any", retentionDays: 400 }), false);
  assert.equal(proxy.seen.length, 1);
});

test("what an update brings can be searched: the data stream is rolled over when the template is newer than it was", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const { client, dataStream, log } = stand;
  const generations = async () => Object.keys(await client.indices.get({ index: dataStream })).length;
  await log.append(topics.calls, [decided("acme", 1)]);
  const first = await stand.open();
  await first.caughtUp();
  await first.close();
  // The same template again: nothing to take over.
  await log.append(topics.calls, [decided("acme", 2)]);
  const second = await stand.open();
  await second.caughtUp();
  await second.close();
  assert.equal(await generations(), 1);
  const { template } = indexTemplate({ retentionDays: 400 });
  await client.indices.putIndexTemplate({ ...template, version: templateVersion - 1 });
  await log.append(topics.calls, [decided("acme", 3)]);
  await (await stand.open()).caughtUp();
  assert.equal(await generations(), 2);
  assert.equal((await stand.documents()).length, 3);
});

test("records that are handed over again make no second document, not even after a rollover", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const { log, client, dataStream, documents } = stand;
  await log.append(
    topics.calls,
    [1, 2, 3].map((sequence) => decided("acme", sequence)),
  );
  const first = await stand.open();
  await first.caughtUp();
  await first.close();
  // The same events once more, behind the position of the group: a producer that repeats itself.
  await client.indices.rollover({ alias: dataStream });
  const refuse = () => Promise.reject(new Error("the dead letters can't be written"));
  await log.append(
    topics.calls,
    [4, 5].map((sequence) => decided("acme", sequence)),
  );
  await log.append(topics.calls, [decided("acme", 6, { timeMs: 4e15 })]);
  // The batch is written, but its dead letter is not: it is handed over again, over and over.
  const failing = await stand.open({ refuse });
  await until("the batch was handed over again", () => counted(stand.metrics, "sluice_elasticsearch_documents_total", "duplicate") >= 2);
  await client.indices.rollover({ alias: dataStream });
  const before = counted(stand.metrics, "sluice_elasticsearch_documents_total", "duplicate");
  await until("again, after the rollover", () => counted(stand.metrics, "sluice_elasticsearch_documents_total", "duplicate") >= before + 4);
  await failing.close();
  await (await stand.open()).caughtUp();
  const found = await documents();
  assert.deepEqual(found.map((document) => (document["event"] as { sequence: number }).sequence).sort(), [1, 2, 3, 4, 5]);
});

test("what another sink wrote of a partition that left and came back makes no second document, not even after a rollover", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const { log, client, dataStream } = stand;
  let began: SubscribeOptions["began"];
  const shared: EventLog = {
    ...log,
    subscribe(topicsRead, subscribeOptions, handle) {
      began = subscribeOptions.began;
      return log.subscribe(topicsRead, subscribeOptions, handle);
    },
  };
  await log.append(topics.calls, [decided("acme", 1)]);
  const sink = await stand.open({ log: shared });
  await sink.caughtUp();
  // Meanwhile another one has the partition: it writes what comes next, and ends before the group hears of it.
  const [place] = await log.append(topics.calls, [decided("acme", 2)]);
  assert.ok(place !== undefined);
  await sink.caughtUp();
  const next = decided("acme", 3);
  const stored = {
    ...next,
    topic: topics.calls.name,
    partition: place.partition,
    offset: place.offset + 1,
  } as StoredRecord<"call_decided">;
  const written = documentOf(stored, { namespace: "", arguments: "none", ingestedAtMs: Date.now() });
  await client.create({ index: dataStream, id: written?.id ?? "", document: written?.body });
  await client.indices.rollover({ alias: dataStream });
  began?.(place.partition);
  await log.append(topics.calls, [next]);
  await sink.caughtUp();
  await until("it was handed over", () => counted(stand.metrics, "sluice_elasticsearch_documents_total", "duplicate") === 1);
  assert.equal((await stand.documents()).length, 3);
});

test("a record that Elasticsearch can't index becomes a dead letter, and its neighbours are indexed", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  await stand.log.append(topics.calls, [
    decided("acme", 1),
    decided("acme", 2, { timeMs: 4e15 }), // the year 128,723, which Elasticsearch refuses
    decided("acme", 3),
  ]);
  await (await stand.open()).caughtUp();
  assert.equal((await stand.documents()).length, 2);
  assert.deepEqual(
    stand.letters.map(({ place, reason }) => [place.offset, reason.split(":")[0]]),
    [[1, "document_parsing_exception"]],
  );
  assert.doesNotMatch(stand.letters[0]?.reason ?? "", /128723|Preview/);
  assert.equal(counted(stand.metrics, "sluice_elasticsearch_dropped_total"), 1);
});

test("a record that can't be decoded becomes a dead letter, and holds up nothing behind it", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const unreadable = { ...fullSamples.call_ended, upstream: "unreadable" };
  await stand.log.append(topics.calls, [
    decided("acme", 1),
    { type: "call_ended", key: recordKey("acme", "ana"), value: unreadable, timestampMs: Date.now() },
    decided("acme", 2),
  ]);
  await (await stand.open()).caughtUp();
  assert.equal((await stand.documents()).length, 2);
  assert.deepEqual(
    stand.letters.map(({ place, record, reason }) => [place.topic, place.offset, record, reason]),
    [["calls", 1, undefined, "no such schema is known"]],
  );
});

test("whatever an event holds, it is indexed: texts without end, names that look like something else, numbers at the edge", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const long = "x".repeat(40_000);
  const records = [
    decided("acme", 1, { name: long, reason: `${long} ${long}`, callId: long }),
    decided("acme", 2, { name: "__proto__", serverLabels: { a: "1", "a.b": "2", "a.b.c": long, constructor: "3" } }),
    decided("acme", 3, { address: "unix:/run/gate.sock", traceparent: "nonsense", rule: "a/b/c", protocol: "", method: "" }),
    decided("acme", 4, { name: '\u0000\u202e\n{"create":{}}\n', reason: '\ud83d\ude00 "\\' }),
    decided("acme", 5, { timeMs: -1, argumentsBytes: 2 ** 50, policyVersion: 2 ** 50 }),
  ];
  await stand.log.append(topics.calls, records);
  const { anomaly_found } = fullSamples;
  for (const [index, probability] of [Number.MIN_VALUE, 1].entries()) {
    const value = { ...anomaly_found, id: `n${index}`, probability, strength: 1 / probability };
    await stand.log.append(topics.anomalies, [{ type: "anomaly_found", key: "acme", value, timestampMs: Date.now() }]);
  }
  await (await stand.open()).caughtUp();
  assert.deepEqual(stand.letters, []);
  assert.equal((await stand.documents()).length, records.length + 2);
  assert.equal((await stand.documents({ term: { "gen_ai.tool.name": "__proto__" } })).length, 1);
});

test("while the index is blocked (429) documents wait, and are written once it is not", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const { log, client, dataStream, metrics, documents } = stand;
  await log.append(topics.calls, [decided("acme", 1)]);
  const sink = await stand.open();
  await sink.caughtUp();
  // What Elasticsearch itself does to every index when the disk is full.
  const block = (on: boolean) =>
    client.indices.putSettings({ index: dataStream, settings: { "index.blocks.read_only_allow_delete": on || null } });
  await block(true);
  await log.append(topics.calls, [decided("acme", 2)]);
  await until("it was refused with 429", () => counted(metrics, "sluice_elasticsearch_retries_total", "429") > 2);
  assert.equal(counted(metrics, "sluice_elasticsearch_lag"), 1);
  // Stopped and started meanwhile: the position did not move on.
  await sink.close();
  const next = await stand.open();
  await block(false);
  await next.caughtUp();
  assert.equal((await documents()).length, 2);
  assert.deepEqual(stand.letters, []);
});

test("503, a broken connection and a lost answer cost no document and make none twice", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const proxy = await openFaultyProxy(stand.url);
  t.after(() => proxy.close());
  const error = (type: string) => JSON.stringify({ error: { type, reason: "…" }, status: 1 });
  proxy.next(
    /_bulk/,
    { kind: "answer", status: 503, body: error("unavailable_shards_exception") },
    { kind: "answer", status: 429, headers: { "retry-after": "0" }, body: error("es_rejected_execution_exception") },
    { kind: "answer", status: 200, body: '{"errors":false,"items":[]}' },
    { kind: "answer", status: 502, headers: { "content-type": "text/html" }, body: "<html>" },
    { kind: "answer", status: 401, body: error("security_exception") },
    { kind: "lose-answer" },
  );
  await stand.log.append(
    topics.calls,
    Array.from({ length: 50 }, (_, index) => decided("acme", index)),
  );
  await (await stand.open({}, { urls: [proxy.url] })).caughtUp();
  assert.equal((await stand.documents()).length, 50);
  assert.equal(counted(stand.metrics, "sluice_elasticsearch_documents_total", "duplicate"), 50);
  assert.deepEqual(stand.letters, []);
});

test("a rollover between a lost answer and the next try makes no second document", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const { log, client, dataStream, metrics, documents } = stand;
  const proxy = await openFaultyProxy(stand.url);
  t.after(() => proxy.close());
  await log.append(topics.calls, [decided("acme", 1)]);
  const sink = await stand.open({ pauseMsMin: 2_000 }, { urls: [proxy.url] });
  await sink.caughtUp();
  proxy.next(/_bulk/, { kind: "lose-answer" });
  await log.append(topics.calls, [decided("acme", 2), decided("acme", 3)]);
  await until("the answer was lost", () => counted(metrics, "sluice_elasticsearch_retries_total", "none") === 2);
  await client.indices.rollover({ alias: dataStream });
  await log.append(topics.calls, [decided("acme", 4)]);
  await until("all is told to be there", () => counted(metrics, "sluice_elasticsearch_lag") === 0);
  const found = await documents();
  assert.deepEqual(found.map((document) => (document["event"] as { sequence: number }).sequence).sort(), [1, 2, 3, 4]);
  assert.equal(counted(metrics, "sluice_elasticsearch_documents_total", "duplicate"), 2);
});

test("over TLS with a private authority and an API key; whoever that authority did not sign is given nothing", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const pems = certificate();
  const proxy = await openFaultyProxy(stand.url, pems);
  t.after(() => proxy.close());
  const connection = { urls: [proxy.url], credentials: { apiKey: "c2x1aWNl" } };
  await stand.log.append(topics.calls, [decided("acme", 1)]);
  const lines: unknown[] = [];
  const logger = { ...silentLogger, warn: (...line: unknown[]) => void lines.push(line) };
  const strict = await stand.open({ logger }, { ...connection, ca: certificate().cert });
  await until("the certificate was refused", () => lines.length > 0);
  assert.equal(proxy.seen.length, 0);
  assert.doesNotMatch(JSON.stringify(lines), /c2x1aWNl/);
  await strict.close();
  await (await stand.open({}, { ...connection, ca: pems.cert })).caughtUp();
  assert.equal((await stand.documents()).length, 1);
  assert.deepEqual([...new Set(proxy.seen.map(({ authorization }) => authorization))], ["ApiKey c2x1aWNl"]);
});

test("what Elasticsearch asks to wait is waited, by every batch", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const proxy = await openFaultyProxy(stand.url);
  t.after(() => proxy.close());
  const bulks = () => proxy.seen.filter(({ path }) => path.includes("_bulk")).length;
  proxy.next(/_bulk/, { kind: "answer", status: 429, headers: { "retry-after": "2" }, body: '{"error":{"type":"busy"}}' });
  await stand.log.append(topics.calls, [decided("acme", 1)]);
  // Held for less than what is asked for: the batch is handed over again meanwhile.
  const beganMs = performance.now();
  await (await stand.open({ holdMs: 300 }, { urls: [proxy.url] })).caughtUp();
  assert.equal(bulks(), 2);
  assert.ok(performance.now() - beganMs >= 2_000, "not sooner than it was asked");
});

test("the position moves on after the write, and not before", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const proxy = await openFaultyProxy(stand.url);
  t.after(() => proxy.close());
  const held = Promise.withResolvers<void>();
  proxy.next(/_bulk/, { kind: "hold", until: held.promise });
  await stand.log.append(topics.calls, [decided("acme", 1)]);
  const first = await stand.open({}, { urls: [proxy.url] });
  await until("the request is under way", () => proxy.seen.some(({ path }) => path.includes("_bulk")));
  await first.close();
  held.resolve();
  await (await stand.open()).caughtUp();
  assert.equal((await stand.documents()).length, 1);
});

test("a request that is too large is sent in parts; a document that is too large by itself is a dead letter", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const proxy = await openFaultyProxy(stand.url);
  t.after(() => proxy.close());
  const tooLarge = { kind: "answer", status: 413 } as const;
  proxy.next(/_bulk/, tooLarge, tooLarge, tooLarge);
  await stand.log.append(
    topics.calls,
    [1, 2, 3, 4].map((sequence) => decided("acme", sequence)),
  );
  await (await stand.open({}, { urls: [proxy.url] })).caughtUp();
  assert.equal((await stand.documents()).length, 3);
  assert.deepEqual(
    stand.letters.map(({ place }) => place.offset),
    [0],
  );
});

test("what may be there already is looked up in all shards, or else the batch waits", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const proxy = await openFaultyProxy(stand.url);
  t.after(() => proxy.close());
  const body = JSON.stringify({ error: { type: "search_phase_execution_exception", reason: "Search rejected due to missing shards" } });
  proxy.next(/_search/, { kind: "answer", status: 503, body });
  await stand.log.append(topics.calls, [decided("acme", 1)]);
  await (await stand.open({}, { urls: [proxy.url] })).caughtUp();
  assert.equal((await stand.documents()).length, 1);
  const searches = proxy.seen.filter(({ path }) => path.includes("_search"));
  assert.equal(searches.length, 2);
  for (const { path } of searches) assert.match(path, /allow_partial_search_results=false/);
});

test("without a template nothing is written where it may not be put", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const proxy = await openFaultyProxy(stand.url);
  t.after(() => proxy.close());
  proxy.next(/_index_template/, { kind: "answer", status: 404, body: '{"error":{"type":"resource_not_found_exception"},"status":404}' });
  await stand.log.append(topics.calls, [decided("acme", 1)]);
  const warnings: unknown[] = [];
  const logger = { ...silentLogger, warn: (...line: unknown[]) => void warnings.push(line) };
  const sink = await stand.open({ logger }, { urls: [proxy.url], installTemplate: false });
  await until("it has looked for the template", () => proxy.seen.length > 0);
  await until("it is told", () => warnings.length > 0);
  assert.match(JSON.stringify(warnings), /installTemplate is off/);
  assert.equal(proxy.seen.filter(({ path }) => path.includes("_bulk")).length, 0);
  await installTemplates(stand.client, { namespace: "any", retentionDays: 400 });
  await sink.caughtUp();
  assert.equal((await stand.documents()).length, 1);
});
