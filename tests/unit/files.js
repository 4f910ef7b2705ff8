import { existsSync, globSync } from "node:fs";

const sources = "{domain,processors,gateway,registry,connectors,cli}/**/*.test.ts";

/** Unit tests: those beside the sources without servers or processes of their own, and what holds for the whole tree. */
export const unitTests = [
  ...globSync(sources).filter((file) => !file.endsWith(".integration.test.ts")),
  "tests/tidy.test.ts",
  "tests/requirements.test.ts",
].sort();

/**
 * A snapshot is looked for beside the file that a process was started with.
 * @param {string} file
 */
const isAlone = (file) => existsSync(`${file}.snapshot`);

export const aloneTests = unitTests.filter(isAlone);

/** Those that need not be alone, in two parts. */
export const halves = [0, 1].map((half) => unitTests.filter((file) => !isAlone(file)).filter((_, index) => index % 2 === half));
