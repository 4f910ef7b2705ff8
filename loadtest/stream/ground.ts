import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCodec } from "../../connectors/avro/codec.ts";
import { type EmbeddedStore, openEmbeddedStore } from "../../connectors/embedded/store.ts";
import { openKafkaLog } from "../../connectors/kafka/event-log.ts";
import { migrateKafka } from "../../connectors/kafka/topics/migrate.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { Topic } from "../../domain/record.ts";
import { changelogOf, topics } from "../../domain/topics.ts";
import { createMetrics } from "../../gateway/operations/metrics.ts";
import type { Processor } from "../../processors/processor.ts";
import { type Runtime, runProcessors } from "../../processors/runtime/runtime.ts";

export const codec = createCodec();

/** What measurements stand on; each has topics of its own, so that none reads what another wrote. */
export interface Ground {
  readonly brokers: readonly string[];
  /** A log on Kafka with these topics, and its prefix. */
  kafkaLog(wanted: readonly Topic[]): Promise<{ readonly prefix: string; readonly open: () => EventLog }>;
  embedded(): Promise<EmbeddedStore>;
  close(): Promise<void>;
}

export function openGround(brokers: readonly string[]): Ground {
  const open: { close(): Promise<void> }[] = [];
  const folders: string[] = [];
  let count = 0;
  return {
    brokers,
    async kafkaLog(wanted) {
      const topicPrefix = `bench-${process.pid}-${Date.now()}-${++count}.`;
      const options = { brokers, clientId: "bench", tls: false, topicPrefix, partitionsMax: 2, logger: silentLogger } as const;
      await migrateKafka({ ...options, topics: wanted, waitMs: 30_000 });
      return {
        prefix: topicPrefix,
        open() {
          const log = openKafkaLog({ ...options, codec, metrics: createMetrics(), fetchWaitMs: 50 });
          open.push(log);
          return log;
        },
      };
    },
    async embedded() {
      const folder = mkdtempSync(join(tmpdir(), "sluice-stream-"));
      folders.push(folder);
      const store = await openEmbeddedStore({ folder, codec });
      open.push(store);
      return store;
    },
    async close() {
      for (const one of open.reverse()) await one.close();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The topics that a processor needs where it has a changelog. */
export function topicsOf(processor: Processor, partitions: number): readonly Topic[] {
  const changelog = changelogOf({ name: processor.name, partitions });
  return [...processor.sources, ...processor.broadcast, topics.deadLetters, changelog];
}

export function run(log: EventLog, store: EmbeddedStore, processor: Processor, changelogs: boolean): Promise<Runtime> {
  return runProcessors({
    ...{ log, states: store.states, processors: [processor], changelogs, nowMs: Date.now, logger: silentLogger },
    every(intervalMs, tick) {
      const timer = setInterval(tick, intervalMs);
      return () => clearInterval(timer);
    },
  });
}

/** Processor time and time of this process, with all its threads, while `work` went on. */
export async function timed(work: () => Promise<void> | void): Promise<{ readonly cpuMs: number; readonly wallMs: number }> {
  const before = { cpu: process.cpuUsage(), at: performance.now() };
  await work();
  const { user, system } = process.cpuUsage(before.cpu);
  return { cpuMs: (user + system) / 1_000, wallMs: performance.now() - before.at };
}
