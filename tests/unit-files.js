/** Prints the unit tests: beside the sources, in one process each, without servers or processes of their own. */
import { globSync } from "node:fs";

const files = globSync("{domain,processors,gateway,registry,connectors,cli}/**/*.test.ts").filter(
  (file) => !file.endsWith(".integration.test.ts"),
);
process.stdout.write([...files, "tests/tidy.test.ts", "tests/requirements.test.ts"].sort().join(" "));
