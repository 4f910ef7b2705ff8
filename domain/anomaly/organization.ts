import type { ActivityObserved } from "../events.ts";
import { type Calibration, uncalibrated } from "./calibration.ts";
import { type Counts, countOf, keptMost, noCounts } from "./counts.ts";
import { type CallerDetector, callerDetectors, type ToolDetector, toolDetectors } from "./detectors.ts";
import { learnedSizes, type Sizes } from "./sizes.ts";
import { toolKey } from "./tool-key.ts";

/** What is usual in an organization: the background that single callers are held against, and how surprised its detectors usually are. */
export interface OrganizationModel {
  readonly callers: number;
  readonly failed: number;
  readonly succeeded: number;
  /** How many callers have used a tool. */
  readonly users: Counts;
  /** ln of the largest arguments, by tool. */
  readonly sizes: Sizes;
  readonly calibrations: Readonly<Record<CallerDetector | ToolDetector, Calibration>>;
  /** Of everything together, for callers and for tools and servers: what the alert budget is held against. */
  readonly combined: Readonly<Record<"caller" | "tool", Calibration>>;
  /** Windows judged a day, of each kind: as of the last whole day, and so far in this one. */
  readonly judged: Readonly<Record<"caller" | "tool", Judged>>;
}

interface Judged {
  readonly dayMs: number;
  readonly today: number;
  readonly aDay: number;
  /** The first window of all; what an earlier version stored does not have it. */
  readonly firstMs?: number;
}

const toolsMax = 2_000;

const none: Judged = { dayMs: 0, today: 0, aDay: 0 };

export const newOrganization: OrganizationModel = {
  callers: 0,
  failed: 0,
  succeeded: 0,
  users: noCounts,
  sizes: {},
  // Every detector of both lists is a key.
  calibrations: Object.fromEntries(
    [...callerDetectors, ...toolDetectors].map((name) => [name, uncalibrated]),
  ) as OrganizationModel["calibrations"],
  combined: { caller: uncalibrated, tool: uncalibrated },
  judged: { caller: none, tool: none },
};

/** What a caller had done before a window. */
export interface Before {
  readonly windows: number;
  readonly tools: Counts;
}

/** Takes a window of a caller in. */
export function learnOrganization(model: OrganizationModel, before: Before, activity: ActivityObserved): OrganizationModel {
  const { users, sizes } = model;
  const taken = activity.tools.map(({ server, name }) => toolKey(server, name)).filter((tool) => countOf(before.tools, tool) === 0);
  const used = taken.map((tool) => [tool, countOf(users, tool) + 1] as const);
  const failures = activity.failed + activity.denied;
  const fade = model.failed + model.succeeded > 1_000_000 ? 0.5 : 1;
  return {
    ...model,
    callers: model.callers + (before.windows === 0 ? 1 : 0),
    failed: model.failed * fade + failures,
    succeeded: model.succeeded * fade + Math.max(0, activity.calls - failures),
    users: { total: users.total + used.length, of: keptMost(users.of, used, { namesMax: toolsMax, timesOf: (times) => times }) },
    sizes: learnedSizes(sizes, activity, { memory: 5_000, toolsMax }),
  };
}

const dayLengthMs = 24 * 60 * 60_000;
/** What comes in less time tells nothing of how many a day will bring. */
const tellingMs = 10 * 60_000;

/** Counts the windows that are judged, and how many that makes a day: at least what this day has brought so far. */
export function countedWindow(model: OrganizationModel, kind: "caller" | "tool", windowMs: number): OrganizationModel {
  const known = model.judged[kind];
  return { ...model, judged: { ...model.judged, [kind]: known.today === 0 ? begun(windowMs) : counting(known, windowMs) } };
}

function begun(firstMs: number): Judged {
  return counting({ dayMs: dayOf(firstMs), today: 0, aDay: 0, firstMs }, firstMs);
}

function counting(known: Judged, windowMs: number): Judged {
  const dayMs = dayOf(windowMs);
  if (dayMs > known.dayMs) return { ...known, dayMs, today: 1, aDay: Math.max(known.today, known.aDay / 2) };
  const today = known.today + 1;
  // The first day goes on as it began: what it has brought so far would let the alerts of days through in an hour.
  const isFirst = known.firstMs !== undefined && dayOf(known.firstMs) === known.dayMs;
  const aDay = isFirst ? (today * dayLengthMs) / Math.max(tellingMs, windowMs - (known.firstMs ?? 0)) : known.aDay;
  return { ...known, today, aDay: Math.max(aDay, today) };
}

function dayOf(timeMs: number): number {
  return Math.floor(timeMs / dayLengthMs) * dayLengthMs;
}
