import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Fault } from "../../domain/fault.ts";
import type { Spool } from "../../domain/ports/spool.ts";
import type { LogRecord } from "../../domain/record.ts";
import { createCodec } from "../avro/codec.ts";
import { fullSamples } from "../avro/event-samples.ts";
import { openSpool, type SpoolOptions } from "./spool.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const codec = createCodec();
const unavailable = (error: unknown) => error instanceof Fault && error.code === "unavailable";

function record(sequence: number): LogRecord {
  return { type: "call_ended", key: "acme/ana", value: { ...fullSamples.call_ended, sequence }, timestampMs: sequence };
}

function folderFor(t: TestContext): string {
  const { folder, remove } = temporaryFolder();
  t.after(remove);
  return folder;
}

async function openIn(folder: string, options: Partial<SpoolOptions> = {}): Promise<Spool> {
  return openSpool({ folder, codec, bytesMax: 1024 * 1024, fsync: false, ...options });
}

async function drained(spool: Spool): Promise<readonly (readonly [topic: string, record: LogRecord])[]> {
  const all: [string, LogRecord][] = [];
  await spool.drain(async (topic, records) => {
    for (const each of records) all.push([topic, each]);
  });
  return all;
}

const segmentsOf = (folder: string) => readdirSync(folder).filter((file) => file.endsWith(".spool"));

test("what was put is handed over in order, by topic, and then forgotten", async (t) => {
  const folder = folderFor(t);
  const spool = await openIn(folder, { fsync: true });
  const tombstone: LogRecord = { type: "user_changed", key: "acme/☀", value: null, timestampMs: 4, headers: { source: "calls/0@7" } };
  await Promise.all([spool.put("calls", [record(1), record(2)]), spool.put("calls", [record(3)]), spool.put("users", [tombstone])]);
  await spool.put("calls", [record(5)]);
  assert.ok(spool.size() > 0);
  assert.deepStrictEqual(await drained(spool), [
    ["calls", record(1)],
    ["calls", record(2)],
    ["calls", record(3)],
    ["users", tombstone],
    ["calls", record(5)],
  ]);
  assert.equal(spool.size(), 0);
  assert.deepEqual(segmentsOf(folder), []);
  await spool.put("calls", [record(6)]);
  assert.deepStrictEqual(await drained(spool), [["calls", record(6)]]);
  await spool.close();
});

test("what was put is there after the spool is opened again", async (t) => {
  const folder = folderFor(t);
  const first = await openIn(folder);
  await first.put("calls", [record(1)]);
  await first.close();
  const second = await openIn(folder);
  await second.put("calls", [record(2)]);
  assert.deepStrictEqual(await drained(second), [
    ["calls", record(1)],
    ["calls", record(2)],
  ]);
  await second.close();
});

test("a rejected delivery stops there and goes on there", async (t) => {
  const spool = await openIn(folderFor(t), { segmentBytesMax: 400 });
  for (let sequence = 1; sequence <= 6; sequence++) await spool.put("calls", [record(sequence)]);
  const seen: number[] = [];
  const deliver = async (_topic: string, records: readonly LogRecord[]) => {
    const [first] = records;
    if (first?.timestampMs === 3 && !seen.includes(-3)) {
      seen.push(-3);
      throw new Error("not now");
    }
    seen.push(...records.map(({ timestampMs }) => timestampMs));
  };
  await assert.rejects(spool.drain(deliver), /not now/);
  await spool.drain(deliver);
  assert.deepEqual(seen, [1, 2, -3, 3, 4, 5, 6]);
  await spool.close();
});

test("records put while it drains are handed over too, none twice", async (t) => {
  const spool = await openIn(folderFor(t), { segmentBytesMax: 600 });
  const seen: number[] = [];
  for (let sequence = 0; sequence < 5; sequence++) await spool.put("calls", [record(sequence)]);
  const puts: Promise<void>[] = [];
  await spool.drain(async (_topic, records) => {
    if (puts.length < 5) puts.push(spool.put("calls", [record(5 + puts.length)]));
    seen.push(...records.map(({ timestampMs }) => timestampMs));
  });
  await Promise.all(puts);
  await spool.drain(async (_topic, records) => {
    seen.push(...records.map(({ timestampMs }) => timestampMs));
  });
  assert.deepEqual(
    seen,
    Array.from({ length: seen.length }, (_, index) => index),
  );
  assert.equal(seen.length, 5 + puts.length);
  await spool.close();
});

