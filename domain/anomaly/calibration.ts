/**
 * Turns surprises, in whatever unit a detector has them, into probabilities: how often this detector is as surprised as that.
 * Peaks over threshold (Siffer et al., "Anomaly Detection in Streams with Extreme Value Theory", KDD 2017), with an exponential tail whose
 * scale is taken from the median of the peaks (σ = median / ln 2), which attacks among them do not move:
 * `P(X > u + x) = share of peaks × e^(−x / σ)`. The threshold u is the smallest of the largest values, so it rises as more is known.
 */
export interface Calibration {
  /** The largest values, in falling order; at most `peaksMax`. */
  readonly largest: readonly number[];
  readonly count: number;
}

export const uncalibrated: Calibration = { largest: [], count: 0 };

/** Values before a probability is told. */
export const calibrationWarmup = 300;
const peaksMax = 100;
const peakShare = 0.02;
/** After so many values what is known counts half: what is usual may change. */
const memory = 200_000;
/** No tail is believed to be steeper: surprises are in natural units, or in standard deviations. */
const scaleMin = 1;

/** The probability of a surprise of at least `value`: 1 before the warm-up and below the threshold, where nobody asks for more. */
export function probability({ largest, count }: Calibration, value: number): number {
  if (count < calibrationWarmup) return 1;
  const peaks = Math.max(1, Math.min(largest.length, Math.ceil(peakShare * count)));
  const threshold = largest[peaks - 1] ?? 0;
  if (value <= threshold || value <= 0) return 1;
  const median = (largest[Math.floor(peaks / 2)] ?? threshold) - threshold;
  const scale = Math.max(scaleMin, median / Math.LN2);
  return Math.min(1, (peaks / count) * Math.exp(-(value - threshold) / scale));
}

export function learned({ largest, count }: Calibration, value: number): Calibration {
  if (count >= memory) return learned({ largest: largest.filter((_, index) => index % 2 === 0), count: count / 2 }, value);
  const least = largest.at(-1) ?? Number.NEGATIVE_INFINITY;
  if (largest.length >= peaksMax && value <= least) return { largest, count: count + 1 };
  const at = largest.findIndex((known) => known < value);
  const place = at < 0 ? largest.length : at;
  return { largest: [...largest.slice(0, place), value, ...largest.slice(place)].slice(0, peaksMax), count: count + 1 };
}
