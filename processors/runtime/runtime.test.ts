import assert from "node:assert/strict";
import { test } from "node:test";
import type { Logger } from "../../domain/ports/logger.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { decidedRecord } from "../call-events.ts";
import { memoryLog, memoryStates } from "../memory/memory-log.ts";
import type { Processor } from "../processor.ts";
import { runProcessors } from "./runtime.ts";
import { isRepeat } from "./source-header.ts";

/** Tells each call on as a line of an upstream's log, with how many came before it in its task; refuses the one named `poison`. */
const echo: Processor<"call_decided" | "call_ended" | "limit_changed", "upstream_logged"> = {
  name: "echo",
  sources: [topics.calls],
  broadcast: [topics.limits],
  tickMs: 1_000,
  step(state, input) {
    const count = Number(state.get("count") ?? 0) + 1;
    if (input.type === "tick") return { changes: new Map([["ticked", String(input.timestampMs)]]), emit: [] };
    if (input.type === "limit_changed") return { changes: new Map([["limits", String(Number(state.get("limits") ?? 0) + 1)]]), emit: [] };
    const { value, timestampMs } = input;
    if (value?.name === "poison") throw new TypeError("undecodable");
    const line = `${value?.name} ${count} of ${state.get("limits") ?? 0}`;
    const logged = { id: line, timeMs: 0, organizationId: "acme", gateway: "gate", server: "s", upstream: "u", pid: 1, line };
    const record = { type: "upstream_logged", key: "k", value: logged, timestampMs } as const;
    return { changes: new Map([["count", String(count)]]), emit: [{ topic: topics.upstreamLogs, record }] };
  },
};

const limitChanged = {
  type: "limit_changed",
  key: "acme/a",
  value: { id: "l", timeMs: 0, organizationId: "acme", change: "put", name: "a", version: 1, definition: "{}" },
  timestampMs: 0,
} as const;

function lines(records: readonly StoredRecord[]): readonly string[] {
  return records.map((record) => (record.type === "upstream_logged" ? (record.value?.line ?? "") : ""));
}

const never = () => () => {};

