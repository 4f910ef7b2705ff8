import assert from "node:assert/strict";
import { test } from "node:test";
import { murmur2, partitionOf } from "./partitioner.ts";

// From Kafka's own test of its hash (UtilsTest.testMurmur2).
const hashes: readonly (readonly [text: string, hash: number])[] = [
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ["abc", 479470107],
];
for (const [text, hash] of hashes) {
  test(`murmur2 of ${text} is Kafka's`, () => assert.equal(murmur2(Buffer.from(text)), hash));
}

test("a key always has the same partition, and keys are spread over all", () => {
  const counts = new Array<number>(12).fill(0);
  for (let index = 0; index < 6_000; index++) {
    const partition = partitionOf(`acme/user-${index}`, 12);
    assert.equal(partitionOf(`acme/user-${index}`, 12), partition);
    counts[partition] = (counts[partition] ?? 0) + 1;
  }
  assert.ok(Math.min(...counts) > 400 && Math.max(...counts) < 600, counts.join());
  assert.equal(partitionOf("foobar", 12), (-790332482 & 0x7fffffff) % 12);
});
