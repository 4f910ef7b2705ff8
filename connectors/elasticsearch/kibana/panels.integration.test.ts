import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import type { Client, estypes } from "@elastic/elasticsearch";
import { questionsOf } from "../../../tests/fixtures/analysts-questions.ts";
import { elasticsearch } from "../../../tests/servers/for-test.ts";
import { openClient } from "../client.ts";
import { removeDataStream } from "../data-stream.fixture.ts";
import { dataStreamName, installTemplates } from "../index-template.ts";
import { sampleDocuments } from "../sample-documents.fixture.ts";
import { panelsOf } from "./dashboard.ts";
import { dashboards } from "./dashboards.ts";
import { queryOf } from "./filter.ts";
import { measuresOf, type Panel } from "./panel.ts";
import { searchOf } from "./panel-search.fixture.ts";
import { alertRules } from "./rules.ts";
import { savedSearches } from "./searches.ts";

const hourMs = 60 * 60_000;

interface Stage {
  readonly client: Client;
  readonly dataStream: string;
  readonly documents: readonly Readonly<Record<string, unknown>>[];
}

/** A data stream that holds the sample; undefined where there is no Elasticsearch. */
async function stage(t: TestContext): Promise<Stage | undefined> {
  const url = await elasticsearch(t);
  if (url === undefined) return undefined;
  const client = openClient({ urls: [url], credentials: null, ca: null, requestTimeoutMs: 30_000 });
  const dataStream = dataStreamName(`panels${randomUUID().slice(0, 8)}`);
  t.after(async () => {
    await removeDataStream(client, dataStream);
    await client.close();
  });
  await installTemplates(client, { namespace: "any", retentionDays: 400 });
  const documents = sampleDocuments(Date.now() - 3 * hourMs);
  const { errors } = await client.bulk({
    index: dataStream,
    require_data_stream: true,
    refresh: true,
    operations: documents.flatMap(({ id, body }) => [{ create: { _id: id } }, body]),
  });
  assert.equal(errors, false);
  return { client, dataStream, documents: documents.map(({ body }) => body) };
}

type Buckets = readonly {
  readonly key: string | number;
  readonly doc_count: number;
  readonly "measure-1"?: { readonly doc_count: number };
}[];

async function ask({ client, dataStream }: Stage, search: object) {
  const { hits, aggregations } = await client.search({ ...search, index: dataStream, track_total_hits: true });
  const total = typeof hits.total === "number" ? hits.total : (hits.total?.value ?? 0);
  return {
    total,
    hits: hits.hits,
    aggregations: (aggregations ?? {}) as Readonly<Record<string, { readonly buckets?: Buckets; readonly value?: number }>>,
  };
}

function panelOf(name: string): Panel {
  const panel = dashboards.flatMap(panelsOf).find((candidate) => candidate.name === name);
  assert.ok(panel !== undefined);
  return panel;
}

function decisionsWithout(decisions: readonly unknown[], rules: readonly unknown[]): number {
  return decisions.filter((decision, index) => decision === "deny" && rules[index] === undefined).length;
}

