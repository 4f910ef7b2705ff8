/** Counters that cost next to nothing on the hot path: an instrument is made once, a series once per set of label values. */
export interface Metrics {
  counter(name: string, about: string, labels?: readonly string[]): CounterFamily;
  /** Read when scraped. */
  gauge(
    name: string,
    about: string,
    labels: readonly string[],
    read: () => Iterable<{ readonly labels: readonly string[]; readonly value: number }>,
  ): void;
  /** `bounds` in seconds, rising. */
  histogram(name: string, about: string, labels: readonly string[], bounds: readonly number[]): HistogramFamily;
  /** The Prometheus text exposition format, version 0.0.4. */
  expose(): string;
}

export interface CounterFamily {
  /** The series of these label values; bounded: past the cap every new set shares one series labelled `other`. */
  series(...values: readonly string[]): { add(count: number): void };
}

export interface HistogramFamily {
  series(...values: readonly string[]): { record(value: number): void };
}

/** A family as it stands now, for those that send metrics on. Label values are in the order of `labels`. */
export type MetricReading = MetricHead & (ValueReading | HistogramReading);

interface MetricHead {
  readonly name: string;
  readonly about: string;
  readonly labels: readonly string[];
}

interface ValueReading {
  readonly type: "counter" | "gauge";
  readonly series: readonly { readonly labels: readonly string[]; readonly value: number }[];
}

interface HistogramReading {
  readonly type: "histogram";
  readonly bounds: readonly number[];
  /** `counts` has one entry for each bound, not cumulated, and a last one for what is above all bounds. */
  readonly series: readonly { readonly labels: readonly string[]; readonly counts: readonly number[]; readonly sum: number }[];
}
