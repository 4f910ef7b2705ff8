import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findGaps } from "../../domain/audit-gaps.ts";
import { bounds } from "../../domain/bounds.ts";
import type { CallDecided, CallEnded } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { Spool } from "../../domain/ports/spool.ts";
import type { LogRecord } from "../../domain/record.ts";
import type { AuditMode } from "../../domain/server.ts";
import { createRecorder, type RecorderOptions, type Unnumbered } from "./recorder.ts";
import type { After } from "./recorder-sink.ts";

type Health = "works" | "fails" | "hangs" | "takes it, then fails";

/** A log that works, fails or hangs as it is told. */
function fakeLog() {
  const kept: LogRecord[] = [];
  const batches: number[] = [];
  const hanging: (() => void)[] = [];
  const fake = {
    health: "works" as Health,
    appending: 0,
    mostAppending: 0,
    kept,
    batches,
    /** What hung is taken after all. */
    release() {
      for (const finish of hanging.splice(0)) finish();
    },
  };
  const append = async (_topic: unknown, records: readonly LogRecord[]) => {
    fake.appending += 1;
    fake.mostAppending = Math.max(fake.mostAppending, fake.appending);
    if (fake.health === "hangs") await new Promise<void>((resolve) => hanging.push(resolve));
    await Promise.resolve();
    fake.appending -= 1;
    if (fake.health === "fails") throw new Fault("unavailable", "the disk is full");
    kept.push(...records);
    batches.push(records.length);
    if (fake.health === "takes it, then fails") throw new Error("connection lost");
    return [];
  };
  // The recorder appends, and nothing else.
  return Object.assign(fake, { log: { append } as unknown as EventLog });
}

/** A spool in memory. `pause` is how long a put takes. */
function fakeSpool(recordsMax = Number.POSITIVE_INFINITY, pause = () => Promise.resolve()) {
  const waiting: { readonly topic: string; readonly records: readonly LogRecord[] }[] = [];
  let count = 0;
  const spool: Spool = {
    async put(topic, records) {
      await pause();
      if (count + records.length > recordsMax) throw new Fault("unavailable", "the spool is full");
      waiting.push({ topic, records });
      count += records.length;
    },
    async drain(deliver) {
      for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
        await deliver(first.topic, first.records);
        waiting.shift();
        count -= first.records.length;
      }
    },
    size: () => count,
    close: async () => {},
  };
  return spool;
}

/** Timers that fire when the test lets time pass. */
function fakeTimers() {
  let now = 1_000;
  let timers: { readonly atMs: number; readonly run: () => void }[] = [];
  const after: After = (delayMs, run) => {
    const timer = { atMs: now + delayMs, run };
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  };
  /** Every promise that can go on has gone on by then. */
  const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));
  const pass = async (ms: number) => {
    const until = now + ms;
    await settle();
    for (;;) {
      const [next] = timers.filter(({ atMs }) => atMs <= until).sort((left, right) => left.atMs - right.atMs);
      if (next === undefined) break;
      timers = timers.filter((other) => other !== next);
      now = Math.max(now, next.atMs);
      next.run();
      await settle();
    }
    now = until;
  };
  return { after, pass, nowMs: () => now };
}

const principal = { userId: "ana", agentId: null, roles: [], scopes: [], groups: [], credential: "key:1" };

function decision(callId: string, audit: AuditMode, rest: Partial<CallDecided> = {}): Unnumbered<CallDecided> {
  const call = {
    address: "127.0.0.1",
    transport: "http",
    protocol: "",
    method: "tools/call",
    server: "s",
    serverLabels: {},
    virtualServer: null,
    name: "t",
  };
  const verdict = { verdict: "allow", stage: "policy", rule: null, policyVersion: null, reason: "", policyOffset: 0, serverOffset: 0 };
  const place = { timeMs: 1, organizationId: "acme", callId, principal };
  return { ...place, ...call, ...verdict, arguments: null, argumentsBytes: 0, traceparent: null, audit, ...rest };
}

