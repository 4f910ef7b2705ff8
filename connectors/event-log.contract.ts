import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Events } from "../domain/events.ts";
import { Fault } from "../domain/fault.ts";
import type { EventLog, GroupMember, Membership } from "../domain/ports/event-log.ts";
import { readBetween } from "../domain/read-past.ts";
import type { LogRecord, RecordPlace, StoredRecord } from "../domain/record.ts";
import { topics } from "../domain/topics.ts";
import { until } from "../tests/e2e/until.ts";
import type { Codec } from "./avro/codec.ts";
import { fullSamples } from "./avro/event-samples.ts";

/** Young enough for every topic to keep it. */
const timestampMs = Date.now();

type Ended = LogRecord<"call_ended">;

/** A record of `calls` whose `sequence` tells it from the others. */
function ended(key: string, sequence: number): Ended {
  return { type: "call_ended", key, value: { ...fullSamples.call_ended, sequence }, timestampMs: timestampMs + sequence };
}

/** Whether a record of `calls` is one that the logs of this contract can't decode. */
export function isUnreadable({ value }: Pick<StoredRecord, "value">): boolean {
  return value !== null && "upstream" in value && value.upstream === "unreadable";
}

/** A codec that does not know what stands for the events of another version. */
export function unreading(codec: Codec): Codec {
  return {
    ...codec,
    decode(bytes) {
      const event = codec.decode(bytes);
      if (isUnreadable(event)) throw new Fault("invalid", "no such schema is known");
      return event;
    },
  };
}

function sequenceOf({ value }: Pick<StoredRecord, "value">): number {
  return (value as Events["call_ended"]).sequence;
}

/** Keeps what a subscription hands over, and lets a test wait for a number of records. */
function collector() {
  const records: StoredRecord[] = [];
  const batches: StoredRecord[][] = [];
  const waiters: { readonly count: number; readonly resolve: () => void }[] = [];
  return {
    records,
    batches,
    handle(batch: readonly StoredRecord[]): void {
      batches.push([...batch]);
      records.push(...batch);
      for (const { count, resolve } of waiters) if (records.length >= count) resolve();
    },
    count: (count: number) => new Promise<void>((resolve) => (records.length >= count ? resolve() : waiters.push({ count, resolve }))),
  };
}

/** A member of a group that keeps its positions as a processor would, and lets a test wait for what it says. */
function member(positions: Map<string, number> = new Map()) {
  const owned = new Map<number, number>();
  const records: StoredRecord[] = [];
  const waiters: (() => void)[] = [];
  const changed = () => {
    for (const look of waiters) look();
  };
  const place = (topic: string, partition: number) => `${topic}/${partition}`;
  const callbacks: GroupMember = {
    async assigned(partition, epoch) {
      owned.set(partition, epoch);
      changed();
      return new Map(
        [topics.calls, topics.leases].flatMap(({ name }) => {
          const next = positions.get(place(name, partition));
          return next === undefined ? [] : [[name, next] as const];
        }),
      );
    },
    async revoked(partition) {
      owned.delete(partition);
      changed();
    },
    async undecodable() {
      assert.fail("everything on this log can be decoded");
    },
    async records(partition, batch) {
      for (const record of batch) {
        assert.equal(record.partition, partition);
        positions.set(place(record.topic, partition), record.offset + 1);
      }
      records.push(...batch);
      changed();
    },
  };
  return {
    callbacks,
    owned,
    records,
    positions,
    when: (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => holds() && resolve();
        waiters.push(look);
        look();
      }),
  };
}

