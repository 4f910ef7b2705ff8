import assert from "node:assert/strict";
import { test } from "node:test";
import { copyBytes } from "./copy-bytes.ts";

for (const [kind, lent] of [
  ["a plain array", new Uint8Array([1, 2, 3])],
  ["a buffer of Node", Buffer.from([1, 2, 3])],
  ["a part of a shared buffer", Buffer.from([0, 1, 2, 3, 4]).subarray(1, 4)],
] as const) {
  test(`a copy of ${kind} keeps its bytes when the memory is used again`, () => {
    const copy = copyBytes(lent);
    lent.fill(9);
    assert.deepEqual([...copy], [1, 2, 3]);
  });
}