function outcome(callId: string): Unnumbered<CallEnded> {
  const call = { timeMs: 2, organizationId: "acme", callId, userId: "ana", method: "tools/call", server: "s", name: "t", upstream: "u" };
  return {
    ...call,
    outcome: "ok",
    status: 200,
    errorCode: null,
    requestBytes: 1,
    responseBytes: 1,
    durationMicros: 1,
    attempts: 1,
    agentId: null,
    costUnits: 1,
    traceparent: null,
  };
}

interface SceneOptions extends Partial<RecorderOptions> {
  readonly spoolMax?: number;
  readonly putMs?: number;
}

function scene({ spoolMax, putMs, ...options }: SceneOptions = {}) {
  const fake = fakeLog();
  const timers = fakeTimers();
  const pause = putMs === undefined ? undefined : () => new Promise<void>((resolve) => void timers.after(putMs, resolve));
  const spool = options.spool ?? fakeSpool(spoolMax, pause);
  const shared = { log: fake.log, gateway: "gate", epoch: 7, nowMs: timers.nowMs, logger: silentLogger, after: timers.after };
  return { ...timers, fake, spool, recorder: createRecorder({ ...shared, ...options, spool }) };
}

function sequences(records: readonly LogRecord[]): readonly number[] {
  return records.flatMap(({ value }) => (value !== null && "sequence" in value ? [value.sequence] : []));
}

/** What has become of a promise. */
function watch(promise: Promise<void> | undefined): { state: "pending" | "done" | Fault } {
  const watched: { state: "pending" | "done" | Fault } = { state: "pending" };
  promise?.then(
    () => {
      watched.state = "done";
    },
    (refusal: Fault) => {
      watched.state = refusal;
    },
  );
  return watched;
}

test("a buffered record returns at once and is appended within the flush time, numbered and keyed", async () => {
  const { recorder, fake, pass } = scene();
  assert.equal(recorder.decided(decision("1", "buffered")), undefined);
  assert.equal(recorder.ended(outcome("1"), "buffered"), undefined);
  await pass(bounds.auditFlushMs - 1);
  assert.equal(fake.kept.length, 0);
  await pass(1);
  const [decided, ended] = fake.kept;
  assert.deepEqual([decided?.key, decided?.type, decided?.timestampMs], ["acme/ana", "call_decided", 1]);
  const { value } = decided ?? {};
  assert.ok(value && "sequence" in value);
  assert.deepEqual([value.id, value.gateway, value.epoch, value.sequence], ["gate/7/1", "gate", 7, 1]);
  assert.equal(ended?.value?.id, "gate/7/2");
});

test("a strict record resolves when it is durable; those of one turn share an append", async () => {
  const { recorder, fake, pass } = scene();
  const all = [1, 2, 3].map((call) => watch(recorder.decided(decision(String(call), "strict")) ?? undefined));
  assert.deepEqual(
    all.map(({ state }) => state),
    ["pending", "pending", "pending"],
  );
  await pass(0);
  assert.deepEqual(
    all.map(({ state }) => state),
    ["done", "done", "done"],
  );
  assert.deepEqual(fake.batches, [3]);
});

test("a full batch does not wait for the flush time, and batches grow while an append is under way", async () => {
  const { recorder, fake, pass } = scene();
  fake.health = "hangs";
  for (let call = 0; call < bounds.auditBatchRecordsMax; call += 1) void recorder.decided(decision(String(call), "buffered"));
  await pass(0);
  for (let call = 0; call < 3_000; call += 1) void recorder.decided(decision(String(call), "buffered"));
  await pass(0);
  fake.health = "works";
  fake.release();
  await pass(0);
  assert.deepEqual(fake.batches, [bounds.auditBatchRecordsMax, 3_000]);
  assert.equal(fake.mostAppending, 1);
});

