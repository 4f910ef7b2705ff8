import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { report } from "./report.fixture.ts";

test("what failed is said once more at the end, with where and why, and nothing where nothing did", (t) => {
  const { folder, stdout, status } = report(t, "ending.ts", {
    a: ['test("a is right", () => {});', 'describe("a group", () => { test("b is wrong", () => assert.equal(1, 2)); });'],
  });
  assert.equal(status, 1);
  assert.ok(stdout.startsWith(`# Failed:\n# - b is wrong (${folder}/a.test.js:3)\n#     AssertionError`), stdout);
  assert.ok(stdout.includes("#     1 !== 2"), stdout);
  assert.doesNotMatch(stdout, /a group|a is right/);
  assert.equal(report(t, "ending.ts", { a: ['test("a is right", () => {});'] }).stdout, "");
});

test("what a run of the tests leaves out is said at its end, with the reasons", (t) => {
  const tests = [
    'test("a", (t) => t.skip("Kafka needs Java 17 or later"));',
    'test("b", { skip: "Kafka needs Java 17 or later" }, () => {});',
    'test("c", { skip: true }, () => {});',
    'test("d", () => {});',
  ];
  const { stdout, status } = report(t, "ending.ts", { some: tests });
  assert.equal(status, 0);
  assert.equal(stdout, "# Left out:\n# - 2 × Kafka needs Java 17 or later\n# - 1 × no reason was given\n");
});

test("files that only missed deadlines are told from those with a wrong result", (t) => {
  const waits = 'test("waits", () => { throw new Error("waited 10 ms in vain: the end"); });';
  const wrong = 'test("is wrong", () => assert.equal("waited 10 ms in vain: the end", ""));';
  const { folder, stdout } = report(t, "late-files.ts", {
    crashes: ["setImmediate(() => process.exit(1));", 'test("is cut off", () => new Promise((resolve) => setTimeout(resolve, 500)));'],
    ends: ['test("ends", { timeout: 20 }, () => new Promise((resolve) => setTimeout(resolve, 500)));'],
    hangs: ['test("hangs", () => new Promise((resolve) => setTimeout(resolve, 60_000)));'],
    mixed: [waits, wrong],
    right: ['test("is right", () => {});'],
    waits: [`describe("a group", () => { ${waits} });`],
    wrong: [wrong],
  });
  const lines = stdout.split("\n").filter((line) => line !== "");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      ["crashes", false],
      ["ends", true],
      ["hangs", true],
      ["mixed", false],
      ["waits", true],
      ["wrong", false],
    ].map(([name, late]) => ({ file: join(folder, `${name}.test.js`), late })),
  );
});
