import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { decompress } from "./compression.ts";
import { decompressLz4 } from "./lz4.ts";
import { decodeRecordBatches } from "./record-batch.ts";
import { decompressSnappy } from "./snappy.ts";

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

/** A literal of 3, a copy of 9 from 3 back, and a literal of 5, which ends the block. */
const lz4Block = Buffer.from([0x35, 0x61, 0x62, 0x63, 3, 0, 0x50, ...Buffer.from("12345")]);

/** A frame of blocks of at most 64 KiB; `flags` besides the version, and what they call for. */
function lz4Frame(blocks: readonly Buffer[], { flags = 0, extra = Buffer.alloc(0), checksum = Buffer.alloc(0) } = {}): Buffer {
  const sized = blocks.flatMap((one) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(one.length);
    return [length, one, checksum];
  });
  return Buffer.concat([Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x40 | flags, 0x40]), extra, Buffer.alloc(1), ...sized, Buffer.alloc(4)]);
}

test("LZ4 comes back block by block, with what its head may say besides", () => {
  assert.equal(decompress(3, lz4Frame([lz4Block])).toString(), "abcabcabcabc12345");
  const all = { flags: 0x18, extra: Buffer.alloc(8), checksum: Buffer.alloc(4) };
  assert.equal(decompress(3, lz4Frame([lz4Block, lz4Block], all)).toString(), "abcabcabcabc12345".repeat(2));
  // The second block begins with a copy of what is in the first.
  const linked = Buffer.from([0x01, 17, 0, 0x10, 0x78]);
  assert.equal(decompress(3, lz4Frame([lz4Block, linked])).toString(), "abcabcabcabc12345abcabx");
  const stored = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0, 3, 0, 0, 0x80, ...Buffer.from("raw"), 0, 0, 0, 0]);
  assert.equal(decompress(3, stored).toString(), "raw");
  // 15 + 255 + 30 literals.
  const long = Buffer.concat([Buffer.from([0xf0, 255, 30]), Buffer.alloc(300, "x")]);
  assert.equal(decompress(3, lz4Frame([long])).toString(), "x".repeat(300));
});

test("damaged LZ4 is refused, and writes no further than it may", () => {
  const frame = lz4Frame([lz4Block]);
  const bomb = Buffer.concat([Buffer.from([0x1f, 0x61, 1, 0]), Buffer.alloc(1_000, 255), Buffer.from([0, 0x10, 0x61])]);
  const damaged = [
    Buffer.alloc(0),
    Buffer.from("no frame at all"),
    frame.subarray(0, -4),
    frame.subarray(0, 20),
    lz4Frame([lz4Block], { flags: 0x01 }),
    lz4Frame([Buffer.from([0x35, 0x61, 0x62, 0x63, 9, 0, 0x50, ...Buffer.from("12345")])]),
    lz4Frame([Buffer.from([0x35, 0x61, 0x62, 0x63, 0, 0, 0x50, ...Buffer.from("12345")])]),
    lz4Frame([lz4Block.subarray(0, 7)]),
    lz4Frame([Buffer.from([0xf0, 255])]),
    lz4Frame([bomb]),
  ];
  for (const bytes of damaged) assert.throws(() => decompress(3, bytes), RangeError, bytes.toString("hex").slice(0, 100));
  assert.throws(() => decompressLz4(frame, 16), RangeError);
  assert.throws(() => decompressSnappy(block, 11), RangeError);
});

/** What Kafka's own producer in Java has written (tests/fixtures/java-producer). */
const javaBatches = JSON.parse(
  readFileSync(new URL("../../../tests/fixtures/java-producer/batches.json", import.meta.url), "utf8"),
) as Readonly<Record<string, string>>;

for (const [compression, bytes] of Object.entries(javaBatches)) {
  test(`a batch of the Java producer with ${compression} is read`, () => {
    const { records } = decodeRecordBatches(Buffer.from(bytes, "base64"), 0);
    const expected = Array.from({ length: 100 }, (_, index) => ({
      offset: index,
      timestampMs: 1_000 + index,
      key: Buffer.from(`key-${index % 7}`),
      value: Buffer.from(`a value that comes again: ${"and again, ".repeat(50 + index)}${index}`),
      headers: { number: String(index) },
    }));
    assert.deepEqual(records, expected);
  });
}

test("a compression that is not known is told as that", () => assert.throws(() => decompress(5, text), /not known/));
