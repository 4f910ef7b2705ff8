import type { UsageCounted } from "../../domain/events.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { topics } from "../../domain/topics.ts";
import { invalid } from "../object-reader.ts";
import { addUp, type Count, countOf, everything, type Stats } from "./usage-sums.ts";

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** How far back usage is kept here; the log keeps all of it. */
const keptMs = 31 * dayMs;
/** Counts kept at most, over all organizations; the oldest hours of the one that has most go first. About 700 bytes each. */
const countsKept = 500_000;

export interface UsageView {
  /**
   * Usage from the hour of `sinceMs` to that of `untilMs`, both included; the day before `untilMs`, or before now, unless told. What is answered says since
   * when it is: not before what is kept.
   */
  stats(
    organizationId: string,
    range: { readonly sinceMs?: number | undefined; readonly untilMs?: number | undefined; readonly nowMs: number },
  ): Promise<Stats>;
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

/** For each hour, the highest count of each user and tool. */
type Hours = Map<number, Map<string, Count>>;

interface Kept {
  readonly hours: Hours;
  counts: number;
  /** Hours before this one were forgotten. */
  fromMs: number;
}

/** Folds the `usage` topic: the last record of a key counts, save one that was told late. */
export async function openUsageView({
  log,
  countsMax = countsKept,
}: {
  readonly log: EventLog;
  readonly countsMax?: number;
}): Promise<UsageView> {
  const organizations = new Map<string, Kept>();
  let counts = 0;
  let newestMs = 0;

  function fold(event: UsageCounted): void {
    const kept = keptOf(event.organizationId);
    if (event.hourMs < Math.max(newestMs - keptMs, kept.fromMs)) return;
    const hour = kept.hours.get(event.hourMs) ?? new Map<string, Count>();
    const count = countOf(event);
    const key = `${event.userId}\n${event.server}\n${event.method}\n${event.name}`;
    const known = hour.get(key);
    // Counts only rise: lower ones were told late, by an owner whose time was over.
    if (known !== undefined && everything(known) > everything(count)) return;
    const more = known === undefined ? 1 : 0;
    counts += more;
    kept.counts += more;
    hour.set(key, count);
    kept.hours.set(event.hourMs, hour);
    // A gate whose clock is far ahead makes nothing old: its calls were counted when the processor says.
    const countedMs = Math.min(event.hourMs, event.timeMs);
    if (countedMs > newestMs) {
      newestMs = countedMs;
      for (const one of organizations.values()) forgetBefore(one, newestMs - keptMs);
    }
    while (counts > countsMax) forgetOldest();
  }

  function keptOf(organizationId: string): Kept {
    const kept = organizations.get(organizationId) ?? { hours: new Map(), counts: 0, fromMs: Math.max(0, newestMs - keptMs) };
    organizations.set(organizationId, kept);
    return kept;
  }

  /** What one organization counts takes no room of the others. */
  function forgetOldest(): void {
    const largest = [...organizations.values()].reduce((most, one) => (one.counts > most.counts ? one : most));
    forgetBefore(largest, Math.min(...largest.hours.keys()) + 1);
  }

  function forgetBefore(kept: Kept, timeMs: number): void {
    kept.fromMs = Math.max(kept.fromMs, Math.ceil(timeMs / hourMs) * hourMs);
    for (const [hour, { size }] of kept.hours) {
      if (hour >= timeMs) continue;
      counts -= size;
      kept.counts -= size;
      kept.hours.delete(hour);
    }
  }

  // Counts only rise: one that can't be decoded is made up for by the next.
  const options = { from: "start", undecodable: () => {} } as const;
  const subscription = await log.subscribe([topics.usage], options, (records) => {
    for (const { value } of records) if (value !== null) fold(value);
  });

  return {
    async stats(organizationId, { sinceMs, untilMs, nowMs }) {
      const until = untilMs ?? nowMs;
      const since = sinceMs ?? until - dayMs;
      if (since > until) throw invalid("since", "must not be after until");
      const { hours, fromMs } = organizations.get(organizationId) ?? { hours: new Map(), fromMs: 0 };
      const range = { sinceMs: Math.max(Math.floor(since / hourMs) * hourMs, fromMs), untilMs: until };
      return { ...range, ...(await addUp(countsIn(hours, range))) };
    },
    caughtUp: () => subscription.caughtUp(),
    close: () => subscription.close(),
  };
}

/** What is counted meanwhile may be among it or not. */
function* countsIn(hours: Hours, { sinceMs, untilMs }: { readonly sinceMs: number; readonly untilMs: number }): Generator<Count> {
  for (const [hour, counted] of hours) if (hour >= sinceMs && hour <= untilMs) yield* counted.values();
}
