import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { UsageCounted } from "../../domain/events.ts";
import { bucketOfValue } from "../../domain/sketch.ts";
import { topics } from "../../domain/topics.ts";
import { memoryLog } from "../event-log.fixture.ts";
import { openUsageView } from "./usage-view.ts";

const hour = 60 * 60_000;
const nowMs = Date.UTC(2030, 0, 10, 12, 30);
const thisHour = Date.UTC(2030, 0, 10, 12);

function count(part: Partial<UsageCounted>): UsageCounted {
  return {
    ...{
      id: "i",
      timeMs: nowMs,
      organizationId: "acme",
      hourMs: thisHour,
      userId: "ana",
      server: "weather",
      method: "tools/call",
      name: "now",
    },
    ...{ calls: 1, denied: 0, limited: 0, failed: 0, requestBytes: 10, responseBytes: 20, durationMicros: 30 },
    costUnits: 1,
    latency: {},
    ...part,
  };
}

async function viewOf(...counts: readonly UsageCounted[]) {
  return boundedView(undefined, counts);
}

async function boundedView(countsMax: number | undefined, counts: readonly UsageCounted[]) {
  const log = memoryLog();
  const records = counts.map((value) => ({ type: "usage_counted", key: value.organizationId, value, timestampMs: value.timeMs }) as const);
  await log.append(topics.usage, records);
  const view = await openUsageView({ log, ...(countsMax === undefined ? {} : { countsMax }) });
  await view.caughtUp();
  return view;
}

test("the last count of a key counts", async () => {
  const view = await viewOf(count({ calls: 1 }), count({ calls: 5, denied: 2 }));
  assert.deepEqual((await view.stats("acme", { nowMs })).total, { ...pick(count({ calls: 5, denied: 2 })), latencyMicros: null });
});

test("a lower count that was told late, by an owner whose time was over, changes nothing", async () => {
  const view = await viewOf(count({ calls: 5, denied: 2 }), count({ calls: 4, denied: 2 }));
  assert.equal((await view.stats("acme", { nowMs })).total.calls, 5);
});

function pick({ calls, denied, limited, failed, requestBytes, responseBytes, durationMicros, costUnits }: UsageCounted) {
  return { calls, denied, limited, failed, requestBytes, responseBytes, durationMicros, costUnits };
}

test("how long calls took is told over everything that is added up", async () => {
  const latency = (...micros: readonly number[]) => Object.fromEntries(micros.map((one) => [bucketOfValue(one), 1]));
  const view = await viewOf(count({ latency: latency(1_000, 2_000) }), count({ userId: "bob", latency: latency(3_000, 1_000_000) }));
  const { latencyMicros } = (await view.stats("acme", { nowMs })).total;
  assert.ok(Math.abs((latencyMicros?.p50 ?? 0) - 2_000) < 50);
  assert.ok((latencyMicros?.p99 ?? 0) > 2_900);
});

test("usage is summed by user, server, tool and hour, busiest first", async () => {
  const view = await viewOf(
    count({ calls: 2 }),
    count({ calls: 7, userId: "bob" }),
    count({ calls: 4, name: "later", hourMs: thisHour - hour }),
    count({ calls: 1, method: "tools/list", name: "", server: "" }),
  );
  const stats = await view.stats("acme", { nowMs });
  const calls = (list: readonly { readonly name: string; readonly calls: number }[]) => list.map(({ name, calls: sum }) => [name, sum]);
  assert.deepEqual(calls(stats.byUser), [
    ["ana", 7],
    ["bob", 7],
  ]);
  assert.deepEqual(calls(stats.byServer), [["weather", 13]]);
  assert.deepEqual(calls(stats.byTool), [
    ["weather/now", 9],
    ["weather/later", 4],
  ]);
  assert.deepEqual(calls(stats.byHour), [
    ["2030-01-10T11:00:00.000Z", 4],
    ["2030-01-10T12:00:00.000Z", 10],
  ]);
});

test("the range is the last day unless told, by whole hours", async () => {
  const view = await viewOf(count({}), count({ hourMs: thisHour - 24 * hour }), count({ hourMs: thisHour - 25 * hour }));
  assert.equal((await view.stats("acme", { nowMs })).total.calls, 2);
  assert.equal((await view.stats("acme", { sinceMs: thisHour - 25 * hour, nowMs })).total.calls, 3);
  assert.equal((await view.stats("acme", { untilMs: thisHour - hour, nowMs })).total.calls, 2);
  await assert.rejects(view.stats("acme", { sinceMs: 2, untilMs: 1, nowMs }), { code: "invalid", field: "since" });
});

test("an organization sees its own usage only", async () => {
  const view = await viewOf(count({}), count({ organizationId: "globex", calls: 9 }));
  assert.equal((await view.stats("acme", { nowMs })).total.calls, 1);
  assert.equal((await view.stats("initech", { nowMs })).total.calls, 0);
});

test("what is older than 31 days is forgotten", async () => {
  const view = await viewOf(
    count({ hourMs: thisHour - 32 * 24 * hour }),
    count({}),
    count({ hourMs: thisHour - 32 * 24 * hour, userId: "bob" }),
  );
  assert.equal((await view.stats("acme", { sinceMs: 0, nowMs })).total.calls, 1);
});

test("an organization with more than there is room for forgets its own hours, and is told since when its usage is", async () => {
  const many = Array.from({ length: 10 }, (_, index) =>
    count({ organizationId: "globex", userId: `user-${index}`, hourMs: thisHour - hour }),
  );
  const view = await boundedView(12, [count({ hourMs: thisHour - 5 * hour }), ...many, count({ organizationId: "globex" }), count({})]);
  const [acme, globex] = await Promise.all(["acme", "globex"].map((organizationId) => view.stats(organizationId, { nowMs })));
  assert.deepEqual([acme?.total.calls, acme?.sinceMs], [2, thisHour - 24 * hour]);
  assert.deepEqual([globex?.total.calls, globex?.sinceMs], [1, thisHour]);
});

test("what is added up is in all sums or in none, and others get their turn meanwhile", async () => {
  const counts = Array.from({ length: 1_700 }, (_, index) => count({ userId: `user-${index}`, latency: { [100 + (index % 50)]: 2 } }));
  const view = await viewOf(...counts);
  let isTold = false;
  const telling = view.stats("acme", { nowMs }).finally(() => {
    isTold = true;
  });
  await setImmediate();
  assert.equal(isTold, false, "it takes several turns");
  const { total, byTool, byHour } = await telling;
  assert.deepEqual([total.calls, byTool[0]?.calls, byHour[0]?.calls], [1_700, 1_700, 1_700]);
  assert.deepEqual(total.latencyMicros, byTool[0]?.latencyMicros);
});

test("a gate whose clock is years ahead makes nobody's usage old", async () => {
  const ahead = thisHour + 3 * 365 * 24 * hour;
  const view = await viewOf(count({ calls: 3 }), count({ hourMs: ahead, timeMs: nowMs, calls: 2 }), count({ userId: "bob", calls: 4 }));
  assert.equal((await view.stats("acme", { nowMs })).total.calls, 7);
});
