import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { type FieldName, fields } from "./fields.ts";
import { customComponentName, indexTemplate, templateName, templateVersion } from "./index-template.ts";

const { components, template } = indexTemplate({ retentionDays: 90 });
const mappings = components[`${templateName}@mappings`]?.template.mappings;

function typeAt(name: string): unknown {
  const leaf = name.split(".").reduce<unknown>((branch, part) => {
    const { properties } = branch as { properties?: Readonly<Record<string, unknown>> };
    return properties?.[part];
  }, mappings);
  return (leaf as { type?: unknown } | undefined)?.type;
}

describe("the template of the audit", () => {
  test("maps every field of the table, each to its own type", () => {
    for (const [name, { type }] of Object.entries(fields)) assert.equal(typeAt(name), type === "kept" ? "keyword" : type, name);
  });

  test("no field is the beginning of another one: a name is a value or an object", () => {
    const names = Object.keys(fields) as FieldName[];
    assert.deepEqual(
      names.filter((name) => names.some((other) => other.startsWith(`${name}.`))),
      [],
    );
  });

  test("has another version when anything in it is another; then raise templateVersion and write the digest here", () => {
    const digest = createHash("sha256").update(JSON.stringify({ components, template })).digest("hex").slice(0, 16);
    assert.deepEqual([templateVersion, digest], [3, "cec69ae4ad066931"]);
  });

  test("nothing else becomes a field", () => {
    assert.equal(mappings?.dynamic, false);
  });

  test("stands above the built-in template for logs, keeps for as long as told, and leaves room for the operator's own settings", () => {
    assert.ok((template.priority ?? 0) > 100);
    assert.deepEqual(template.index_patterns, ["logs-sluice.audit-*"]);
    assert.deepEqual(template.template?.lifecycle, { data_retention: "90d" });
    assert.equal(template.composed_of?.at(-1), customComponentName);
    assert.deepEqual(template.ignore_missing_component_templates, [customComponentName]);
  });

  test("a text that is too long is not searched, rather than its document refused", () => {
    const kept = Object.entries(fields).filter(([, { type }]) => type === "keyword");
    assert.ok(kept.length > 20);
    assert.match(JSON.stringify(mappings), /"reason":\{"type":"keyword","ignore_above":1024\}/);
  });
});
