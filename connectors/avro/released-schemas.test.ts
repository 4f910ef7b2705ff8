import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { schemaFolder } from "./codec.ts";
import { checkReleased, releaseSchemas } from "./released-schemas.ts";

interface RecordSchema {
  readonly fields: readonly { readonly name: string; readonly type: unknown; readonly default?: unknown }[];
}

function copyOfSchemas(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "sluice-released-"));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(fileURLToPath(schemaFolder), folder, { recursive: true });
  const file = join(folder, "limit-changed.v1.avsc");
  return {
    url: pathToFileURL(`${folder}/`),
    remove: () => rmSync(file),
    damage: () => writeFileSync(file, "{"),
    edit(change: (schema: RecordSchema) => object) {
      writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")))));
    },
  };
}

const added = { name: "note", type: ["null", "string"], doc: "A note.", default: null };

test("today's schemas are fully compatible with everything released", () => {
  const { compared, problems } = checkReleased();
  assert.deepEqual(problems, []);
  assert.ok(compared > 0);
});

const breaks: readonly (readonly [string, (schema: RecordSchema) => object])[] = [
  [
    "a field without a default is added",
    (schema) => ({ ...schema, fields: [...schema.fields, { ...added, type: "string", default: undefined }] }),
  ],
  ["a field that had no default is removed", (schema) => ({ ...schema, fields: schema.fields.slice(1) })],
  [
    "the type of a field changes",
    (schema) => ({ ...schema, fields: schema.fields.map((field, at) => (at === 0 ? { ...field, type: "long" } : field)) }),
  ],
  ["the record is renamed", (schema) => ({ ...schema, name: "Other" })],
];
for (const [what, change] of breaks) {
  test(`refused: ${what}`, (t) => {
    const schemas = copyOfSchemas(t);
    schemas.edit(change);
    const { problems } = checkReleased(schemas.url);
    assert.ok(problems.length > 0);
    assert.ok(problems.every(({ file, released }) => file === "limit-changed.v1.avsc" && released.startsWith("limit-changed.v1@")));
    assert.throws(() => releaseSchemas("9.9.9", schemas.url), /npm run schemas/);
  });
}

test("refused: a schema that was released is gone, or can't be read", (t) => {
  const gone = copyOfSchemas(t);
  gone.remove();
  assert.match(checkReleased(gone.url).problems[0]?.problem ?? "", /removed/);
  const damaged = copyOfSchemas(t);
  damaged.damage();
  assert.match(checkReleased(damaged.url).problems[0]?.problem ?? "", /can't be read/);
});

test("a change must fit every release, not only the last", (t) => {
  const schemas = copyOfSchemas(t);
  schemas.edit((schema) => ({ ...schema, fields: [...schema.fields, added] }));
  assert.deepEqual(
    releaseSchemas("9.9.9", schemas.url).filter((file) => file.startsWith("limit-changed")),
    ["limit-changed.v1@9.9.9.avsc"],
  );
  assert.deepEqual(releaseSchemas("9.9.9", schemas.url), []);
  // The first release has no such field: it reads it by no default.
  schemas.edit((schema) => ({
    ...schema,
    fields: schema.fields.map((field) => (field.name === added.name ? { ...field, default: undefined } : field)),
  }));
  const { problems } = checkReleased(schemas.url);
  assert.deepEqual([...new Set(problems.map(({ released }) => released))], ["limit-changed.v1@0.1.0.avsc"]);
});
