import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { schemaFolder } from "./codec.ts";

/** The schemas of a version to come, in which lines of upstreams have a level. */
export function newerSchemas(t: TestContext): URL {
  const { folder, remove } = temporaryFolder();
  t.after(remove);
  cpSync(fileURLToPath(schemaFolder), folder, { recursive: true });
  rmSync(join(folder, "released"), { recursive: true });
  const file = join(folder, "upstream-logged.v1.avsc");
  const schema = JSON.parse(readFileSync(file, "utf8")) as { readonly fields: readonly object[] };
  const level = { name: "level", type: "string", default: "info", doc: "How bad it is." };
  writeFileSync(file, JSON.stringify({ ...schema, fields: [...schema.fields, level] }));
  return pathToFileURL(`${folder}/`);
}
