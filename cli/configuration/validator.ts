import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import { configSchema } from "./schema.ts";

/** What is checked by itself: the whole configuration, and one entity of each kind in its author's form. */
const places = {
  config: "config",
  server: "config#/$defs/server",
  policy: "config#/$defs/policy",
  limit: "config#/$defs/limit",
  budget: "config#/$defs/budget",
  virtualServer: "config#/$defs/virtualServer",
} as const;

const introduction =
  "// @ts-nocheck\n// Made of cli/configuration/config.schema.json by `npm run gen`: change that, not this file. Compiling the schema took a tenth of every start.\n";

/** The validators of the configuration as a program. A test holds `cli/gen/config-validator.cjs` against it. */
export function validatorProgram(): string {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    useDefaults: true,
    allowUnionTypes: true,
    formats: { path: true },
    code: { source: true, lines: true },
  });
  ajv.addKeyword("explain").addSchema(configSchema, "config");
  // The package is CommonJS: its default export is a member of what is imported.
  const print = (standalone as unknown as { readonly default: typeof standalone.default }).default;
  return `${introduction}${print(ajv, places)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(new URL("../gen/config-validator.cjs", import.meta.url), validatorProgram());
