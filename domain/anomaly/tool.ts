import { atLeast } from "./beta-binomial.ts";
import { emptySeries, observeSeries, type Series, surpriseOfDistance } from "./series.ts";

/** What is looked at in a window of a tool or a server, over all its callers. */
export const toolDetectors = ["latency", "failures"] as const;
export type ToolDetector = (typeof toolDetectors)[number];

/** What is usual for a tool, or for a server as a whole. */
export interface ToolModel {
  /** Windows with few calls wait for the next, so that every value rests on enough of them. */
  readonly waiting: Pick<ToolWindow, "ended" | "failed" | "durationLogs">;
  /** The mean of ln(microseconds) of a window's calls. */
  readonly latency: Series;
  readonly failed: number;
  readonly succeeded: number;
  readonly lastMs: number;
}

const none = { ended: 0, failed: 0, durationLogs: 0 };

export const newTool: ToolModel = { waiting: none, latency: emptySeries, failed: 0, succeeded: 0, lastMs: 0 };

/** What a window brought. `durationLogs`: the sum of ln(microseconds) of the calls that ended. */
export interface ToolWindow {
  readonly windowMs: number;
  readonly ended: number;
  readonly failed: number;
  readonly durationLogs: number;
}

export interface ToolSurprises {
  readonly of: Readonly<Record<ToolDetector, number>>;
  readonly evidence: Readonly<Partial<Record<ToolDetector, string>>>;
}

const outcomesMemory = 5_000;
/** Calls that are judged together, at least. */
const callsMin = 10;

/** What the window and those that wait say; null where there are too few calls yet. */
export function judgeTool(model: ToolModel, window: ToolWindow): ToolSurprises | null {
  const { ended, failed, durationLogs } = together(model, window);
  if (ended < callsMin) return null;
  const evidence: Partial<Record<ToolDetector, string>> = {};
  const mean = durationLogs / ended;
  const latency = surpriseOfDistance(observeSeries(model.latency, mean, deviationMin).deviation);
  if (latency > 0) evidence.latency = `calls take about ${milliseconds(mean)}; usual are ${milliseconds(model.latency.value.mean)}`;
  const known = { failed: model.failed + 0.5, succeeded: model.succeeded + 4 };
  const failures = failed === 0 ? 0 : -Math.log(atLeast(failed, ended, known));
  if (failures > 0) {
    evidence.failures = `${failed} of ${ended} calls failed; usual are ${model.failed.toFixed(0)} of ${(model.failed + model.succeeded).toFixed(0)}`;
  }
  return { of: { latency, failures }, evidence };
}

export function learnTool(model: ToolModel, window: ToolWindow): ToolModel {
  const { ended, failed, durationLogs } = together(model, window);
  if (ended < callsMin) return { ...model, waiting: { ended, failed, durationLogs }, lastMs: window.windowMs };
  const fade = model.failed + model.succeeded > outcomesMemory ? 0.5 : 1;
  return {
    waiting: none,
    latency: observeSeries(model.latency, durationLogs / ended).series,
    failed: model.failed * fade + failed,
    succeeded: model.succeeded * fade + ended - failed,
    lastMs: window.windowMs,
  };
}

/** In ln(microseconds): the smallest deviation of a mean of calls that is believed, 5 %. */
const deviationMin = 0.05;

function together({ waiting }: ToolModel, { ended, failed, durationLogs }: ToolWindow) {
  return { ended: waiting.ended + ended, failed: waiting.failed + failed, durationLogs: waiting.durationLogs + durationLogs };
}

function milliseconds(logMicros: number): string {
  return `${(Math.exp(logMicros) / 1000).toFixed(1)} ms`;
}
