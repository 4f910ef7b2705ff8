import type { UsageCounted } from "../../domain/events.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { topics } from "../../domain/topics.ts";
import { invalid } from "../object-reader.ts";
import { addUp, type Count, countOf, everything, type Stats } from "./usage-sums.ts";

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** How far back usage is kept here; the log keeps all of it. */
const keptMs = 31 * dayMs;
/** Counts kept at most, over all organizations; the oldest hours go first. About 700 bytes each. */
const countsMax = 500_000;

export interface UsageView {
  /** Usage from the hour of `sinceMs` to that of `untilMs`, both included; the day before `untilMs`, or before now, unless told. */
  stats(
    organizationId: string,
    range: { readonly sinceMs?: number | undefined; readonly untilMs?: number | undefined; readonly nowMs: number },
  ): Promise<Stats>;
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

/** For each organization, for each hour, the highest count of each user and tool. */
type Hours = Map<number, Map<string, Count>>;

/** Folds the `usage` topic: the last record of a key counts, save one that was told late. */
export async function openUsageView({ log }: { readonly log: EventLog }): Promise<UsageView> {
  const organizations = new Map<string, Hours>();
  let counts = 0;
  let newestMs = 0;

  function fold(event: UsageCounted): void {
    if (event.hourMs < newestMs - keptMs) return;
    const hours = organizations.get(event.organizationId) ?? new Map<number, Map<string, Count>>();
    const hour = hours.get(event.hourMs) ?? new Map<string, Count>();
    const count = countOf(event);
    const key = `${event.userId}\n${event.server}\n${event.method}\n${event.name}`;
    const known = hour.get(key);
    if (known === undefined) counts += 1;
    // Counts only rise: lower ones were told late, by an owner whose time was over.
    else if (everything(known) > everything(count)) return;
    hour.set(key, count);
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
    async stats(organizationId, { sinceMs, untilMs, nowMs }) {
      const until = untilMs ?? nowMs;
      const since = sinceMs ?? until - dayMs;
      if (since > until) throw invalid("since", "must not be after until");
      const range = { sinceMs: Math.floor(since / hourMs) * hourMs, untilMs: until };
      return { ...range, ...(await addUp(countsIn(organizations.get(organizationId) ?? new Map(), range))) };
    },
    caughtUp: () => subscription.caughtUp(),
    close: () => subscription.close(),
  };
}

/** What is counted meanwhile may be among it or not. */
function* countsIn(hours: Hours, { sinceMs, untilMs }: { readonly sinceMs: number; readonly untilMs: number }): Generator<Count> {
  for (const [hour, counted] of hours) if (hour >= sinceMs && hour <= untilMs) yield* counted.values();
}