test("while the log fails records are spooled, in order, and the spool is drained when the log is back", async () => {
  const { recorder, fake, spool, pass } = scene();
  fake.health = "fails";
  const first = watch(recorder.decided(decision("1", "strict")));
  await pass(0);
  assert.deepEqual([first.state, spool.size(), recorder.isDirect()], ["done", 1, false]);
  fake.health = "works";
  const second = watch(recorder.decided(decision("2", "strict")));
  await pass(0);
  assert.deepEqual([second.state, spool.size(), fake.kept.length], ["done", 2, 0]);
  await pass(10_000);
  void recorder.decided(decision("3", "buffered"));
  await pass(10);
  assert.deepEqual([sequences(fake.kept), spool.size(), recorder.isDirect()], [[1, 2, 3], 0, true]);
});

test("a log that hangs is given up after its bound; what it takes belatedly is a repeat", async () => {
  const { recorder, fake, spool, pass } = scene({ answerMs: 500 });
  fake.health = "hangs";
  const strict = watch(recorder.decided(decision("1", "strict")));
  await pass(499);
  assert.equal(strict.state, "pending");
  await pass(1);
  assert.deepEqual([strict.state, spool.size()], ["done", 1]);
  for (let second = 0; second < 600; second += 1) await pass(1_000);
  assert.ok(fake.appending <= 4, `${fake.appending} appends are hanging`);
  fake.health = "works";
  fake.release();
  await pass(20_000);
  assert.equal(spool.size(), 0);
  assert.deepEqual([...new Set(sequences(fake.kept))], [1]);
  void recorder.decided(decision("2", "buffered"));
  await pass(10);
  assert.equal(sequences(fake.kept).at(-1), 2);
});

test("with log and spool out of reach a strict call is refused, and its decision is not written later", async () => {
  const { recorder, fake, pass } = scene({ spoolMax: 0 });
  fake.health = "fails";
  const refused = watch(recorder.decided(decision("1", "strict")));
  const ended = watch(recorder.ended(outcome("0"), "strict"));
  const act = watch(
    recorder.administered({
      timeMs: 1,
      organizationId: "acme",
      principal,
      address: "",
      via: "grpc",
      action: "servers.register",
      targetType: "server",
      targetId: "s",
      outcome: "done",
      reason: "",
      details: null,
    }),
  );
  await pass(10);
  for (const { state } of [refused, ended, act]) assert.ok(state instanceof Fault && state.code === "unavailable");
  fake.health = "works";
  await pass(10_000);
  assert.deepEqual(fake.kept.map(({ type }) => type).sort(), ["administered", "call_ended"]);
  assert.deepEqual(findGaps([{ gateway: "gate", epoch: 7, sequence: 2 }]), [{ gateway: "gate", epoch: 7, from: 1, to: 1 }]);
});

