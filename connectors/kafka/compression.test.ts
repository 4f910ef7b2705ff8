import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { decompress } from "./compression.ts";

const text = Buffer.from("abcabcabcabc and some more, and some more");

test("what is not compressed, and gzip and zstd, come back", () => {
  assert.deepEqual(decompress(0, text), text);
  assert.deepEqual(decompress(1, gzipSync(text)), text);
  assert.deepEqual(decompress(4, zstdCompressSync(text)), text);
});

/** By hand, from the description of the format: a literal of 3, and a copy of 9 from 3 back. */
const block = Buffer.from([12, (3 - 1) << 2, 0x61, 0x62, 0x63, ((9 - 4) << 2) | 1, 3]);

test("snappy comes back as a single block, and in the blocks of Java clients", () => {
  assert.equal(decompress(2, block).toString(), "abcabcabcabc");
  const head = Buffer.from([0x82, ...Buffer.from("SNAPPY"), 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const length = Buffer.from([0, 0, 0, block.length]);
  assert.equal(decompress(2, Buffer.concat([head, length, block, length, block])).toString(), "abcabcabcabc".repeat(2));
  const long = Buffer.concat([
    Buffer.from([0xac, 0x02, 60 << 2, 299 - 256, 1].slice(0, 2)),
    Buffer.from([61 << 2, 0x2b, 0x01]),
    Buffer.alloc(300, "x"),
  ]);
  assert.equal(decompress(2, long).toString(), "x".repeat(300));
});

test("damaged snappy is refused, and writes no further than it says", () => {
  const damaged = [
    block.subarray(0, -1),
    block.subarray(0, 3),
    Buffer.from([12, 0, 0x61, 0x15, 9]),
    Buffer.from([2, (3 - 1) << 2, 0x61, 0x62, 0x63]),
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]),
    Buffer.alloc(0),
    Buffer.from([0x82, ...Buffer.from("SNAPPY"), 0, 0, 0, 0, 1, 0, 0, 0, 1, 0x7f, 0xff, 0xff, 0xff]),
  ];
  for (const bytes of damaged) assert.throws(() => decompress(2, bytes), RangeError, bytes.toString("hex"));
});

test("LZ4 is told as what it is", () => assert.throws(() => decompress(3, text), /not read here/));
