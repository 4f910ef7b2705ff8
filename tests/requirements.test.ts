import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isNamed, type NamedTests, namedTests } from "./requirements/citations.ts";
import { type Citation, documents, works } from "./requirements/requirement.ts";
import { requirements } from "./requirements.ts";
import { countOf, requirementsPage } from "./requirements-docs.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");

const known = new Map<string, NamedTests>();

function isThere({ file, name }: Citation): boolean {
  if (!/\.(test|contract)\.ts$|^tests\/golden\/.*\.yaml$/.test(file) || !existsSync(join(root, file))) return false;
  const named = known.get(file) ?? namedTests(file, read(file));
  known.set(file, named);
  return isNamed(named, name);
}

describe("every requirement is accounted for", () => {
  test("ids are unique, and numbered without a gap in each section", (t) => {
    const sections = Map.groupBy(requirements, ({ id }) => id.slice(0, id.lastIndexOf(".")));
    for (const [section, entries] of sections) {
      assert.deepEqual(
        entries.map(({ id }) => id),
        entries.map((_, index) => `${section}.${index + 1}`),
      );
    }
    for (const document of Object.keys(documents))
      assert.ok(
        requirements.some((entry) => entry.document === document),
        document,
      );
    const { verified, open, declined } = countOf(null);
    t.diagnostic(`${requirements.length} requirements: ${verified} verified, ${open} open, ${declined} declined`);
  });

  test("what is verified names tests that are there", () => {
    const missing = requirements.flatMap((requirement) => {
      if (requirement.status !== "verified") return [];
      if (requirement.tests.length === 0) return [`${requirement.id} cites nothing`];
      return requirement.tests
        .filter((citation) => !isThere(citation))
        .map(({ file, name }) => `${requirement.id}: ${file} has no test ${name}`);
    });
    assert.deepEqual(missing, []);
  });

  test("what is open waits for a work, and every work has something waiting", () => {
    const waited = new Set(requirements.flatMap((requirement) => (requirement.status === "open" ? [requirement.issue] : [])));
    assert.deepEqual([...waited].sort(), Object.keys(works).sort());
  });

  test("what is declined has a reason", () => {
    for (const requirement of requirements)
      if (requirement.status === "declined") assert.ok(requirement.reason.length > 20, requirement.id);
  });

  test("docs/requirements.md is current; run node tests/requirements-docs.ts", () => {
    assert.equal(read("docs/requirements.md"), requirementsPage());
  });
});

describe("names of tests are found in the text of their file", () => {
  const named = namedTests(
    "a.test.ts",
    [
      'describe("a group of tests", () => {',
      '  test("a plain name with \\"quotes\\"", () => {});',
      '  const table = [["a case of the table", 1]];',
      "  for (const [what] of table) {",
      "    test(what, () => {});",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a test, not one of ours
      '    test(`${what.replace("{", "}")} is filled in, ${1} time`, () => {});',
      "  }",
      "});",
    ].join("\n"),
  );

  const cases: readonly (readonly [cited: string, isThere: boolean])[] = [
    ["a group of tests", true],
    ['a plain name with "quotes"', true],
    ["a plain name", true],
    ["a plain", false],
    ["a case of the table", true],
    ["a case of no table", false],
    ["a case of the table is filled in, 1 time", true],
    ["an invention is filled in, 1 time", false],
    ["describe", false],
  ];
  for (const [cited, isThere] of cases) {
    test(`${JSON.stringify(cited)} is ${isThere ? "there" : "not there"}`, () => assert.equal(isNamed(named, cited), isThere));
  }

  test("cases of golden files are named, too", () => {
    const golden = namedTests(
      "tests/golden/a.yaml",
      'cases:\n  - { it: a rule fits, call: {} }\n  - {\n      it: "another, longer",\n    }\n',
    );
    assert.ok(isNamed(golden, "a rule fits"));
    assert.ok(isNamed(golden, "another, longer"));
    assert.ok(!isNamed(golden, "a rule"));
  });
});
