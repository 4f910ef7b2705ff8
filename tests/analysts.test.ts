import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { withFields } from "../cli/generating/analysts-docs.ts";
import { type FieldName, fields } from "../connectors/elasticsearch/fields.ts";
import { answers } from "./fixtures/analysts-answers.ts";
import { questionsOf } from "./fixtures/analysts-questions.ts";

const page = readFileSync(new URL("../docs/analysts.md", import.meta.url), "utf8");
const questions = questionsOf(page);

/** Dotted names and `@timestamp`, outside of texts and of the name of the index; within KQL, too. */
function fieldsOfEsql(query: string): readonly string[] {
  const bare = query
    .replace(/^FROM .*$/m, "")
    .replace(/KQL\("([^"]*)"\)/g, "$1")
    .replace(/"[^"]*"/g, '""');
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

/** The type of a field; a label is a part of the field that holds all of them. */
function typeOf(name: string): string | undefined {
  const parent = name.slice(0, name.lastIndexOf("."));
  return fields[name as FieldName]?.type ?? (fields[parent as FieldName]?.type === "flattened" ? "flattened" : undefined);
}

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

  test("answers each as a recount does, where its ES|QL is run", () => {
    assert.deepEqual(
      Object.keys(answers),
      questions.map(({ title }) => title),
    );
  });

  for (const { title, esql, search } of questions) {
    test(`${title}: both ask for fields of the template, and search none that is only kept`, () => {
      const shown = fieldsOfEsql(/^\| KEEP (.*)$/m.exec(esql)?.[1] ?? "");
      const asked = [...fieldsOfEsql(esql.replace(/^\| KEEP .*$/m, "")), ...fieldsOfSearch(search)];
      assert.ok(asked.length > 1);
      for (const field of [...shown, ...asked]) assert.notEqual(typeOf(field), undefined, field);
      for (const field of asked) assert.notEqual(typeOf(field), "kept", field);
    });
  }
});
