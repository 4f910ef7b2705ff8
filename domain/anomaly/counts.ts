/** How often each of several things happened, bounded: the rarest makes room, and the total goes on counting. */
export interface Counts {
  readonly total: number;
  readonly of: Readonly<Record<string, number>>;
}

export const noCounts: Counts = { total: 0, of: {} };

/** Space-saving without its error: what is forgotten was seen least, and is as good as new when it comes again. */
export function counted(counts: Counts, name: string, times: number, namesMax: number): Counts {
  const of = { ...counts.of, [name]: (own(counts, name) ?? 0) + times };
  if (own(counts, name) === undefined && Object.keys(counts.of).length >= namesMax) delete of[rarest(counts)];
  return { total: counts.total + times, of };
}

/** Those of `known` after the entries of `more` were put, at most `namesMax`: the rarest make room, the oldest of them first. */
export function keptMost<Value>(
  known: Readonly<Record<string, Value>>,
  more: Iterable<readonly [string, Value]>,
  { namesMax, timesOf }: { readonly namesMax: number; readonly timesOf: (value: Value) => number },
): Readonly<Record<string, Value>> {
  const all = new Map([...Object.entries(known), ...more]);
  if (all.size > namesMax) {
    const rarestFirst = [...all].sort(([, one], [, other]) => timesOf(one) - timesOf(other));
    for (const [name] of rarestFirst.slice(0, all.size - namesMax)) all.delete(name);
  }
  return Object.fromEntries(all);
}

export function countOf(counts: Counts, name: string): number {
  return own(counts, name) ?? 0;
}

/**
 * −ln of the probability that the next one is `name`: its share of what was seen, and where it was never seen, the chance of something new
 * times the chance `background` of it among others (a Dirichlet prior of weight `newness` that backs off).
 */
export function surpriseOf(
  counts: Counts,
  name: string,
  { newness, background }: { readonly newness: number; readonly background: number },
): number {
  return -Math.log((countOf(counts, name) + newness * background) / (counts.total + newness));
}

function own({ of }: Counts, name: string): number | undefined {
  return Object.hasOwn(of, name) ? of[name] : undefined;
}

function rarest({ of }: Counts): string {
  let found = "";
  let least = Number.POSITIVE_INFINITY;
  for (const [name, count] of Object.entries(of)) {
    if (count < least) {
      found = name;
      least = count;
    }
  }
  return found;
}
