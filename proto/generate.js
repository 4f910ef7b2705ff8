/**
 * `npm run gen`: checks the protobuf contracts and writes `proto/gen` anew. Needs no network. Generated code is committed; a second run
 * leaves no difference.
 */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const buf = join(root, "node_modules", "@bufbuild", "buf", "bin", "buf");

for (const step of ["lint", "generate"]) {
  const { status, error } = spawnSync(process.execPath, [buf, step], { cwd: root, stdio: "inherit" });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
