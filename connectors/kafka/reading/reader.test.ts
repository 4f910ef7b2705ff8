import assert from "node:assert/strict";
import { test } from "node:test";
import type { RawRecord } from "../wire/record-batch.ts";
import { type ReaderOptions, startReader } from "./reader.ts";

const raw = (offset: number): RawRecord => ({ offset, timestampMs: 0, key: null, value: null, headers: undefined });
const raws = (from: number, count: number) => Array.from({ length: count }, (_, index) => raw(from + index));

function open(options: Partial<ReaderOptions> = {}) {
  const batches: number[][] = [];
  const moves: number[] = [];
  const skipped: number[] = [];
  const reader = startReader({
    topic: "calls",
    partition: 0,
    from: 0,
    end: 0,
    recordsMax: 2,
    async handle(records) {
      batches.push(records.map(({ offset }) => offset));
    },
    moved: (next) => void moves.push(next),
    wake: () => undefined,
    onSkipped: (records) => void skipped.push(records),
    ...options,
  });
  return { reader, batches, moves, skipped };
}

/** Resolves when `reader` has handled everything before `next`. */
async function handled(reader: ReturnType<typeof startReader>, next: number): Promise<void> {
  while (reader.handled() < next) await new Promise((resolve) => setImmediate(resolve));
}

test("what was fetched is handed over in batches, and gaps at its end are passed", async () => {
  const { reader, batches, moves } = open();
  reader.cursor.take({ records: raws(0, 5), next: 9, bytes: 100 }, 12);
  assert.equal(reader.cursor.next(), 9);
  await handled(reader, 9);
  assert.deepEqual(batches, [[0, 1], [2, 3], [4]]);
  assert.deepEqual(moves, [2, 4, 9]);
  assert.equal(reader.lag(), 3);
});

test("an answer without records moves on where compaction has emptied it", () => {
  const { reader, moves } = open();
  reader.cursor.take({ records: [], next: 7, bytes: 61 }, 7);
  assert.deepEqual(moves, [7]);
  assert.equal(reader.lag(), 0);
});

test("nothing more is wanted while much waits; the lag grows all the same", async () => {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>();
  const { reader } = open({ recordsMax: 1_000, handle: () => gate });
  assert.ok(reader.cursor.wants());
  reader.cursor.take({ records: raws(0, 2_000), next: 2_000, bytes: 100 }, 2_000);
  assert.ok(!reader.cursor.wants());
  reader.cursor.sawEnd(5_000);
  assert.equal(reader.lag(), 5_000);
  release();
  await handled(reader, 2_000);
  assert.ok(reader.cursor.wants());
});

test("what waits is measured as it is in memory, however small it was on the way", async () => {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>();
  const { reader } = open({ handle: () => gate });
  const large = raws(0, 5).map((record) => ({ ...record, value: Buffer.alloc(1024 * 1024) }));
  reader.cursor.take({ records: large, next: 5, bytes: 1_000 }, 5);
  assert.ok(!reader.cursor.wants());
  release();
  await handled(reader, 4);
  assert.ok(reader.cursor.wants());
});

test("what retention took is told and passed; what the brokers lost is not waited for", () => {
  const { reader, skipped } = open({ from: 10 });
  reader.cursor.moved({ start: 25, end: 40 });
  assert.deepEqual(skipped, [15]);
  assert.equal(reader.cursor.next(), 25);
  assert.equal(reader.handled(), 25);
  const ahead = open({ from: 100 });
  ahead.reader.cursor.moved({ start: 0, end: 40 });
  assert.equal(ahead.reader.cursor.next(), 40);
});

test("a closed reader finishes the batch in hand and begins no other", async () => {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>();
  const seen: number[] = [];
  const { reader } = open({
    async handle(records) {
      seen.push(...records.map(({ offset }) => offset));
      await gate;
    },
  });
  reader.cursor.take({ records: raws(0, 4), next: 4, bytes: 1 }, 4);
  const closed = reader.close();
  release();
  await closed;
  assert.deepEqual(seen, [0, 1]);
});
