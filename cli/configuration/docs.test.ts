import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { withConfiguration } from "./docs.ts";
import { configFields, pathText } from "./schema.ts";
import { validatorProgram } from "./validator.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

test("the README has every field of the configuration; run node cli/configuration/docs.ts", () => {
  assert.equal(readme, withConfiguration(readme));
  const lists = ["servers", "policies", "limits", "budgets", "virtualServers", "authentication.issuers"];
  const fields = configFields.map(({ path }) => pathText(path)).filter((path) => !lists.includes(path));
  for (const field of [...fields, "servers[].url", "policies[].rules[].when", "limits[].per", "virtualServers[].tools[].pick"])
    assert.ok(readme.includes(`| \`${field}\` |`), field);
});

test("a README without the marks is refused rather than left without the table", () => {
  assert.throws(() => withConfiguration("# Sluice\n"), /has no/);
});

test("the compiled validator is that of the schema; run npm run gen", () => {
  assert.equal(readFileSync(new URL("../gen/config-validator.cjs", import.meta.url), "utf8"), validatorProgram());
});
