import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { compatibilityProblems } from "../connectors/avro/compatibility.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const bufFile = join(root, "node_modules/@bufbuild/buf/bin/buf");

function buf(...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bufFile, ...args], { cwd: root, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

describe("the contracts on the wire", () => {
  test("the protobuf contracts keep the lint rules", () => {
    const { status, output } = buf("lint");
    assert.equal(status, 0, output);
  });

  test("nothing that was released is broken, by message, field or method", () => {
    for (const released of globSync("proto/released/*.binpb", { cwd: root })) {
      const { status, output } = buf("breaking", "--against", released);
      assert.equal(status, 0, `${released}: ${output}`);
    }
  });

  test("a break would be seen", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-buf-"));
    t.after(() => rmSync(folder, { recursive: true }));
    // The other way round: the released contracts lack whatever was added since, and an empty module lacks everything.
    const empty = join(folder, "empty.binpb");
    assert.equal(buf("build", "--path", "proto/grpc/health", "-o", empty).status, 0);
    assert.notEqual(buf("breaking", empty, "--against", "proto").status, 0);
  });

  test("the generated code is what the contracts generate", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-gen-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const { status, output } = buf("generate", "-o", folder);
    assert.equal(status, 0, output);
    const generated = globSync("**/*.ts", { cwd: join(folder, "proto/gen") }).sort();
    assert.deepEqual(generated, globSync("**/*.ts", { cwd: join(root, "proto/gen") }).sort());
    for (const file of generated) {
      const read = (from: string) => readFileSync(join(from, "proto/gen", file), "utf8");
      assert.equal(read(root), read(folder), `${file} is not current: run npm run gen`);
    }
  });

  test("every event schema reads what was released, and the released ones read it", () => {
    const schemaOf = (file: string): object => JSON.parse(readFileSync(join(root, file), "utf8"));
    const released = globSync("proto/events/released/*.avsc", { cwd: root });
    for (const file of released) {
      const current = join("proto/events", basename(file).replace(/@.*\.avsc$/, ".avsc"));
      assert.deepEqual(compatibilityProblems(schemaOf(current), schemaOf(file)), [], file);
    }
  });
});
