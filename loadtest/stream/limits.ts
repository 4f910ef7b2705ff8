import type { LeaseRequested } from "../../domain/events.ts";
import { leaseKey } from "../../domain/limits/lease.ts";
import { parseLimit } from "../../domain/limits/parse.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { topics } from "../../domain/topics.ts";
import { createLimiter, type Limiter } from "../../gateway/decision/limiter.ts";
import { limits } from "../../processors/limits/limits.ts";
import { exactCounter, type Spread, spreads } from "../../tests/simulation/demand.ts";
import { call, most as mostIn } from "../../tests/simulation/leases.ts";
import { type Ground, run, topicsOf } from "./ground.ts";

export interface LimitMeasured extends LimitOptions {
  readonly gates: number;
  readonly admitted: number;
  /** The most calls in any window of the length. */
  readonly most: number;
  /** By how much that is above the limit, of it; 0 where it is not. */
  readonly slack: number;
  /** The share of the calls that a single counter would have admitted, and that were refused. */
  readonly unused: number;
  readonly requestsPerSecond: number;
  readonly recallsPerSecond: number;
}

const gateCount = 4;

export interface LimitOptions {
  readonly callsMax: number;
  readonly windowMs: number;
  readonly callsPerSecond: number;
  readonly seconds: number;
  /** The share of a limit that may go on credit, as `limiter.fallback.share`. */
  readonly share: number;
  /** How the calls are shared out among the gates. */
  readonly spread: keyof typeof spreads;
}

/** Four gates, each with a log of its own, ask the processor of limits over Kafka for the tokens of one key. */
export async function measureLimit(ground: Ground, options: LimitOptions): Promise<LimitMeasured> {
  const { callsMax, windowMs, seconds } = options;
  const small = { ...limits, sources: [{ ...topics.leases, partitions: 2 }] };
  const { open } = await ground.kafkaLog(topicsOf(small, 2));
  const log = open();
  const limit = parseLimit({ limitId: "bench", callsMax, windowMs }, { organizationId: "acme", origin: "api" });
  const value = { id: "limit", timeMs: Date.now(), organizationId: "acme", change: "put", name: "bench", version: 1 } as const;
  await log.append(topics.limits, [
    { type: "limit_changed", key: "acme/bench", value: { ...value, definition: JSON.stringify(limit) }, timestampMs: Date.now() },
  ]);
  const runtime = await run(log, await ground.embedded(), small, true);
  await runtime.caughtUp();
  const written = { lease_requested: 0, lease_granted: 0, lease_recalled: 0 };
  const counting = await log.subscribe([topics.leases], { from: "end" }, (records) => {
    for (const { type } of records) written[type] += 1;
  });
  const gates = await Promise.all(Array.from({ length: gateCount }, (_, index) => openGate(open(), `gate-${index + 1}`, options.share)));
  for (const { limiter } of gates) limiter.replace([limit]);

  const { admittedAt, possible } = await offer(
    gates.map(({ limiter }) => limiter),
    options,
  );
  for (const { close } of gates) await close();
  await counting.close();
  await runtime.close();
  await log.close();
  const most = mostIn(admittedAt, windowMs);
  return {
    ...{ ...options, gates: gateCount, admitted: admittedAt.length, most },
    ...{ slack: Math.max(0, most / callsMax - 1), unused: 1 - admittedAt.length / possible },
    ...{ requestsPerSecond: written.lease_requested / seconds, recallsPerSecond: written.lease_recalled / seconds },
  };
}

/** A gate's limits, over a log of its own. */
export async function openGate(log: EventLog, gateway: string, share: number) {
  const lease = (request: LeaseRequested): undefined => {
    const record = { type: "lease_requested", key: leaseKey(request), value: request, timestampMs: request.timeMs } as const;
    // What is not written is asked for again.
    void log.append(topics.leases, [record]).catch(() => {});
  };
  const limiter = createLimiter({ gateway, nowMs: Date.now, lease, fallback: { share, gates: gateCount, lastsMs: 5_000 } });
  const grants = await log.subscribe([topics.leases], { from: "end" }, (records) => {
    for (const { type, value } of records) {
      if (type === "lease_granted" && value !== null) limiter.granted(value);
      else if (type === "lease_recalled" && value !== null) limiter.recalled(value);
    }
  });
  const returning = setInterval(() => limiter.returnUnspent(), 1_000);
  return {
    limiter,
    async close() {
      clearInterval(returning);
      await grants.close();
      await log.close();
    },
  };
}

interface Offered {
  /** When calls were admitted. */
  readonly admittedAt: readonly number[];
  /** Calls that a single counter would have admitted. */
  readonly possible: number;
}

/** Calls at an even rate, shared out among the gates; what is due, and was not made in time, is made at once. */
function offer(gates: readonly Limiter[], { callsMax, windowMs, callsPerSecond, seconds, spread }: LimitOptions): Promise<Offered> {
  const admittedAt: number[] = [];
  const counter = exactCounter(callsMax, windowMs);
  const weightsAt: Spread = spreads[spread];
  const due = gates.map(() => 0);
  const startedAt = performance.now();
  let doneMs = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const ms = performance.now() - startedAt;
      const weights = weightsAt(ms);
      const whole = weights.reduce((sum, weight) => sum + weight, 0);
      gates.forEach((gate, index) => {
        due[index] = (due[index] ?? 0) + ((ms - doneMs) * callsPerSecond * (weights[index] ?? 0)) / whole / 1_000;
        for (; (due[index] ?? 0) >= 1; due[index] = (due[index] ?? 0) - 1) {
          const nowMs = Date.now();
          counter.admit(nowMs);
          if (gate.admit(call).admitted) admittedAt.push(nowMs);
        }
      });
      doneMs = ms;
      if (ms < seconds * 1_000) return;
      clearInterval(timer);
      resolve({ admittedAt, possible: counter.admitted() });
    }, 2);
  });
}
