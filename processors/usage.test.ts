import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { UsageCounted } from "../domain/events.ts";
import type { LogRecord, StoredRecord } from "../domain/record.ts";
import { topics } from "../domain/topics.ts";
import { decidedRecord, endedRecord } from "./call-events.ts";
import { memoryLog, memoryStates } from "./memory/memory-log.ts";
import { type TopologyDriver, topologyDriver } from "./memory/topology-driver.ts";
import { changesOf } from "./processor.ts";
import { runProcessors } from "./runtime/runtime.ts";
import { usage } from "./usage.ts";

const hour = 60 * 60_000;
const fields = ["calls", "denied", "limited", "failed", "requestBytes", "responseBytes", "durationMicros"] as const;

function brief(value: UsageCounted): string {
  const { hourMs, userId, server, method, name } = value;
  return `${hourMs / hour} ${userId} ${server || "-"} ${method || "-"} ${name || "-"}: ${fields.map((field) => value[field]).join(" ")}`;
}

function read(driver: TopologyDriver): readonly string[] {
  return driver.read(topics.usage).map(({ value }) => (value === null ? "null" : brief(value)));
}

const trace: readonly LogRecord<"call_decided" | "call_ended">[] = [
  decidedRecord({ sequence: 1, timeMs: 10 }),
  endedRecord({ sequence: 2, timeMs: 20 }),
  decidedRecord({ sequence: 3, timeMs: 30, verdict: "deny", stage: "policy" }),
  decidedRecord({ sequence: 4, timeMs: 40, verdict: "deny", stage: "limit" }),
  decidedRecord({ sequence: 5, timeMs: 50, verdict: "deny", stage: "authentication", server: null, name: null, method: "initialize" }),
  decidedRecord({ sequence: 6, timeMs: 60 }),
  endedRecord({ sequence: 7, timeMs: hour + 1, outcome: "timeout", responseBytes: 0 }),
];

test("a trace of calls gives these counts, told once at the next tick", () => {
  const driver = topologyDriver([usage]);
  for (const record of trace) driver.pipe(topics.calls, record);
  assert.deepEqual(read(driver), []);
  driver.advance(1_000);
  assert.deepEqual(read(driver), [
    "0 ana everything tools/call echo: 2 1 1 0 100 1000 500",
    "0 ana - initialize -: 0 1 0 0 0 0 0",
    "1 ana everything tools/call echo: 0 0 0 1 100 0 500",
  ]);
  driver.advance(5_000);
  assert.deepEqual(read(driver), []);
});

test("a repeated record is counted once, that of another process is counted", () => {
  const driver = topologyDriver([usage]);
  for (const record of [...trace, ...trace]) driver.pipe(topics.calls, record);
  driver.pipe(topics.calls, decidedRecord({ sequence: 1, epoch: 2 }));
  driver.advance(1_000);
  assert.equal(read(driver)[0], "0 ana everything tools/call echo: 3 1 1 0 100 1000 500");
});

test("what comes after its hour was closed is counted in the oldest open hour", () => {
  const driver = topologyDriver([usage]);
  driver.advance(100 * hour);
  driver.pipe(topics.calls, decidedRecord({ sequence: 1, timeMs: hour }));
  driver.advance(100 * hour + 1_000);
  assert.deepEqual(read(driver), ["52 ana everything tools/call echo: 1 0 0 0 0 0 0"]);
});

test("closed hours and silent processes leave the state", () => {
  const driver = topologyDriver([usage]);
  for (const record of trace) driver.pipe(topics.calls, record);
  driver.advance(1_000);
  driver.advance(51 * hour);
  assert.deepEqual([...driver.state("usage").keys()], ["floor"]);
});

test("a user who invents names is counted under no more than a thousand an hour", () => {
  const driver = topologyDriver([usage]);
  for (let sequence = 1; sequence <= 1_500; sequence += 1) driver.pipe(topics.calls, decidedRecord({ sequence, name: `name-${sequence}` }));
  driver.advance(1_000);
  const told = read(driver);
  assert.equal(told.length, 1_001);
  assert.equal(told.at(-1), "0 ana - - other: 500 0 0 0 0 0 0");
});

/** The last record of each key, added up. */
function totals(records: readonly StoredRecord[]): Readonly<Record<string, number>> {
  const last = new Map<string, UsageCounted>();
  for (const record of records) if (record.type === "usage_counted" && record.value !== null) last.set(record.key, record.value);
  const sums: Record<string, number> = {};
  for (const value of last.values()) for (const field of fields) sums[field] = (sums[field] ?? 0) + value[field];
  return sums;
}

