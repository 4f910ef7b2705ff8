import type { ActivityObserved } from "../events.ts";
import { atLeast } from "./beta-binomial.ts";
import { type Counts, counted, countOf, noCounts, surpriseOf } from "./counts.ts";
import { deviation, type Moments, noMoments, observed } from "./moments.ts";
import type { OrganizationModel } from "./organization.ts";
import { emptySeries, observeSeries, type Series, surpriseOfDistance } from "./series.ts";

/** What is looked at in a caller's window of activity. */
export const callerDetectors = ["rate", "errors", "size", "novelty", "sequence"] as const;
export type CallerDetector = (typeof callerDetectors)[number];

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
  /** ln of the largest arguments, by tool. */
  readonly sizes: Readonly<Record<string, Moments>>;
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
}

/** The distance of the window's number of calls from what is usual; the organization's own rise is taken off by `judgeCaller`. */
export function rateOf(model: CallerModel, activity: ActivityObserved): number {
  return observeSeries(model.rate, Math.log1p(activity.calls), rateFloor(activity)).deviation;
}

// Small numbers vary by chance: the logarithm of a Poisson count of mean m has a deviation of about 1/√m.
function rateFloor({ calls }: ActivityObserved): number {
  return Math.max(0.1, 1 / Math.sqrt(Math.max(1, calls)));
}

/**
 * Holds one window of a caller against what is usual for it, for the tools, and for the organization. `crowd`: by how much all callers of this window are
 * above their usual rates; a rise that everybody shares is no one's.
 */
export function judgeCaller(model: CallerModel, organization: OrganizationModel, activity: ActivityObserved, crowd: number): Surprises {
  const evidence: Partial<Record<CallerDetector, string>> = {};
  const rate = surpriseOfDistance(rateOf(model, activity) - Math.max(0, crowd));
  if (rate > 0) evidence.rate = `${activity.calls} calls in ${activity.lengthMs / 1000} s; usual are about ${usualCalls(model)}`;
  const of = {
    rate,
    errors: errorsOf(model, organization, activity, evidence),
    size: sizeOf(model, organization, activity, evidence),
    novelty: noveltyOf(model, organization, activity, evidence),
    sequence: sequenceOf(model, activity, evidence),
  };
  return { of, evidence };
}

type Evidence = Partial<Record<CallerDetector, string>>;

function usualCalls({ rate }: CallerModel): string {
  return Math.expm1(rate.value.mean).toFixed(1);
}

function errorsOf(model: CallerModel, organization: OrganizationModel, activity: ActivityObserved, evidence: Evidence): number {
  const failures = activity.failed + activity.denied;
  if (failures === 0) return 0;
  // A caller that is not known yet is held against the organization.
  const known = model.failed + model.succeeded;
  const share = organization.failed / Math.max(1, organization.failed + organization.succeeded);
  const lent = Math.max(0, 50 - known);
  const prior = { failed: model.failed + share * lent + 0.5, succeeded: model.succeeded + (1 - share) * lent + 4 };
  const chance = atLeast(failures, activity.calls, prior);
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

/** Tools and addresses that this caller never used: each by how unlikely it is, the three least likely together. */
function noveltyOf(model: CallerModel, organization: OrganizationModel, activity: ActivityObserved, evidence: Evidence): number {
  if (model.windows < callerWarmup) return 0;
  const surprises: { readonly what: string; readonly surprise: number }[] = [];
  for (const { server, name } of activity.tools) {
    const tool = toolKey(server, name);
    if (countOf(model.tools, tool) > 0) continue;
    // How many callers use it: one that everybody takes up is less of a surprise.
    const users = countOf(organization.users, tool);
    const background = (users + 0.5) / (organization.callers + 1);
    surprises.push({ what: `the tool ${tool}`, surprise: surpriseOf(model.tools, tool, { newness: 1, background }) });
  }
  for (const address of activity.addresses) {
    if (countOf(model.addresses, address) > 0) continue;
    surprises.push({ what: `the address ${address}`, surprise: surpriseOf(model.addresses, address, { newness: 1, background: 0.2 }) });
  }
  const strongest = surprises.sort((a, b) => b.surprise - a.surprise).slice(0, 3);
  if (strongest.length > 0) evidence.novelty = `for the first time: ${strongest.map(({ what }) => what).join(", ")}`;
  return strongest.reduce((sum, { surprise }) => sum + surprise, 0);
}

/**
 * What follows what: of the times that a tool was left, how many led to the same next one, held against the caller's habit, which backs off to how
 * often it calls that tool at all. The least likely pair counts. Tools that are new to the caller are novelty's business.
 */
function sequenceOf(model: CallerModel, activity: ActivityObserved, evidence: Evidence): number {
  if (model.windows < callerWarmup) return 0;
  const steps = stepsOf(activity).filter(({ from, to }) => countOf(model.tools, from) > 0 && countOf(model.tools, to) > 0);
  let least = 1;
  const pairs = new Set(steps.map(({ from, to }) => pairKey(from, to)));
  for (const pair of pairs) {
    const same = steps.filter(({ from, to }) => pairKey(from, to) === pair);
    const { from, to } = same[0] ?? { from: "", to: "" };
    const times = steps.filter((step) => step.from === from).length;
    const usual = countOf(model.pairs, pair);
    const background = countOf(model.tools, to) / model.tools.total;
    const known = { failed: usual + background, succeeded: Math.max(0, countOf(model.left, from) - usual) + 1 };
    const chance = Math.min(1, atLeast(same.length, times, known) * pairs.size);
    if (chance >= least) continue;
    least = chance;
    evidence.sequence = `${same.length} of ${times} times after ${from} came ${to}; usual are ${percent(usual, countOf(model.left, from))}`;
  }
  return -Math.log(least);
}

/** Takes a window in. */
export function learnCaller(model: CallerModel, activity: ActivityObserved): CallerModel {
  let { tools, addresses, pairs, left } = model;
  const sizes = { ...model.sizes };
  for (const { server, name, calls, argumentBytesMax } of activity.tools) {
    const tool = toolKey(server, name);
    tools = counted(tools, tool, calls, toolsMax);
    if (Object.hasOwn(sizes, tool) || Object.keys(sizes).length < toolsMax) {
      sizes[tool] = observed(sizes[tool] ?? noMoments, Math.log1p(argumentBytesMax), 1_000);
    }
  }
  for (const address of activity.addresses) addresses = counted(addresses, address, 1, addressesMax);
  for (const { from, to } of stepsOf(activity)) {
    pairs = counted(pairs, pairKey(from, to), 1, pairsMax);
    left = counted(left, from, 1, toolsMax);
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
    sizes,
    lastMs: activity.windowMs,
  };
}

export function toolKey(server: string, name: string): string {
  return `${server}/${name}`;
}

/** From each call to the next, in order, where they are of different tools. */
function stepsOf({ tools, order }: ActivityObserved): readonly { readonly from: string; readonly to: string }[] {
  const names = order.flatMap((place) => {
    const tool = tools[place];
    return tool === undefined ? [] : [toolKey(tool.server, tool.name)];
  });
  return names.flatMap((to, index) => {
    const from = names[index - 1];
    return from === undefined || from === to ? [] : [{ from, to }];
  });
}

function pairKey(from: string, to: string): string {
  return `${from}>${to}`;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}
