import type { ActivityObserved } from "../events.ts";
import { atLeast } from "./beta-binomial.ts";
import { type Counts, counted, noCounts } from "./counts.ts";
import { type CallerDetector, callerDetectors } from "./detectors.ts";
import { deviation } from "./moments.ts";
import { nothingNew, surpriseOfNews } from "./novelty.ts";
import type { OrganizationModel } from "./organization.ts";
import { type Outcomes, sharedTrouble } from "./outcomes.ts";
import { percent } from "./percent.ts";
import { fromOf, noSurprise, type Steps, stepsOf, surpriseOfSteps } from "./sequence.ts";
import { emptySeries, observeSeries, type Series, surpriseOfDistance } from "./series.ts";
import { learnedSizes, type Sizes } from "./sizes.ts";
import { toolKey } from "./tool-key.ts";

/** What is usual for one caller. Bounded: at most `toolsMax` tools, `addressesMax` addresses, `pairsMax` pairs of tools. */
export interface CallerModel {
  readonly windows: number;
  readonly rate: Series;
  readonly failed: number;
  readonly succeeded: number;
  readonly tools: Counts;
  readonly addresses: Counts;
  /** `{tool}>{tool}`: what followed what; and how often something followed each. */
  readonly pairs: Counts;
  readonly left: Counts;
  /** What followed what in the last windows, oldest first, at most `latelyMax`; not yet in `pairs`. */
  readonly lately?: readonly Steps[];
  /** ln of the largest arguments, by tool. */
  readonly sizes: Sizes;
  readonly lastMs: number;
}

export const newCaller: CallerModel = {
  windows: 0,
  rate: emptySeries,
  failed: 0,
  succeeded: 0,
  tools: noCounts,
  addresses: noCounts,
  pairs: noCounts,
  left: noCounts,
  sizes: {},
  lastMs: 0,
};

const toolsMax = 128;
const addressesMax = 16;
const pairsMax = 256;
/** Windows before this one that are judged together with it, for what follows what. */
const latelyMax = 4;
/** Windows and values before something can be unusual for this caller. */
const callerWarmup = 20;
const sizeWarmup = 20;
/** Failures and successes that are remembered: as many calls again halve what was before. */
const outcomesMemory = 2_000;

export interface Surprises {
  /** How surprised each detector is, each in a unit of its own; 0 for not at all. */
  readonly of: Readonly<Record<CallerDetector, number>>;
  /** What was seen, for people: a sentence for each detector that was surprised. */
  readonly evidence: Readonly<Partial<Record<CallerDetector, string>>>;
  /** Detectors that know enough for something to be done about what surprised them: a cold start blocks nobody. */
  readonly known: readonly CallerDetector[];
}

/** The distance of the window's number of calls from what is usual; the organization's own rise is taken off by `judgeCaller`. */
export function rateOf(model: CallerModel, activity: ActivityObserved): number {
  return observeSeries(model.rate, Math.log1p(activity.calls), rateFloor(activity)).deviation;
}

// Small numbers vary by chance: the logarithm of a Poisson count of mean m has a deviation of about 1/√m.
function rateFloor({ calls }: ActivityObserved): number {
  return Math.max(0.1, 1 / Math.sqrt(Math.max(1, calls)));
}

/** What all callers of a window share is no one's. */
export interface Surroundings {
  readonly organization: OrganizationModel;
  /** By how much the callers are above their usual rates. */
  readonly crowd: number;
  readonly outcomes: Outcomes;
}

/** Holds one window of a caller against what is usual for it, for the tools, and for the organization. */
export function judgeCaller(model: CallerModel, activity: ActivityObserved, { organization, crowd, outcomes }: Surroundings): Surprises {
  const evidence: Partial<Record<CallerDetector, string>> = {};
  const rate = surpriseOfDistance(rateOf(model, activity) - Math.max(0, crowd));
  if (rate > 0) evidence.rate = `${activity.calls} calls in ${activity.lengthMs / 1000} s; usual are about ${usualCalls(model)}`;
  const isKnown = model.windows >= callerWarmup;
  const novelty = isKnown ? surpriseOfNews(model, activity, { organization, outcomes }) : nothingNew;
  if (novelty.evidence !== undefined) evidence.novelty = novelty.evidence;
  const sequence = isKnown ? surpriseOfSteps(model, activity) : noSurprise;
  if (sequence.evidence !== undefined) evidence.sequence = sequence.evidence;
  const of = {
    rate,
    errors: errorsOf(model, activity, { organization, outcomes }, evidence),
    size: sizeOf(model, organization, activity, evidence),
    novelty: novelty.surprise,
    sequence: sequence.surprise,
  };
  const known = callerDetectors.filter((detector) => isKnown && !(detector === "novelty" && novelty.isNewToAll));
  return { of, evidence, known };
}

