import assert from "node:assert/strict";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Fault, type FaultCode } from "../../domain/fault.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { LogRecord, StoredRecord, Topic } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { createCodec } from "../avro/codec.ts";
import { fullSamples } from "../avro/event-samples.ts";
import { type EmbeddedStore, type EmbeddedStoreOptions, openEmbeddedStore } from "./store.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const codec = createCodec();
const day = 24 * 60 * 60_000;
const startMs = Date.UTC(2026, 6, 28);

const opened = new WeakMap<TestContext, EmbeddedStore[]>();

/** A folder that is removed after the stores in it have been closed: `after` hooks run in the order in which they were given. */
function folderFor(t: TestContext): string {
  const { folder, remove } = temporaryFolder();
  const stores: EmbeddedStore[] = [];
  opened.set(t, stores);
  t.after(async () => {
    await Promise.all(stores.map((store) => store.close()));
    remove();
  });
  return folder;
}

async function openIn(t: TestContext, folder: string, options: Partial<EmbeddedStoreOptions> = {}): Promise<EmbeddedStore> {
  const store = await openEmbeddedStore({ folder, codec, nowMs: () => startMs, ...options });
  opened.get(t)?.push(store);
  return store;
}

function user(id: string, timestampMs = startMs): LogRecord<"user_changed"> {
  return { type: "user_changed", key: `acme/${id}`, value: { ...fullSamples.user_changed, userId: id }, timestampMs };
}

function gone(id: string, timestampMs = startMs): LogRecord<"user_changed"> {
  return { type: "user_changed", key: `acme/${id}`, value: null, timestampMs };
}

function ended(sequence: number, timestampMs = startMs): LogRecord<"call_ended"> {
  return { type: "call_ended", key: "acme/ana", value: { ...fullSamples.call_ended, sequence }, timestampMs };
}

const all = (log: EventLog, topic: Topic): Promise<readonly StoredRecord[]> =>
  log.read(topic, { partition: 0, from: 0, recordsMax: 100_000 });

/** Waits for the writer's thread to have done what it does by itself. */
async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await setImmediate();
}

function fault(code: FaultCode, ...parts: readonly string[]) {
  return (error: unknown) =>
    error instanceof Fault && error.code === code && parts.every((part) => `${error.message} ${error.next}`.includes(part));
}

test("records, positions of groups and states survive a restart, and offsets go on", async (t) => {
  const folder = folderFor(t);
  const first = await openIn(t, folder);
  await first.log.append(topics.users, [user("ana"), user("bob")]);
  await first.states.commit("usage/0", { puts: new Map([["a", "1"]]), deletes: [], positions: new Map([["users/0", 2]]) });
  const subscription = await first.log.subscribe([topics.users], { from: "start", group: "view" }, () => undefined);
  await subscription.caughtUp();
  await first.close();

  const second = await openIn(t, folder);
  assert.deepEqual(await second.log.extent(topics.users), [{ partition: 0, start: 0, end: 2 }]);
  assert.deepEqual(await second.states.load("usage/0"), { entries: new Map([["a", "1"]]), positions: new Map([["users/0", 2]]) });
  assert.deepEqual(await second.log.append(topics.users, [user("cid")]), [{ partition: 0, offset: 2 }]);
  const seen: string[] = [];
  const again = await second.log.subscribe([topics.users], { from: "start", group: "view" }, (records) => {
    seen.push(...records.map(({ key }) => key));
  });
  await again.caughtUp();
  assert.deepEqual(seen, ["acme/cid"]);
});

test("a topic keeps the number of partitions that it was made with", async (t) => {
  const folder = folderFor(t);
  const first = await openIn(t, folder, { partitionsMax: 3 });
  await first.log.append(topics.calls, [ended(1)]);
  await first.close();
  const second = await openIn(t, folder, { partitionsMax: 8 });
  assert.equal((await second.log.extent(topics.calls)).length, 3);
  assert.equal((await second.log.extent(topics.usage)).length, 8);
  assert.equal((await second.log.extent(topics.users)).length, 1);
});

test("a second opener is refused with the folder and what to do, and let in after a close", async (t) => {
  const folder = folderFor(t);
  const first = await openIn(t, folder);
  await assert.rejects(openIn(t, folder), fault("conflict", folder, "Stop that process"));
  await first.log.append(topics.users, [user("ana")]);
  await first.close();
  const second = await openIn(t, folder);
  assert.equal((await all(second.log, topics.users)).length, 1);
});

test("a folder that can't be one is refused", async (t) => {
  const folder = folderFor(t);
  writeFileSync(join(folder, "file"), "");
  await assert.rejects(openIn(t, join(folder, "file")), fault("unavailable", folder));
  mkdirSync(join(folder, "broken"));
  writeFileSync(join(folder, "broken", "log.db"), "this is no database, and long enough for one to be looked for ".repeat(20));
  await assert.rejects(openIn(t, join(folder, "broken")), fault("unavailable", folder));
});

