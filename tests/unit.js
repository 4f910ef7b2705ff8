/**
 * Runs the unit tests, those beside the sources without servers or processes of their own: in two processes, a core each, every other file in
 * one. Files are not isolated from each other, because loading the modules anew for each costs more than the tests.
 */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";

const beside = globSync("{domain,processors,gateway,registry,connectors,cli}/**/*.test.ts").filter(
  (file) => !file.endsWith(".integration.test.ts"),
);
const files = [...beside, "tests/tidy.test.ts", "tests/requirements.test.ts"].sort();
const options = ["--disable-warning=ExperimentalWarning", "--test", "--experimental-test-isolation=none", "--test-timeout=60000"];

// What Node makes of TypeScript is kept from run to run.
const env = { ...process.env, NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? ".cache/compile" };

const ends = [0, 1].map((half) => {
  const own = files.filter((_, index) => index % 2 === half);
  const child = spawn(process.execPath, [...options, ...process.argv.slice(2), ...own], { stdio: "inherit", env });
  return new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
});
process.exitCode = (await Promise.all(ends)).some((code) => code !== 0) ? 1 : 0;
