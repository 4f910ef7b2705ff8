import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { Fault } from "../../../domain/fault.ts";
import type { Brokers } from "../brokers/brokers.ts";
import type { Broker } from "../brokers/link.ts";
import type { TopicPlaces } from "../brokers/topic-places.ts";
import { ByteReader } from "../wire/byte-reader.ts";
import { decodeRecordBatches } from "../wire/record-batch.ts";
import { createProducer, type PartitionBatch } from "./producer.ts";

/** What happens to a batch on its way: taken, or taken and the answer is lost, or lost itself, or answered with an error of the protocol. */
const fates = ["taken", "answer lost", "lost", 6, 19, 20, 32, 45] as const;
type Fate = (typeof fates)[number];
const notEnoughAfterAppend = 20;

interface Batch {
  readonly producer: string;
  readonly sequence: number;
  readonly keys: readonly string[];
}

/** A partition as a broker keeps it: it knows the last batches of each producer by their numbers (KIP-98). */
function openPartition() {
  const log: string[] = [];
  const known = new Map<string, { readonly next: number; readonly last: { readonly batch: Batch; readonly offset: number } }>();
  return {
    log,
    /** The offset of the batch, or the number of the error. */
    take(batch: Batch): { readonly errorCode: number; readonly baseOffset: string } {
      const { next, last } = known.get(batch.producer) ?? { next: 0 };
      if (last?.batch.sequence === batch.sequence && last.batch.keys.length === batch.keys.length) {
        return { errorCode: 0, baseOffset: String(last.offset) };
      }
      if (batch.sequence !== next) return { errorCode: 45, baseOffset: "-1" };
      const offset = log.length;
      log.push(...batch.keys);
      known.set(batch.producer, { next: next + batch.keys.length, last: { batch, offset } });
      return { errorCode: 0, baseOffset: String(offset) };
    },
  };
}

/** Two brokers, of which each leads two of four partitions, and what becomes of the batches that they are sent. */
function openBrokers(fateOf: () => Fate) {
  const partitions = [0, 1, 2, 3].map(openPartition);
  let producers = 0;

  async function produce(bytes: Buffer) {
    const answers = readBatches(bytes).map(({ partition, batch }) => {
      const fate = fateOf();
      const isTaken = fate === "taken" || fate === "answer lost" || fate === notEnoughAfterAppend;
      const answer = isTaken ? partitions[partition]?.take(batch) : undefined;
      return { partition, isLost: fate === "lost" || fate === "answer lost", errorCode: 0, baseOffset: "-1", ...answer, fate };
    });
    if (answers.some(({ isLost }) => isLost)) throw Object.assign(new Error("the connection is gone"), { code: "ECONNRESET" });
    const told = answers.map(({ partition, errorCode, baseOffset, fate }) => ({
      partition,
      errorCode: typeof fate === "number" ? fate : errorCode,
      baseOffset,
    }));
    return { topics: [{ topicName: "calls", partitions: told }] };
  }
  const brokers = [0, 1].map((nodeId) => ({
    nodeId,
    connectionPool: {
      send: async ({ request }: { request: { encode(): Promise<{ buffer: Buffer }> } }) => produce((await request.encode()).buffer),
    },
    initProducerId: async () => ({ producerId: String(++producers), producerEpoch: 0 }),
  })) as unknown as readonly [Broker, Broker]; // As much of a broker as is asked for.
  return {
    partitions,
    brokers: { ask: (question: (broker: Broker) => unknown) => question(brokers[0]) } as unknown as Brokers,
    places: {
      leader: async (_: string, partition: number) => brokers[partition % 2],
      refresh: async () => undefined,
    } as unknown as TopicPlaces,
  };
}

/** Reads a produce request of version 7. */
function readBatches(bytes: Buffer): readonly { readonly partition: number; readonly batch: Batch }[] {
  const reader = new ByteReader(bytes);
  reader.at += 2 + 2 + 4 + 4;
  reader.string();
  const batches = [];
  for (let left = reader.int32(); left > 0; left--) {
    const partition = reader.int32();
    const records = reader.bytes(reader.int32());
    const producer = String(records.readBigInt64BE(43));
    const keys = decodeRecordBatches(records, 0).records.map(({ key }) => String(key));
    batches.push({ partition, batch: { producer, sequence: records.readInt32BE(53), keys } });
  }
  return batches;
}

/** Resolves as `promise` does; nobody waits for the pauses on the way. */
async function hurried<Value>(t: TestContext, promise: Promise<Value>): Promise<Value> {
  let isSettled = false;
  const settled = promise.finally(() => {
    isSettled = true;
  });
  settled.catch(() => undefined);
  for (; !isSettled; t.mock.timers.tick(1_000)) await setImmediate();
  return settled;
}

/** Resolves with the results of all batches. */
function producerOver({ brokers, places }: ReturnType<typeof openBrokers>, deliveryMs: number) {
  const producer = createProducer({ brokers, places, compression: "none", requestMs: 1_000, deliveryMs, onRetry() {} });
  return {
    async write(batches: readonly PartitionBatch[]): Promise<readonly (number | Fault)[]> {
      const results = new Map(batches.map((batch) => [batch, Promise.withResolvers<number | Fault>()]));
      await producer.write(batches, (batch, result) => results.get(batch)?.resolve(result));
      return Promise.all([...results.values()].map(({ promise }) => promise));
    },
  };
}

