import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { recordKey } from "./record-key.ts";

test("plain parts stay readable", () => {
  assert.equal(recordKey("acme", "ana@acme.example"), "acme/ana@acme.example");
});

test("different parts make different keys of at most 512 printable characters", () => {
  const parts = fc.array(fc.string({ unit: "binary", maxLength: 400 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(parts, parts, (left, right) => {
      assert.match(recordKey(...left), /^[!-~]{0,512}$/);
      assert.equal(recordKey(...left) === recordKey(...right), JSON.stringify(left) === JSON.stringify(right));
    }),
    { numRuns: 40 },
  );
  assert.notEqual(recordKey("a/b"), recordKey("a", "b"));
  assert.notEqual(recordKey(`${"x".repeat(600)}1`), recordKey(`${"x".repeat(600)}2`));
});
