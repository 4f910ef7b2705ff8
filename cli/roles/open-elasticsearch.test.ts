import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import { createMetrics } from "../../gateway/operations/metrics.ts";
import { loadConfig } from "../configuration/config.ts";
import { openElasticsearch } from "./open-elasticsearch.ts";

const load = (elasticsearch: object) => loadConfig({ environment: {}, overrides: { elasticsearch }, folder: "/nowhere" });
const secure = ["https://es.example:9200"];

describe("the configuration of Elasticsearch", () => {
  test("is off unless a URL is given", async () => {
    const config = load({});
    assert.deepEqual(config.elasticsearch.urls, []);
    // No log is touched: there is none here.
    const log = {} as EventLog;
    await (await openElasticsearch({ config, log, metrics: createMetrics(), logger: silentLogger, nowMs: Date.now })).close();
  });

  test("takes URLs with commas and a key from the environment", () => {
    const environment = { SLUICE_ELASTICSEARCH_URLS: "https://a:9200,https://b:9200", SLUICE_ELASTICSEARCH_API_KEY: "k" };
    const { elasticsearch } = loadConfig({ environment, folder: "/nowhere" });
    assert.deepEqual(elasticsearch.urls, ["https://a:9200", "https://b:9200"]);
    assert.equal(elasticsearch.apiKey, "k");
    assert.equal(elasticsearch.arguments, "none");
  });

  const refused: readonly (readonly [why: string, section: object, field: string])[] = [
    ["plain http beyond loopback", { urls: ["http://es.example:9200"] }, "elasticsearch.urls[0]"],
    ["credentials in a URL", { urls: ["https://ana:secret@es.example:9200"] }, "elasticsearch.urls[0]"],
    ["two credentials", { urls: secure, apiKey: "a", apiKeyFile: "b" }, "elasticsearch.apiKeyFile"],
    ["a user without a password", { urls: secure, username: "ana" }, "elasticsearch.username"],
    ["a password without a user", { urls: secure, password: "secret" }, "elasticsearch.password"],
    ["a namespace that would leave the pattern", { urls: secure, namespace: "A-b" }, "elasticsearch.namespace"],
  ];
  for (const [why, section, field] of refused) {
    test(`${why} is refused, and named`, () => {
      assert.throws(
        () => load(section),
        (fault: Error & { code?: string; field?: string }) => {
          assert.equal(fault.code, "invalid");
          assert.equal(fault.field, field);
          assert.doesNotMatch(fault.message, /secret/);
          return true;
        },
      );
    });
  }

  test("plain http is taken on loopback, and beyond it where that is said", () => {
    load({ urls: ["http://127.0.0.1:9200", "http://localhost:9200", "http://[::1]:9200"] });
    load({ urls: ["http://es.internal:9200"], allowPlaintext: true });
  });

  test("a key file that is not there is named before anything starts", async () => {
    const config = load({ urls: secure, apiKeyFile: "/nowhere/key" });
    const parts = { config, log: {} as EventLog, metrics: createMetrics(), logger: silentLogger, nowMs: Date.now };
    await assert.rejects(openElasticsearch(parts), /elasticsearch\.apiKeyFile: \/nowhere\/key can't be read/);
  });
});
