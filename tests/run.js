/**
 * Runs the tests, on two cores, with what else is given as options of Node's test runner: `npm test -- --test-name-pattern=quiet`.
 * `unit` in front: only the unit tests, which share two processes. The others have one for each file.
 *
 * Files that failed by deadlines alone are run a second time, alone, and said to have been: a machine that others share may be busy for
 * a while; a fault is there twice. A wrong result is never given a second chance.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { aloneTests, unitTests } from "./unit/files.js";

/** More than these are no accident. */
const lateFilesMax = 3;

const given = process.argv.slice(2);
const isUnit = given[0] === "unit";
const shared = ["tests/unit/first-half.test.ts", "tests/unit/second-half.test.ts", ...aloneTests];
const others = globSync("{cli,connectors,domain,gateway,loadtest,processors,proto,registry,tests}/**/*.test.ts").filter(
  (file) => !unitTests.includes(file) && !shared.includes(file),
);
const files = isUnit ? shared : [...shared, ...others.sort()];

const folder = mkdtempSync(join(tmpdir(), "sluice-tests-"));
const failedList = join(folder, "failed");
const reporters = [
  [process.stdout.isTTY ? "spec" : "tap", "stdout"],
  ["./tests/reports/ending.ts", "stdout"],
  ["./tests/reports/late-files.ts", failedList],
];
const options = [
  ...["--disable-warning=ExperimentalWarning", "--test", "--test-timeout=600000"],
  ...reporters.flatMap(([reporter, destination]) => [`--test-reporter=${reporter}`, `--test-reporter-destination=${destination}`]),
];
// What Node makes of modules is kept from run to run.
const env = { ...process.env, NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? ".cache/compile" };

/**
 * @param {string[]} chosen files
 * @param {number} concurrency processes at once
 * @returns {Promise<number>} the exit code
 */
async function run(chosen, concurrency) {
  const args = [...options, `--test-concurrency=${concurrency}`, ...given.slice(isUnit ? 1 : 0), ...chosen];
  const [code] = await once(spawn(process.execPath, args, { stdio: "inherit", env }), "exit");
  return code ?? 1;
}

/** @returns {{ file: string, late: boolean }[]} */
const failed = () =>
  readFileSync(failedList, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

process.exitCode = await run(files, 2);
if (process.exitCode !== 0) {
  const late = failed();
  if (late.length > 0 && late.length <= lateFilesMax && late.every((each) => each.late)) {
    const names = late.map(({ file }) => relative(".", file));
    console.log(`# Deadlines passed, and nothing else failed; once more, alone:\n${names.map((name) => `# - ${name}\n`).join("")}`);
    process.exitCode = await run(names, 1);
  }
}
rmSync(folder, { recursive: true });
