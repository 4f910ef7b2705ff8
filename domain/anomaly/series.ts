import { deviation, type Moments, noMoments, observed } from "./moments.ts";

/**
 * A univariate series as the detector knows it: how its values, its short and long averages and its jumps are spread.
 * Small enough to be stored for every caller, tool and server.
 */
export interface Series {
  /** The last values, oldest first; at most `longWindow`. */
  readonly recent: readonly number[];
  readonly value: Moments;
  readonly short: Moments;
  readonly long: Moments;
  readonly jump: Moments;
}

export const emptySeries: Series = { recent: [], value: noMoments, short: noMoments, long: noMoments, jump: noMoments };

const shortWindow = 5;
const longWindow = 30;
/** Values before anything is said. */
export const seriesWarmup = 30;
/** Values that a spread remembers: months of five-minute windows. Anything shorter takes the end of a fault for another one. */
const memory = 20_000;

/**
 * What one more value tells. `deviation` is in standard deviations: the largest of the distances of the short average, the value, the long
 * average and the jump from what is usual for each, with its sign. The short average counts in full, because a level that stays is what
 * matters; the others at 0.7 and 0.5, because single values are noisy. 0 during the warm-up. `floor`: the smallest deviation to believe in.
 */
export interface Observed {
  readonly series: Series;
  readonly deviation: number;
}

const weights = { short: 1, value: 0.7, long: 0.7, jump: 0.5 } as const;
type Aspect = keyof typeof weights;
const aspects = Object.keys(weights) as Aspect[];

export function observeSeries(series: Series, value: number, floor = 0): Observed {
  const before = series.recent.at(-1) ?? value;
  const recent = [...series.recent, value].slice(-longWindow);
  const now: Readonly<Record<Aspect, number>> = {
    value,
    short: average(recent.slice(-shortWindow)),
    long: average(recent),
    jump: value - before,
  };
  let strongest = 0;
  if (series.value.count > seriesWarmup) {
    for (const aspect of aspects) {
      const distance = weights[aspect] * distanceOf(series[aspect], now[aspect], floor);
      if (Math.abs(distance) > Math.abs(strongest)) strongest = distance;
    }
  }
  const grown = (aspect: Aspect) => observed(series[aspect], now[aspect], memory);
  const next = { recent, value: grown("value"), short: grown("short"), long: grown("long"), jump: grown("jump") };
  return { series: next, deviation: strongest };
}

function distanceOf(moments: Moments, value: number, floor: number): number {
  // Rounding must not make a constant series look varied.
  const least = Math.max(floor, 1e-9 + 1e-4 * Math.abs(moments.mean));
  return (value - moments.mean) / deviation(moments, least);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A distance in standard deviations as a surprise in natural units: about −ln of how rare it is among normal values, 0 below the usual. */
export function surpriseOfDistance(distance: number): number {
  return distance <= 0 ? 0 : (distance * distance) / 2;
}
