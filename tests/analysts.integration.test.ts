import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { type FieldName, fields } from "../connectors/elasticsearch/fields.ts";
import { dataStreamName, indexTemplate } from "../connectors/elasticsearch/index-template.ts";
import { sampleDocuments } from "../connectors/elasticsearch/sample-documents.fixture.ts";
import { answers, type Row } from "./fixtures/analysts-answers.ts";
import { questionsOf } from "./fixtures/analysts-questions.ts";
import { esqlHome } from "./servers/distribution.ts";
import { ownElasticsearch } from "./servers/for-test.ts";

const hourMs = 60 * 60_000;

/** An Elasticsearch of 8.19, which the client of 9 does not speak to. Rejects where it refuses or has something to remark. */
async function ask(url: string, method: string, body: string): Promise<unknown> {
  const type = url.includes("_bulk") ? "application/x-ndjson" : "application/json";
  const response = await fetch(url, { method, body, headers: { "content-type": type } });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.equal(response.headers.get("warning"), null);
  return JSON.parse(text);
}

/** The address of a server with ES|QL that holds the documents; undefined where there can't be one. */
async function stage(t: TestContext, documents: ReturnType<typeof sampleDocuments>): Promise<string | undefined> {
  const server = await ownElasticsearch(t, { home: esqlHome });
  if (server === undefined) return undefined;
  const { components, template } = indexTemplate({ retentionDays: 400 });
  for (const { name, ...component } of Object.values(components)) {
    await ask(`${server.address}/_component_template/${name}`, "PUT", JSON.stringify(component));
  }
  const { name, ...body } = template;
  await ask(`${server.address}/_index_template/${name}`, "PUT", JSON.stringify(body));
  const lines = documents.flatMap((document) => [{ create: { _id: document.id } }, document.body]);
  const bulk = `${server.address}/${dataStreamName("sample")}/_bulk?refresh=true`;
  const { errors } = (await ask(bulk, "POST", lines.map((line) => `${JSON.stringify(line)}\n`).join(""))) as { errors: boolean };
  assert.equal(errors, false);
  return server.address;
}

interface Table {
  readonly columns: readonly { readonly name: string }[];
  readonly values: readonly (readonly unknown[])[];
}

/** Rows as texts in an order of their own: rows that the question does not tell apart come as they like, as several values do. */
function comparable(rows: readonly Row[]): readonly string[] {
  const ordered = (value: unknown) => (Array.isArray(value) ? [...value].sort() : (value ?? null));
  return rows
    .map((row) =>
      JSON.stringify(
        Object.fromEntries(
          Object.entries(row)
            .map(([name, value]) => [name, ordered(value)])
            .sort(),
        ),
      ),
    )
    .sort();
}

test("the ES|QL of docs/analysts.md answers on Elasticsearch what a recount of the documents gives", async (t) => {
  const documents = sampleDocuments(Date.now() - 3 * hourMs);
  const url = await stage(t, documents);
  if (url === undefined) return;
  const rows = documents.map(({ body }) => rowOf(body));
  const page = readFileSync(new URL("../docs/analysts.md", import.meta.url), "utf8");
  const nowMs = Date.now();
  for (const { title, esql } of questionsOf(page)) {
    await t.test(title, async () => {
      const { columns, values } = (await ask(`${url}/_query`, "POST", JSON.stringify({ query: esql }))) as Table;
      const answered = values.map((row): Row => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])));
      const expected = answers[title]?.(rows, (ms) => new Date(nowMs - ms).toISOString()) ?? [];
      assert.ok(expected.length > 0, "the sample says nothing about it");
      assert.deepEqual(comparable(answered), comparable(expected));
    });
  }
});

/** The fields of a document by their full names. */
function rowOf(body: Readonly<Record<string, unknown>>): Row {
  const at = (name: string) => name.split(".").reduce<unknown>((branch, part) => (branch as Row | undefined)?.[part], body);
  return Object.fromEntries((Object.keys(fields) as FieldName[]).map((name) => [name, at(name)]));
}
