import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { StateStore } from "../../domain/ports/state-store.ts";
import type { LogRecord, Topic } from "../../domain/record.ts";
import { changelogOf, topics } from "../../domain/topics.ts";
import { decidedRecord } from "../call-events.ts";
import { type MemoryLog, type MemoryLogOptions, memoryLog, memoryStates } from "../memory/memory-log.ts";
import type { Processor } from "../processor.ts";
import { usage } from "../usage.ts";
import { claimRecord } from "./changelog.ts";
import { type Runtime, type RuntimeOptions, runProcessors } from "./runtime.ts";
import { isRepeat } from "./source-header.ts";
import { openTaskState } from "./task-state.ts";

const calls = { ...topics.calls, partitions: 3 } as Topic<"call_decided" | "call_ended">;

/** Counts calls for each user and in all, forgets a user at every fifth call, and tells each call on with its number. */
const counter: Processor<"call_decided" | "call_ended", "upstream_logged"> = {
  name: "counter",
  sources: [calls],
  broadcast: [],
  tickMs: 0,
  step(state, input) {
    if (input.type !== "call_decided" || input.value === null) return { changes: new Map(), emit: [] };
    const user = input.value.principal.userId;
    const count = Number(state.get(user) ?? 0) + 1;
    const all = Number(state.get("all") ?? 0) + 1;
    const line = `${user} ${count} of ${all}`;
    const logged = { id: line, timeMs: 0, organizationId: "acme", gateway: "g", server: "s", upstream: "u", pid: 1, line };
    return {
      changes: new Map([
        [user, count === 5 ? null : String(count)],
        ["all", String(all)],
      ]),
      emit: [{ topic: topics.upstreamLogs, record: { type: "upstream_logged", key: user, value: logged, timestampMs: 0 } }],
    };
  },
};
const changelog = changelogOf({ name: counter.name, partitions: calls.partitions });
/** Two of each of two partitions, of which the first are called last: the entries of the others are as they were left. */
const users = ["ana", "cyd", "bob", "eve"];
/** Who calls from the middle on: whoever stood still before knows nothing of them. */
const later = ["dan", "fay", "gus", "ivy"];

function callOf(user: string, sequence: number): LogRecord<"call_decided"> {
  const given = decidedRecord({ sequence });
  return decidedRecord({ sequence, principal: { ...(given.value ?? assert.fail()).principal, userId: user } });
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const turns = async () => {
  for (let index = 0; index < 20; index += 1) await turn();
};
const never = () => () => {};

/** The log as one process reaches it: everything that it asks passes `gate`, where it can be held for ever. An append may be held half-way. */
function through(log: MemoryLog, { gate }: Standstill): MemoryLog {
  return {
    ...log,
    async append(topic, records, place) {
      await gate();
      const half = Math.floor(records.length / 2);
      const first = await log.append(topic, records.slice(0, half), place);
      if (half > 0) await gate();
      const second = await log.append(topic, records.slice(half), place);
      await gate();
      return [...first, ...second];
    },
  };
}

function statesThrough(states: StateStore, { gate }: Standstill): StateStore {
  return {
    ...states,
    async commit(task, change) {
      await gate();
      await states.commit(task, change);
      await gate();
    },
  };
}

/** Lets `count` questions pass; all that come later stand still until it is released. */
type Standstill = ReturnType<typeof standstill>;

function standstill(count: number) {
  let left = count;
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    release,
    stands: () => left < 0,
    async gate(): Promise<void> {
      left -= 1;
      if (left < 0) await released;
    },
  };
}

async function run(log: MemoryLog, states: StateStore, every: RuntimeOptions["every"] = never): Promise<Runtime> {
  return runProcessors({ log, states, processors: [counter], changelogs: true, nowMs: () => 1, logger: silentLogger, every });
}

/** Every state that a new owner would restore from the log alone. */
async function restored(log: MemoryLog): Promise<readonly ReadonlyMap<string, string>[]> {
  return Promise.all(
    Array.from({ length: calls.partitions }, async (_, partition) => {
      const options = { log, states: memoryStates(), changelog, nowMs: () => 1 };
      const { entries } = await openTaskState(`counter/${partition}`, { partition, epoch: 1_000_000 }, options).load();
      return new Map([...entries].sort());
    }),
  );
}

