import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { withFields } from "../cli/generating/analysts-docs.ts";
import { type FieldName, fields } from "../connectors/elasticsearch/fields.ts";
import { questionsOf } from "./fixtures/analysts-questions.ts";

const page = readFileSync(new URL("../docs/analysts.md", import.meta.url), "utf8");
const questions = questionsOf(page);

/** Dotted names and `@timestamp`, outside of texts and of the name of the index. */
function fieldsOfEsql(query: string): readonly string[] {
  const bare = query.replace(/"[^"]*"/g, '""').replace(/^FROM .*$/m, "");
  return [...bare.matchAll(/@timestamp|\b[a-z_]+(?:\.[a-z_]+)+\b/g)].map(([name]) => name);
}

/** Every field that is named in a search, whatever the clause. */
function fieldsOfSearch(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(fieldsOfSearch);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === "field") return [String(inner)];
    const isField = /^(?:@timestamp|[a-z_]+(?:\.[a-z_]+)+)$/.test(name);
    return [...(isField ? [name] : []), ...fieldsOfSearch(inner)];
  });
}

const typeOf = (name: string) => fields[name as FieldName]?.type;

describe("docs/analysts.md", () => {
  test("has every field of the template; run node cli/generating/analysts-docs.ts", () => {
    assert.equal(page, withFields(page));
  });

  test("answers at least ten questions, each in ES|QL and as a search", () => {
    assert.ok(questions.length >= 10);
    assert.deepEqual(
      questions.map(({ number }) => number),
      questions.map((_, index) => index + 1),
    );
  });

  for (const { title, esql, search } of questions) {
    test(`${title}: both ask for fields of the template that can be searched`, () => {
      const named = [...fieldsOfEsql(esql), ...fieldsOfSearch(search)];
      assert.ok(named.length > 1);
      for (const field of named) assert.ok(typeOf(field) !== undefined && typeOf(field) !== "kept", field);
    });

    test(`${title}: numbers are made of numbers, and no text of several values is compared with one`, () => {
      for (const [, name = "", field = ""] of esql.matchAll(/\b(SUM|AVG|PERCENTILE)\(([a-z@_.]+)/g)) {
        if (field.includes(".")) assert.ok(["long", "float"].includes(typeOf(field) ?? ""), `${name} of ${field}`);
      }
      // `event.type` and `event.category` have several values: ES|QL compares none of them.
      assert.doesNotMatch(esql, /event\.(?:type|category)\s*(?:==|!=|IN)/);
      assert.match(esql, /^FROM logs-sluice\.audit-\*\n/);
    });
  }
});
