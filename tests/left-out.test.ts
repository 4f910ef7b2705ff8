import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("what a run of the tests leaves out is said at its end, with the reasons", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-left-out-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const tests = [
    'test("a", (t) => t.skip("Kafka needs Java 17 or later"));',
    'test("b", { skip: "Kafka needs Java 17 or later" }, () => {});',
    'test("c", { skip: true }, () => {});',
    'test("d", () => {});',
  ];
  const file = join(folder, "some.test.js");
  writeFileSync(file, `const { test } = require("node:test");\n${tests.join("\n")}`);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const reporter = ["--test-reporter", fileURLToPath(new URL("left-out.ts", import.meta.url)), "--test-reporter-destination", "stdout"];
  const { stdout, status } = spawnSync(process.execPath, ["--test", ...reporter, file], { encoding: "utf8", env });
  assert.equal(status, 0);
  assert.equal(stdout, "\nLeft out:\n  2 × Kafka needs Java 17 or later\n  1 × no reason was given\n");
});
