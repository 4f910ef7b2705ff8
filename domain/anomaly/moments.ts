/** Mean and variance of a stream that slowly forgets: an average over all values at first, over about `memory` of them later. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

export const noMoments: Moments = { count: 0, mean: 0, variance: 0 };

/** Takes one value in: Welford's update with the weight `max(1 / count, 1 / memory)`. */
export function observed({ count, mean, variance }: Moments, value: number, memory: number): Moments {
  const next = count + 1;
  const weight = Math.max(1 / next, 1 / memory);
  const distance = value - mean;
  return { count: next, mean: mean + weight * distance, variance: (1 - weight) * (variance + weight * distance * distance) };
}

/** Standard deviation, never below `floor`: a stream that was constant so far is not sure to stay so. */
export function deviation({ variance }: Moments, floor: number): number {
  return Math.max(Math.sqrt(variance), floor);
}
