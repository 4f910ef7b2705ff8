/** The evidence of several detectors, each a probability, as one. */
export interface Combined<Name extends string> {
  /** The probability that detectors which see nothing unusual are together as surprised as these. */
  readonly probability: number;
  /** The detector that was surprised most. */
  readonly leading: Name;
}

/**
 * The better of two ways, each corrected for the number of its choices (Bonferroni): one detector that is sure,
 * or Fisher's product of the two surest, which finds what is a little odd in two ways at once.
 */
export function combine<Name extends string>(probabilities: Readonly<Record<Name, number>>): Combined<Name> {
  const sorted = (Object.entries(probabilities) as [Name, number][]).sort(([, a], [, b]) => a - b);
  const [first, second] = sorted;
  if (first === undefined) throw new RangeError("there is no detector to combine");
  const single = Math.min(1, first[1] * sorted.length);
  const product = second === undefined ? 1 : first[1] * second[1];
  const pairs = (sorted.length * (sorted.length - 1)) / 2;
  // For two uniform variables: P(p1 p2 ≤ x) = x (1 − ln x).
  const pair = product >= 1 ? 1 : Math.min(1, pairs * product * (1 - Math.log(Math.max(product, Number.MIN_VALUE))));
  return { probability: Math.min(1, 2 * Math.min(single, pair)), leading: first[0] };
}
