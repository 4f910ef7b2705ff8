/**
 * How values are spread, in little room: counts of buckets that grow by a fixed ratio, after DDSketch (Masson et al., VLDB 2019). A quantile is off by at most
 * `relativeError` of itself; two sketches whose counts are added up are the sketch of both. Keys are bucket numbers.
 */
export type Sketch = Readonly<Record<string, number>>;

export const relativeError = 0.02;
const ratio = (1 + relativeError) / (1 - relativeError);
const logRatio = Math.log(ratio);

/** The bucket of a positive value; all below 1 share bucket 0. */
export function bucketOfValue(value: number): string {
  return String(Math.max(0, Math.ceil(Math.log(Math.max(1, value)) / logRatio)));
}

/** The value below which the share `quantile` (0 to 1) lies; null of nothing. */
export function quantileOf(sketch: Sketch, quantile: number): number | null {
  const buckets = Object.entries(sketch)
    .map(([bucket, count]) => [Number(bucket), count] as const)
    .sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return null;
  const rank = quantile * (total - 1);
  let below = 0;
  for (const [bucket, count] of buckets) {
    below += count;
    if (below > rank) return (2 * ratio ** bucket) / (ratio + 1);
  }
  return null;
}
