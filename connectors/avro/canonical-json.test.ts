import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "./canonical-json.ts";
import { readEventSchemas } from "./codec.ts";

test("the form made of the JSON alone is the one that the compiled schema has, for every schema of ours", () => {
  for (const { json, canonical, name } of readEventSchemas()) assert.equal(canonicalJson(JSON.parse(json)), canonical, name);
});

const cases: readonly (readonly [unknown, string])[] = [
  [{ type: "int" }, '"int"'],
  [{ type: { type: "string", logicalType: "uuid" } }, '"string"'],
  [["null", { type: "array", items: { type: "long", logicalType: "timestamp-millis" } }], '["null",{"type":"array","items":"long"}]'],
  [{ type: "fixed", name: "Md5", namespace: "a.b", size: "16", doc: "x" }, '{"name":"a.b.Md5","type":"fixed","size":16}'],
  [
    {
      fields: [
        { name: "kind", type: { type: "enum", name: "Kind", symbols: ["A"], default: "A" }, default: "A" },
        { name: "again", type: "Kind" },
        { name: "other", type: "c.Kind" },
      ],
      name: "a.b.R",
      aliases: ["Q"],
      type: "record",
    },
    '{"name":"a.b.R","type":"record","fields":[{"name":"kind","type":{"name":"a.b.Kind","type":"enum","symbols":["A"]}},{"name":"again","type":"a.b.Kind"},{"name":"other","type":"c.Kind"}]}',
  ],
];
for (const [schema, form] of cases) test(`canonical: ${form.slice(0, 60)}`, () => assert.equal(canonicalJson(schema), form));

for (const schema of [null, 7, { type: "record", name: "A" }, { type: "record", fields: [] }, { type: { type: { type: null } } }]) {
  test(`no schema: ${JSON.stringify(schema)}`, () => assert.throws(() => canonicalJson(schema)));
}

test("what is nested without end is refused", () => {
  let schema: unknown = "int";
  for (let depth = 0; depth < 10_000; depth++) schema = { type: "array", items: schema };
  assert.throws(() => canonicalJson(schema), /deep/);
});
