import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Call } from "../domain/call.ts";
import type { LeaseGranted, LeaseRequested } from "../domain/events.ts";
import type { Caller } from "../domain/identity.ts";
import { leaseKey } from "../domain/limits/lease.ts";
import type { Limit } from "../domain/limits/limit.ts";
import { parseLimit } from "../domain/limits/parse.ts";
import type { LogRecord, StoredRecord } from "../domain/record.ts";
import { topics } from "../domain/topics.ts";
import { createLimiter, type Limiter } from "../gateway/decision/limiter.ts";
import { limits } from "../processors/limits.ts";
import { localLeases } from "../processors/local-leases.ts";

const caller: Caller = {
  organizationId: "acme",
  userId: "ana",
  agentId: null,
  roles: [],
  scopes: [],
  groups: [],
  credential: "none",
  expiresAtMs: null,
};
const call: Call = {
  callId: "1",
  atMs: 0,
  caller,
  transport: "http",
  address: "",
  method: "tools/call",
  server: "s",
  serverLabels: {},
  name: "t",
  args: undefined,
};

function limitOf(callsMax: number, windowMs: number): Limit {
  return parseLimit({ limitId: "limit", callsMax, windowMs }, { organizationId: "acme", origin: "api" });
}

/** The most calls in any half-open window. */
function most(admittedAt: readonly number[], windowMs: number): number {
  let first = 0;
  let result = 0;
  admittedAt.forEach((atMs, index) => {
    while ((admittedAt[first] ?? atMs) <= atMs - windowMs) first += 1;
    result = Math.max(result, index - first + 1);
  });
  return result;
}

interface Message {
  readonly atMs: number;
  readonly deliver: () => void;
}

type LeaseRecord = StoredRecord<"lease_requested" | "lease_granted">;

/** The limits processor over a log of its own, with a state that is stored now and then. */
function processorOf(limit: Limit, tell: (granted: LeaseGranted) => void) {
  const log: LeaseRecord[] = [];
  let state = new Map<string, string>();
  let next = 0;

  const take = (record: Parameters<typeof limits.step>[1]) => {
    const { changes, emit } = limits.step(state, record);
    for (const [key, value] of changes) {
      if (value === null) state.delete(key);
      else state.set(key, value);
    }
    for (const { record: output } of emit) tell(output.value as LeaseGranted);
  };
  const catchUp = () => {
    for (const record of log.slice(next)) take(record);
    next = log.length;
  };
  const definition = JSON.stringify(limit);
  const value = { id: "d", timeMs: 0, organizationId: "acme", change: "put", name: "limit", version: 1, definition } as const;
  take({ type: "limit_changed", key: "k", value, timestampMs: 0, topic: topics.limits.name, partition: 0, offset: 0 });
  let stored = { state: new Map(state), next };

  return {
    append(request: LeaseRequested) {
      const place = { topic: topics.leases.name, partition: 0, offset: log.length };
      log.push({ type: "lease_requested", key: leaseKey(request), value: request, timestampMs: request.timeMs, ...place });
      catchUp();
    },
    commit() {
      stored = { state: new Map(state), next };
    },
    /** What was told since the last commit is told once more. */
    crash() {
      state = new Map(stored.state);
      next = stored.next;
      catchUp();
    },
  };
}

/** Messages in virtual time. */
function network(startMs: number, delayMs: () => number) {
  const messages: Message[] = [];
  let now = startMs;
  return {
    now: () => now,
    send(deliver: () => void) {
      messages.push({ atMs: now + delayMs(), deliver });
    },
    advance(untilMs: number) {
      for (;;) {
        messages.sort((left, right) => left.atMs - right.atMs);
        const [message] = messages;
        if (message === undefined || message.atMs > untilMs) break;
        messages.shift();
        now = Math.max(now, message.atMs);
        message.deliver();
      }
      now = untilMs;
    },
  };
}

/** Gates, a log and the limits processor. Messages take their time; gates and the processor crash. */
function simulate(
  limit: Limit,
  { gates: count, delayMs, steps, share }: Trace,
): { readonly admittedAt: number[]; readonly gatesBorn: number } {
  const { now, send, advance } = network(1_700_000_000_000, delayMs);
  const gates: Limiter[] = [];
  const processor = processorOf(limit, (granted) => send(() => gates.map((gate) => gate.granted(granted))));
  let gatesBorn = 0;

  const bear = (index: number) => {
    gatesBorn += 1;
    const lease = (request: LeaseRequested): undefined => send(() => processor.append(request)) as undefined;
    gates[index] = createLimiter({ gateway: `gate-${index}`, nowMs: now, lease, fallback: { share, gates: count, lastsMs: 5_000 } });
    gates[index]?.replace([limit]);
  };
  for (let index = 0; index < count; index += 1) bear(index);

  const happen: Readonly<Record<string, (index: number) => void>> = {
    commit: processor.commit,
    "crash of the processor": processor.crash,
    "crash of a gate": bear,
    return: (index) => gates[index]?.returnUnspent(),
  };
  const admittedAt: number[] = [];
  for (const { afterMs, gate, calls, event } of steps) {
    advance(now() + afterMs);
    happen[event]?.(gate % count);
    for (let one = 0; one < calls; one += 1) if (gates[gate % count]?.admit(call).admitted) admittedAt.push(now());
  }
  return { admittedAt, gatesBorn };
}

