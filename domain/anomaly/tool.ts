import { atLeast } from "./beta-binomial.ts";
import type { ToolDetector } from "./detectors.ts";
import { emptySeries, observeSeries, type Series, seriesWarmup, surpriseOfDistance } from "./series.ts";

/** What is usual for a tool, or for a server as a whole. */
export interface ToolModel {
  /** Few calls wait for those of the next windows, so that every value rests on enough of them. */
  readonly unjudged: ToolWindow["callers"];
  /** The mean of ln(microseconds) of a window's calls. */
  readonly latency: Series;
  readonly failed: number;
  readonly succeeded: number;
  readonly lastMs: number;
}

export const newTool: ToolModel = { unjudged: {}, latency: emptySeries, failed: 0, succeeded: 0, lastMs: 0 };

/** `durationLogs`: the sum of ln(microseconds) of the calls that ended. */
export interface Ended {
  readonly ended: number;
  readonly failed: number;
  readonly durationLogs: number;
}

/** What a window brought, by user. */
export interface ToolWindow {
  readonly windowMs: number;
  readonly callers: Readonly<Record<string, Ended>>;
}

export interface ToolSurprises {
  readonly of: Readonly<Record<ToolDetector, number>>;
  readonly evidence: Readonly<Partial<Record<ToolDetector, string>>>;
  /** Whether enough is known to do something about it: a tool that is new blocks nobody, and neither does one that only one caller has trouble with. */
  readonly isKnown: boolean;
}

const outcomesMemory = 5_000;
/** Calls that are judged together, at least. */
const callsMin = 10;

/**
 * What the window says together with those that wait; null where there are too few calls yet. Where several callers used the tool, the one that had the worst of it is
 * left out: what one caller does, no tool is to blame for.
 */
export function judgeTool(model: ToolModel, window: ToolWindow): ToolSurprises | null {
  const callers = Object.values(together(model.unjudged, window.callers));
  const all = sumOf(callers);
  if (all.ended < callsMin) return null;
  const evidence: Partial<Record<ToolDetector, string>> = {};
  const usual = model.latency.value.mean;
  const mean = all.durationLogs / all.ended;
  const slowest = largest(callers, ({ durationLogs, ended }) => durationLogs - usual * ended);
  const latency = Math.min(...withAndWithout(all, slowest).map((ended) => latencyOf(model, ended)));
  if (latency > 0) evidence.latency = `calls take about ${milliseconds(mean)}; usual are ${milliseconds(usual)}`;
  const worst = largest(callers, ({ failed }) => failed);
  const failures = Math.min(...withAndWithout(all, worst).map((ended) => failuresOf(model, ended)));
  if (failures > 0) {
    evidence.failures = `${all.failed} of ${all.ended} calls failed; usual are ${model.failed.toFixed(0)} of ${(model.failed + model.succeeded).toFixed(0)}`;
  }
  return { of: { latency, failures }, evidence, isKnown: callers.length > 1 && model.latency.value.count > seriesWarmup };
}

function latencyOf({ latency }: ToolModel, { durationLogs, ended }: Ended): number {
  return surpriseOfDistance(observeSeries(latency, durationLogs / ended, deviationMin).deviation);
}

function failuresOf(model: ToolModel, { failed, ended }: Ended): number {
  return failed === 0 ? 0 : -Math.log(atLeast(failed, ended, { failed: model.failed + 0.5, succeeded: model.succeeded + 4 }));
}

export function learnTool(model: ToolModel, window: ToolWindow): ToolModel {
  const callers = together(model.unjudged, window.callers);
  const { ended, failed, durationLogs } = sumOf(Object.values(callers));
  if (ended < callsMin) return { ...model, unjudged: callers, lastMs: window.windowMs };
  const fade = model.failed + model.succeeded > outcomesMemory ? 0.5 : 1;
  return {
    unjudged: {},
    latency: observeSeries(model.latency, durationLogs / ended).series,
    failed: model.failed * fade + failed,
    succeeded: model.succeeded * fade + ended - failed,
    lastMs: window.windowMs,
  };
}

/** In ln(microseconds): the smallest deviation of a mean of calls that is believed, 5 %. */
const deviationMin = 0.05;

const none: Ended = { ended: 0, failed: 0, durationLogs: 0 };

export function added(a: Ended, b: Ended): Ended {
  return { ended: a.ended + b.ended, failed: a.failed + b.failed, durationLogs: a.durationLogs + b.durationLogs };
}

function sumOf(callers: readonly Ended[]): Ended {
  return callers.reduce(added, none);
}

function together(unjudged: ToolWindow["callers"], callers: ToolWindow["callers"]): ToolWindow["callers"] {
  const sum: Record<string, Ended> = { ...unjudged };
  for (const [caller, ended] of Object.entries(callers)) sum[caller] = added(sum[caller] ?? none, ended);
  return sum;
}

/** What all callers had, and, where there are others, what they had without this one. */
function withAndWithout(all: Ended, one: Ended | undefined): readonly Ended[] {
  if (one === undefined || one.ended === all.ended) return [all];
  return [all, { ended: all.ended - one.ended, failed: all.failed - one.failed, durationLogs: all.durationLogs - one.durationLogs }];
}

function largest(callers: readonly Ended[], of: (ended: Ended) => number): Ended | undefined {
  return callers.reduce<Ended | undefined>((most, one) => (most === undefined || of(one) > of(most) ? one : most), undefined);
}

function milliseconds(logMicros: number): string {
  return `${(Math.exp(logMicros) / 1000).toFixed(1)} ms`;
}
