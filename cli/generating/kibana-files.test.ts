import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { kibanaFiles } from "./kibana-files.ts";

for (const { file, content } of kibanaFiles) {
  test(`${file.pathname.split("/").at(-1)} is what is installed; run node cli/generating/kibana-files.ts`, () => {
    assert.equal(readFileSync(file, "utf8"), content());
  });
}
