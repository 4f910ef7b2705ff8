import type { Topic } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { changelogOf } from "../../processors/changelog.ts";
import { partitionsOf } from "../../processors/runtime.ts";
import { topology } from "../../processors/topology.ts";

/** Every topic of an installation on Kafka: those of events, and the changelogs of its processors. */
export function logTopics(): readonly Topic[] {
  const changelogs = topology({ leases: "stream" }).map((processor) =>
    changelogOf({ name: processor.name, partitions: partitionsOf(processor) }),
  );
  return [...Object.values(topics), ...changelogs];
}