test("what was there and what comes is processed once, in order, with the source of each output", async () => {
  const log = memoryLog();
  await log.append(topics.limits, [limitChanged]);
  await log.append(topics.calls, [decidedRecord({ sequence: 1, name: "a" }), decidedRecord({ sequence: 2, name: "b" })]);
  const states = memoryStates();
  const options = { log, states, processors: [echo], changelogs: false, nowMs: () => 1, logger: silentLogger, every: never };
  const runtime = await runProcessors(options);
  await runtime.caughtUp();
  const [position] = await log.append(topics.calls, [decidedRecord({ sequence: 3, name: "c" })]);
  assert.ok(position);
  await runtime.reached(topics.calls, position);
  assert.equal(runtime.lag(), 0);
  await runtime.close();

  const again = await runProcessors(options);
  await again.caughtUp();
  await again.close();
  const told = log.all(topics.upstreamLogs);
  assert.deepEqual(lines(told), ["a 1 of 1", "b 2 of 1", "c 3 of 1"]);
  const [first] = told;
  assert.match(first?.headers?.["src"] ?? "", /^echo\/\d+\/calls\/\d+\/0#0$/);
});

test("a poison record becomes a dead letter with its place and the reason, those behind it are processed", async () => {
  const log = memoryLog();
  const errors: string[] = [];
  const logger: Logger = { ...silentLogger, error: (message) => errors.push(message) };
  const refused: string[] = [];
  const observer = { processed() {}, repeated() {}, refused: (processor: string) => refused.push(processor) };
  const runtime = await runProcessors({
    log,
    states: memoryStates(),
    processors: [echo],
    changelogs: false,
    nowMs: () => 1,
    logger,
    every: never,
    observer,
  });
  await log.append(topics.calls, [decidedRecord({ sequence: 1, name: "poison" }), decidedRecord({ sequence: 2, name: "good" })]);
  await runtime.caughtUp();
  const [{ partition } = assert.fail()] = log.all(topics.calls);
  await runtime.reached(topics.calls, { partition, offset: 1 });
  await runtime.close();
  assert.deepEqual(refused, ["echo"]);
  assert.equal(errors.length, 1);
  assert.deepEqual(lines(log.all(topics.upstreamLogs)), ["good 1 of 0"]);
  const [letter, ...others] = log.all(topics.deadLetters);
  assert.deepEqual(others, []);
  assert.deepEqual(letter?.value, {
    id: `echo/calls/${partition}/0`,
    timeMs: 1,
    organizationId: "acme",
    processor: "echo",
    topic: "calls",
    partition,
    offset: 0,
    recordType: "call_decided",
    recordKey: "acme/ana",
    reason: "TypeError: undecodable",
  });
});

test("a record that can't be decoded becomes a dead letter and does not hold up those behind it", async () => {
  const isUndecodable = ({ value }: StoredRecord) => value !== null && "name" in value && value.name === "undecodable";
  const log = memoryLog({ isUndecodable });
  const names = ["a", "b", "undecodable", "c"];
  await log.append(
    topics.calls,
    names.map((name, index) => decidedRecord({ sequence: index + 1, name })),
  );
  const runtime = await runProcessors({
    log,
    states: memoryStates(),
    processors: [echo],
    changelogs: false,
    nowMs: () => 1,
    logger: silentLogger,
    every: never,
  });
  await runtime.caughtUp();
  await runtime.close();
  assert.deepEqual(lines(log.all(topics.upstreamLogs)), ["a 1 of 0", "b 2 of 0", "c 3 of 0"]);
  const [letter] = log.all(topics.deadLetters);
  assert.partialDeepStrictEqual(letter?.value, { organizationId: "", topic: "calls", offset: 2, recordType: "" });
});

test("a definition that can't be decoded is a dead letter, too, whether it was there or comes; those behind it are heard", async () => {
  const log = memoryLog({ isUndecodable: ({ key }) => key === "undecodable" });
  const unreadable = { ...limitChanged, key: "undecodable" };
  await log.append(topics.limits, [limitChanged, unreadable, limitChanged]);
  const states = memoryStates();
  const options = { log, states, processors: [echo], changelogs: false, nowMs: () => 1, logger: silentLogger, every: never };
  const runtime = await runProcessors(options);
  await runtime.caughtUp();
  await log.append(topics.limits, [unreadable]);
  const about = { type: "retry_ended", key: "undecodable", value: null, timestampMs: 0 } as const;
  const [last = assert.fail()] = [...(await log.append(topics.deadLetters, [about])), ...(await log.append(topics.limits, [limitChanged]))];
  await runtime.reached(topics.deadLetters, last);
  await runtime.reached(topics.limits, { partition: 0, offset: 4 });
  await runtime.close();
  assert.equal((await states.load("echo/0")).entries.get("limits"), "3");
  const letters = log.all(topics.deadLetters).flatMap(({ value }) => (value === null ? [] : [value.id]));
  assert.deepEqual(new Set(letters), new Set(["echo/limits/0/1", "echo/limits/0/3"]), "what is about a letter becomes none");
});

test("what can't be decoded behind a gap that compaction left is one dead letter, of its own place", async () => {
  const log = memoryLog({ isUndecodable: ({ key }) => key === "undecodable" });
  await log.append(topics.limits, [
    ...Array.from({ length: 20 }, () => limitChanged),
    { ...limitChanged, key: "undecodable" },
    limitChanged,
  ]);
  log.compact(topics.limits, 0);
  const options = {
    log,
    states: memoryStates(),
    processors: [echo],
    changelogs: false,
    nowMs: () => 1,
    logger: silentLogger,
    every: never,
  };
  const runtime = await runProcessors(options);
  await runtime.caughtUp();
  await runtime.close();
  const letters = log.all(topics.deadLetters).flatMap(({ value }) => (value === null ? [] : [value.id]));
  assert.deepEqual([...new Set(letters)], ["echo/limits/0/20"]);
});

test("a dead letter that is tried again is processed once, however often its retry is read; or it is refused again", async () => {
  const log = memoryLog();
  let healed = false;
  const healing: Processor = {
    ...echo,
    step(state, input) {
      const isPoison = input.type === "call_decided" && input.value?.name === "poison";
      return echo.step(state, healed && isPoison ? ({ ...input, value: { ...input.value, name: "cured" } } as never) : (input as never));
    },
  };
  const states = memoryStates();
  const options = { log, states, processors: [healing], changelogs: false, nowMs: () => 1, logger: silentLogger, every: never };
  const [{ partition, offset } = assert.fail()] = await log.append(topics.calls, [decidedRecord({ sequence: 1, name: "poison" })]);
  const runtime = await runProcessors(options);
  await runtime.caughtUp();
  const retry = async (id: string) => {
    const letterId = `echo/calls/${partition}/${offset}`;
    const value = { id, timeMs: 2, organizationId: "acme", letterId, processor: "echo", topic: "calls", partition, offset };
    return (await log.append(topics.deadLetters, [{ type: "retry_requested", key: "k", value, timestampMs: 2 }]))[0] ?? assert.fail();
  };
  await runtime.reached(topics.deadLetters, await retry("first"));
  healed = true;
  await runtime.reached(topics.deadLetters, await retry("second"));
  await runtime.close();
  const again = await runProcessors(options);
  await again.caughtUp();
  await again.close();
  assert.deepEqual(lines(log.all(topics.upstreamLogs)), ["cured 1 of 0"]);

  const anew = { ...options, states: memoryStates() };
  const rebuilding = await runProcessors(anew);
  await rebuilding.caughtUp();
  await rebuilding.close();
  const { entries } = await anew.states.load(`echo/${partition}`);
  assert.equal(entries.get("count"), "1", "a state that is built anew takes the record once, in its place");
  const ends = log.all(topics.deadLetters).filter(({ type }) => type === "retry_ended");
  assert.deepEqual(
    ends.map(({ value }) => (value !== null && "letterId" in value && "outcome" in value ? `${value.outcome} ${value.reason}` : "")),
    ["refused TypeError: undecodable", "processed "],
  );
});

test("a failed commit is done again from what is stored, and repeats its output under the same source", async () => {
  const log = memoryLog();
  let failures = 2;
  const states = memoryStates({
    fail: () => {
      failures -= 1;
      if (failures >= 0) throw new Error("disk full");
    },
  });
  const runtime = await runProcessors({
    log,
    states,
    processors: [echo],
    changelogs: false,
    nowMs: () => 1,
    logger: silentLogger,
    every: never,
  });
  await runtime.caughtUp();
  const [position] = await log.append(topics.calls, [decidedRecord({ sequence: 1, name: "a" })]);
  assert.ok(position);
  await runtime.reached(topics.calls, position);
  await runtime.close();
  const told = log.all(topics.upstreamLogs);
  assert.deepEqual(lines(told), ["a 1 of 0", "a 1 of 0", "a 1 of 0"]);
  assert.equal(new Set(told.map(({ headers }) => headers?.["src"])).size, 1);
  const { entries } = await states.load(`echo/${position.partition}`);
  assert.equal(entries.get("count"), "1");
});

test("wall time goes on after a commit that failed, whether records come or not", async () => {
  const log = memoryLog();
  let fails = false;
  const states = memoryStates({
    fail: () => {
      if (fails) throw new Error("disk full");
    },
  });
  let tick = () => {};
  let nowMs = 7;
  const every = (_intervalMs: number, run: () => void) => {
    tick = run;
    return () => {};
  };
  const runtime = await runProcessors({
    log,
    states,
    processors: [echo],
    changelogs: false,
    nowMs: () => nowMs,
    logger: silentLogger,
    every,
  });
  await log.append(topics.limits, [limitChanged]);
  await runtime.reached(topics.limits, { partition: 0, offset: 0 });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  fails = true;
  tick();
  await settle();
  fails = false;
  nowMs = 9;
  tick();
  await settle();
  await runtime.close();
  assert.equal((await states.load("echo/0")).entries.get("ticked"), "9");
});

test("every task hears of broadcast records, and of wall time", async () => {
  const log = memoryLog();
  const states = memoryStates();
  const ticks: (() => void)[] = [];
  const every = (_intervalMs: number, tick: () => void) => {
    ticks.push(tick);
    return () => {};
  };
  const runtime = await runProcessors({ log, states, processors: [echo], changelogs: false, nowMs: () => 7, logger: silentLogger, every });
  await runtime.caughtUp();
  const [position] = await log.append(topics.limits, [limitChanged]);
  assert.ok(position);
  await runtime.reached(topics.limits, position);
  for (const tick of ticks) tick();
  await runtime.close();
  for (let partition = 0; partition < topics.calls.partitions; partition += 1) {
    const { entries } = await states.load(`echo/${partition}`);
    assert.deepEqual([...entries].sort(), [
      ["limits", "1"],
      ["ticked", "7"],
    ]);
  }
});

test("a clock that was far ahead once does not hold up time, and what is told after it is no repeat", async () => {
  const log = memoryLog();
  const states = memoryStates();
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const dayMs = 24 * 60 * 60_000;
  const speaking: Processor = {
    ...{ name: "echo", sources: [topics.calls], broadcast: [], tickMs: 1_000 },
    step: (_state, input) => {
      if (input.type !== "tick") return { changes: new Map(), emit: [] };
      return { changes: new Map([["ticked", String(input.timestampMs)]]), emit: [{ topic: topics.limits, record: limitChanged }] };
    },
  };
  const clocks = [10 * dayMs, 400 * dayMs, 10 * dayMs + 1_000, 10 * dayMs + 2_000];
  const ticked: (string | undefined)[] = [];
  for (const nowMs of clocks) {
    let tick = () => {};
    const every = (intervalMs: number, run: () => void) => {
      if (intervalMs === echo.tickMs) tick = run;
      return () => {};
    };
    const options = { log, states, processors: [speaking], changelogs: true, nowMs: () => nowMs, logger: silentLogger, every };
    const runtime = await runProcessors(options);
    await runtime.caughtUp();
    await settle();
    tick();
    for (let turn = 0; turn < 20; turn += 1) await settle();
    await runtime.close();
    ticked.push((await states.load("echo/0")).entries.get("ticked"));
  }
  assert.deepEqual(ticked, clocks.map(String));
  const positions = new Map<string, number>();
  const told = log.all(topics.limits).filter(({ headers }) => headers?.["src"]?.startsWith("echo/0/tick/"));
  assert.deepEqual([told.length, told.filter((record) => isRepeat(record, positions)).length], [4, 0]);
});

test("a task that can't start is told as one that is restored, also between two attempts", async () => {
  let pauses = 0;
  const pause = async () => {
    pauses += 1;
    await new Promise((resolve) => setImmediate(resolve));
  };
  const states = { ...memoryStates(), load: () => Promise.reject(new Error("disk full")) };
  const options = { states, processors: [echo], changelogs: false, nowMs: () => 1, logger: silentLogger, every: never };
  const runtime = await runProcessors({ ...options, log: memoryLog({ pause }) });
  while (pauses < topics.calls.partitions) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(runtime.status()[0]?.restoring, topics.calls.partitions);
  await runtime.close();
});
