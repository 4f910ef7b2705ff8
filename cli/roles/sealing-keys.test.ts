import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { sealingSecrets } from "./sealing-keys.ts";

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

const text = (secrets: readonly Uint8Array[]) => secrets.map((secret) => Buffer.from(secret).toString());
const [first, second, third] = ["a", "b", "c"].map((letter) => letter.repeat(32)) as [string, string, string];

describe("the keys that seal", () => {
  test("are made once for a data folder, readable by its owner alone", (t) => {
    const data = { folder: join(folderOf(t), "data") };
    const made = sealingSecrets({ data, sealing: { keyFile: null, keys: [] } });
    assert.equal(made.length, 1);
    assert.equal(made[0].length, 43);
    assert.equal(statSync(join(data.folder, "sealing.key")).mode & 0o777, 0o600);
    assert.deepEqual(sealingSecrets({ data, sealing: { keyFile: null, keys: [] } }), made);
  });

  test("come from a file, one a line, behind those of the environment", (t) => {
    const folder = folderOf(t);
    const keyFile = join(folder, "keys");
    writeFileSync(keyFile, `# the new one\n${second}\n\n ${third} \n`);
    const data = { folder };
    assert.deepEqual(text(sealingSecrets({ data, sealing: { keyFile, keys: [] } })), [second, third]);
    assert.deepEqual(text(sealingSecrets({ data, sealing: { keyFile, keys: [first] } })), [first, second, third]);
    assert.throws(() => readFileSync(join(folder, "sealing.key")), /ENOENT/);
  });

  for (const [what, content, reason] of [
    ["is empty", "# nothing\n", /holds no key/],
    ["has a short key", `${first}\nhunter2\n`, /key 2 has fewer than 32 characters/],
  ] as const) {
    test(`are refused where the file ${what}, without telling them`, (t) => {
      const folder = folderOf(t);
      const keyFile = join(folder, "keys");
      writeFileSync(keyFile, content);
      assert.throws(
        () => sealingSecrets({ data: { folder }, sealing: { keyFile, keys: [] } }),
        (error: Error) => reason.test(error.message) && !/hunter2|aaaa/.test(error.message),
      );
    });
  }

  test("are refused where the file is not there", (t) => {
    const folder = folderOf(t);
    assert.throws(() => sealingSecrets({ data: { folder }, sealing: { keyFile: join(folder, "none"), keys: [] } }), /can't be read/);
  });
});