/** What every `EventLog` promises. `open` gives an empty log, in which topics have as many partitions as they like. */
export function eventLogContract(name: string, open: () => Promise<EventLog>): void {
  async function openFor(t: TestContext): Promise<EventLog> {
    const log = await open();
    t.after(() => log.close());
    return log;
  }

  async function everything(log: EventLog): Promise<readonly StoredRecord[]> {
    const found: StoredRecord[] = [];
    for (const { partition, start, end } of await log.extent(topics.calls)) {
      found.push(...(await log.read(topics.calls, { partition, from: start, recordsMax: end - start })));
    }
    return found;
  }

  describe(`${name} keeps the event log contract`, { concurrency: 4 }, () => {
    test("an unwritten topic is empty", async (t) => {
      const log = await openFor(t);
      for (const { start, end } of await log.extent(topics.calls)) assert.deepEqual([start, end], [0, 0]);
      assert.deepEqual(await log.read(topics.users, { partition: 0, from: 0, recordsMax: 10 }), []);
      assert.deepEqual(await log.append(topics.users, []), []);
    });

    test("append tells the place of each record, and there it is read", async (t) => {
      const log = await openFor(t);
      const records = Array.from({ length: 40 }, (_, index) => ended(`acme/user-${index % 7}`, index));
      const positions = await log.append(topics.calls, records);
      assert.equal(positions.length, records.length);
      for (const [index, { partition, offset }] of positions.entries()) {
        const [found] = await log.read(topics.calls, { partition, from: offset, recordsMax: 1 });
        assert.deepStrictEqual(found, { ...records[index], topic: "calls", partition, offset });
      }
    });

    test("records go to the partition that is told, whatever their keys", async (t) => {
      const log = await openFor(t);
      const records = Array.from({ length: 9 }, (_, index) => ended(`acme/user-${index}`, index));
      for (const { partition } of await log.extent(topics.calls)) {
        const positions = await log.append(topics.calls, records, { partition });
        assert.deepEqual(
          positions.map((position) => position.partition),
          Array(9).fill(partition),
        );
        const read = await log.read(topics.calls, { partition, from: positions[0]?.offset ?? 0, recordsMax: 9 });
        assert.deepEqual(read.map(sequenceOf), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
      }
      await assert.rejects(
        log.append(topics.calls, records, { partition: 99 }),
        (error) => error instanceof Fault && error.code === "not-found",
      );
    });

    test("records of one key share a partition and keep their order", async (t) => {
      const log = await openFor(t);
      const keys = Array.from({ length: 20 }, (_, index) => `acme/é-${index}`);
      for (let round = 0; round < 5; round++) {
        await log.append(
          topics.calls,
          keys.map((key) => ended(key, round)),
        );
      }
      const found = await everything(log);
      for (const key of keys) {
        const own = found.filter((record) => record.key === key);
        assert.deepEqual(own.map(sequenceOf), [0, 1, 2, 3, 4]);
        assert.equal(new Set(own.map(({ partition }) => partition)).size, 1);
      }
    });

    test("offsets of a partition are contiguous as appended, and extent has the next one", async (t) => {
      const log = await openFor(t);
      const offsets: number[] = [];
      for (let sequence = 0; sequence < 6; sequence++) {
        for (const { offset } of await log.append(topics.calls, [ended("acme/ana", sequence), ended("acme/ana", sequence)]))
          offsets.push(offset);
      }
      const first = offsets[0] ?? 0;
      assert.deepEqual(
        offsets,
        Array.from({ length: 12 }, (_, index) => first + index),
      );
      const extents = await log.extent(topics.calls);
      assert.equal(Math.max(...extents.map(({ end }) => end)), first + 12);
    });

    test("read begins at its offset, ends at its number, and finds nothing behind the end", async (t) => {
      const log = await openFor(t);
      const records = Array.from({ length: 25 }, (_, index) => ended("acme/ana", index));
      const [{ partition, offset } = { partition: 0, offset: 0 }] = await log.append(topics.calls, records);
      const read = async (from: number, recordsMax: number) =>
        (await log.read(topics.calls, { partition, from: offset + from, recordsMax })).map(sequenceOf);
      assert.deepEqual(await read(10, 3), [10, 11, 12]);
      assert.deepEqual(await read(23, 10), [23, 24]);
      assert.deepEqual(await read(25, 10), []);
      assert.deepEqual(await read(1_000, 10), []);
    });

    test("tombstones, headers and odd keys come back as they were", async (t) => {
      const log = await openFor(t);
      const records: LogRecord<"user_changed">[] = [
        { type: "user_changed", key: "acme/ana", value: null, timestampMs },
        {
          type: "user_changed",
          key: "acme/☀ 'x'",
          value: fullSamples.user_changed,
          timestampMs: timestampMs + 0.5,
          headers: { source: "calls/0@7", é: "" },
        },
        { type: "user_changed", key: "", value: null, timestampMs, headers: { traceparent: "00-1" } },
      ];
      for (const record of records) {
        const [{ partition, offset } = { partition: 0, offset: 0 }] = await log.append(topics.users, [record]);
        const [found] = await log.read(topics.users, { partition, from: offset, recordsMax: 1 });
        // Milliseconds are whole on some logs.
        const { timestampMs: writtenMs, ...rest } = record;
        assert.partialDeepStrictEqual(found, rest);
        assert.equal(Math.floor(found?.timestampMs ?? -1), Math.floor(writtenMs));
        assert.equal(found !== undefined && "headers" in found, "headers" in record);
      }
    });

    test("a record that does not fit its schema, its key or its topic is refused together with its neighbours", async (t) => {
      const log = await openFor(t);
      const good = ended("acme/ana", 1);
      const bad = [
        { ...good, value: { ...good.value, sequence: "one" } } as unknown as Ended,
        { ...good, key: "k".repeat(513) },
        { ...good, type: "user_changed", value: fullSamples.user_changed } as unknown as Ended,
      ];
      for (const record of bad) {
        await assert.rejects(log.append(topics.calls, [good, record, good]), (error) => error instanceof Fault && error.code === "invalid");
      }
      await log.append(topics.calls, [ended("acme/ana", 2)]);
      assert.deepEqual((await everything(log)).map(sequenceOf), [2]);
    });

    test("concurrent appends are all there once, each in its own order", async (t) => {
      const log = await openFor(t);
      const writers = Array.from({ length: 30 }, async (_, writer) => {
        for (let round = 0; round < 4; round++) {
          await log.append(topics.calls, [ended(`acme/${writer}`, round * 2), ended(`acme/${writer}`, round * 2 + 1)]);
        }
      });
      await Promise.all(writers);
      const found = await everything(log);
      assert.equal(found.length, 240);
      for (let writer = 0; writer < 30; writer++) {
        assert.deepEqual(found.filter(({ key }) => key === `acme/${writer}`).map(sequenceOf), [0, 1, 2, 3, 4, 5, 6, 7]);
      }
    });

    test("large records and many at once pass", async (t) => {
      const log = await openFor(t);
      const value = { ...fullSamples.server_changed, definition: "x".repeat(700_000) };
      await log.append(topics.servers, [{ type: "server_changed", key: "acme/big", value, timestampMs }]);
      assert.deepEqual(
        (await log.read(topics.servers, { partition: 0, from: 0, recordsMax: 2 })).map((record) => record.value),
        [value],
      );
      await log.append(
        topics.calls,
        Array.from({ length: 1_500 }, (_, index) => ended("acme/ana", index)),
      );
      assert.deepEqual(
        (await everything(log)).map(sequenceOf),
        Array.from({ length: 1_500 }, (_, index) => index),
      );
    });

    test("a subscription from the start is handed what was there and what comes, in order", async (t) => {
      const log = await openFor(t);
      const { records, handle, count } = collector();
      await log.append(topics.calls, [ended("acme/ana", 0), ended("acme/ana", 1)]);
      const subscription = await log.subscribe([topics.calls], { from: "start" }, handle);
      await count(2);
      await log.append(topics.calls, [ended("acme/ana", 2)]);
      await count(3);
      assert.deepEqual(records.map(sequenceOf), [0, 1, 2]);
      await subscription.close();
    });

    test("a subscription from the end is handed only what comes", async (t) => {
      const log = await openFor(t);
      const { records, handle, count } = collector();
      await log.append(topics.calls, [ended("acme/ana", 0)]);
      const subscription = await log.subscribe([topics.calls], { from: "end" }, handle);
      await log.append(topics.calls, [ended("acme/ana", 1)]);
      await count(1);
      assert.deepEqual(records.map(sequenceOf), [1]);
      await subscription.close();
    });

    test("a batch is of one partition and no larger than asked for", async (t) => {
      const log = await openFor(t);
      const { batches, handle, count } = collector();
      const records = Array.from({ length: 50 }, (_, index) => ended(`acme/${index}`, index));
      await log.append(topics.calls, records);
      const subscription = await log.subscribe([topics.calls], { from: "start", recordsMax: 4 }, handle);
      await count(50);
      for (const batch of batches) {
        assert.ok(batch.length <= 4);
        assert.equal(new Set(batch.map(({ partition }) => partition)).size, 1);
      }
      await subscription.close();
    });

    test("one subscription reads many topics", async (t) => {
      const log = await openFor(t);
      const { records, handle, count } = collector();
      await log.append(topics.users, [{ type: "user_changed", key: "acme/ana", value: fullSamples.user_changed, timestampMs }]);
      const subscription = await log.subscribe([topics.users, topics.calls], { from: "start" }, handle);
      await log.append(topics.calls, [ended("acme/ana", 1)]);
      await count(2);
      assert.deepEqual(records.map(({ topic, type }) => `${topic} ${type}`).sort(), ["calls call_ended", "users user_changed"]);
      await subscription.close();
    });

    test("a group goes on behind its last resolved batch, whatever `from` says", async (t) => {
      const log = await openFor(t);
      const first = collector();
      await log.append(topics.calls, [ended("acme/ana", 0), ended("acme/ana", 1)]);
      const before = await log.subscribe([topics.calls], { from: "start", group: "usage" }, first.handle);
      await first.count(2);
      await before.caughtUp();
      await before.close();

      await log.append(topics.calls, [ended("acme/ana", 2), ended("acme/ana", 3)]);
      const second = collector();
      const after = await log.subscribe([topics.calls], { from: "end", group: "usage" }, second.handle);
      await second.count(2);
      assert.deepEqual(second.records.map(sequenceOf), [2, 3]);

      const other = collector();
      const others = await log.subscribe([topics.calls], { from: "start", group: "limits" }, other.handle);
      await other.count(4);
      await Promise.all([after.close(), others.close()]);
    });

    test("a group that began at the end misses nothing while it is away", async (t) => {
      const log = await openFor(t);
      await log.append(topics.calls, [ended("acme/ana", 0)]);
      const before = await log.subscribe([topics.calls], { from: "end", group: "usage" }, () => undefined);
      await before.close();
      await log.append(topics.calls, [ended("acme/ana", 1)]);
      const { records, handle, count } = collector();
      const after = await log.subscribe([topics.calls], { from: "end", group: "usage" }, handle);
      await count(1);
      assert.deepEqual(records.map(sequenceOf), [1]);
      await after.close();
    });

    test("a rejected batch is handed over again, and later records wait for it", async (t) => {
      const log = await openFor(t);
      const { records, handle, count } = collector();
      let attempts = 0;
      await log.append(topics.calls, [ended("acme/ana", 0)]);
      const subscription = await log.subscribe([topics.calls], { from: "start", recordsMax: 1 }, async (batch) => {
        await log.extent(topics.calls);
        if (attempts++ === 0) throw new Error("not now");
        handle(batch);
      });
      await log.append(topics.calls, [ended("acme/ana", 1)]);
      await count(2);
      assert.deepEqual(records.map(sequenceOf), [0, 1]);
      assert.equal(attempts, 3);
      await subscription.close();
    });

    for (const group of [undefined, "passing"]) {
      const who = group === undefined ? "a subscription" : "a group";
      test(`what can't be decoded is passed over by ${who} once it takes that, and waited for until then; reads go past it`, async (t) => {
        const log = await openFor(t);
        const unreadable = { ...ended("acme/ana", 1), value: { ...fullSamples.call_ended, upstream: "unreadable" } };
        const places = await log.append(topics.calls, [ended("acme/ana", 0), unreadable, ended("acme/ana", 2)]);
        const [{ partition, offset } = assert.fail()] = places;
        const [passing, waiting] = [collector(), collector()];
        const passed: RecordPlace[] = [];
        let refusals = 1;
        const undecodable = (place: RecordPlace, { code }: Fault) => {
          refusals -= 1;
          if (refusals >= 0) throw new Error("not now");
          assert.equal(code, "invalid");
          passed.push(place);
        };
        const named = group === undefined ? {} : { group };
        const passes = await log.subscribe([topics.calls], { from: "start", undecodable, ...named }, passing.handle);
        const never = () => Promise.reject(new Error("never"));
        const waits = await log.subscribe([topics.calls], { from: "start", undecodable: never }, waiting.handle);
        await Promise.all([passing.count(2), waiting.count(1)]);
        await passes.reached(topics.calls, { partition, offset: offset + 2 });
        assert.deepEqual(passing.records.map(sequenceOf), [0, 2]);
        assert.deepEqual(passed, [{ topic: "calls", partition, offset: offset + 1 }]);
        assert.deepEqual(waiting.records.map(sequenceOf), [0]);
        assert.ok(waits.lag() >= 2);
        const read = await readBetween(log, topics.calls, { partition, from: offset, until: offset + 3 });
        assert.deepEqual(read.map(sequenceOf), [0, 2]);
        const whole = log.read(topics.calls, { partition, from: offset, recordsMax: 3 });
        await assert.rejects(whole, (reason: Fault) => reason.code === "invalid" && reason.offset === offset + 1);
      });
    }

    test("one batch of a partition is under way at a time", async (t) => {
      const log = await openFor(t);
      const { handle, count } = collector();
      let underWay = 0;
      let most = 0;
      const subscription = await log.subscribe([topics.users], { from: "start", recordsMax: 2 }, async (batch) => {
        most = Math.max(most, ++underWay);
        await log.extent(topics.users);
        underWay--;
        handle(batch);
      });
      for (let index = 0; index < 10; index++) {
        await log.append(topics.users, [{ type: "user_changed", key: `acme/${index}`, value: fullSamples.user_changed, timestampMs }]);
      }
      await count(10);
      assert.equal(most, 1);
      await subscription.close();
    });

    test("caughtUp waits for what was there, reached for one's own write, and lag counts what is not handled", async (t) => {
      const log = await openFor(t);
      const handled: number[] = [];
      let release = () => {};
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      await log.append(topics.calls, [ended("acme/ana", 0)]);
      const subscription = await log.subscribe([topics.calls], { from: "start" }, async (batch) => {
        await gate;
        handled.push(...batch.map(sequenceOf));
      });
      assert.equal(subscription.lag(), 1);
      release();
      await subscription.caughtUp();
      assert.deepEqual(handled, [0]);

      const [position] = await log.append(topics.calls, [ended("acme/ana", 1)]);
      assert.ok(position);
      await subscription.reached(topics.calls, position);
      assert.deepEqual(handled, [0, 1]);
      assert.equal(subscription.lag(), 0);
      await assert.rejects(subscription.reached(topics.users, position), (error) => error instanceof Fault && error.code === "invalid");
      await subscription.close();
    });

    test("a closed subscription is handed nothing more, and lets those who wait know", async (t) => {
      const log = await openFor(t);
      const { records, handle } = collector();
      const subscription = await log.subscribe([topics.users], { from: "start" }, handle);
      const [extent] = await log.extent(topics.users);
      const waiting = subscription.reached(topics.users, { partition: 0, offset: (extent?.end ?? 0) + 10 });
      const refused = assert.rejects(waiting, (error) => error instanceof Fault && error.code === "cancelled");
      await subscription.close();
      await subscription.close();
      await refused;
      await log.append(topics.users, [{ type: "user_changed", key: "acme/ana", value: null, timestampMs }]);
      assert.deepEqual(records, []);
    });

    test("a single member of a group owns every partition and is handed each record once, in order", async (t) => {
      const log = await openFor(t);
      const count = (await log.extent(topics.calls)).length;
      const { callbacks, owned, records, when } = member();
      const keys = Array.from({ length: 12 }, (_, index) => `acme/user-${index}`);
      const append = (sequence: number) =>
        log.append(
          topics.calls,
          keys.map((key) => ended(key, sequence)),
        );
      await append(0);
      const membership = await log.join("limits", [topics.calls, topics.leases], callbacks);
      await when(() => owned.size === count && records.length === 12);
      await append(1);
      await when(() => records.length === 24);
      for (const key of keys) assert.deepEqual(records.filter((record) => record.key === key).map(sequenceOf), [0, 1]);
      await until("nothing is left to handle", () => membership.lag() === 0);
      await membership.close();
      assert.equal(owned.size, 0);
      await append(2);
      assert.equal(records.length, 24);
    });

    test("a member goes on at the positions that it says, whatever the group has read before", async (t) => {
      const log = await openFor(t);
      const first = member();
      const positions = await log.append(topics.calls, [ended("acme/ana", 0), ended("acme/ana", 1), ended("acme/ana", 2)]);
      const before = await log.join("limits", [topics.calls, topics.leases], first.callbacks);
      await first.when(() => first.records.length === 3);
      await before.close();

      const { partition, offset } = positions[1] ?? assert.fail();
      const second = member(new Map([[`calls/${partition}`, offset]]));
      const after = await log.join("limits", [topics.calls, topics.leases], second.callbacks);
      await second.when(() => second.records.length === 2);
      assert.deepEqual(second.records.map(sequenceOf), [1, 2]);
      await after.close();
    });

    test("members share the partitions; each has one owner at a time, a later owner a higher epoch, and nothing is missed", async (t) => {
      const log = await openFor(t);
      const partitions = (await log.extent(topics.calls)).map(({ partition }) => partition);
      const positions = new Map<string, number>();
      const [ana, bob] = [member(positions), member(positions)];
      const keys = Array.from({ length: 30 }, (_, index) => `acme/user-${index}`);
      let sequence = 0;
      const append = () =>
        log.append(
          topics.calls,
          keys.map((key) => ended(key, sequence)),
        );
      const ownerEpochs = new Map<number, number>();
      for (const each of [ana, bob]) {
        const { assigned } = each.callbacks;
        each.callbacks.assigned = async (partition, epoch) => {
          assert.ok(!(each === ana ? bob : ana).owned.has(partition), `partition ${partition} has one owner`);
          assert.ok(epoch > (ownerEpochs.get(partition) ?? 0), "epochs rise");
          ownerEpochs.set(partition, epoch);
          return assigned(partition, epoch);
        };
      }
      const everyPartition = () => [...ana.owned.keys(), ...bob.owned.keys()].length === partitions.length;

      const first = await log.join("limits", [topics.calls, topics.leases], ana.callbacks);
      await append();
      await ana.when(() => ana.records.length === keys.length);
      const second = await log.join("limits", [topics.calls, topics.leases], bob.callbacks);
      await bob.when(() => everyPartition() && Math.abs(ana.owned.size - bob.owned.size) <= 1);
      sequence += 1;
      await append();
      const both = () => [...ana.records, ...bob.records];
      await Promise.race([ana, bob].map(({ when }) => when(() => both().length === 2 * keys.length)));
      await first.close();
      await bob.when(everyPartition);
      sequence += 1;
      await append();
      await bob.when(() => both().length === 3 * keys.length);
      for (const key of keys) {
        assert.deepEqual(
          both()
            .filter((record) => record.key === key)
            .map(sequenceOf)
            .sort(),
          [0, 1, 2],
        );
      }
      await second.close();
    });

    test("members have equally many partitions, give or take one", async (t) => {
      const log = await openFor(t);
      const partitions = (await log.extent(topics.calls)).length;
      const members = Array.from({ length: 5 }, () => member());
      const sizes = () => members.map(({ owned }) => owned.size);
      const joined: Membership[] = [];
      for (const { callbacks } of members) joined.push(await log.join("limits", [topics.calls, topics.leases], callbacks));
      const isEven = () => sizes().every((size) => size === Math.floor(partitions / 5) || size === Math.ceil(partitions / 5));
      const isWhole = () => sizes().reduce((sum, size) => sum + size, 0) === partitions;
      await Promise.race(members.map(({ when }) => when(() => isWhole() && isEven())));
      await Promise.all(joined.map((membership) => membership.close()));
    });

    test("what a member could not take is asked again: its partition, and its batch", async (t) => {
      const log = await openFor(t);
      const { callbacks, records, when } = member();
      const { assigned, records: take } = callbacks;
      let refusals = 0;
      const once = (step: number) => {
        if (refusals === step) throw new Error(`not now ${refusals++}`);
      };
      await log.append(topics.calls, [ended("acme/ana", 0)]);
      const membership = await log.join("limits", [topics.calls, topics.leases], {
        ...callbacks,
        async assigned(partition, epoch) {
          once(0);
          return assigned(partition, epoch);
        },
        async records(partition, batch) {
          once(1);
          return take(partition, batch);
        },
      });
      await when(() => records.length === 1);
      assert.equal(refusals, 2);
      await membership.close();
    });

    test("topics of unequal partitions make no group", async (t) => {
      const log = await openFor(t);
      await assert.rejects(
        log.join("limits", [topics.calls, topics.audit], member().callbacks),
        (error) => error instanceof Fault && error.code === "invalid",
      );
    });

    test("close finishes what was appended and refuses what comes later", async (t) => {
      const log = await openFor(t);
      const appended = log.append(topics.calls, [ended("acme/ana", 0)]);
      const closed = log.close();
      assert.equal((await appended).length, 1);
      await closed;
      await log.close();
      await assert.rejects(
        log.append(topics.calls, [ended("acme/ana", 1)]),
        (error) => error instanceof Fault && error.code === "unavailable",
      );
    });
  });
}
