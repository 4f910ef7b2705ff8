import assert from "node:assert/strict";
import { test } from "node:test";
import type { Administered, CallDecided, CallEnded } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { topics } from "../../domain/topics.ts";
import { memoryLog as partedLog } from "../../processors/memory/memory-log.ts";
import { memoryLog } from "../event-log.fixture.ts";
import type { AuditEntry } from "./audit-entry.ts";
import { queryAudit } from "./audit-query.ts";
import { openAuditTail } from "./audit-tail.ts";

const principal = { userId: "ana", agentId: null, roles: [], scopes: [], groups: [], credential: "key:k" };
const gate = { gateway: "g", epoch: 1, sequence: 1 };
const nobody = new AbortController().signal;

function decided(timeMs: number, { userId = "ana", organizationId = "acme", server = "weather", verdict = "allow" } = {}): CallDecided {
  return {
    ...{
      id: `d${timeMs}`,
      timeMs,
      organizationId,
      callId: `c${timeMs}`,
      ...gate,
      principal: { ...principal, userId },
      address: "127.0.0.1",
    },
    ...{
      transport: "http",
      protocol: "2025-11-25",
      method: "tools/call",
      server,
      serverLabels: {},
      virtualServer: null,
      name: "echo",
      arguments: null,
    },
    ...{ argumentsBytes: 0, traceparent: null, verdict, stage: "policy", rule: null, policyVersion: null, reason: "", policyOffset: 0 },
    ...{ serverOffset: 0, audit: "strict" },
  };
}

function ended(timeMs: number, organizationId = "acme"): CallEnded {
  return {
    ...{ id: `e${timeMs}`, timeMs, organizationId, callId: `c${timeMs}`, ...gate, userId: "ana", method: "tools/call", server: "weather" },
    ...{ name: "echo", upstream: "1", outcome: "ok", status: 200, errorCode: null, requestBytes: 1, responseBytes: 2, durationMicros: 3 },
    ...{ attempts: 1, agentId: null, costUnits: 1, traceparent: null },
  };
}

function administered(timeMs: number, outcome: "done" | "refused" = "done"): Administered {
  const act = {
    address: "",
    via: "grpc",
    action: "servers.put",
    targetType: "server",
    targetId: "weather",
    outcome,
    reason: "",
    details: null,
  };
  return { id: `a${timeMs}`, timeMs, organizationId: "acme", principal, ...act };
}

async function write(log: EventLog, ...events: readonly (CallDecided | CallEnded | Administered)[]): Promise<void> {
  for (const value of events) {
    const timestampMs = value.timeMs;
    if ("action" in value) await log.append(topics.audit, [{ type: "administered", key: value.organizationId, value, timestampMs }]);
    else if ("verdict" in value) {
      await log.append(topics.calls, [
        { type: "call_decided", key: `${value.organizationId}/${value.principal.userId}`, value, timestampMs },
      ]);
    } else await log.append(topics.calls, [{ type: "call_ended", key: `${value.organizationId}/${value.userId}`, value, timestampMs }]);
  }
}

const partitionsOf = (topic: string) => (topic === "calls" ? 3 : 1);
const ids = (entries: readonly AuditEntry[]) => entries.map(({ event }) => event.id);

async function collect(entries: AsyncIterable<AuditEntry>, count = Number.POSITIVE_INFINITY): Promise<readonly AuditEntry[]> {
  const all: AuditEntry[] = [];
  for await (const entry of entries) {
    all.push(entry);
    if (all.length === count) break;
  }
  return all;
}

test("a tail tells calls and acts of every partition in the order of time", async () => {
  const log = memoryLog({ partitionsOf });
  await write(log, decided(1), decided(2, { userId: "bob" }), administered(3), ended(4), decided(5, { userId: "cid" }));
  const { tail } = openAuditTail({ log });
  const entries = await collect(tail({ organizationId: "acme", sinceMs: 0, follow: false, filter: {}, signal: nobody }));
  assert.deepEqual(ids(entries), ["d1", "d2", "a3", "e4", "d5"]);
});

test("a tail begins at its moment, though the log is long", async () => {
  const log = memoryLog({ partitionsOf });
  for (let timeMs = 0; timeMs < 500_000; timeMs += 1_000) await write(log, decided(timeMs));
  const { tail } = openAuditTail({ log });
  const entries = await collect(tail({ organizationId: "acme", sinceMs: 498_000, follow: false, filter: {}, signal: nobody }));
  assert.deepEqual(ids(entries), ["d498000", "d499000"]);
});

test("records that can't be decoded hide none of the others", async () => {
  const log = memoryLog();
  for (let timeMs = 0; timeMs < 500_000; timeMs += 1_000) await write(log, decided(timeMs));
  const read = log.read.bind(log);
  // In the middle, where the halving begins, and at the end.
  const poisons: ReadonlySet<number> = new Set([249, 250, 251, 498]);
  log.read = async (topic, place) => {
    const records = await read(topic, place);
    if (topic.name === "calls" && records.some(({ offset }) => poisons.has(offset))) throw new Fault("invalid", "can't be decoded");
    return records;
  };
  const { tail } = openAuditTail({ log });
  const entries = await collect(tail({ organizationId: "acme", sinceMs: 497_000, follow: false, filter: {}, signal: nobody }));
  assert.deepEqual(ids(entries), ["d497000", "d499000"]);
  const { entries: queried } = await queryAudit(log, { organizationId: "acme", sinceMs: 497_000, untilMs: undefined, filter: {} });
  assert.deepEqual(ids(queried), ["d499000", "d497000"]);
});

