import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Limit } from "../domain/limits/limit.ts";
import { parseLimit } from "../domain/limits/parse.ts";
import type { EventLog } from "../domain/ports/event-log.ts";
import { topics } from "../domain/topics.ts";
import { type Ground, openGround, run, topicsOf } from "../loadtest/stream/ground.ts";
import { measureLimit, openGate } from "../loadtest/stream/limits.ts";
import { limits } from "../processors/limits/limits.ts";
import { type Random, seeded } from "./e2e/seeded.ts";
import { kafka } from "./servers/for-test.ts";
import { call, most } from "./simulation/leases.ts";

const gateCount = 4;
const share = 0.1;
const runMs = 9_000;

async function groundOn(t: TestContext): Promise<Ground | undefined> {
  const brokers = await kafka(t);
  if (brokers === undefined) return undefined;
  const ground = openGround(brokers.split(","));
  t.after(ground.close);
  return ground;
}

/** One limit for each of three tools. */
function limitsOf(random: Random): readonly Limit[] {
  const quotas = [
    { callsMax: random.integer(2, 30), windowMs: random.integer(1_000, 4_000) },
    { callsMax: random.integer(50, 300), windowMs: random.integer(500, 3_000) },
    { callsMax: random.integer(500, 2_000), windowMs: random.integer(2_000, 6_000) },
  ];
  const owner = { organizationId: "acme", origin: "api" } as const;
  return quotas.map((quota, index) => parseLimit({ limitId: `limit-${index}`, ...quota, match: { tools: [`tool-${index}`] } }, owner));
}

async function define(log: EventLog, defined: readonly Limit[]): Promise<void> {
  const records = defined.map((limit) => {
    const { limitId: name } = limit;
    const value = {
      id: name,
      timeMs: 1,
      organizationId: "acme",
      change: "put",
      name,
      version: 1,
      definition: JSON.stringify(limit),
    } as const;
    return { type: "limit_changed", key: `acme/${name}`, value, timestampMs: 1 } as const;
  });
  await log.append(topics.limits, records);
}

/** Four gates and the processor of limits, each with its own connections. Gates and processors end, with or without a word, and others come. */
async function openFleet(ground: Ground, defined: readonly Limit[]) {
  const processor = { ...limits, sources: [{ ...topics.leases, partitions: 2 }] };
  const { open } = await ground.kafkaLog(topicsOf(processor, 2));
  const log = open();
  await define(log, defined);
  let born = 0;
  const gate = async () => {
    born += 1;
    const opened = await openGate(open(), `gate-${born}`, share);
    opened.limiter.replace(defined);
    return opened;
  };
  const begin = async () => run(open(), await ground.embedded(), processor, true);
  let grantor = await begin();
  await grantor.caughtUp();
  const gates = await Promise.all(Array.from({ length: gateCount }, gate));
  return {
    gates,
    born: () => born,
    async replaceGate(index: number, says: boolean): Promise<void> {
      const before = gates[index];
      if (says) before?.limiter.close();
      gates[index] = await gate();
      await before?.close();
    },
    async replaceGrantor(): Promise<void> {
      const next = await begin();
      await grantor.close();
      grantor = next;
    },
    async close(): Promise<void> {
      await Promise.all(gates.map((one) => one.close()));
      await grantor.close();
    },
  };
}

test("four gates on Kafka admit no more than a limit and its stated slack, whatever comes, goes and is in a hurry", async (t) => {
  const ground = await groundOn(t);
  if (ground === undefined) return;
  const random = seeded("limits on Kafka");
  const defined = limitsOf(random);
  const fleet = await openFleet(ground, defined);
  const admittedAt: number[][] = defined.map(() => []);
  const refused = defined.map(() => 0);
  const faults = [
    () => fleet.replaceGate(random.integer(0, gateCount - 1), false),
    () => fleet.replaceGrantor(),
    () => fleet.replaceGate(random.integer(0, gateCount - 1), true),
    () => fleet.replaceGrantor(),
  ];
  const happening: Promise<void>[] = [];
  const startedAt = performance.now();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const ms = performance.now() - startedAt;
      const tool = random.integer(0, defined.length - 1);
      const gate = fleet.gates[random.integer(0, random.pick([0, gateCount - 1]))];
      for (let calls = random.integer(0, random.pick([2, 12, 60])); calls > 0; calls -= 1) {
        if (gate?.limiter.admit({ ...call, name: `tool-${tool}` }).admitted) admittedAt[tool]?.push(Date.now());
        else refused[tool] = (refused[tool] ?? 0) + 1;
      }
      if (faults.length > 0 && ms > runMs * (1 - faults.length / 5)) happening.push(faults.shift()?.() ?? Promise.resolve());
      if (ms < runMs) return;
      clearInterval(timer);
      resolve();
    }, 3);
  });
  await Promise.all(happening);
  await fleet.close();
  for (const [index, { callsMax, windowMs }] of defined.entries()) {
    const [found, slack] = [
      most(admittedAt[index] ?? [], windowMs),
      fleet.born() * Math.max(1, Math.floor((callsMax * share) / gateCount)),
    ];
    t.diagnostic(`${callsMax} calls in ${windowMs} ms: ${found} at most, ${admittedAt[index]?.length} in all`);
    assert.ok(found <= callsMax + slack, `${found} calls in ${windowMs} ms, which admit ${callsMax}, and ${slack} without a grant`);
    // How many it admits is measured by the next test, where nothing ends while it grants or holds tokens.
    assert.ok(found > 0 && (refused[index] ?? 0) > 0, `${found} admitted, ${refused[index]} refused: the limit was not tried`);
  }
});

test("at 500 calls a second on one key four gates on Kafka admit at most a fiftieth too many", async (t) => {
  const ground = await groundOn(t);
  if (ground === undefined) return;
  const quota = { callsMax: 1_000, windowMs: 4_000, callsPerSecond: 500, seconds: 9 };
  const { slack, unused, most: found } = await measureLimit(ground, { ...quota, share: 0.02, spread: "alike at four gates" });
  t.diagnostic(`${found} at most, ${Math.round(unused * 1_000) / 10} % unused`);
  assert.ok(slack <= 0.02, `${found} calls in a window that admits ${quota.callsMax}`);
  assert.ok(unused < 0.5, `${unused} of what one counter would have admitted was refused`);
});
