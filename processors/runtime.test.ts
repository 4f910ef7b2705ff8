import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../domain/fault.ts";
import type { Logger } from "../domain/ports/logger.ts";
import { silentLogger } from "../domain/ports/logger.ts";
import type { StoredRecord } from "../domain/record.ts";
import { topics } from "../domain/topics.ts";
import { decidedRecord } from "./call-events.ts";
import { memoryLog, memoryStates } from "./memory-log.ts";
import type { Processor } from "./processor.ts";
import { runProcessors } from "./runtime.ts";

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
  const options = { log, states, processors: [echo], nowMs: () => 1, logger: silentLogger, every: never };
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
  assert.match(first?.headers?.["src"] ?? "", /^calls\/\d+\/0#0$/);
});

test("a poison record is told of and passed, those behind it are processed", async () => {
  const log = memoryLog();
  const errors: string[] = [];
  const logger: Logger = { ...silentLogger, error: (message) => errors.push(message) };
  const refused: number[] = [];
  const onRefused = (_processor: string, record: StoredRecord) => refused.push(record.offset);
  const runtime = await runProcessors({ log, states: memoryStates(), processors: [echo], nowMs: () => 1, logger, every: never, onRefused });
  await runtime.caughtUp();
  await log.append(topics.calls, [
    decidedRecord({ sequence: 1, name: "poison" }),
    { ...decidedRecord({ sequence: 2 }), value: undefined } as never,
    decidedRecord({ sequence: 3, name: "good" }),
  ]);
  await runtime.reached(topics.calls, { partition: 0, offset: 0 });
  await runtime.close();
  assert.deepEqual(refused, [0]);
  assert.equal(errors.length, 1);
  assert.deepEqual(lines(log.all(topics.upstreamLogs)).at(-1), "good 2 of 0");
});

test("a record that can't be decoded does not hold up those behind it when the history is read", async () => {
  const log = memoryLog();
  const names = ["a", "b", "undecodable", "c"];
  await log.append(
    topics.calls,
    names.map((name, index) => decidedRecord({ sequence: index + 1, name })),
  );
  const read: typeof log.read = async (topic, place) => {
    const records = await log.read(topic, place);
    if (records.some((record) => (record as StoredRecord<"call_decided">).value?.name === "undecodable"))
      throw new Fault("invalid", "not a known schema");
    return records;
  };
  const errors: unknown[] = [];
  const logger: Logger = { ...silentLogger, error: (_message, fields) => errors.push(fields?.["offset"]) };
  const options = { log: { ...log, read }, states: memoryStates(), processors: [echo], nowMs: () => 1, logger, every: never };
  const runtime = await runProcessors(options);
  await runtime.caughtUp();
  await runtime.close();
  assert.deepEqual(lines(log.all(topics.upstreamLogs)), ["a 1 of 0", "b 2 of 0", "c 3 of 0"]);
  assert.deepEqual(errors, [2]);
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
  const runtime = await runProcessors({ log, states, processors: [echo], nowMs: () => 1, logger: silentLogger, every: never });
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

test("every task hears of broadcast records, and of wall time", async () => {
  const log = memoryLog();
  const states = memoryStates();
  const ticks: (() => void)[] = [];
  const every = (_intervalMs: number, tick: () => void) => {
    ticks.push(tick);
    return () => {};
  };
  const runtime = await runProcessors({ log, states, processors: [echo], nowMs: () => 7, logger: silentLogger, every });
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
