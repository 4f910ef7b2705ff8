import assert from "node:assert/strict";
import { test } from "node:test";
import type { LeaseGranted, LeaseRequested } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import { leaseKey, leaseRequestId } from "../../domain/limits/lease.ts";
import { parseLimit } from "../../domain/limits/parse.ts";
import type { LogRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { memoryLog } from "../memory/memory-log.ts";
import { type TopologyDriver, topologyDriver } from "../memory/topology-driver.ts";
import { readSince } from "../read-since.ts";
import { limits, limitsOf } from "./limits.ts";
import { localLeases } from "./local-leases.ts";

const limit = parseLimit({ limitId: "many", callsMax: 100, windowMs: 60_000 }, { organizationId: "acme", origin: "api" });

function changed(change: "put" | "removed", definition: object = limit): LogRecord<"limit_changed"> {
  const value = { id: "1", timeMs: 0, organizationId: "acme", change, name: "many", version: 1, definition: JSON.stringify(definition) };
  return { type: "limit_changed", key: "acme/many", value, timestampMs: 0 };
}

function asked(count: number, timeMs: number, { wanted = 1, returned = 0, gateway = "gate", bucket = "user=ana" } = {}): LeaseRequested {
  const id = leaseRequestId(gateway, 1, count);
  return { id, timeMs, organizationId: "acme", gateway, limitId: "many", bucket, wanted, returned, waitedMs: 0 };
}

function ask(driver: TopologyDriver, request: LeaseRequested): readonly (LeaseGranted | null)[] {
  driver.pipe(topics.leases, { type: "lease_requested", key: leaseKey(request), value: request, timestampMs: request.timeMs });
  return driver.read(topics.leases).map(({ value }) => value as LeaseGranted | null);
}

test("gates are granted tokens by the definition on the log, and never more than the window leaves", () => {
  const driver = topologyDriver([limits]);
  assert.deepEqual(ask(driver, asked(1, 1_000)), [], "a limit that is not known is not answered");
  driver.pipe(topics.limits, changed("put"));
  let granted = 0;
  for (let count = 2; count < 40; count += 1) granted += ask(driver, asked(count, 1_000 + count, { wanted: 50 }))[0]?.tokens ?? 0;
  assert.equal(granted, 100);
  assert.equal(ask(driver, asked(40, 1_100, { bucket: "user=bob" }))[0]?.tokens, 1);
  driver.pipe(topics.limits, changed("removed"));
  assert.deepEqual(ask(driver, asked(41, 1_200)), []);
});

test("a repeated request grants nothing and returns nothing", () => {
  const driver = topologyDriver([limits]);
  driver.pipe(topics.limits, changed("put"));
  assert.equal(ask(driver, asked(1, 1_000, { wanted: 25 }))[0]?.tokens, 25);
  assert.equal(ask(driver, asked(2, 1_001, { wanted: 1, returned: 20 }))[0]?.returned, 20);
  assert.deepEqual(ask(driver, asked(2, 1_001, { wanted: 1, returned: 20 })), []);
});

test("a caller that invents names fills the table of its limit, and of no other; those that count there go on", () => {
  const driver = topologyDriver([limitsOf(3)]);
  driver.pipe(topics.limits, changed("put"));
  const tokens = (bucket: string, count: number, timeMs = 1_000) => ask(driver, asked(count, timeMs, { bucket }))[0]?.tokens;
  assert.deepEqual(
    ["a", "b", "c", "d", "a"].map((bucket, index) => tokens(bucket, index + 1)),
    [1, 1, 1, 0, 1],
  );
  assert.equal(ask(driver, asked(6, 1_001, { bucket: "d" }))[0]?.notAfterMs, 2_001);
  driver.advance(300_000);
  assert.deepEqual(
    ["d", "e", "f", "g"].map((bucket, index) => tokens(bucket, index + 7, 300_000)),
    [1, 1, 1, 0],
  );
});

test("buckets that say nothing any more leave the state", () => {
  const driver = topologyDriver([limits]);
  driver.pipe(topics.limits, changed("put"));
  ask(driver, asked(1, 1_000));
  driver.advance(60_000);
  assert.equal(driver.state("limits").size, 3);
  driver.advance(300_000);
  assert.deepEqual([...driver.state("limits").keys()], ["limit/acme/many"]);
});

test("replaying the same records rebuilds the same state", () => {
  const [first, second] = [topologyDriver([limits]), topologyDriver([limits])];
  for (const driver of [first, second]) {
    driver.pipe(topics.limits, changed("put"));
    for (let count = 1; count < 30; count += 1) ask(driver, asked(count, count * 997, { wanted: 9, returned: count % 4 }));
  }
  assert.deepEqual(first.state("limits"), second.state("limits"));
});

test("local leases go on after a restart where the log ended", () => {
  const kept: LogRecord<"lease_requested" | "lease_granted">[] = [];
  const record = (records: readonly LogRecord<"lease_requested" | "lease_granted">[]) => void kept.push(...records);
  const before = localLeases({ record });
  for (let count = 1; count <= 9; count += 1) before.lease(asked(count, 1_000 + count, { wanted: 10, returned: count % 2 }), limit);
  const after = localLeases({ record });
  after.restore(kept, () => limit);
  const request = asked(10, 2_000, { wanted: 10 });
  assert.deepEqual(after.lease(request, limit), before.lease(request, limit));
});

test("local leases record nothing where nothing changed, and grant nothing that can't be recorded", () => {
  let recorded = 0;
  let isFull = false;
  const leases = localLeases({
    record: () => {
      if (isFull) throw new Fault("unavailable", "full");
      recorded += 1;
    },
  });
  const few = { callsMax: 1, windowMs: 1_000 };
  assert.equal(leases.lease(asked(1, 1_000), few)?.tokens, 1);
  assert.equal(leases.lease(asked(2, 1_001), few)?.tokens, 0);
  assert.equal(recorded, 1);
  isFull = true;
  assert.throws(() => leases.lease(asked(3, 5_000), few), Fault);
  isFull = false;
  assert.equal(leases.lease(asked(4, 5_001), few)?.tokens, 1);
});

test("a full table forgets idle buckets only", () => {
  const leases = localLeases({ record: () => {}, bucketsMax: 2 });
  const few = { callsMax: 1, windowMs: 1_000 };
  assert.equal(leases.lease(asked(1, 1_000, { bucket: "a" }), few)?.tokens, 1);
  assert.equal(leases.lease(asked(2, 1_500, { bucket: "b" }), few)?.tokens, 1);
  assert.equal(leases.lease(asked(3, 1_600, { bucket: "c" }), few)?.tokens, 0);
  assert.equal(leases.lease(asked(4, 2_000, { bucket: "c" }), few)?.tokens, 1);
  assert.equal(leases.lease(asked(5, 2_100, { bucket: "a" }), few)?.tokens, 0);
  assert.equal(leases.size(), 2);
});

test("reading since a moment finds its first record without reading what came before", async () => {
  const log = memoryLog();
  const requests = Array.from({ length: 5_000 }, (_, index) => asked(index, index * 1_000));
  const records = requests.map((value) => ({ type: "lease_requested", key: "k", value, timestampMs: value.timeMs }) as const);
  await log.append(topics.leases, records);
  let reads = 0;
  const read: typeof log.read = (topic, place) => {
    reads += 1;
    return log.read(topic, place);
  };
  const counting = { ...log, read };
  const seen: number[] = [];
  await readSince(counting, topics.leases, 4_900_000, (batch) => seen.push(...batch.map(({ timestampMs }) => timestampMs)));
  assert.equal(seen[0], 4_840_000);
  assert.equal(seen.at(-1), 4_999_000);
  assert.ok(reads < 40, `${reads} reads`);
});