function batchOf(partition: number, ...keys: string[]) {
  const messages = keys.map((key) => ({ key: Buffer.from(key), value: Buffer.from("value"), timestamp: "0", headers: {} }));
  return { topic: "calls", partition, messages };
}

test("a refused batch leaves the numbers of those beside it as they should be: what is acknowledged next is there", async () => {
  const given: Fate[] = [32, "taken"];
  const cluster = openBrokers(() => given.shift() ?? "taken");
  const { write } = producerOver(cluster, 1_000);
  const [refused, taken] = await write([batchOf(0, "too large"), batchOf(2, "fine")]);
  assert.ok(refused instanceof Fault && refused.code === "invalid");
  assert.equal(taken, 0);
  assert.deepEqual(await write([batchOf(2, "next")]), [1]);
  assert.deepEqual(cluster.partitions[2]?.log, ["fine", "next"]);
});

test("what is refused after an attempt that was written leaves no number to the next, which would be dropped for it", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const given: Fate[] = ["taken", notEnoughAfterAppend, 32, "taken"];
  const cluster = openBrokers(() => given.shift() ?? "taken");
  const { write } = producerOver(cluster, 1_000_000);
  await write([batchOf(0, "first")]);
  const [refused] = await hurried(t, write([batchOf(0, "second")]));
  assert.ok(refused instanceof Fault && refused.code === "invalid");
  assert.deepEqual(await write([batchOf(0, "third")]), [2]);
  assert.deepEqual(cluster.partitions[0]?.log, ["first", "second", "third"]);
});

test("a partition that nobody leads does not hold up the others", async () => {
  const cluster = openBrokers(() => "taken");
  const places: TopicPlaces = {
    ...cluster.places,
    leader: (topic, partition) =>
      partition === 0
        ? Promise.reject(Object.assign(new Error("nobody"), { type: "LEADER_NOT_AVAILABLE" }))
        : cluster.places.leader(topic, partition),
  };
  const [nowhere, there] = await producerOver({ ...cluster, places }, 0).write([batchOf(0, "one"), batchOf(1, "other")]);
  assert.ok(nowhere instanceof Fault && nowhere.code === "unavailable" && /LEADER_NOT_AVAILABLE/.test(nowhere.message));
  assert.equal(there, 0);
});

test("whatever becomes of requests and answers: what is acknowledged is at its place, in its order, and once unless it was given up", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const writes = fc.array(
    fc.record({
      sizes: fc.array(fc.record({ partition: fc.nat(3), size: fc.integer({ min: 1, max: 3 }) }), { minLength: 1, maxLength: 4 }),
      isPatient: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  );
  const weighted = fc.infiniteStream(fc.oneof({ weight: 5, arbitrary: fc.constant<Fate>("taken") }, fc.constantFrom(...fates)));
  await fc.assert(
    fc.asyncProperty(writes, weighted, async (all, stream) => {
      const cluster = openBrokers(() => stream.next().value ?? "taken");
      const producers = { patient: producerOver(cluster, 1_000_000), hasty: producerOver(cluster, 0) };
      const known = { acknowledged: new Map<number, string[]>(), givenUp: new Set<string>() };
      let count = 0;
      for (const { sizes, isPatient } of all) {
        const batches = [...new Map(sizes.map(({ partition, size }) => [partition, size]))].map(([partition, size]) =>
          batchOf(partition, ...Array.from({ length: size }, () => String(++count))),
        );
        // A patient one tries until it is written or refused for good, a hasty one only once.
        const results = await hurried(t, producers[isPatient ? "patient" : "hasty"].write(batches));
        for (const [at, batch] of batches.entries()) note(known, cluster.partitions[batch.partition]?.log ?? [], batch, results[at]);
      }
      for (const [partition, keys] of known.acknowledged) {
        const log = cluster.partitions[partition]?.log.filter((key) => !known.givenUp.has(key)) ?? [];
        assert.deepEqual([...new Set(log)], keys);
      }
    }),
    { numRuns: 60 },
  );
});

interface Known {
  /** Keys by partition, in the order in which they were acknowledged. */
  readonly acknowledged: Map<number, string[]>;
  readonly givenUp: Set<string>;
}

/** Keeps what is said of a batch, and holds it against the log. */
function note(
  { acknowledged, givenUp }: Known,
  log: readonly string[],
  batch: ReturnType<typeof batchOf>,
  result: number | Fault | undefined,
): void {
  const keys = batch.messages.map(({ key }) => String(key));
  if (typeof result !== "number") {
    for (const key of keys) givenUp.add(key);
    return;
  }
  assert.deepEqual(log.slice(result, result + keys.length), keys);
  acknowledged.set(batch.partition, [...(acknowledged.get(batch.partition) ?? []), ...keys]);
}