test("a folder of a later format is refused and left as it is", async (t) => {
  const folder = folderFor(t);
  await (await openIn(t, folder)).close();
  const database = new DatabaseSync(join(folder, "log.db"));
  database.exec("PRAGMA user_version = 99");
  database.close();
  await assert.rejects(openIn(t, folder), fault("unsupported", "99"));
});

test("the files are readable by their owner only", async (t) => {
  const folder = folderFor(t);
  const store = await openIn(t, folder);
  await store.log.append(topics.users, [user("ana")]);
  for (const file of readdirSync(folder).filter((name) => name.startsWith("log.db"))) {
    assert.equal(statSync(join(folder, file)).mode & 0o077, 0, file);
  }
});

test("while the file is locked appends are refused, and afterwards they work again by themselves", async (t) => {
  const folder = folderFor(t);
  const store = await openIn(t, folder, { busyMs: 10 });
  await store.log.append(topics.users, [user("ana")]);
  const backup = new DatabaseSync(join(folder, "log.db"));
  backup.exec("BEGIN IMMEDIATE");
  const refused = await Promise.allSettled([
    store.log.append(topics.users, [user("bob")]),
    store.log.append(topics.calls, [ended(1)]),
    store.states.commit("usage/0", { puts: new Map([["a", "1"]]), deletes: [], positions: new Map() }),
  ]);
  for (const result of refused) assert.ok(result.status === "rejected" && fault("unavailable", "locked")(result.reason));
  backup.exec("ROLLBACK");
  backup.close();

  assert.deepEqual(await store.log.append(topics.users, [user("cid")]), [{ partition: 0, offset: 1 }]);
  assert.deepEqual(await store.log.append(topics.calls, [ended(2)]), [{ partition: 0, offset: 0 }]);
  assert.deepEqual(
    (await all(store.log, topics.users)).map(({ key }) => key),
    ["acme/ana", "acme/cid"],
  );
  assert.deepEqual((await store.states.load("usage/0")).entries, new Map());
});

test("an append waits for no pause because processors have committed their states", async (t) => {
  const { log, states } = await openIn(t, folderFor(t), { flushMs: 3_600_000 });
  const change = { puts: new Map([["entry", "value"]]), deletes: [], positions: new Map() };
  await Promise.all(Array.from({ length: 8 }, (_, index) => states.commit(`task/${index}`, change)));
  await log.append(topics.users, [user("ana")]);
  assert.equal((await all(log, topics.users)).length, 1);
});

test("when the room is used up appends are refused, and retention makes room again", async (t) => {
  const folder = folderFor(t);
  const store = await openIn(t, folder, { bytesMax: 400_000 });
  let appended = 0;
  const fill = async () => {
    for (;;) {
      await store.log.append(
        topics.calls,
        Array.from({ length: 100 }, (_, index) => ended(index)),
      );
      appended += 100;
    }
  };
  await assert.rejects(fill(), fault("unavailable", "full"));
  assert.ok(appended > 500);
  assert.equal((await all(store.log, topics.calls)).length, appended);
  await store.close();

  const later = await openIn(t, folder, { bytesMax: 400_000, nowMs: () => startMs + 31 * day });
  await eventually(async () => (await later.log.extent(topics.calls))[0]?.start === appended);
  assert.deepEqual(await later.log.append(topics.calls, [ended(1, startMs + 31 * day)]), [{ partition: 0, offset: appended }]);
});

test("retention removes what is older than the topic keeps, in whole chunks, and reading goes on behind it", async (t) => {
  const folder = folderFor(t);
  const first = await openIn(t, folder, { batchRecordsMax: 10 });
  for (let index = 0; index < 4; index++) {
    await first.log.append(
      topics.calls,
      Array.from({ length: 25 }, (_, sequence) => ended(sequence, startMs + index * 10 * day)),
    );
  }
  await first.close();

  const nowMs = startMs + 45 * day;
  const store = await openIn(t, folder, { nowMs: () => nowMs });
  await eventually(async () => (await store.log.extent(topics.calls))[0]?.start !== 0);
  assert.deepEqual(await store.log.extent(topics.calls), [{ partition: 0, start: 50, end: 100 }]);
  const seen: number[] = [];
  const subscription = await store.log.subscribe([topics.calls], { from: "start" }, (records) => {
    seen.push(...records.map(({ offset }) => offset));
  });
  await subscription.caughtUp();
  assert.deepEqual(
    seen,
    Array.from({ length: 50 }, (_, index) => 50 + index),
  );
});

