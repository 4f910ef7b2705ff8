import type { Metrics } from "../../domain/ports/metrics.ts";
import type { Fate } from "./bulk.ts";

export interface SinkMetrics {
  /** A request, or several of one batch, came back. */
  sent(fates: readonly Fate[], seconds: number): void;
  /** Documents that were there already, found before they were sent. */
  skipped(documents: number): void;
  /** Records that became dead letters, and are dropped here. */
  refused(records: number): void;
}

const secondsBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function sinkMetrics(metrics: Metrics, lag: () => number): SinkMetrics {
  const documents = metrics.counter(
    "sluice_elasticsearch_documents_total",
    "Documents in Elasticsearch: written now (created), or found to be there (duplicate).",
    ["result"],
  );
  const retries = metrics.counter("sluice_elasticsearch_retries_total", "Documents that are sent again, by the status that asked for it.", [
    "status",
  ]);
  const dropped = metrics.counter("sluice_elasticsearch_dropped_total", "Records that Elasticsearch never takes: they are dead letters.");
  const duration = metrics.histogram("sluice_elasticsearch_bulk_seconds", "Time that a batch took to be answered.", [], secondsBounds);
  metrics.gauge("sluice_elasticsearch_lag", "Records on the log that are not in Elasticsearch yet.", [], () => [
    { labels: [], value: lag() },
  ]);
  const created = documents.series("created");
  const duplicate = documents.series("duplicate");
  return {
    sent(fates, seconds) {
      duration.series().record(seconds);
      created.add(count(fates, "created"));
      duplicate.add(count(fates, "duplicate"));
      for (const fate of fates) if (fate.kind === "again") retries.series(String(fate.refusal.status ?? "none")).add(1);
    },
    skipped: (skipped) => duplicate.add(skipped),
    refused: (records) => dropped.series().add(records),
  };
}

function count(fates: readonly Fate[], kind: Fate["kind"]): number {
  return fates.reduce((sum, fate) => sum + Number(fate.kind === kind), 0);
}
