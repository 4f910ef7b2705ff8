import type { EventLog } from "../../domain/ports/event-log.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { LogRecord } from "../../domain/record.ts";
import { changelogOf, topics } from "../../domain/topics.ts";
import { commitRecords } from "../../processors/runtime/changelog.ts";
import { openTaskState } from "../../processors/runtime/task-state.ts";
import { type Ground, timed } from "./ground.ts";

export interface Latency {
  readonly what: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** From when a decision is appended until a gate that reads the topic has it in hand, one after the other. */
export async function measureLatency(ground: Ground, rounds: number): Promise<readonly Latency[]> {
  const { open } = await ground.kafkaLog([topics.policies]);
  const onKafka = await latencyOf({ writer: open(), reader: open() }, rounds);
  const store = await ground.embedded();
  const embedded = await latencyOf({ writer: store.log, reader: store.log }, rounds);
  return [
    { what: "a policy to a gate, embedded", ...embedded },
    { what: "a policy to a gate, Kafka", ...onKafka },
  ];
}

async function latencyOf({ writer, reader }: { readonly writer: EventLog; readonly reader: EventLog }, rounds: number) {
  let arrived = (_version: number): void => undefined;
  const subscription = await reader.subscribe([topics.policies], { from: "end" }, (records) => {
    for (const { value } of records) arrived(value?.version ?? 0);
  });
  const took: number[] = [];
  for (let version = 1; version <= rounds; version += 1) {
    const seen = new Promise<void>((resolve) => {
      arrived = (found) => void (found === version && resolve());
    });
    const startedAt = performance.now();
    await writer.append(topics.policies, [policyChanged(version)]);
    await seen;
    took.push(performance.now() - startedAt);
  }
  await subscription.close();
  took.sort((left, right) => left - right);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

function policyChanged(version: number): LogRecord<"policy_changed"> {
  const value = {
    ...{ id: `${version}`, timeMs: Date.now(), organizationId: "acme", name: "policy", version },
    change: "put" as const,
    definition: JSON.stringify({ policyId: "policy", rules: [{ id: "all", effect: "allow" }] }),
  } as const;
  return { type: "policy_changed", key: "acme/policy", value, timestampMs: value.timeMs };
}

export interface Restored {
  readonly keys: number;
  readonly cpuMs: number;
  readonly wallMs: number;
}

const keysACommit = 1_000;

/** How long a process that has nothing takes to restore the state of one task from its changelog. */
export async function measureRestore(ground: Ground, keys: number): Promise<Restored> {
  const changelog = changelogOf({ name: "bench", partitions: 1 });
  const { open } = await ground.kafkaLog([changelog]);
  const log = open();
  let count = 0;
  const writer = { task: "bench/0", epoch: 1, nextId: () => `bench/${++count}` };
  for (let from = 0; from < keys; from += keysACommit) {
    const puts = new Map<string, string>();
    for (let key = from; key < Math.min(keys, from + keysACommit); key += 1) puts.set(`total/${key}/acme/user-${key}`, sampleOf(key));
    await log.append(changelog, commitRecords(writer, { puts, deletes: [], positions: new Map([["calls/0", from]]) }, Date.now()));
  }
  const store = await ground.embedded();
  const took = await timed(async () => {
    const options = { log, states: store.states, changelog, nowMs: Date.now, logger: silentLogger };
    const { entries } = await openTaskState("bench/0", { partition: 0, epoch: 2 }, options).load();
    if (entries.size !== keys) throw new Error(`${entries.size} of ${keys} keys were restored`);
  });
  await log.close();
  return { keys, ...took };
}

/** As large as a total of usage. */
function sampleOf(key: number): string {
  const counts = {
    calls: key,
    denied: 0,
    limited: 0,
    failed: 0,
    requestBytes: key * 300,
    responseBytes: key * 700,
    durationMicros: key * 900,
  };
  return JSON.stringify({ organizationId: "acme", userId: `user-${key}`, server: "files", method: "tools/call", name: "read", ...counts });
}
