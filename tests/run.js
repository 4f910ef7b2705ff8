/**
 * Runs the tests, on two cores, with what else is given as options of Node's test runner: `npm test -- --test-name-pattern=quiet`.
 * `unit` in front: only the unit tests, which share two processes. The others have one for each file.
 */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { aloneTests, unitTests } from "./unit/files.js";

const given = process.argv.slice(2);
const isUnit = given[0] === "unit";
const shared = ["tests/unit/first-half.test.ts", "tests/unit/second-half.test.ts", ...aloneTests];
const others = globSync("{cli,connectors,domain,gateway,loadtest,processors,proto,registry,tests}/**/*.test.ts").filter(
  (file) => !unitTests.includes(file) && !shared.includes(file),
);

const reporters = [process.stdout.isTTY ? "spec" : "tap", "./tests/left-out.ts"];
const options = [
  ...["--disable-warning=ExperimentalWarning", "--test", "--test-concurrency=2", "--test-timeout=300000"],
  ...reporters.flatMap((reporter) => [`--test-reporter=${reporter}`, "--test-reporter-destination=stdout"]),
];
const files = isUnit ? shared : [...shared, ...others.sort()];
// What Node makes of modules is kept from run to run.
const env = { ...process.env, NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? ".cache/compile" };
const runner = spawn(process.execPath, [...options, ...given.slice(isUnit ? 1 : 0), ...files], { stdio: "inherit", env });
runner.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