test("every panel, search, rule and question finds what it looks for in the sample", async (t) => {
  const stand = await stage(t);
  if (stand === undefined) return;
  const { documents } = stand;
  const at = (path: string) =>
    documents.map((document) =>
      path.split(".").reduce<unknown>((branch, part) => (branch as Readonly<Record<string, unknown>> | undefined)?.[part], document),
    );

  await t.test("every aggregation of every panel is answered, and no panel is empty", async () => {
    for (const panel of dashboards.flatMap(panelsOf)) {
      const { total, aggregations } = await ask(stand, searchOf(panel));
      assert.ok(total > 0, `${panel.name} finds nothing`);
      if (panel.kind === "number" || panel.kind === "over-time") continue;
      assert.ok((aggregations["split"]?.buckets?.length ?? 0) > 0, `${panel.name} has no rows`);
    }
  });

  await t.test("a panel counts what a recount of the documents gives", async () => {
    const decisions = at("mcp.decision");
    const denied = decisions.filter((decision) => decision === "deny").length;
    assert.ok(denied > 50);
    assert.equal((await ask(stand, searchOf(panelOf("denials-denied")))).total, denied);
    assert.equal(
      (await ask(stand, searchOf(panelOf("traffic-calls")))).total,
      decisions.filter((decision) => decision !== undefined).length,
    );

    const callers = await ask(stand, searchOf(panelOf("traffic-callers")));
    assert.equal(callers.aggregations["measure-0"]?.value, new Set(["ana", "bob", "eve"]).size);

    const spent = at("event.duration").reduce<number>((sum, duration) => sum + Number(duration ?? 0), 0);
    const time = await ask(stand, searchOf(panelOf("usage-time")));
    assert.equal(time.aggregations["measure-0"]?.value, spent);

    const stages = at("mcp.stage").filter((stageName, index) => decisions[index] === "deny" && stageName === "limit").length;
    const limited = await ask(stand, searchOf(panelOf("denials-stages")));
    assert.equal(limited.aggregations["split"]?.buckets?.find(({ key }) => key === "limit")?.doc_count, stages);
  });

  await t.test("calls that no rule allowed have a row of their own among the denials", async () => {
    const { aggregations } = await ask(stand, searchOf(panelOf("denials-by-rule")));
    const rules = at("rule.id");
    const without = decisionsWithout(at("mcp.decision"), rules);
    assert.ok(without > 0);
    assert.equal(aggregations["split"]?.buckets?.find(({ key }) => key === "none")?.doc_count, without);
  });

  await t.test("a measure with a condition of its own counts only what fits it", async () => {
    const panel = panelOf("denials-by-user");
    assert.ok(measuresOf(panel).some(({ where }) => where !== undefined));
    const { aggregations } = await ask(stand, searchOf(panel));
    const rows = aggregations["split"]?.buckets as readonly {
      readonly doc_count: number;
      readonly "measure-1": { readonly doc_count: number };
    }[];
    const limited = rows.reduce((sum, row) => sum + (row["measure-1"]?.doc_count ?? 0), 0);
    assert.equal(limited, at("mcp.stage").filter((name) => name === "limit").length);
  });

  await t.test("every saved search finds documents with the columns that it shows", async () => {
    for (const { name, where, columns } of savedSearches) {
      const { total, hits } = await ask(stand, { query: queryOf(where), size: 100, fields: [...columns], _source: false });
      assert.ok(total > 0, name);
      const shown = new Set(hits.flatMap(({ fields = {} }) => Object.keys(fields)));
      assert.deepEqual(
        columns.filter((column) => !shown.has(column)),
        [],
        name,
      );
    }
  });

  await t.test("every rule's query is valid and finds its documents, and what it counts by is there", async () => {
    for (const { body } of alertRules) {
      const { query } = JSON.parse(String(body.params["esQuery"])) as { query: estypes.QueryDslQueryContainer };
      const { termField } = body.params;
      const aggs = termField === undefined ? {} : { aggs: { split: { terms: { field: String(termField) } } } };
      const { total, aggregations } = await ask(stand, { size: 0, query, ...aggs });
      assert.ok(total > 0, body.name);
      if (termField !== undefined) assert.ok((aggregations["split"]?.buckets?.length ?? 0) > 0, body.name);
    }
  });

  await t.test("every search of docs/analysts.md is answered", async () => {
    const page = readFileSync(new URL("../../../docs/analysts.md", import.meta.url), "utf8");
    for (const { title, search } of questionsOf(page)) {
      const { total, aggregations } = await ask(stand, search);
      assert.ok(total > 0, title);
      for (const [name, { buckets }] of Object.entries(aggregations)) assert.ok((buckets?.length ?? 0) > 0, `${title}: ${name}`);
    }
  });

  await t.test("nothing of one tenant is found by the filter for another", async () => {
    const { total } = await ask(stand, { size: 0, query: { term: { "organization.id": "rival" } } });
    assert.equal(total, at("organization.id").filter((id) => id === "rival").length);
  });
});
