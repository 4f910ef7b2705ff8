import type { CounterFamily, HistogramFamily, MetricReading, Metrics } from "../../domain/ports/metrics.ts";
import { prometheusText } from "./prometheus-text.ts";

/** The port, and what only the composition root needs. */
export interface ExposedMetrics extends Metrics {
  /** A counter that something else counts; read when scraped. It must never fall. */
  observedCounter(name: string, about: string, read: () => number): void;
  /** Everything as it stands now. */
  read(): readonly MetricReading[];
}

/** Sets of label values of one family; every further one counts as `other`. */
const seriesMax = 1_000;
const labelCharactersMax = 128;
const other = "other";

interface Family {
  readonly name: string;
  readonly type: MetricReading["type"];
  readonly labels: readonly string[];
  /** What `counter` and `histogram` give to whoever declares the same family again. */
  readonly handle: unknown;
  read(): MetricReading;
}

/** Counters of this process. Declaring a family twice with the same labels gives the same one; in two ways is a bug and throws. */
export function createMetrics(): ExposedMetrics {
  const families = new Map<string, Family>();

  function declare<Handle>(family: Family & { readonly handle: Handle }): Handle {
    const { name, labels, type } = family;
    if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) throw new Error(`not a metric's name: ${name}`);
    for (const label of labels) {
      if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label) || label === "le") throw new Error(`not a label's name: ${label}`);
    }
    const before = families.get(name);
    if (before !== undefined) {
      if (before.type !== type || before.labels.join() !== labels.join()) throw new Error(`metric ${name} is declared in two ways`);
      return before.handle as Handle; // of the same type, so made by the same method
    }
    families.set(name, family);
    return family.handle;
  }
  const read = () => Array.from(families.values(), (family) => family.read());

  return {
    counter: (name, about, labels = []) => declare(counterFamily({ name, about, labels })),
    histogram: (name, about, labels, bounds) => declare(histogramFamily({ name, about, labels }, bounds)),
    gauge(name, about, labels, readValues) {
      const series = () => Array.from(readValues(), ({ labels: values, value }) => ({ labels: values, value })).slice(0, seriesMax);
      declare({ name, type: "gauge", labels, handle: undefined, read: () => ({ name, about, labels, type: "gauge", series: series() }) });
    },
    observedCounter(name, about, readValue) {
      const series = () => [{ labels: [], value: readValue() }];
      declare({
        name,
        type: "counter",
        labels: [],
        handle: undefined,
        read: () => ({ name, about, labels: [], type: "counter", series: series() }),
      });
    },
    read,
    expose: () => prometheusText(read()),
  };
}

interface Declared {
  readonly name: string;
  readonly about: string;
  readonly labels: readonly string[];
}

function counterFamily(declared: Declared): Family & { readonly handle: CounterFamily } {
  const series = seriesOf(declared.labels, newCounter);
  return {
    ...declared,
    type: "counter",
    handle: { series: series.of },
    read: () => ({ ...declared, type: "counter", series: series.all().map(([labels, { value }]) => ({ labels, value })) }),
  };
}

function newCounter() {
  return {
    value: 0,
    add(count: number) {
      this.value += count;
    },
  };
}

function histogramFamily(declared: Declared, bounds: readonly number[]): Family & { readonly handle: HistogramFamily } {
  if (bounds.some((bound, index) => !(bound > (bounds[index - 1] ?? Number.NEGATIVE_INFINITY)))) throw new Error("the bounds must rise");
  const series = seriesOf(declared.labels, () => newHistogram(bounds));
  return {
    ...declared,
    type: "histogram",
    handle: { series: series.of },
    read: () => ({
      ...declared,
      type: "histogram",
      bounds,
      series: series.all().map(([labels, { counts, sum }]) => ({ labels, counts: [...counts], sum })),
    }),
  };
}

function newHistogram(bounds: readonly number[]) {
  return {
    /** Not cumulated; the last one is above all bounds. */
    counts: new Float64Array(bounds.length + 1),
    sum: 0,
    record(value: number) {
      // Every comparison with NaN is false: it would land in the first bucket and spoil the sum for good.
      if (Number.isNaN(value)) return;
      let index = 0;
      while (index < bounds.length && value > (bounds[index] as number)) index++; // index < length
      this.counts[index] = (this.counts[index] as number) + 1; // one more bucket than bounds
      this.sum += value;
    },
  };
}

/** One series for each set of label values, up to `seriesMax`: nobody can fill the memory by inventing names. */
function seriesOf<Series>(labels: readonly string[], make: () => Series) {
  const known = new Map<string, readonly [values: readonly string[], series: Series]>();
  const rest = labels.map(() => other);
  // The same series by one label value after the other: found for every call, so without making a key.
  const root: Branch<Series> = newBranch();

  function of(...values: readonly string[]): Series {
    let branch: Branch<Series> | undefined = root;
    for (const value of values) branch = branch?.next.get(value);
    return branch?.series ?? findOrAdd(values);
  }
  function findOrAdd(values: readonly string[]): Series {
    if (values.length !== labels.length) throw new Error(`expected ${labels.length} label values, got ${values.length}`);
    const found = known.get(keyOf(values))?.[1];
    if (found !== undefined) return found;
    if (known.size >= seriesMax) return known.get(keyOf(rest))?.[1] ?? add(rest);
    return add(values.map((value) => value.slice(0, labelCharactersMax)));
  }
  function add(values: readonly string[]): Series {
    const before = known.get(keyOf(values))?.[1];
    if (before !== undefined) return before;
    const series = make();
    known.set(keyOf(values), [values, series]);
    grow(root, values).series = series;
    return series;
  }

  // Without labels there is one series, and it is there from the start: what was never counted shows 0.
  if (labels.length === 0) add([]);
  return { of, all: () => [...known.values()] };
}

interface Branch<Series> {
  readonly next: Map<string, Branch<Series>>;
  series: Series | undefined;
}

function newBranch<Series>(): Branch<Series> {
  return { next: new Map(), series: undefined };
}

function grow<Series>(root: Branch<Series>, values: readonly string[]): Branch<Series> {
  let branch = root;
  for (const value of values) {
    const next = branch.next.get(value) ?? newBranch<Series>();
    branch.next.set(value, next);
    branch = next;
  }
  return branch;
}

/** No two sets have the same key: each value is preceded by its length. */
function keyOf(values: readonly string[]): string {
  let key = "";
  for (const value of values) key += `${value.length}:${value}`;
  return key;
}
