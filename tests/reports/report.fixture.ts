import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

/** What a reporter of this folder says of a run of these files, each given as the lines of its tests. */
export function report(t: TestContext, reporter: string, files: Readonly<Record<string, readonly string[]>>) {
  const folder = mkdtempSync(join(tmpdir(), "sluice-reports-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const head = 'const { describe, test } = require("node:test"); const assert = require("node:assert/strict");';
  const paths = Object.entries(files).map(([name, lines]) => {
    const path = join(folder, `${name}.test.js`);
    writeFileSync(path, [head, ...lines].join("\n"));
    return path;
  });
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const args = ["--test-reporter", fileURLToPath(new URL(reporter, import.meta.url)), "--test-reporter-destination", "stdout"];
  const { stdout, status } = spawnSync(process.execPath, ["--test", "--test-timeout=1000", ...args, ...paths], { encoding: "utf8", env });
  return { folder, stdout, status };
}
