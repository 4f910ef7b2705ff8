import { setImmediate } from "node:timers/promises";
import { type ProcessorStatus, type Runtime, runProcessors } from "../../processors/runtime/runtime.ts";
import type { TaskObserver } from "../../processors/runtime/task-share.ts";
import { topology } from "../../processors/topology.ts";
import { activityOptions } from "../configuration/anomaly-options.ts";
import type { OpenLog } from "./open-log.ts";
import { type Check, every, type ProcessParts } from "./process-parts.ts";

/** The stream processors, as many of their partitions as this process gets. */
export interface ProcessorsRole {
  readonly runtime: Runtime;
  checks(): readonly Check[];
}

export async function openProcessors(parts: ProcessParts, { kind, log, states }: OpenLog): Promise<ProcessorsRole> {
  const { config, nowMs, logger, opened } = parts;
  const runtime = opened(
    await runProcessors({
      ...{ log, states, nowMs, logger, every },
      processors: topology({ ...activityOptions(config), leases: kind === "embedded" ? "local" : "stream" }),
      // Where the log and the states are in one folder, nobody else could take over.
      changelogs: kind === "kafka",
      observer: observe(parts),
      pause: () => setImmediate(),
    }),
  );
  expose(parts, runtime);
  return { runtime, checks: () => runtime.status().map(checkOf) };
}

function checkOf({ processor, partitions, restoring, behind, lag }: ProcessorStatus): Check {
  const name = `processor ${processor}`;
  if (restoring > 0) return { name, ok: false, detail: `${restoring} of its partitions are restored: ${behind} records to go` };
  const share = partitions.length === 0 ? "no partition is ours" : `partitions ${partitions.join(", ")}`;
  return { name, ok: true, detail: `${share}; ${lag} records to go` };
}

function observe({ metrics }: ProcessParts): TaskObserver {
  const seconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
  const records = metrics.counter("sluice_processor_records_total", "Records that were processed.", ["processor"]);
  const took = metrics.histogram("sluice_processor_commit_seconds", "From a batch in hand to its commit.", ["processor"], seconds);
  const refused = metrics.counter("sluice_dead_letters_total", "Records that a processor could not take.", ["processor"]);
  const repeated = metrics.counter("sluice_processor_repeats_total", "Outputs of processors that came again and were dropped.", [
    "processor",
  ]);
  return {
    processed(processor, count, durationMs) {
      records.series(processor).add(count);
      took.series(processor).record(durationMs / 1_000);
    },
    refused: (processor) => refused.series(processor).add(1),
    repeated: (processor) => repeated.series(processor).add(1),
  };
}

function expose({ metrics }: ProcessParts, runtime: Runtime): void {
  const gauge = (name: string, about: string, value: (status: ProcessorStatus) => number) =>
    metrics.gauge(name, about, ["processor"], () =>
      runtime.status().map((status) => ({ labels: [status.processor], value: value(status) })),
    );
  gauge("sluice_processor_lag_records", "Records written and not yet processed, of the partitions of this process.", ({ lag }) => lag);
  gauge("sluice_processor_partitions", "Partitions that are this process's.", ({ partitions }) => partitions.length);
  gauge("sluice_processor_restoring_partitions", "Partitions whose state is being restored.", ({ restoring }) => restoring);
  gauge("sluice_processor_restoring_records", "Records that are still to be read to restore them.", ({ behind }) => behind);
}