/** The outputs as a reader has them that drops repeats. */
function told(log: MemoryLog): readonly string[] {
  const positions = new Map<string, number>();
  const lines = log.all(topics.upstreamLogs).filter((record) => !isRepeat(record, positions));
  return lines.map(({ value }) => (value !== null && "line" in value ? value.line : "")).sort();
}

function compact(log: MemoryLog): void {
  for (let partition = 0; partition < changelog.partitions; partition += 1) log.compact(changelog, partition);
}

function userOf(sequence: number): string {
  const among = sequence >= 30 && sequence < 60 ? later : users;
  return among[sequence % among.length] ?? "";
}

async function append(log: MemoryLog, from: number, count: number): Promise<void> {
  const records = Array.from({ length: count }, (_, index) => callOf(userOf(from + index), from + index));
  await log.append(calls, records);
}

const yielding: MemoryLogOptions = { pause: turn, recordsMax: 5 };

/** What comes out without any fault. */
async function undisturbed(): Promise<{ readonly states: readonly ReadonlyMap<string, string>[]; readonly lines: readonly string[] }> {
  const log = memoryLog(yielding);
  await append(log, 0, 60);
  const runtime = await run(log, memoryStates());
  await runtime.caughtUp();
  await runtime.close();
  return { states: await restored(log), lines: told(log) };
}

interface Crash {
  readonly keepsStore: boolean;
  /** Whether it wakes up when another has taken over, who then has something to do, or only looks after its changelog. */
  readonly wakes: "never" | "in time" | "when all is quiet";
}

/** Runs through a crash after `count` questions to log and store; answers false where the work was over before. */
async function crashedAfter(count: number, { keepsStore, wakes }: Crash) {
  const log = memoryLog(yielding);
  const still = standstill(count);
  const members: Parameters<MemoryLog["join"]>[2][] = [];
  const dying: MemoryLog = {
    ...through(log, still),
    async join(group, read, member) {
      members.push(member);
      return log.join(group, read, member);
    },
  };
  await append(log, 0, 30);
  const store = memoryStates();
  const victim = await run(dying, statesThrough(store, still));
  await append(log, 30, 30);
  const done = victim.caughtUp().then(() => "done");
  while (!still.stands() && (await Promise.race([done, turn()])) !== "done");
  const crashed = still.stands();

  // The broker has not heard of it for too long: its partitions go to another process.
  await log.expel(counter.name, members[0] ?? assert.fail());
  let look = () => {};
  const heir = await run(log, keepsStore ? store : memoryStates(), (_ms, run) => {
    look = run;
    return () => {};
  });
  await heir.caughtUp();
  // Whoever was taken for dead writes what it has in hand; the owner finds that with its next commit, or when it looks.
  if (wakes !== "never") {
    still.release();
    await turns();
  }
  if (wakes === "in time") {
    await append(log, 60, 2);
    await heir.caughtUp();
  }
  for (let looks = wakes === "when all is quiet" ? 2 : 0; looks > 0; looks -= 1) {
    look();
    await turns();
  }
  await heir.close();
  compact(log);
  // Whoever was away becomes the owner again, on the store that it had.
  const toldBefore = log.all(topics.upstreamLogs).length;
  const again = await run(log, store);
  await again.caughtUp();
  await again.close();
  return { crashed, log, store, toldAgain: log.all(topics.upstreamLogs).length - toldBefore };
}

type Outcome = Awaited<ReturnType<typeof undisturbed>>;

interface Left {
  readonly log: MemoryLog;
  readonly store: StateStore;
  /** Outputs of the last owner, who found everything done. */
  readonly toldAgain: number;
}

