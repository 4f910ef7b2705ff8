import type { UsageCounted } from "../../domain/events.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { addedUp, quantileOf, type Sketch } from "../../domain/sketch.ts";
import { topics } from "../../domain/topics.ts";
import { invalid } from "../object-reader.ts";
import { compareText } from "../servers/server-view.ts";

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** How far back usage is kept here; the log keeps all of it. */
const keptMs = 31 * dayMs;
/** Counts kept at most, over all organizations; the oldest hours go first. About 300 bytes each. */
const countsMax = 500_000;
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

export interface UsageView {
  /** Usage from the hour of `sinceMs` to that of `untilMs`, both included; the day before `untilMs`, or before now, unless told. */
  stats(
    organizationId: string,
    range: { readonly sinceMs?: number | undefined; readonly untilMs?: number | undefined; readonly nowMs: number },
  ): Stats;
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

/** For each organization, for each hour, the highest count of each user and tool. */
type Hours = Map<number, Map<string, UsageCounted>>;

/** Folds the `usage` topic: the last record of a key counts, save one that was told late. */
export async function openUsageView({ log }: { readonly log: EventLog }): Promise<UsageView> {
  const organizations = new Map<string, Hours>();
  let counts = 0;
  let newestMs = 0;

  function fold(event: UsageCounted): void {
    if (event.hourMs < newestMs - keptMs) return;
    const hours = organizations.get(event.organizationId) ?? new Map<number, Map<string, UsageCounted>>();
    const hour = hours.get(event.hourMs) ?? new Map<string, UsageCounted>();
    const key = `${event.userId}\n${event.server}\n${event.method}\n${event.name}`;
    const known = hour.get(key);
    if (known === undefined) counts += 1;
    // Counts only rise: lower ones were told late, by an owner whose time was over.
    else if (everything(known) > everything(event)) return;
    hour.set(key, event);
    hours.set(event.hourMs, hour);
    organizations.set(event.organizationId, hours);
    if (event.hourMs > newestMs) {
      newestMs = event.hourMs;
      forgetBefore(newestMs - keptMs);
    }
    while (counts > countsMax) forgetBefore(oldestHour() + 1);
  }

  function oldestHour(): number {
    return Math.min(...[...organizations.values()].flatMap((hours) => [...hours.keys()]));
  }

  function forgetBefore(timeMs: number): void {
    for (const hours of organizations.values()) {
      for (const [hour, kept] of hours) {
        if (hour >= timeMs) continue;
        counts -= kept.size;
        hours.delete(hour);
      }
    }
  }

  // Counts only rise: one that can't be decoded is made up for by the next.
  const options = { from: "start", undecodable: () => {} } as const;
  const subscription = await log.subscribe([topics.usage], options, (records) => {
    for (const { value } of records) if (value !== null) fold(value);
  });

  return {
    stats(organizationId, { sinceMs, untilMs, nowMs }) {
      const until = untilMs ?? nowMs;
      const since = sinceMs ?? until - dayMs;
      if (since > until) throw invalid("since", "must not be after until");
      return statsOf(organizations.get(organizationId) ?? new Map(), Math.floor(since / hourMs) * hourMs, until);
    },
    caughtUp: () => subscription.caughtUp(),
    close: () => subscription.close(),
  };
}

/** Rises with each record that was counted. */
function everything({
  calls,
  denied,
  limited,
  failed,
  requestBytes,
  responseBytes,
  durationMicros,
  costUnits,
  latency,
}: UsageCounted): number {
  const ended = Object.values(latency).reduce((sum, count) => sum + count, 0);
  return calls + denied + limited + failed + requestBytes + responseBytes + durationMicros + costUnits + ended;
}

/** Usage that is still added up: with the sketch of durations instead of what it says. */
type Sum = Omit<Usage, "latencyMicros"> & { readonly latency: Sketch };
type Sums = Map<string, Sum>;
const zero = { calls: 0, denied: 0, limited: 0, failed: 0, requestBytes: 0, responseBytes: 0, durationMicros: 0, costUnits: 0 };
const nothing: Sum = { ...zero, latency: {} };

function statsOf(hours: Hours, sinceMs: number, untilMs: number): Stats {
  let total = nothing;
  const sums = { user: new Map() as Sums, server: new Map() as Sums, tool: new Map() as Sums, hour: new Map() as Sums };
  for (const [hour, counted] of hours) {
    if (hour < sinceMs || hour > untilMs) continue;
    const hourName = new Date(hour).toISOString();
    for (const usage of counted.values()) {
      total = sum(total, usage);
      add(sums.hour, hourName, usage);
      add(sums.user, usage.userId, usage);
      if (usage.server !== "") add(sums.server, usage.server, usage);
      if (usage.method === "tools/call" && usage.name !== "") add(sums.tool, `${usage.server}/${usage.name}`, usage);
    }
  }
  return {
    ...{ sinceMs, untilMs, total: told(total) },
    byUser: busiest(sums.user),
    byServer: busiest(sums.server),
    byTool: busiest(sums.tool),
    byHour: [...sums.hour].map(([name, usage]) => ({ name, ...told(usage) })).sort((left, right) => compareText(left.name, right.name)),
  };
}

function add(sums: Sums, name: string, usage: Sum): void {
  sums.set(name, sum(sums.get(name) ?? nothing, usage));
}

function sum(left: Sum, right: Sum): Sum {
  return {
    calls: left.calls + right.calls,
    denied: left.denied + right.denied,
    limited: left.limited + right.limited,
    failed: left.failed + right.failed,
    requestBytes: left.requestBytes + right.requestBytes,
    responseBytes: left.responseBytes + right.responseBytes,
    durationMicros: left.durationMicros + right.durationMicros,
    costUnits: left.costUnits + right.costUnits,
    latency: addedUp(left.latency, right.latency),
  };
}

function told({ latency, ...usage }: Sum): Usage {
  const at = (quantile: number) => Math.round(quantileOf(latency, quantile) ?? 0);
  const isEmpty = Object.keys(latency).length === 0;
  return { ...usage, latencyMicros: isEmpty ? null : { p50: at(0.5), p95: at(0.95), p99: at(0.99) } };
}

function busiest(sums: Sums): readonly NamedUsage[] {
  const named = [...sums].map(([name, usage]) => ({ name, ...told(usage) }));
  return named.sort((left, right) => right.calls - left.calls || compareText(left.name, right.name)).slice(0, listedMax);
}
