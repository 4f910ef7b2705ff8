import type { Call } from "../../domain/call.ts";
import type { LeaseRequested } from "../../domain/events.ts";
import { leaseKey } from "../../domain/limits/lease.ts";
import { parseLimit } from "../../domain/limits/parse.ts";
import { topics } from "../../domain/topics.ts";
import { createLimiter } from "../../gateway/decision/limiter.ts";
import { limits } from "../../processors/limits.ts";
import { type Ground, run, topicsOf } from "./ground.ts";

export interface LimitMeasured {
  readonly gates: number;
  readonly callsMax: number;
  readonly windowMs: number;
  /** Calls that came, a second. */
  readonly offered: number;
  readonly admitted: number;
  /** The most calls in any window of the length. */
  readonly most: number;
  /** By how much that is above the limit, of it; 0 where it is not. */
  readonly slack: number;
  /** What was left of the limit, of it, over all windows after the first two: calls that a single counter would have admitted. */
  readonly unused: number;
}

const gateCount = 4;
const definition = { limitId: "bench", callsMax: 1_000, windowMs: 4_000 };

export interface LimitOptions {
  readonly callsPerSecond: number;
  readonly seconds: number;
  /** The share of a limit that may go on credit, as `limiter.fallback.share`. */
  readonly share: number;
}

/** Four gates, each with a log of its own, ask the processor of limits over Kafka for the tokens of one key. */
export async function measureLimit(ground: Ground, { callsPerSecond, seconds, share }: LimitOptions): Promise<LimitMeasured> {
  const small = { ...limits, sources: [{ ...topics.leases, partitions: 2 }] };
  const { open } = await ground.kafkaLog(topicsOf(small, 2));
  const log = open();
  const limit = parseLimit(definition, { organizationId: "acme", origin: "api" });
  const value = { id: "limit", timeMs: Date.now(), organizationId: "acme", change: "put", name: "bench", version: 1 } as const;
  await log.append(topics.limits, [
    { type: "limit_changed", key: "acme/bench", value: { ...value, definition: JSON.stringify(limit) }, timestampMs: Date.now() },
  ]);
  const runtime = await run(log, await ground.embedded(), small, true);
  await runtime.caughtUp();
  const gates = await Promise.all(Array.from({ length: gateCount }, (_, index) => openGate(open(), `gate-${index + 1}`, share)));
  for (const { limiter } of gates) limiter.replace([limit]);

  const admittedAt = await offer(
    gates.map(({ limiter }) => limiter),
    { callsPerSecond, seconds },
  );
  for (const { close } of gates) await close();
  await runtime.close();
  await log.close();
  return {
    ...{ gates: gateCount, callsMax: limit.callsMax, windowMs: limit.windowMs, offered: callsPerSecond, admitted: admittedAt.length },
    ...verdictOn(admittedAt, limit, seconds),
  };
}

async function openGate(log: ReturnType<Awaited<ReturnType<Ground["kafkaLog"]>>["open"]>, gateway: string, share: number) {
  const lease = (request: LeaseRequested): undefined => {
    const record = { type: "lease_requested", key: leaseKey(request), value: request, timestampMs: request.timeMs } as const;
    // What is not written is asked for again.
    void log.append(topics.leases, [record]).catch(() => {});
  };
  const limiter = createLimiter({ gateway, nowMs: Date.now, lease, fallback: { share, gates: gateCount, lastsMs: 5_000 } });
  const grants = await log.subscribe([topics.leases], { from: "end" }, (records) => {
    for (const { type, value } of records) if (type === "lease_granted" && value !== null && "notAfterMs" in value) limiter.granted(value);
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

/** Calls at an even rate, by turns at each gate; when they were admitted. */
function offer(
  gates: readonly { admit(call: Call): { readonly admitted: boolean } }[],
  { callsPerSecond, seconds }: Pick<LimitOptions, "callsPerSecond" | "seconds">,
): Promise<number[]> {
  const admittedAt: number[] = [];
  const startedAt = performance.now();
  let made = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.floor(((performance.now() - startedAt) * callsPerSecond) / 1_000);
      for (; made < due; made += 1) if (gates[made % gates.length]?.admit(call).admitted) admittedAt.push(Date.now());
      if (performance.now() - startedAt < seconds * 1_000) return;
      clearInterval(timer);
      resolve(admittedAt);
    }, 2);
  });
}

function verdictOn(admittedAt: readonly number[], { callsMax, windowMs }: typeof definition, seconds: number) {
  const [startedAt = 0] = admittedAt;
  let first = 0;
  let most = 0;
  admittedAt.forEach((atMs, index) => {
    while ((admittedAt[first] ?? atMs) <= atMs - windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  });
  // The first windows fill up; what comes then is what lasts.
  const from = startedAt + 2 * windowMs;
  const windows = Math.floor((seconds * 1_000) / windowMs) - 2;
  const admitted = admittedAt.filter((atMs) => atMs >= from && atMs < from + windows * windowMs).length;
  return { most, slack: Math.max(0, most / callsMax - 1), unused: windows < 1 ? Number.NaN : 1 - admitted / (windows * callsMax) };
}

const caller = {
  ...{ organizationId: "acme", userId: "ana", agentId: null, roles: [], scopes: [], groups: [] },
  ...{ credential: "none", expiresAtMs: null },
};
const call: Call = {
  ...{ callId: "1", atMs: 0, caller, transport: "http", address: "", method: "tools/call" },
  ...{ server: "files", serverLabels: {}, name: "read", args: undefined },
} as const;
