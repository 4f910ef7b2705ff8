import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeRecordBatches } from "./record-batch.ts";

/** A number in zigzag. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value >= 0 ? value * 2 : -value * 2 - 1; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

const sized = (text: string | null) => (text === null ? varint(-1) : Buffer.concat([varint(Buffer.byteLength(text)), Buffer.from(text)]));

interface Written {
  readonly delta: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [string, string])[];
}

/** A record batch, by the description of the format (magic 2). */
function batch(baseOffset: number, lastDelta: number, records: readonly Written[], attributes = 0): Buffer {
  const body = records.map(({ delta, key, value, headers }) => {
    const inner = Buffer.concat([
      Buffer.from([0]),
      varint(delta * 10),
      varint(delta),
      sized(key),
      sized(value),
      varint(headers.length),
      ...headers.flatMap(([name, text]) => [sized(name), sized(text)]),
    ]);
    return Buffer.concat([varint(inner.length), inner]);
  });
  const head = Buffer.alloc(61);
  head.writeBigInt64BE(BigInt(baseOffset), 0);
  head.writeInt8(2, 16);
  head.writeInt16BE(attributes, 21);
  head.writeInt32BE(lastDelta, 23);
  head.writeBigInt64BE(1_700_000_000_000n, 27);
  head.writeInt32BE(records.length, 57);
  const whole = Buffer.concat([head, ...body]);
  whole.writeInt32BE(whole.length - 12, 8);
  return whole;
}

const record = (delta: number): Written => ({ delta, key: `k${delta}`, value: `v${delta}`, headers: [] });

test("records come with their offsets, times, keys, values and headers", () => {
  const bytes = batch(5_000_000_000, 1, [
    {
      delta: 0,
      key: "é",
      value: null,
      headers: [
        ["src", "calls/0/7#1"],
        ["empty", ""],
      ],
    },
    { delta: 1, key: null, value: "", headers: [] },
  ]);
  const { records, next } = decodeRecordBatches(bytes, 5_000_000_000);
  assert.equal(next, 5_000_000_002);
  assert.deepEqual(
    records.map(({ key, value, ...rest }) => ({ ...rest, key: key?.toString() ?? null, value: value?.toString() ?? null })),
    [
      { offset: 5_000_000_000, timestampMs: 1_700_000_000_000, headers: { src: "calls/0/7#1", empty: "" }, key: "é", value: null },
      { offset: 5_000_000_001, timestampMs: 1_700_000_000_010, headers: undefined, key: null, value: "" },
    ],
  );
});

test("what lies before the wanted offset is left out, and a batch that was cut, too", () => {
  const bytes = Buffer.concat([batch(0, 4, [0, 1, 2, 3, 4].map(record)), batch(5, 5, [record(0)])]);
  const { records, next } = decodeRecordBatches(bytes.subarray(0, -1), 3);
  assert.deepEqual(
    records.map(({ offset }) => offset),
    [3, 4],
  );
  assert.equal(next, 5);
});

test("gaps of compaction, batches that it emptied and marks of transactions are passed", () => {
  const bytes = Buffer.concat([batch(0, 9, [record(2)]), batch(10, 4, []), batch(15, 0, [record(0)], 0x30), batch(16, 3, [record(1)])]);
  const { records, next } = decodeRecordBatches(bytes, 0);
  assert.deepEqual(
    records.map(({ offset }) => offset),
    [2, 17],
  );
  assert.equal(next, 20);
});

test("a batch that can't be read is one damaged record, and what stands before and behind it is read", () => {
  const [before, behind] = [batch(0, 1, [0, 1].map(record)), batch(5, 0, [record(0)])];
  const damaged: readonly (readonly [string, Buffer])[] = [
    ["it is not compressed as it says", batch(2, 2, [0, 1, 2].map(record), 4)],
    ["it is compressed in a way that nobody knows", batch(2, 2, [0, 1, 2].map(record), 7)],
    ["it has fewer records than it says", batch(2, 2, [])],
    ["it has hardly as many bytes as it says it has records", batch(2, 2, [0, 1, 2].map(record))],
    ["a record says that it is shorter than nothing", batch(2, 2, [record(0), record(1), { ...record(2), value: "v".repeat(50) }])],
    ["a record says that it is longer than the batch", batch(2, 2, [record(0)])],
  ];
  const recordsAt = 61;
  damaged[2]?.[1].writeInt32BE(3, 57);
  damaged[3]?.[1].writeInt32BE(0x7fffffff, 57);
  damaged[4]?.[1].writeUInt8(1, recordsAt);
  damaged[5]?.[1].writeUInt8(126, recordsAt);
  for (const [what, bytes] of damaged) {
    for (const from of [0, 3]) {
      const { records, next } = decodeRecordBatches(Buffer.concat([before, bytes, behind]), from);
      assert.deepEqual(
        records.map(({ offset, damage }) => [offset, damage !== undefined]),
        from === 0
          ? [
              [0, false],
              [1, false],
              [2, true],
              [5, false],
            ]
          : [
              [3, true],
              [5, false],
            ],
        what,
      );
      assert.match(records.find(({ damage }) => damage !== undefined)?.damage ?? "", /^the \d+ records of the batch from offset 2 on/);
      assert.equal(next, 6);
    }
  }
});

test("bytes that are no record batches are refused and never read beyond", () => {
  const whole = batch(0, 2, [0, 1, 2].map(record));
  const old = Buffer.from(whole);
  old.writeInt8(1, 16);
  assert.throws(() => decodeRecordBatches(old, 0), /version/);
  const short = Buffer.from(whole);
  short.writeInt32BE(-12, 8);
  assert.throws(() => decodeRecordBatches(short, 0), RangeError);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }), (edits) => {
      const damaged = Buffer.from(whole);
      for (const [at, byte] of edits) damaged[at] = byte;
      try {
        decodeRecordBatches(damaged, 0);
      } catch (error) {
        assert.ok(error instanceof Error);
      }
    }),
    { numRuns: 500 },
  );
});