/** What is in the store, what the log restores, whole and compacted, and what readers were told: all as if nothing had happened. */
async function holds({ log, store, toldAgain }: Left, expected: Outcome, when: string) {
  assert.equal(toldAgain, 0, `${when}: no state was lost`);
  for (const [partition, entries] of expected.states.entries()) {
    assert.deepEqual(
      new Map([...(await store.load(`counter/${partition}`)).entries].sort()),
      entries,
      `${when}: the store of ${partition}`,
    );
  }
  assert.deepEqual(await restored(log), expected.states, `${when}: the log`);
  compact(log);
  assert.deepEqual(await restored(log), expected.states, `${when}: compacted`);
  assert.deepEqual(told(log), expected.lines, `${when}: outputs`);
}

describe("a process that dies leaves nothing lost and nothing counted twice", () => {
  for (const keepsStore of [true, false]) {
    test(`wherever it dies, and ${keepsStore ? "starts again on its store" : "another takes over with nothing"}`, async () => {
      const expected = await undisturbed();
      let points = 0;
      for (let count = 0; ; count += 1) {
        const { crashed, ...left } = await crashedAfter(count, { keepsStore, wakes: "never" });
        await holds(left, expected, `crash after ${count}`);
        if (!crashed) break;
        points += 1;
      }
      assert.ok(points >= 10, `there are points to die at: ${points}`);
    });
  }

  for (const wakes of ["in time", "when all is quiet"] as const) {
    test(`wherever it stood still and woke up ${wakes} after another had taken over`, async () => {
      const reference = memoryLog(yielding);
      await append(reference, 0, wakes === "in time" ? 62 : 60);
      const runtime = await run(reference, memoryStates());
      await runtime.caughtUp();
      await runtime.close();
      const expected = { states: await restored(reference), lines: told(reference) };
      for (let count = 0; ; count += 1) {
        const { crashed, ...left } = await crashedAfter(count, { keepsStore: false, wakes });
        await holds(left, expected, `stood still after ${count}`);
        if (!crashed) break;
      }
    });
  }
});

test("members that come and go share the partitions, and each record counts once", async () => {
  const log = memoryLog(yielding);
  const stores = [memoryStates(), memoryStates(), memoryStates()];
  const runtimes: (Runtime | undefined)[] = [];
  let sequence = 0;
  for (const step of [0, 1, 2, 0, 1, 0, 2, 1]) {
    await append(log, sequence, 10);
    sequence += 10;
    const running = runtimes[step];
    if (running === undefined) runtimes[step] = await run(log, stores[step] ?? assert.fail());
    else {
      await running.close();
      runtimes[step] = undefined;
    }
    const partitions = runtimes.flatMap((one) => one?.status()[0]?.partitions ?? []);
    assert.deepEqual(partitions.sort(), runtimes.some((one) => one !== undefined) ? [0, 1, 2] : []);
  }
  await Promise.all(runtimes.map((one) => one?.close()));
  const last = await run(log, memoryStates());
  await last.caughtUp();
  await last.close();
  const counts = (await restored(log)).map((entries) => Number(entries.get("all") ?? 0));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    sequence,
  );
  assert.equal(told(log).length, sequence);
});

test("only the tail of the changelog is read where the store is recent, and all of it where it is another log's", async () => {
  const log = memoryLog(yielding);
  const store = memoryStates();
  await append(log, 0, 40);
  const first = await run(log, store);
  await first.caughtUp();
  await first.close();
  const reads: number[] = [];
  const watched: MemoryLog = {
    ...log,
    async read(topic, place) {
      const records = await log.read(topic, place);
      if (topic.name === changelog.name) reads.push(records.length);
      return records;
    },
  };
  const second = await run(watched, store);
  await second.caughtUp();
  await second.close();
  assert.deepEqual(reads, [1, 1, 1], "its own claims, and nothing else");

  const other = memoryLog(yielding);
  await append(other, 0, 8);
  const third = await run(other, store);
  await third.caughtUp();
  await third.close();
  const counted = (await restored(other)).map((entries) => Number(entries.get("all") ?? 0));
  assert.equal(
    counted.reduce((sum, count) => sum + count, 0),
    8,
  );
});