test("beyond its cap it refuses, and after draining it takes again", async (t) => {
  const spool = await openIn(folderFor(t), { bytesMax: 2_000 });
  await spool.put("calls", [record(1), record(2)]);
  await assert.rejects(
    spool.put(
      "calls",
      Array.from({ length: 10 }, (_, index) => record(index)),
    ),
    unavailable,
  );
  await spool.put("calls", [record(3)]);
  assert.equal((await drained(spool)).length, 3);
  await spool.put("calls", [record(4), record(5)]);
  assert.equal((await drained(spool)).length, 2);
  await spool.close();
});

test("a record that can't be encoded is refused with its neighbours", async (t) => {
  const spool = await openIn(folderFor(t));
  const bad = { ...record(2), value: { ...fullSamples.call_ended, sequence: "two" } } as unknown as LogRecord;
  await assert.rejects(spool.put("calls", [record(1), bad]), (error) => error instanceof Fault && error.code === "invalid");
  await spool.put("calls", [record(3)]);
  assert.deepStrictEqual(await drained(spool), [["calls", record(3)]]);
  await spool.close();
});

test("an end torn at any byte of the last frame loses that frame and no other, and writing goes on", async (t) => {
  const folder = folderFor(t);
  const original = join(folder, "original");
  const spool = await openIn(original);
  await spool.put("calls", [record(1), record(2)]);
  const before = spool.size();
  await spool.put("calls", [record(3)]);
  const after = spool.size();
  await spool.close();
  const [name] = segmentsOf(original);
  assert.ok(name);

  const copy = join(folder, "copy");
  mkdirSync(copy);
  for (let length = before; length < after; length++) {
    cpSync(join(original, name), join(copy, name));
    truncateSync(join(copy, name), length);
    const torn = await openIn(copy);
    assert.equal(torn.size(), before);
    assert.equal(statSync(join(copy, name)).size, before);
    await torn.put("calls", [record(4)]);
    const sequences = (await drained(torn)).map(([, { timestampMs }]) => timestampMs);
    assert.deepEqual(sequences, [1, 2, 4], `cut at ${length}`);
    await torn.close();
  }
});

test("damage in the middle is cut off, kept beside and told", async (t) => {
  const folder = folderFor(t);
  const spool = await openIn(folder);
  for (let sequence = 1; sequence <= 3; sequence++) await spool.put("calls", [record(sequence)]);
  const third = spool.size() / 3;
  await spool.close();
  const [name] = segmentsOf(folder);
  const file = join(folder, name ?? "");
  const bytes = readFileSync(file);
  bytes[Math.floor(third * 1.5)] = 0xff;
  writeFileSync(file, bytes);

  const told: [string, number][] = [];
  const opened = await openIn(folder, { damaged: (...what) => told.push(what) });
  assert.deepStrictEqual(await drained(opened), [["calls", record(1)]]);
  assert.deepEqual(told, [[`${file}.damaged`, third * 2]]);
  assert.equal(statSync(`${file}.damaged`).size, third * 2);
  await opened.close();
});

test("where a segment can't be made it refuses, and takes again once it can", async (t) => {
  const folder = folderFor(t);
  const spool = await openIn(folder);
  // A folder in the place of the next segment: it works for root too, whom permissions do not stop.
  const inTheWay = join(folder, "000000000001.spool");
  mkdirSync(inTheWay);
  await assert.rejects(spool.put("calls", [record(1)]), unavailable);
  rmSync(inTheWay, { recursive: true });
  await spool.put("calls", [record(2)]);
  assert.deepStrictEqual(await drained(spool), [["calls", record(2)]]);
  await spool.close();
});

test("the files are readable by their owner only", async (t) => {
  const folder = folderFor(t);
  chmodSync(folder, 0o755);
  const spool = await openIn(join(folder, "spool"));
  await spool.put("calls", [record(1)]);
  const [name] = segmentsOf(join(folder, "spool"));
  assert.equal(statSync(join(folder, "spool", name ?? "")).mode & 0o077, 0);
  assert.equal(statSync(join(folder, "spool")).mode & 0o077, 0);
  await spool.close();
});

test("a second opener is refused until the first has closed", async (t) => {
  const folder = folderFor(t);
  const first = await openIn(folder);
  await assert.rejects(openIn(folder), (error) => error instanceof Fault && error.code === "conflict" && error.message.includes(folder));
  await first.close();
  await (await openIn(folder)).close();
});

test("a closed spool refuses", async (t) => {
  const spool = await openIn(folderFor(t));
  const put = spool.put("calls", [record(1)]);
  await Promise.all([spool.close(), put]);
  await assert.rejects(spool.put("calls", [record(1)]), unavailable);
});
