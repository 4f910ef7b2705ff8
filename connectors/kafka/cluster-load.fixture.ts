import assert from "node:assert/strict";
import type { Events } from "../../domain/events.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { decidedRecord } from "../../processors/call-events.ts";
import { memoryStates } from "../../processors/memory/memory-log.ts";
import { type Runtime, runProcessors } from "../../processors/runtime/runtime.ts";
import { usage } from "../../processors/usage.ts";
import { until } from "../../tests/e2e/until.ts";

/** Callers of one gate each, so that each has sequence numbers of its own. */
const users = Array.from({ length: 6 }, (_, index) => `user-${index}`);

/** What is done to a log on Kafka while brokers are killed, and what everybody has seen of it. */
export interface Load {
  /** Resolves when each writer has written `each` more, and every reader has read all of it; `when` is for the report. */
  more(when: string, each: number): Promise<void>;
  /** Ends the writers, waits until everything is read and counted, and holds what was acknowledged against it. */
  endAndCheck(): Promise<string>;
  close(): Promise<void>;
}

export async function startLoad(logs: readonly [EventLog, EventLog]): Promise<Load> {
  const writers = startWriters(logs);
  const readers = await startReaders(logs);
  const runtimes = await Promise.all(logs.map(startUsage));
  const goOnMs = 60_000;

  return {
    async more(when, each) {
      const before = new Map(writers.written);
      const isWritten = () => users.every((user) => (writers.written.get(user) ?? 0) >= (before.get(user) ?? 0) + each);
      await until(`each writer has written ${each} more ${when}`, isWritten, goOnMs);
      const places = [...writers.acknowledged.keys()];
      for (const [name, { seen }] of Object.entries(readers)) {
        await until(`${name} has read on ${when}`, () => places.every((place) => seen.has(place)), goOnMs);
      }
    },
    async endAndCheck() {
      await writers.end();
      const extents = await logs[0].extent(topics.calls);
      const end = extents.reduce((sum, extent) => sum + extent.end, 0);
      for (const [name, { seen }] of Object.entries(readers)) {
        await until(`${name} has read everything`, () => seen.size >= end, goOnMs);
      }
      checkReader(readers.alone.records, writers.acknowledged);
      const counted = await checkUsage(logs[0], readers.alone.records);
      const repeats = readers.group.records.length - end;
      return `${writers.acknowledged.size} acknowledged, ${end} on the log, ${counted} counted, ${repeats} read again by the group`;
    },
    async close() {
      await writers.end();
      await Promise.all(runtimes.map((runtime) => runtime.close()));
    },
  };
}

/** Each writer appends 1, 2, 3 … one after the other; what was refused is appended again, as a spool would. */
function startWriters(logs: readonly EventLog[]) {
  const written = new Map<string, number>();
  /** By `partition/offset`: what was acknowledged there. */
  const acknowledged = new Map<string, string>();
  let isEnding = false;

  async function write(log: EventLog, userId: string): Promise<void> {
    for (let sequence = 1; !isEnding; sequence++) {
      const principal = { userId, agentId: null, roles: [], scopes: [], groups: [], credential: "key:1" };
      const record = decidedRecord({ sequence, gateway: userId, timeMs: Date.now(), principal });
      const position = await appended(log, record);
      if (position === undefined) return;
      const place = `${position.partition}/${position.offset}`;
      assert.ok(!acknowledged.has(place), `two records are acknowledged at ${place}`);
      acknowledged.set(place, `${userId} ${sequence}`);
      written.set(userId, sequence);
    }
  }
  async function appended(log: EventLog, record: ReturnType<typeof decidedRecord>) {
    while (!isEnding) {
      const positions = await log.append(topics.calls, [record]).catch(() => undefined);
      if (positions !== undefined) return positions[0];
    }
    return undefined;
  }
  const writing = Promise.all(users.map((user, index) => write(logs[index % logs.length] as EventLog, user))); // The index is below the length.
  return {
    written,
    acknowledged,
    async end() {
      isEnding = true;
      await writing;
    },
  };
}

/** One that reads alone, and a group of two. */
async function startReaders([one, other]: readonly [EventLog, EventLog]) {
  const [alone, group] = [newReader(), newReader()];
  await one.subscribe([topics.calls], { from: "start" }, alone.take);
  for (const log of [one, other]) await log.subscribe([topics.calls], { from: "start", group: "sink" }, group.take);
  return { alone, group };
}

function newReader() {
  const records: StoredRecord[] = [];
  const seen = new Set<string>();
  const take = (batch: readonly StoredRecord[]): void => {
    records.push(...batch);
    for (const { partition, offset } of batch) seen.add(`${partition}/${offset}`);
  };
  return { records, seen, take };
}

function startUsage(log: EventLog): Promise<Runtime> {
  const every = (intervalMs: number, run: () => void) => {
    const timer = setInterval(run, intervalMs);
    return () => clearInterval(timer);
  };
  const options = { log, states: memoryStates(), processors: [usage], changelogs: true, nowMs: Date.now, logger: silentLogger, every };
  return runProcessors(options);
}

/** Every position once and in its order; what was acknowledged is where it was said to be; each writer's records in the order of its writing. */
function checkReader(records: readonly StoredRecord[], acknowledged: ReadonlyMap<string, string>): void {
  const next = new Map<number, number>();
  const sequences = new Map<string, number>();
  const found = new Map<string, string>();
  for (const { partition, offset, value } of records) {
    assert.equal(offset, next.get(partition) ?? 0, `partition ${partition} is read without a gap and without a repeat`);
    next.set(partition, offset + 1);
    const { principal, sequence } = value as Events["call_decided"];
    const last = sequences.get(principal.userId) ?? 0;
    // What was refused may be there all the same, and is written again: right behind itself.
    assert.ok(sequence === last || sequence === last + 1, `${principal.userId} has ${sequence} after ${last}`);
    sequences.set(principal.userId, sequence);
    found.set(`${partition}/${offset}`, `${principal.userId} ${sequence}`);
  }
  for (const [place, what] of acknowledged) assert.equal(found.get(place), what, `what was acknowledged at ${place}`);
}

/** The last totals that were told, against a recount: each call of each user once. */
async function checkUsage(log: EventLog, records: readonly StoredRecord[]): Promise<number> {
  const expected = new Set(records.map(({ key, value }) => `${key} ${(value as Events["call_decided"]).sequence}`)).size;
  const totals = new Map<string, number>();
  const subscription = await log.subscribe([topics.usage], { from: "start" }, (told) => {
    for (const { key, value } of told) totals.set(key, value?.calls ?? 0);
  });
  const sum = () => [...totals.values()].reduce((all, calls) => all + calls, 0);
  await until(`usage comes to ${expected}`, () => sum() >= expected, 30_000);
  assert.equal(sum(), expected, "nothing is counted twice");
  await subscription.close();
  return expected;
}
