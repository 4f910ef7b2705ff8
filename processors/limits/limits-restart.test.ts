import assert from "node:assert/strict";
import { test } from "node:test";
import { leaseKey, leaseRequestId } from "../../domain/limits/lease.ts";
import { parseLimit } from "../../domain/limits/parse.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { Topic } from "../../domain/record.ts";
import { changelogOf, topics } from "../../domain/topics.ts";
import { type MemoryLog, memoryLog, memoryStates } from "../memory/memory-log.ts";
import { runProcessors } from "../runtime/runtime.ts";
import { limits } from "./limits.ts";

const limit = parseLimit({ limitId: "many", callsMax: 100, windowMs: 3_600_000 }, { organizationId: "acme", origin: "api" });
const place = { organizationId: "acme", limitId: "many", bucket: "user=ana" };
const changelog = changelogOf({ name: limits.name, partitions: topics.leases.partitions });
const never = () => () => {};

async function define(log: MemoryLog): Promise<void> {
  const value = {
    id: "1",
    timeMs: 0,
    organizationId: "acme",
    change: "put",
    name: "many",
    version: 1,
    definition: JSON.stringify(limit),
  } as const;
  await log.append(topics.limits, [{ type: "limit_changed", key: "acme/many", value, timestampMs: 0 }]);
}

async function ask(log: MemoryLog, gateway: string, count: number, wanted: number): Promise<void> {
  const timeMs = 1_000_000 + count;
  const value = { ...place, id: leaseRequestId(gateway, 1, count), timeMs, gateway, wanted, returned: 0, waitedMs: 0 };
  await log.append(topics.leases, [{ type: "lease_requested", key: leaseKey(place), value, timestampMs: timeMs }]);
}

/** A process that has no store of its own yet does what is to be done, and ends. */
async function process(log: MemoryLog): Promise<void> {
  const states = memoryStates();
  const runtime = await runProcessors({
    log,
    states,
    processors: [limits],
    changelogs: true,
    nowMs: () => 1,
    logger: silentLogger,
    every: never,
  });
  await runtime.caughtUp();
  await runtime.close();
}

/** Tokens that each request was granted, by its id; what is told again is the same. */
function granted(log: MemoryLog): Readonly<Record<string, number>> {
  return Object.fromEntries(
    log.all(topics.leases).flatMap(({ value }) => (value !== null && "tokens" in value ? [[value.id, value.tokens]] : [])),
  );
}

const total = (log: MemoryLog) => Object.values(granted(log)).reduce((sum, tokens) => sum + tokens, 0);

/** One gate has got everything, and the processor has ended. */
async function stage(): Promise<MemoryLog> {
  const log = memoryLog();
  await define(log);
  for (let count = 1; count <= 40; count += 1) await ask(log, "first", count, 25);
  await process(log);
  return log;
}

/** The log with these topics of another one, and a second gate that asks until it gets nothing. */
async function laterWith(before: MemoryLog, ...kept: readonly Topic[]): Promise<MemoryLog> {
  const log = memoryLog();
  await define(log);
  for (const topic of kept) {
    for (const record of before.all(topic)) await log.append(topic, [record], { partition: record.partition });
  }
  for (let count = 1; count <= 40; count += 1) await ask(log, "second", count, 25);
  await process(log);
  return log;
}

test("a processor of limits that starts anew elsewhere knows from its changelog what is granted, and grants nothing twice", async () => {
  const before = await stage();
  assert.equal(total(before), limit.callsMax);
  assert.equal(total(await laterWith(before, changelog)), 0);
});

test("where its changelog is gone it learns from the requests on the log what is granted, before it answers anybody", async () => {
  const before = await stage();
  const log = await laterWith(before, topics.leases);
  assert.equal(total(log), limit.callsMax);
  for (const [id, tokens] of Object.entries(granted(before))) assert.equal(granted(log)[id], tokens, `${id} is answered as it was`);
});

test("where both are gone nobody knows what was granted: the limit is granted once more", async () => {
  assert.equal(total(await laterWith(await stage())), limit.callsMax);
});