test("a follower gets what happens from then on, once, and ends when it goes", async () => {
  const log = memoryLog({ partitionsOf });
  await write(log, decided(1));
  const { tail } = openAuditTail({ log });
  const aborter = new AbortController();
  const entries = tail({ organizationId: "acme", sinceMs: undefined, follow: true, filter: {}, signal: aborter.signal })[
    Symbol.asyncIterator
  ]();
  const first = entries.next();
  await new Promise(setImmediate);
  await write(log, decided(2), administered(3));
  assert.equal((await first).value?.event.id, "d2");
  assert.equal((await entries.next()).value?.event.id, "a3");
  const last = entries.next();
  aborter.abort();
  assert.equal((await last).done, true);
});

test("a follower that asks for the past gets it, then the present", async () => {
  const log = memoryLog({ partitionsOf });
  await write(log, decided(1), decided(2));
  const { tail } = openAuditTail({ log });
  const aborter = new AbortController();
  const entries = tail({ organizationId: "acme", sinceMs: 2, follow: true, filter: {}, signal: aborter.signal })[Symbol.asyncIterator]();
  assert.equal((await entries.next()).value?.event.id, "d2");
  const next = entries.next();
  await write(log, ended(3));
  assert.equal((await next).value?.event.id, "e3");
  aborter.abort();
});

test("a record that can't be decoded hides none beside it, from the past or as it comes", async () => {
  const log = partedLog({ isUndecodable: ({ value }) => value?.id === "d5", pause: () => new Promise(setImmediate) });
  for (let timeMs = 1; timeMs <= 9; timeMs += 1) await write(log, decided(timeMs));
  const all = { organizationId: "acme", filter: {} };
  const expected = ["d1", "d2", "d3", "d4", "d6", "d7", "d8", "d9"];
  assert.deepEqual(ids((await queryAudit(log, { ...all, sinceMs: 0, untilMs: 10 })).entries).toReversed(), expected);
  const { tail, close } = openAuditTail({ log });
  const aborter = new AbortController();
  const follower = tail({ ...all, sinceMs: 0, follow: true, signal: aborter.signal });
  const following = collect(follower, expected.length + 1);
  await write(log, decided(5), decided(10));
  assert.deepEqual(ids(await following), [...expected, "d10"]);
  aborter.abort();
  await close();
});

const filters = [
  { name: "by user", filter: { userId: "bob" }, seen: ["d2"] },
  { name: "by server, with the acts on it", filter: { server: "weather" }, seen: ["d1", "a4", "a5", "e6"] },
  { name: "by verdict, where refused acts are denied", filter: { verdict: "deny" as const }, seen: ["d3", "a5"] },
  { name: "by kind", filter: { kinds: ["ended" as const] }, seen: ["e6"] },
  { name: "by all of them", filter: { userId: "ana", verdict: "allow" as const, kinds: ["decided" as const] }, seen: ["d1"] },
];
for (const { name, filter, seen } of filters) {
  test(`records are filtered ${name}`, async () => {
    const log = memoryLog({ partitionsOf });
    await write(log, decided(1), decided(2, { userId: "bob", server: "mail" }), decided(3, { server: "mail", verdict: "deny" }));
    await write(log, administered(4), administered(5, "refused"), ended(6));
    const query = { organizationId: "acme", sinceMs: undefined, untilMs: undefined, filter };
    assert.deepEqual(ids((await queryAudit(log, query)).entries).toReversed(), seen);
    const { tail } = openAuditTail({ log });
    assert.deepEqual(ids(await collect(tail({ organizationId: "acme", sinceMs: 0, follow: false, filter, signal: nobody }))), seen);
  });
}

test("no filter, moment or cursor brings another organization's records", async () => {
  const log = memoryLog({ partitionsOf });
  await write(log, decided(1), decided(2, { organizationId: "globex" }), ended(3, "globex"));
  const query = { organizationId: "globex", sinceMs: 0, untilMs: undefined, filter: { server: "weather" } };
  assert.deepEqual(ids((await queryAudit(log, query)).entries), ["e3", "d2"]);
  const cursor = Buffer.from(JSON.stringify({ "calls/0": 99, "calls/1": 99, "calls/2": 99, "audit/0": 99 })).toString("base64url");
  assert.deepEqual(ids((await queryAudit(log, { ...query, organizationId: "acme", cursor })).entries), ["d1"]);
});

test("pages of a query, newest first, cover everything once, while more is written", async () => {
  const log = memoryLog({ partitionsOf });
  for (let timeMs = 1; timeMs <= 700; timeMs += 1) await write(log, decided(timeMs, { userId: `u${timeMs % 5}` }));
  const query = { organizationId: "acme", sinceMs: 10, untilMs: 650, filter: {}, limit: 100 };
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await queryAudit(log, { ...query, cursor });
    seen.push(...ids(page.entries));
    cursor = page.nextCursor;
    await write(log, decided(640));
  } while (cursor !== undefined);
  assert.deepEqual(
    seen,
    Array.from({ length: 640 }, (_, index) => `d${649 - index}`),
  );
});

test("a foreign cursor is refused", async () => {
  const query = { organizationId: "acme", sinceMs: undefined, untilMs: undefined, filter: {} };
  for (const text of ["", "nonsense", "[]", "{}", '{"calls/0":-1}', '{"calls/0":"1"}']) {
    const cursor = Buffer.from(text).toString("base64url");
    await assert.rejects(queryAudit(memoryLog(), { ...query, cursor }), { code: "invalid", field: "cursor" }, text);
  }
});
