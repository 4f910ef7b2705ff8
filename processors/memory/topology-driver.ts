import type { EventType } from "../../domain/events.ts";
import type { LogRecord, StoredRecord, Topic } from "../../domain/record.ts";
import type { Processor, Step } from "../processor.ts";

/**
 * Runs processors synchronously, without a log, after Kafka's TopologyTestDriver: every topic has one partition, every processor one task.
 * What a processor emits is at once piped on to those that read it.
 */
export interface TopologyDriver {
  pipe<Type extends EventType>(topic: Topic<Type>, record: LogRecord<Type>): void;
  /** Lets wall time pass: each processor gets the ticks that fall due until `nowMs`, earliest first. */
  advance(nowMs: number): void;
  /** What was emitted to a topic since the last `read` of it. */
  read<Type extends EventType>(topic: Topic<Type>): readonly LogRecord<Type>[];
  state(processorName: string): ReadonlyMap<string, string>;
}

export function topologyDriver(processors: readonly Processor[], { startMs = 0 }: { readonly startMs?: number } = {}): TopologyDriver {
  const states = new Map(processors.map(({ name }) => [name, new Map<string, string>()]));
  const offsets = new Map<string, number>();
  const emitted = new Map<string, LogRecord[]>();
  let wallMs = startMs;

  const apply = (processor: Processor, { changes, emit }: Step) => {
    const state = states.get(processor.name) ?? new Map<string, string>();
    for (const [key, value] of changes) {
      if (value === null) state.delete(key);
      else state.set(key, value);
    }
    for (const { topic, record } of emit) {
      emitted.set(topic.name, [...(emitted.get(topic.name) ?? []), record]);
      deliver(topic, record);
    }
  };

  const deliver = (topic: Topic, record: LogRecord) => {
    const offset = offsets.get(topic.name) ?? 0;
    offsets.set(topic.name, offset + 1);
    const stored: StoredRecord = { ...record, topic: topic.name, partition: 0, offset };
    for (const processor of processors) {
      if (!reads(processor, topic)) continue;
      apply(processor, processor.step(states.get(processor.name) ?? new Map(), stored));
    }
  };

  return {
    // What is a record of one type is a record.
    pipe: (topic, record) => deliver(topic, record as LogRecord),
    advance(nowMs) {
      for (const { processor, timestampMs } of due(processors, wallMs, nowMs)) {
        apply(processor, processor.step(states.get(processor.name) ?? new Map(), { type: "tick", timestampMs }));
      }
      wallMs = nowMs;
    },
    read(topic) {
      const records = emitted.get(topic.name) ?? [];
      emitted.delete(topic.name);
      return records as readonly LogRecord[] as never;
    },
    state: (processorName) => states.get(processorName) ?? new Map(),
  };
}

function reads({ sources, broadcast }: Processor, { name }: Topic): boolean {
  return sources.some((topic) => topic.name === name) || broadcast.some((topic) => topic.name === name);
}

function due(processors: readonly Processor[], fromMs: number, toMs: number) {
  const ticks: { readonly processor: Processor; readonly timestampMs: number }[] = [];
  for (const processor of processors) {
    if (processor.tickMs <= 0) continue;
    const first = (Math.floor(fromMs / processor.tickMs) + 1) * processor.tickMs;
    for (let timestampMs = first; timestampMs <= toMs; timestampMs += processor.tickMs) ticks.push({ processor, timestampMs });
  }
  return ticks.sort((left, right) => left.timestampMs - right.timestampMs);
}
