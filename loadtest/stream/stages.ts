import kafkajs from "kafkajs";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { LogRecord, StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { decidedRecord, endedRecord } from "../../processors/call-events.ts";
import { changesOf } from "../../processors/processor.ts";
import { usage } from "../../processors/usage.ts";
import { codec, type Ground, run, timed, topicsOf } from "./ground.ts";

/** What one stage took for all events of a round. */
export interface Stage {
  readonly stage: string;
  readonly events: number;
  readonly cpuMs: number;
  readonly wallMs: number;
}

const batchRecords = 500;
const users = 50;
const tools = 8;

type Called = LogRecord<"call_decided"> | LogRecord<"call_ended">;
type Work = () => Promise<void> | void;

let epoch = 0;

/** Calls of fifty users at eight tools, each as it was decided and as it ended; no two rounds have the same. */
function eventsOf(count: number): readonly Called[] {
  epoch += 1;
  return Array.from({ length: count }, (_, index) => {
    const call = Math.floor(index / 2);
    const userId = `user-${call % users}`;
    const given = { sequence: index + 1, gateway: "bench", epoch, timeMs: Date.now(), name: `tool-${call % tools}` };
    const principal = { userId, agentId: null, roles: ["agent"], scopes: [], groups: [], credential: "key:1" };
    return index % 2 === 0 ? decidedRecord({ ...given, principal }) : endedRecord({ ...given, userId });
  });
}

function batchesOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / batchRecords) }, (_, index) =>
    items.slice(index * batchRecords, (index + 1) * batchRecords),
  );
}

/** Every stage once, over fresh events. */
export async function measureStages(ground: Ground, count: number): Promise<readonly Stage[]> {
  const stages: Stage[] = [];
  const measure = async (stage: string, work: Work) => void stages.push({ stage, events: count, ...(await timed(work)) });
  const events = eventsOf(count);
  const bytes = events.map(encoded);
  await measure("decode", () => {
    for (const one of bytes) codec.decode(one);
  });
  await measure("encode", () => {
    for (const event of events) encoded(event);
  });
  const stored = storedOf(events);
  await measure("step (usage)", () => stepOver(batchesOf(stored)));
  await measure("decode, step, encode", () => {
    const decoded = storedOf(bytes.map((one, index) => ({ ...events[index], ...codec.decode(one) }) as Called));
    stepOver(batchesOf(decoded));
    for (const event of decoded) encoded(event as Called);
  });
  await measureKafkajs(ground, bytes, measure);
  await measureEmbedded(ground, eventsOf(count), measure);
  await measureKafka(ground, eventsOf(count), measure);
  return stages;
}

type Measure = (stage: string, work: Work) => Promise<void>;

function encoded(event: Called): Uint8Array {
  if (event.value === null) throw new Error("a call has a value");
  return event.type === "call_decided" ? codec.encode(event.type, event.value) : codec.encode(event.type, event.value);
}

function storedOf(events: readonly Called[]): readonly StoredRecord<"call_decided" | "call_ended">[] {
  return events.map((event, offset) => ({ ...event, topic: topics.calls.name, partition: 0, offset }));
}

function stepOver(batches: readonly (readonly StoredRecord<"call_decided" | "call_ended">[])[]): void {
  const state = new Map<string, string>();
  for (const records of batches) {
    for (const [key, value] of changesOf(usage.gather(state), records)) {
      if (value === null) state.delete(key);
      else state.set(key, value);
    }
  }
}

/** What everything is compared with: the same bytes, in the same batches, through kafkajs and nothing else. */
async function measureKafkajs({ brokers }: Ground, bytes: readonly Uint8Array[], measure: Measure): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: [...brokers], clientId: "bare", logLevel: kafkajs.logLevel.NOTHING });
  const topic = `bench-bare-${process.pid}-${Date.now()}`;
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 2 }] });
  const producer = client.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  await measure("kafkajs producer", async () => {
    for (const batch of batchesOf(bytes)) {
      await producer.send({ topic, messages: batch.map((value, index) => ({ key: `user-${index % users}`, value: Buffer.from(value) })) });
    }
  });
  await producer.disconnect();
  const consumer = client.consumer({ groupId: topic, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let seen = 0;
  const done = Promise.withResolvers<void>();
  await measure("kafkajs consumer", async () => {
    await consumer.run({
      async eachBatch({ batch }) {
        seen += batch.messages.length;
        if (seen >= bytes.length) done.resolve();
      },
    });
    await done.promise;
  });
  await consumer.disconnect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
}

async function measureEmbedded(ground: Ground, events: readonly Called[], measure: Measure): Promise<void> {
  const store = await ground.embedded();
  await measure("append, embedded", () => appendAll(store.log, events));
  await measure("process, embedded", async () => {
    const runtime = await run(store.log, store, usage, false);
    await runtime.caughtUp();
    await runtime.close();
  });
  await store.close();
}

async function measureKafka(ground: Ground, events: readonly Called[], measure: Measure): Promise<void> {
  const small = { ...usage, sources: [{ ...topics.calls, partitions: 2 }] };
  const { open } = await ground.kafkaLog([...topicsOf(small, 2), topics.usage]);
  const log = open();
  const store = await ground.embedded();
  await measure("append, Kafka", () => appendAll(log, events));
  await measure("process, Kafka", async () => {
    const runtime = await run(log, store, small, true);
    await runtime.caughtUp();
    await runtime.close();
  });
  await log.close();
}

async function appendAll(log: EventLog, events: readonly Called[]): Promise<void> {
  for (const batch of batchesOf(events)) await log.append(topics.calls, batch);
}
