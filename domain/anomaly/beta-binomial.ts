/**
 * The probability of at least `failures` among `trials`, where the rate of failure is only known from `failed` of `succeeded + failed`
 * earlier ones (posterior predictive; the prior is part of `failed` and `succeeded`, which are above 0). Exact up to 400 trials, from the shares beyond.
 */
export function atLeast(
  failures: number,
  trials: number,
  { failed, succeeded }: { readonly failed: number; readonly succeeded: number },
): number {
  if (failures <= 0 || trials <= 0) return 1;
  const scale = trials > trialsMax ? trialsMax / trials : 1;
  const n = Math.round(trials * scale);
  const k = Math.min(n, Math.round(failures * scale));
  const alpha = failed;
  const beta = succeeded;
  // P(X = 0), then each next by the ratio of neighbours.
  let term = Math.exp(logGamma(beta + n) - logGamma(beta) - logGamma(alpha + beta + n) + logGamma(alpha + beta));
  let below = 0;
  let upper = 0;
  for (let index = 0; index <= n; index += 1) {
    if (index < k) below += term;
    else upper += term;
    term *= ((n - index) * (alpha + index)) / ((index + 1) * (beta + n - index - 1));
  }
  // Where the lower tail is nearly all, the sum above it is the more exact.
  return Math.min(1, Math.max(below > 0.5 ? upper : 1 - below, Number.MIN_VALUE));
}

const trialsMax = 400;

/** ln Γ(x) for x > 0: Stirling's series, shifted to x ≥ 8; an error below 1e-10. */
export function logGamma(x: number): number {
  let shifted = x;
  let product = 1;
  while (shifted < 8) {
    product *= shifted;
    shifted += 1;
  }
  const inverse = 1 / (shifted * shifted);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / shifted;
  return (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}
