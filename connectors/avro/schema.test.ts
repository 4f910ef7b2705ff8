import assert from "node:assert/strict";
import { test } from "node:test";
import { compatibilityProblems } from "./compatibility.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { canonicalForm, parseSchema } from "./schema.ts";

const field = (name: string, type: unknown, more: object = {}) => ({ name, type, doc: "a field", ...more });
const record = (...fields: object[]) => ({ type: "record", name: "Made", namespace: "a.b", doc: "a record", fields });

test("fingerprints are CRC-64-AVRO", () => {
  assert.deepEqual(fingerprintOf('"int"'), { high: 0x7275d51a, low: 0x3f395c8f });
  assert.deepEqual(fingerprintOf(""), { high: 0xc15d213a, low: 0xa4d7a795 });
});

test("the canonical form has full names and no docs, defaults or logical types", () => {
  const { type } = parseSchema(
    record(
      field("at", { type: "long", logicalType: "timestamp-millis" }),
      field("who", { type: "record", name: "Who", fields: [field("id", { type: "string" })] }),
      field("rule", ["null", "string"], { default: null }),
      field("labels", { type: "map", values: "string" }),
      field("roles", { type: "array", items: "string" }),
    ),
  );
  assert.equal(
    canonicalForm(type),
    '{"name":"a.b.Made","type":"record","fields":[{"name":"at","type":"long"},' +
      '{"name":"who","type":{"name":"a.b.Who","type":"record","fields":[{"name":"id","type":"string"}]}},' +
      '{"name":"rule","type":["null","string"]},{"name":"labels","type":{"type":"map","values":"string"}},' +
      '{"name":"roles","type":{"type":"array","items":"string"}}]}',
  );
});

const base = record(field("id", "string"), field("count", "long"));

test("compatibility: what counts milliseconds may not count microseconds, however deep it stands", () => {
  const at = (logicalType: string) => ["null", { type: "long", logicalType }];
  const nested = (logicalType: string) =>
    record(field("list", { type: "array", items: { type: "record", name: "Item", fields: [field("at", at(logicalType))] } }));
  assert.deepEqual(compatibilityProblems(nested("timestamp-micros"), nested("timestamp-millis")), [
    "what is at .list[].at is timestamp-micros for the reader and timestamp-millis for the writer",
  ]);
  assert.deepEqual(compatibilityProblems(nested("timestamp-millis"), nested("timestamp-millis")), []);
});

const changes = [
  { name: "the same schema", to: base, problems: 0 },
  { name: "a new doc", to: { ...base, doc: "another" }, problems: 0 },
  {
    name: "an added nullable field with a default",
    to: record(...base.fields, field("more", ["null", "string"], { default: null })),
    problems: 0,
  },
  { name: "an added field without a default", to: record(...base.fields, field("more", "string")), problems: 1 },
  { name: "a removed field that had no default", to: record(field("id", "string")), problems: 1 },
  { name: "a changed type", to: record(field("id", "string"), field("count", "string")), problems: 2 },
  { name: "a field made nullable", to: record(field("id", "string"), field("count", ["null", "long"])), problems: 1 },
  { name: "a renamed record", to: { ...base, name: "Other" }, problems: 2 },
  { name: "a text that becomes bytes", to: record(field("id", "bytes"), field("count", "long")), problems: 1 },
  {
    name: "a number that becomes a time",
    to: record(field("id", "string"), field("count", { type: "long", logicalType: "timestamp-millis" })),
    problems: 1,
  },
  { name: "another order of fields", to: record(...base.fields.toReversed()), problems: 0 },
];
for (const { name, to, problems } of changes) {
  test(`compatibility: ${name} makes ${problems} problems`, () => {
    const found = compatibilityProblems(to, base);
    assert.equal(found.length, problems, found.join("\n"));
  });
}