test("any batches, repeats and crashes between output and commit give the totals of one quiet run", async () => {
  const calls = Array.from({ length: 60 }, (_, index) =>
    index % 3 === 2
      ? endedRecord({ sequence: index + 1, timeMs: index * 200_000 })
      : decidedRecord({ sequence: index + 1, timeMs: index * 200_000 }),
  );
  const cuts = fc.record({
    batchRecordsMax: fc.integer({ min: 1, max: 20 }),
    appends: fc.array(fc.record({ count: fc.integer({ min: 1, max: 20 }), repeats: fc.nat(10) }), { minLength: 1, maxLength: 12 }),
    crashes: fc.array(fc.boolean(), { maxLength: 12 }),
  });
  const run = async ({ batchRecordsMax, appends, crashes }: typeof cuts extends fc.Arbitrary<infer Cut> ? Cut : never) => {
    const log = memoryLog({ recordsMax: batchRecordsMax });
    const left = [...crashes];
    const states = memoryStates({
      fail: () => {
        if (left.shift() === true) throw new Error("crash before the commit");
      },
    });
    let at = 0;
    const pieces = [...appends, { count: calls.length, repeats: 0 }];
    for (const { count, repeats } of pieces) {
      await log.append(topics.calls, calls.slice(Math.max(0, at - repeats), at + count));
      at = Math.min(calls.length, at + count);
      // A new runtime for each piece: what was not committed is done again by the next.
      const ticks: (() => void)[] = [];
      const options = { log, states, processors: [usage], changelogs: false, nowMs: () => at, logger: silent };
      const runtime = await runProcessors({ ...options, every: (_ms, tick) => after(ticks.push(tick)) });
      await runtime.caughtUp();
      for (const tick of ticks) tick();
      await runtime.close();
    }
    left.length = 0;
    const ticks: (() => void)[] = [];
    const options = { log, states, processors: [usage], changelogs: false, nowMs: () => 1_000_000, logger: silent };
    const runtime = await runProcessors({ ...options, every: (_ms, tick) => after(ticks.push(tick)) });
    await runtime.caughtUp();
    for (const tick of ticks) tick();
    await runtime.close();
    return totals(log.all(topics.usage));
  };
  const after = (_pushed: number) => () => {};
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const quiet = await run({ batchRecordsMax: 500, appends: [{ count: 60, repeats: 0 }], crashes: [] });
  assert.deepEqual([quiet["calls"], quiet["requestBytes"]], [40, 2_000]);
  await fc.assert(
    fc.asyncProperty(cuts, async (cut) => assert.deepEqual(await run(cut), quiet)),
    { numRuns: 40 },
  );
});

test("a tick far ahead of its time does not move later calls into its hour", () => {
  const state = new Map<string, string>();
  const at = 1_000 * hour;
  const tell = (timestampMs: number) => {
    const { changes, emit } = usage.step(state, { type: "tick", timestampMs });
    change(state, changes);
    return emit.map(({ record }) => (record.type === "usage_counted" ? record.value?.hourMs : null));
  };
  const call = (sequence: number, timeMs: number, offset: number) =>
    change(
      state,
      usage.step(state, { ...decidedRecord({ sequence, epoch: 1, timeMs, name: "echo" }), topic: "calls", partition: 0, offset }).changes,
    );
  tell(at);
  tell(at + 9_000 * hour);
  tell(at + 1_000);
  call(1, at + 2_000, 0);
  assert.deepEqual(tell(at + 3_000), [at]);
});

test("many records at once change what their steps change one after the other", () => {
  const calls = fc.record({
    sequence: fc.integer({ min: 1, max: 12 }),
    epoch: fc.integer({ min: 1, max: 2 }),
    timeMs: fc.integer({ min: 0, max: 2 * hour }),
    userId: fc.constantFrom("ana", "bob"),
    name: fc.constantFrom("echo", "sum", null),
    isEnd: fc.boolean(),
  });
  const stored = fc.array(calls, { maxLength: 30 }).map((all) =>
    all.map(({ isEnd, userId, ...call }, offset) => {
      const record = isEnd ? endedRecord({ ...call, userId }) : decidedRecord(call);
      return { ...record, topic: topics.calls.name, partition: 0, offset } as StoredRecord<"call_decided" | "call_ended">;
    }),
  );
  fc.assert(
    fc.property(stored, stored, (before, records) => {
      const [one, all] = [new Map<string, string>(), new Map<string, string>()];
      for (const record of before) for (const state of [one, all]) change(state, usage.step(state, record).changes);
      for (const record of records) change(one, usage.step(one, record).changes);
      change(all, changesOf(usage.gather(all), records));
      assert.deepEqual(all, one);
    }),
  );
});

function change(state: Map<string, string>, changes: ReadonlyMap<string, string | null>): void {
  for (const [key, value] of changes)
    if (value === null) state.delete(key);
    else state.set(key, value);
}
