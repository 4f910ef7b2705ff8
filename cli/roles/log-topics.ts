import type { Topic } from "../../domain/record.ts";
import { changelogOf, topics } from "../../domain/topics.ts";
import { partitionsOf } from "../../processors/runtime/runtime.ts";
import { topology } from "../../processors/topology.ts";
import { activityOptions } from "../configuration/anomaly-options.ts";
import type { Config } from "../configuration/config.ts";

/** Every topic of an installation on Kafka: those of events, and the changelogs of its processors. */
export function logTopics(config: Config): readonly Topic[] {
  const changelogs = topology({ leases: "stream", ...activityOptions(config) }).map((processor) =>
    changelogOf({ name: processor.name, partitions: partitionsOf(processor) }),
  );
  return [...Object.values(topics), ...changelogs];
}
