import { setImmediate as pause } from "node:timers/promises";
import type { UsageCounted } from "../../domain/events.ts";
import { quantileOf, type Sketch } from "../../domain/sketch.ts";
import { compareText } from "../servers/server-view.ts";

/** Counts that are added up without a pause: what else this thread has to do must not wait for it. */
const sliceMax = 500;
const listedMax = 100;

export interface Usage {
  readonly calls: number;
  readonly denied: number;
  readonly limited: number;
  readonly failed: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationMicros: number;
  readonly costUnits: number;
  /** How long calls took, in microseconds, off by 2 % at most; null where none ended. */
  readonly latencyMicros: { readonly p50: number; readonly p95: number; readonly p99: number } | null;
}

export interface NamedUsage extends Usage {
  readonly name: string;
}

/** Counted usage of one organization in a range of hours. Lists hold the 100 entries with most calls; `byHour` rises. */
export interface Stats {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly total: Usage;
  readonly byUser: readonly NamedUsage[];
  readonly byServer: readonly NamedUsage[];
  /** `{server}/{tool}`. */
  readonly byTool: readonly NamedUsage[];
  /** The hour's start as RFC 3339. */
  readonly byHour: readonly NamedUsage[];
}

/** What was counted of one user and tool in one hour, in little room: `latency` has bucket, count, bucket, count … */
export interface Count extends Omit<UsageCounted, "id" | "timeMs" | "organizationId" | "principal" | "traceparent" | "latency"> {
  readonly latency: Uint32Array;
}

export function countOf(event: UsageCounted): Count {
  const { hourMs, userId, server, method, name, calls, denied, limited, failed } = event;
  const { requestBytes, responseBytes, durationMicros, costUnits, latency } = event;
  return {
    ...{ hourMs, userId, server, method, name, calls, denied, limited, failed, requestBytes, responseBytes, durationMicros, costUnits },
    latency: Uint32Array.from(Object.entries(latency).flatMap(([bucket, times]) => [Number(bucket), times])),
  };
}

/** Rises with each record that was counted. */
export function everything(count: Count): number {
  let all = 0;
  for (const name of numbers) all += count[name];
  for (let at = 1; at < count.latency.length; at += 2) all += count.latency[at] ?? 0;
  return all;
}

/** Adds counts up, a slice at a time. */
export async function addUp(counts: Iterable<Count>): Promise<Omit<Stats, "sinceMs" | "untilMs">> {
  const total = openSum();
  const sums = { user: openSums(), server: openSums(), tool: openSums(), hour: openSums() };
  let left = sliceMax;
  for (const count of counts) {
    total.add(count);
    sums.hour.add(new Date(count.hourMs).toISOString(), count);
    sums.user.add(count.userId, count);
    if (count.server !== "") sums.server.add(count.server, count);
    if (count.method === "tools/call" && count.name !== "") sums.tool.add(`${count.server}/${count.name}`, count);
    left -= 1;
    if (left > 0) continue;
    left = sliceMax;
    await pause();
  }
  return {
    total: total.told(),
    byUser: busiest(sums.user.told()),
    byServer: busiest(sums.server.told()),
    byTool: busiest(sums.tool.told()),
    byHour: sums.hour.told().sort((left, right) => compareText(left.name, right.name)),
  };
}

const numbers = ["calls", "denied", "limited", "failed", "requestBytes", "responseBytes", "durationMicros", "costUnits"] as const;

function openSum() {
  const sum = { calls: 0, denied: 0, limited: 0, failed: 0, requestBytes: 0, responseBytes: 0, durationMicros: 0, costUnits: 0 };
  const latency = new Map<number, number>();
  return {
    add(count: Count): void {
      for (const name of numbers) sum[name] += count[name];
      for (let at = 0; at < count.latency.length; at += 2) {
        const bucket = count.latency[at] ?? 0;
        latency.set(bucket, (latency.get(bucket) ?? 0) + (count.latency[at + 1] ?? 0));
      }
    },
    told(): Usage {
      const sketch: Sketch = Object.fromEntries(latency);
      const at = (quantile: number) => Math.round(quantileOf(sketch, quantile) ?? 0);
      return { ...sum, latencyMicros: latency.size === 0 ? null : { p50: at(0.5), p95: at(0.95), p99: at(0.99) } };
    },
  };
}

function openSums() {
  const sums = new Map<string, ReturnType<typeof openSum>>();
  return {
    add(name: string, count: Count): void {
      const sum = sums.get(name) ?? openSum();
      sums.set(name, sum);
      sum.add(count);
    },
    told: (): NamedUsage[] => [...sums].map(([name, sum]) => ({ name, ...sum.told() })),
  };
}

function busiest(usages: NamedUsage[]): readonly NamedUsage[] {
  return usages.sort((left, right) => right.calls - left.calls || compareText(left.name, right.name)).slice(0, listedMax);
}