test("a mark that is written late takes no commit's place, though its finder dies, too", async () => {
  const log = memoryLog(yielding);
  const openFor = (epoch: number) =>
    openTaskState("counter/0", { partition: 0, epoch }, { log, states: memoryStates(), changelog, nowMs: () => 1 });
  const put = async (epoch: number, entry: string) => {
    const state = openFor(epoch);
    const loaded = await state.load();
    loaded.entries.set(entry, "1");
    await state.commit(loaded, { puts: new Map([[entry, "1"]]), deletes: new Set() });
    return () => state.commit(loaded, { puts: new Map(), deletes: new Set() });
  };
  const late = await put(1, "a");
  await put(2, "b");
  await assert.rejects(late());
  await openFor(3).load();
  compact(log);
  assert.deepEqual(
    (await restored(log))[0],
    new Map([
      ["a", "1"],
      ["b", "1"],
    ]),
  );
});

test("a total that is told late, by an owner whose time was over, takes no place of its successor's, though the log is compacted", async () => {
  const log = memoryLog(yielding);
  const still = standstill(0);
  const members: Parameters<MemoryLog["join"]>[2][] = [];
  let held: Promise<void> | undefined;
  const slow: MemoryLog = {
    ...log,
    async append(topic, records, place) {
      if (topic.name === topics.usage.name) await held;
      return log.append(topic, records, place);
    },
    join(group, read, member) {
      members.push(member);
      return log.join(group, read, member);
    },
  };
  const runUsage = async (reached: MemoryLog) => {
    const ticks: (() => void)[] = [];
    const every: RuntimeOptions["every"] = (_ms, tick) => {
      ticks.push(tick);
      return () => {};
    };
    const options = { states: memoryStates(), processors: [usage], changelogs: true, nowMs: () => 1, logger: silentLogger, every };
    const runtime = await runProcessors({ ...options, log: reached });
    await runtime.caughtUp();
    return { runtime, tick: () => ticks[0]?.() };
  };
  await log.append(topics.calls, [callOf("ana", 1)]);
  const sleeper = await runUsage(slow);
  held = still.gate();
  sleeper.tick();
  await turns();
  assert.deepEqual(log.all(topics.usage), [], "it stands still before it tells what it has counted");
  await log.expel(usage.name, members[0] ?? assert.fail());
  await log.append(topics.calls, [callOf("ana", 2)]);
  const heir = await runUsage(log);
  heir.tick();
  await turns();
  still.release();
  await turns();
  for (let partition = 0; partition < topics.usage.partitions; partition += 1) log.compact(topics.usage, partition);
  assert.deepEqual(
    log
      .kept(topics.usage)
      .map(({ value }) => value?.calls)
      .sort(),
    [1, 2],
  );
  await heir.runtime.close();
});

test("a state that outgrows one record's key is kept apart from others", async () => {
  const log = memoryLog(yielding);
  const long = "x".repeat(900);
  const options = { log, states: memoryStates(), changelog, nowMs: () => 1 };
  const state = openTaskState("counter/0", { partition: 0, epoch: 1 }, options);
  const loaded = await state.load();
  const puts = new Map([
    [`${long}/a`, "1"],
    [`${long}/b`, "2"],
    ["committed", "3"],
  ]);
  for (const [key, value] of puts) loaded.entries.set(key, value);
  await state.commit(loaded, { puts, deletes: new Set() });
  compact(log);
  const [entries] = await restored(log);
  assert.deepEqual(entries, new Map([...puts].sort()));
  assert.ok(log.all(changelog).every(({ key }) => key.length <= 512));
});

test("an owner whose clock was far ahead keeps no later one from its partition", async () => {
  const log = memoryLog(yielding);
  const ahead = { task: "counter/0", epoch: 1_000, nextId: () => "ahead" };
  for (let partition = 0; partition < calls.partitions; partition += 1) await log.append(changelog, [claimRecord(ahead, 1)], { partition });
  await log.append(calls, [callOf("ana", 1)]);
  const runtime = await run(log, memoryStates());
  await runtime.caughtUp();
  await runtime.close();
  const later = await restored(log);
  assert.ok(
    later.some(({ size }) => size > 0),
    "what it does counts",
  );
});