type Evidence = Partial<Record<CallerDetector, string>>;
type Background = Pick<Surroundings, "organization" | "outcomes">;

function usualCalls({ rate }: CallerModel): string {
  return Math.expm1(rate.value.mean).toFixed(1);
}

function errorsOf(model: CallerModel, activity: ActivityObserved, { organization, outcomes }: Background, evidence: Evidence): number {
  const failures = activity.failed + activity.denied;
  if (failures === 0) return 0;
  // A caller that is not known yet is held against the organization.
  const known = model.failed + model.succeeded;
  const share = organization.failed / Math.max(1, organization.failed + organization.succeeded);
  const lent = Math.max(0, 50 - known);
  const prior = { failed: model.failed + share * lent + 0.5, succeeded: model.succeeded + (1 - share) * lent + 4 };
  // Either the caller's own record makes it likely, or what the others have in the same window.
  const shared = sharedTrouble(outcomes, activity);
  const among = { failed: shared.share * shared.calls + 0.5, succeeded: (1 - shared.share) * shared.calls + 0.5 };
  const own = atLeast(failures, activity.calls, prior);
  const chance = shared.calls === 0 ? own : Math.max(own, atLeast(failures, activity.calls, among));
  evidence.errors = `${failures} of ${activity.calls} calls failed or were denied; usual are ${percent(prior.failed, prior.failed + prior.succeeded)}`;
  return -Math.log(chance);
}

function sizeOf(model: CallerModel, organization: OrganizationModel, activity: ActivityObserved, evidence: Evidence): number {
  let strongest = 0;
  for (const { server, name, argumentBytesMax } of activity.tools) {
    const tool = toolKey(server, name);
    const own = model.sizes[tool];
    const usual = own !== undefined && own.count >= sizeWarmup ? own : organization.sizes[tool];
    if (usual === undefined || usual.count < sizeWarmup) continue;
    const distance = (Math.log1p(argumentBytesMax) - usual.mean) / deviation(usual, 0.3);
    if (distance <= strongest) continue;
    strongest = distance;
    evidence.size = `arguments of ${argumentBytesMax} bytes for ${tool}; usual are about ${Math.round(Math.expm1(usual.mean))}`;
  }
  return surpriseOfDistance(strongest);
}

/** Takes a window in. */
export function learnCaller(model: CallerModel, activity: ActivityObserved): CallerModel {
  let { tools, addresses, pairs, left } = model;
  for (const { server, name, calls } of activity.tools) tools = counted(tools, toolKey(server, name), calls, toolsMax);
  for (const address of activity.addresses) addresses = counted(addresses, address, 1, addressesMax);
  // What is judged together with later windows is not yet a habit.
  const lately = [...(model.lately ?? []), stepsOf(activity)];
  const settled = lately.length > latelyMax ? lately.shift() : undefined;
  for (const [pair, count] of Object.entries(settled ?? {})) {
    pairs = counted(pairs, pair, count, pairsMax);
    left = counted(left, fromOf(pair), count, toolsMax);
  }
  const failures = activity.failed + activity.denied;
  const fade = model.failed + model.succeeded > outcomesMemory ? 0.5 : 1;
  return {
    windows: model.windows + 1,
    rate: observeSeries(model.rate, Math.log1p(activity.calls)).series,
    failed: model.failed * fade + failures,
    succeeded: model.succeeded * fade + Math.max(0, activity.calls - failures),
    tools,
    addresses,
    pairs,
    left,
    lately,
    sizes: learnedSizes(model.sizes, activity, { memory: 1_000, toolsMax }),
    lastMs: activity.windowMs,
  };
}