interface Trace {
  readonly gates: number;
  readonly delayMs: () => number;
  readonly share: number;
  readonly steps: readonly { readonly afterMs: number; readonly gate: number; readonly calls: number; readonly event: string }[];
}

const events = fc.constantFrom("", "", "", "", "return", "commit", "crash of the processor", "crash of a gate");
const traces = fc.record({
  gates: fc.integer({ min: 1, max: 4 }),
  delays: fc.array(fc.oneof(fc.nat(60), fc.nat(400)), { minLength: 5, maxLength: 20 }),
  steps: fc.array(fc.record({ afterMs: fc.nat(120), gate: fc.nat(3), calls: fc.nat(30), event: events }), {
    minLength: 60,
    maxLength: 150,
  }),
});
const quotas = fc.record({ callsMax: fc.integer({ min: 1, max: 400 }), windowMs: fc.integer({ min: 200, max: 4_000 }) });

function delaysOf(delays: readonly number[]): () => number {
  let index = 0;
  return () => {
    index += 1;
    return delays[index % delays.length] ?? 0;
  };
}

test("over the log no window holds more than the limit, whatever is late, repeated or crashes", () => {
  let admitted = 0;
  fc.assert(
    fc.property(quotas, traces, ({ callsMax, windowMs }, { gates, delays, steps }) => {
      const { admittedAt } = simulate(limitOf(callsMax, windowMs), { gates, delayMs: delaysOf(delays), steps, share: 0 });
      admitted += admittedAt.length;
      assert.ok(most(admittedAt, windowMs) <= callsMax, `${most(admittedAt, windowMs)} > ${callsMax}`);
    }),
    { numRuns: 100 },
  );
  assert.ok(admitted > 1_000, `only ${admitted} calls were admitted: the traces say nothing`);
});

test("with a fallback the overshoot is at most its share for each gate that was started", () => {
  fc.assert(
    fc.property(quotas, traces, ({ callsMax, windowMs }, { gates, delays, steps }) => {
      const { admittedAt, gatesBorn } = simulate(limitOf(callsMax, windowMs), { gates, delayMs: delaysOf(delays), steps, share: 0.1 });
      const slack = gatesBorn * Math.max(1, Math.floor((callsMax * 0.1) / gates));
      assert.ok(most(admittedAt, windowMs) <= callsMax + slack);
    }),
    { numRuns: 60 },
  );
});

test("over the log, endless demand on two gates gets most of the limit", () => {
  const steps = Array.from({ length: 4_000 }, (_, index) => ({
    afterMs: 10,
    gate: index % 2,
    calls: 5,
    event: index % 100 === 0 ? "return" : "",
  }));
  const { admittedAt } = simulate(limitOf(400, 4_000), { gates: 2, delayMs: () => 20, steps, share: 0 });
  const share = admittedAt.length / (40_000 / 4_000) / 400;
  assert.ok(share > 0.85 && share <= 1.01, `${share}`);
});

/** A gate that grants its own leases and is restarted now and then: when each call came, and whether it was admitted. */
function simulateLocal(limit: Limit, steps: readonly { readonly afterMs: number; readonly calls: number; readonly restart: number }[]) {
  let now = 1_000_000;
  const kept: LogRecord<"lease_requested" | "lease_granted">[] = [];
  const born = () => {
    const leases = localLeases({ record: (records) => void kept.push(...records) });
    leases.restore(kept, () => limit);
    const limiter = createLimiter({ gateway: "gate", nowMs: () => now, lease: leases.lease });
    limiter.replace([limit]);
    return limiter;
  };
  let limiter = born();
  const seen: { readonly atMs: number; readonly admitted: boolean }[] = [];
  for (const { afterMs, calls, restart } of steps) {
    now += afterMs + 1;
    if (restart === 0) limiter = born();
    for (let one = 0; one < calls; one += 1) seen.push({ atMs: now, admitted: limiter.admit(call).admitted });
  }
  return seen;
}

test("the gate that grants its own leases is exact for small limits, and never over for large ones", () => {
  const trace = fc.array(fc.record({ afterMs: fc.nat(60), calls: fc.nat(8), restart: fc.nat(40) }), { minLength: 60, maxLength: 120 });
  fc.assert(
    fc.property(
      fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 300 })),
      fc.integer({ min: 100, max: 1_000 }),
      trace,
      (callsMax, windowMs, steps) => {
        const seen = simulateLocal(limitOf(callsMax, windowMs), steps);
        const admittedAt: number[] = [];
        for (const { atMs, admitted } of seen) {
          if (callsMax <= 40) assert.equal(admitted, admittedAt.filter((at) => at > atMs - windowMs).length < callsMax);
          if (admitted) admittedAt.push(atMs);
        }
        assert.ok(most(admittedAt, windowMs) <= callsMax);
      },
    ),
    { numRuns: 80 },
  );
});