test("with log and spool out of reach buffered records stay, until the ring is full: then calls are refused and nothing is lost", async () => {
  const { recorder, fake, pass } = scene({ spoolMax: 0, ringRecordsMax: 10 });
  fake.health = "fails";
  let refusals = 0;
  for (let call = 0; call < 15; call += 1) {
    await pass(20);
    try {
      void recorder.decided(decision(String(call), "buffered"));
    } catch (refusal) {
      assert.ok(refusal instanceof Fault && refusal.code === "unavailable" && refusal.retryAfterMs === 1_000);
      refusals += 1;
    }
  }
  assert.equal(refusals, 5);
  fake.health = "works";
  await pass(10_000);
  assert.deepEqual(sequences(fake.kept), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("the ring is bounded in bytes, too", () => {
  const { recorder } = scene({ ringBytesMax: 20_000 });
  const large = { arguments: "x".repeat(8_000) };
  void recorder.decided(decision("1", "buffered", large));
  assert.throws(() => recorder.decided(decision("2", "buffered", large)), Fault);
});

test("what an earlier process spooled goes to the log first", async () => {
  const spool = fakeSpool();
  await spool.put("calls", [{ type: "call_decided", key: "acme/ana", value: null, timestampMs: 0 }]);
  const { recorder, fake, pass } = scene({ spool });
  void recorder.decided(decision("1", "buffered"));
  await pass(1_000);
  assert.deepEqual(
    fake.kept.map(({ value }) => value?.id ?? null),
    [null, "gate/7/1"],
  );
});

test("settled waits for what was recorded before, close says what is lost", async () => {
  const errors: unknown[] = [];
  const logger = { ...silentLogger, error: (_message: string, fields?: object) => errors.push(fields) };
  const { recorder, fake, pass } = scene({ spoolMax: 0, logger, closeMs: 1_000 });
  await recorder.settled();
  void recorder.decided(decision("1", "buffered"));
  const settled = watch(recorder.settled());
  await pass(0);
  assert.deepEqual([settled.state, fake.kept.length], ["done", 1]);
  fake.health = "fails";
  void recorder.decided(decision("2", "buffered"));
  const closed = watch(recorder.close());
  await pass(999);
  assert.equal(closed.state, "pending");
  await pass(1);
  assert.equal(closed.state, "done");
  assert.deepEqual(errors, [{ gateway: "gate", epoch: 7, count: 1 }]);
});

interface Act {
  readonly health: Health;
  readonly calls: number;
  readonly audit: AuditMode;
  readonly ms: number;
  readonly release: boolean;
}

/** Plays the acts, then lets everything work again. Answers what was recorded and not refused. */
async function play({ recorder, fake, pass }: ReturnType<typeof scene>, acts: readonly Act[]) {
  const taken: { readonly sequence: number; readonly watched: ReturnType<typeof watch> | null }[] = [];
  const record = (audit: AuditMode) => {
    try {
      const result = recorder.decided(decision("x", audit));
      taken.push({ sequence: taken.length + 1, watched: result === undefined ? null : watch(result) });
    } catch (refusal) {
      assert.ok(refusal instanceof Fault);
    }
  };
  for (const { health, calls, audit, ms, release } of acts) {
    fake.health = health;
    if (release) fake.release();
    for (let call = 0; call < calls; call += 1) record(audit);
    await pass(ms);
  }
  fake.health = "works";
  fake.release();
  await pass(60_000);
  assert.ok(taken.every(({ watched }) => watched?.state !== "pending"));
  return taken.filter(({ watched }) => watched === null || watched.state === "done").map(({ sequence }) => sequence);
}

/** A reader that drops what it has passed. */
function readOnce(records: readonly LogRecord[]): readonly number[] {
  let last = 0;
  return sequences(records).filter((sequence) => {
    const isNew = sequence > last;
    last = Math.max(last, sequence);
    return isNew;
  });
}

test("through any outages, what was acknowledged is in the log, in order, once repeats are dropped as readers drop them", async () => {
  const health = fc.constantFrom<Health>("works", "works", "fails", "hangs", "takes it, then fails");
  const audit = fc.constantFrom<AuditMode>("strict", "buffered");
  const act = fc.record({ health, calls: fc.nat(6), audit, ms: fc.constantFrom(0, 3, 40, 700, 6_000), release: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 3, maxLength: 25 }),
      fc.constantFrom(0, 8, 1_000),
      fc.constantFrom(0, 1, 30, 120, 700),
      async (acts, spoolMax, putMs) => {
        const stage = scene({ spoolMax, putMs, ringRecordsMax: 20, answerMs: 500 });
        const owed = await play(stage, acts);
        const read = readOnce(stage.fake.kept);
        assert.deepEqual([stage.spool.size(), stage.recorder.isDirect()], [0, true]);
        assert.deepEqual(
          owed.filter((sequence) => !read.includes(sequence)),
          [],
        );
      },
    ),
    { numRuns: 150 },
  );
});