test("compaction keeps the last record of every key, with its offset, over all chunks", async (t) => {
  const folder = folderFor(t);
  const first = await openIn(t, folder, { batchRecordsMax: 8 });
  const expected = new Map<string, number>();
  for (let round = 0; round < 20; round++) {
    const written = await first.log.append(topics.users, [user(`${round % 7}`), user("same"), user(`${round}-only`)]);
    for (const [index, id] of [`${round % 7}`, "same", `${round}-only`].entries()) expected.set(`acme/${id}`, written[index]?.offset ?? -1);
  }
  await first.close();

  const store = await openIn(t, folder);
  await eventually(async () => (await all(store.log, topics.users)).length === expected.size);
  const kept = await all(store.log, topics.users);
  assert.deepEqual(new Map(kept.map(({ key, offset }) => [key, offset])), expected);
  assert.deepEqual(
    kept.map(({ offset }) => offset),
    [...expected.values()].sort((a, b) => a - b),
  );
  for (const { key, value } of kept) assert.equal((value as { userId: string }).userId, key.slice("acme/".length));
  const from = kept[10]?.offset ?? -1;
  assert.deepEqual(
    (await store.log.read(topics.users, { partition: 0, from, recordsMax: 5 })).map(({ offset }) => offset),
    kept.slice(10, 15).map(({ offset }) => offset),
  );
  assert.deepEqual(await store.log.append(topics.users, [user("next")]), [{ partition: 0, offset: 60 }]);
  const subscription = await store.log.subscribe([topics.users], { from: "start" }, () => undefined);
  await subscription.caughtUp();
  assert.equal(subscription.lag(), 0);
});

test("a tombstone is kept for a day, then forgotten with its key, and its offset is never used again", async (t) => {
  const folder = folderFor(t);
  const first = await openIn(t, folder);
  await first.log.append(topics.users, [user("ana"), user("bob"), gone("ana"), gone("bob", startMs + day)]);
  await first.close();

  const second = await openIn(t, folder, { nowMs: () => startMs + day / 2 });
  await eventually(async () => (await all(second.log, topics.users)).length === 2);
  assert.deepEqual(
    (await all(second.log, topics.users)).map(({ key, value }) => [key, value]),
    [
      ["acme/ana", null],
      ["acme/bob", null],
    ],
  );
  await second.close();

  const third = await openIn(t, folder, { nowMs: () => startMs + 3 * day });
  await eventually(async () => (await all(third.log, topics.users)).length === 0);
  await eventually(async () => (await third.log.extent(topics.users))[0]?.start === 4);
  await third.close();

  const fourth = await openIn(t, folder);
  assert.deepEqual(await fourth.log.extent(topics.users), [{ partition: 0, start: 4, end: 4 }]);
  const handled: number[] = [];
  const subscription = await fourth.log.subscribe(
    [topics.users],
    { from: "start" },
    (records) => void handled.push(...records.map(({ offset }) => offset)),
  );
  await subscription.caughtUp();
  assert.deepEqual(await fourth.log.append(topics.users, [user("ana")]), [{ partition: 0, offset: 4 }]);
  await subscription.reached(topics.users, { partition: 0, offset: 4 });
  assert.deepEqual(handled, [4]);
});

test("a group is subscribed to a topic once at a time", async (t) => {
  const { log } = await openIn(t, folderFor(t));
  const first = await log.subscribe([topics.users, topics.keys], { from: "start", group: "view" }, () => undefined);
  await assert.rejects(
    log.subscribe([topics.keys], { from: "start", group: "view" }, () => undefined),
    fault("conflict", "view"),
  );
  const other = await log.subscribe([topics.calls], { from: "start", group: "view" }, () => undefined);
  await first.close();
  const again = await log.subscribe([topics.keys], { from: "start", group: "view" }, () => undefined);
  await Promise.all([again.close(), other.close()]);
});

test("close waits for the batch that is being handled, and keeps its position", async (t) => {
  const folder = folderFor(t);
  const first = await openIn(t, folder);
  await first.log.append(topics.users, [user("ana"), user("bob")]);
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const { promise: gate, resolve: finish } = Promise.withResolvers<void>();
  await first.log.subscribe([topics.users], { from: "start", group: "view", recordsMax: 1 }, async () => {
    start();
    await gate;
  });
  await started;
  const closed = first.close();
  finish();
  await closed;

  const second = await openIn(t, folder);
  const seen: string[] = [];
  const subscription = await second.log.subscribe([topics.users], { from: "start", group: "view" }, (records) => {
    seen.push(...records.map(({ key }) => key));
  });
  await subscription.caughtUp();
  assert.deepEqual(seen, ["acme/bob"]);
});

test("a store whose folder vanished still closes, and leaves nothing running", async (t) => {
  const { folder, remove } = temporaryFolder();
  t.after(remove);
  const store = await openEmbeddedStore({ folder, codec });
  remove();
  const appended = assert.rejects(store.log.append(topics.users, [user("ana")]), fault("unavailable"));
  await store.log.subscribe([topics.users], { from: "end", group: "view" }, () => undefined);
  await appended;
  await store.close();
});
