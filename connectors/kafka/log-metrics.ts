import type { Metrics } from "../../domain/ports/metrics.ts";

/** What is counted of the log on Kafka. */
export interface LogMetrics {
  appended(topic: string, records: number, bytes: number): void;
  appendTook(seconds: number): void;
  fetched(topic: string, records: number, bytes: number): void;
  /** An attempt that failed and is made again. */
  retried(what: "append" | "fetch", reason: string): void;
  skipped(topic: string, records: number): void;
  poison(topic: string): void;
  round(group: string): void;
  /** Records written and not yet handled, for as long as the answer is not called. */
  lag(group: string, topic: string, read: () => number): () => void;
}

const appendBoundsS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createLogMetrics(metrics: Metrics): LogMetrics {
  const appendedRecords = metrics.counter("sluice_log_appended_records_total", "Records written to Kafka.", ["topic"]);
  const appendedBytes = metrics.counter("sluice_log_appended_bytes_total", "Bytes written to Kafka, before compression.", ["topic"]);
  const took = metrics
    .histogram("sluice_log_append_seconds", "From a request to Kafka until it is durable there.", [], appendBoundsS)
    .series();
  const fetchedRecords = metrics.counter("sluice_log_fetched_records_total", "Records read from Kafka.", ["topic"]);
  const fetchedBytes = metrics.counter("sluice_log_fetched_bytes_total", "Bytes read from Kafka, compressed.", ["topic"]);
  const retries = metrics.counter("sluice_log_retries_total", "Requests to Kafka that failed and were made again.", ["what", "reason"]);
  const skips = metrics.counter("sluice_log_skipped_records_total", "Records that retention took before they were read.", ["topic"]);
  const poisons = metrics.counter("sluice_log_poison_records_total", "Records that could not be decoded.", ["topic"]);
  const rounds = metrics.counter("sluice_log_group_rounds_total", "Times that a group shared out its partitions.", ["group"]);
  const lags = new Map<symbol, { readonly labels: readonly string[]; readonly read: () => number }>();
  metrics.gauge("sluice_log_lag_records", "Records written and not yet handled.", ["group", "topic"], () => readLags(lags.values()));

  return {
    appended(topic, records, bytes) {
      appendedRecords.series(topic).add(records);
      appendedBytes.series(topic).add(bytes);
    },
    appendTook: (seconds) => took.record(seconds),
    fetched(topic, records, bytes) {
      if (records === 0) return;
      fetchedRecords.series(topic).add(records);
      fetchedBytes.series(topic).add(bytes);
    },
    retried: (what, reason) => retries.series(what, reason).add(1),
    skipped: (topic, records) => skips.series(topic).add(records),
    poison: (topic) => poisons.series(topic).add(1),
    round: (group) => rounds.series(group).add(1),
    lag(group, topic, read) {
      const id = Symbol();
      lags.set(id, { labels: [group, topic], read });
      return () => void lags.delete(id);
    },
  };
}

/** One series for a group and a topic, whatever the number of readers. */
function readLags(lags: Iterable<{ readonly labels: readonly string[]; readonly read: () => number }>) {
  const sums = new Map<string, { readonly labels: readonly string[]; value: number }>();
  for (const { labels, read } of lags) {
    const key = labels.join("/");
    const sum = sums.get(key) ?? { labels, value: 0 };
    sum.value += read();
    sums.set(key, sum);
  }
  return sums.values();
}
