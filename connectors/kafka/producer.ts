import { setTimeout as pause } from "node:timers/promises";
import produceRequest from "kafkajs/src/protocol/requests/produce/v7/request.js";
import produceResponse from "kafkajs/src/protocol/requests/produce/v7/response.js";
import { Fault } from "../../domain/fault.ts";
import { type Compression, compressions } from "./compression.ts";
import { type Broker, type Cluster, dropConnection, errorType, toKafkaFault } from "./connection.ts";
import { errorCodes } from "./error-codes.ts";
import type { TopicPlaces } from "./topic-places.ts";

/** A record as it is put on the wire. */
export interface Message {
  readonly key: Buffer;
  readonly value: Buffer | null;
  /** Whole milliseconds. */
  readonly timestamp: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What goes to one partition in one request: it is written whole, once and in its order, or not at all. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly Message[];
}

export interface ProducerOptions {
  readonly cluster: Cluster;
  readonly places: TopicPlaces;
  readonly compression: Compression;
  readonly requestMs: number;
  /** Batches that are not written by then are given up. */
  readonly deliveryMs: number;
  readonly onRetry: (reason: string) => void;
}

export interface Producer {
  /**
   * Writes batches, one for a partition, and answers the offset of each one's first record, or why the broker refuses the batch for good.
   * One call at a time: the order of partitions and the numbers of idempotence depend on it. Where it rejects, some batches may be written
   * all the same.
   */
  write(batches: readonly PartitionBatch[]): Promise<readonly (number | Fault)[]>;
}

const pauseMsMin = 20;
const pauseMsMax = 1_000;

interface Identity {
  readonly producerId: string;
  readonly producerEpoch: number;
  /** The number of the next record of each partition, by `topic/partition`. */
  readonly sequences: Map<string, number>;
}

/** What became of one batch in one attempt: where it is, why it is refused, or why it has to be tried again. */
type Outcome = { readonly baseOffset: number } | { readonly refusal: Fault } | { readonly again: string; readonly isIdentityLost: boolean };

/**
 * An idempotent producer (KIP-98) with one request in flight to a broker: a request that is repeated is recognized by its numbers, so what
 * the network ate is there once, and in order. A batch that was given up may or may not be on the broker, and its numbers with it: the
 * producer then takes a new identity, or the next batch would be taken for the one given up and dropped.
 */
export function createProducer(options: ProducerOptions): Producer {
  const { cluster, places } = options;
  let identity: Identity | undefined;

  async function identify(): Promise<Identity> {
    await cluster.connect();
    await cluster.refreshMetadataIfNecessary();
    const broker = await cluster.findControllerBroker();
    const { producerId, producerEpoch } = await broker.initProducerId({ transactionTimeout: 60_000 });
    return { producerId, producerEpoch, sequences: new Map() };
  }

  async function attempt(batches: readonly PartitionBatch[]): Promise<Map<PartitionBatch, Outcome>> {
    identity ??= await identify();
    const current = identity;
    const byLeader = new Map<Broker, PartitionBatch[]>();
    for (const batch of batches) {
      const leader = await places.leader(batch.topic, batch.partition);
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), batch]);
    }
    const outcomes = await Promise.all([...byLeader].map(([broker, led]) => produceTo(broker, led, current, options)));
    return new Map(outcomes.flat());
  }

  /** One attempt on what is left; answers why something is left after it. */
  async function advance(left: Set<PartitionBatch>, results: Map<PartitionBatch, number | Fault>): Promise<string> {
    let reason = "";
    let isLost = false;
    for (const [batch, outcome] of await attempt([...left])) {
      if ("again" in outcome) {
        reason = outcome.again;
        isLost ||= outcome.isIdentityLost;
        continue;
      }
      left.delete(batch);
      results.set(batch, "refusal" in outcome ? outcome.refusal : outcome.baseOffset);
      if ("baseOffset" in outcome) countOn(batch);
    }
    if (isLost) identity = undefined;
    return reason;
  }

  function countOn(batch: PartitionBatch): void {
    const place = placeOf(batch);
    identity?.sequences.set(place, sequenceAfter(identity.sequences.get(place) ?? 0, batch.messages.length));
  }

  return {
    async write(batches) {
      const deadline = performance.now() + options.deliveryMs;
      const left = new Set(batches);
      const results = new Map<PartitionBatch, number | Fault>();
      for (let pauseMs = pauseMsMin; left.size > 0; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
        const reason = await advance(left, results).catch((error: unknown) => error);
        if (left.size === 0) break;
        options.onRetry(errorType(reason));
        if (performance.now() >= deadline) {
          identity = undefined;
          throw toKafkaFault(reason instanceof Error ? reason : { type: reason }, "the log could not be written in time");
        }
        await pause(pauseMs);
        await places.refresh().catch(() => undefined);
      }
      return batches.map((batch) => results.get(batch) ?? 0);
    },
  };
}

async function produceTo(
  broker: Broker,
  batches: readonly PartitionBatch[],
  { producerId, producerEpoch, sequences }: Identity,
  { compression, requestMs }: ProducerOptions,
): Promise<[PartitionBatch, Outcome][]> {
  const byTopic = new Map<string, object[]>();
  for (const batch of batches) {
    const { topic, partition, messages } = batch;
    const partitions = byTopic.get(topic) ?? [];
    partitions.push({ partition, firstSequence: sequences.get(placeOf(batch)) ?? 0, messages });
    byTopic.set(topic, partitions);
  }
  const request = produceRequest({
    acks: -1,
    timeout: requestMs,
    producerId,
    producerEpoch,
    compression: compressions[compression],
    topicData: [...byTopic].map(([topic, partitions]) => ({ topic, partitions })),
  });
  try {
    const { topics } = await broker.connectionPool.send({
      request,
      response: { decode: produceResponse.decode, parse: async (answer) => answer },
    });
    const answers = new Map(
      topics.flatMap(({ topicName, partitions }) => partitions.map((one) => [`${topicName}/${one.partition}`, one] as const)),
    );
    return batches.map((batch) => [batch, outcomeOf(batch, answers.get(placeOf(batch)))]);
  } catch (error) {
    // Not known whether it was written: the same numbers again tell.
    dropConnection(broker);
    return batches.map((batch) => [batch, { again: errorType(error), isIdentityLost: false }]);
  }
}

/** What a broker says about records that no further attempt will make it take. */
const refusals: Readonly<Record<number, string>> = {
  [errorCodes.messageTooLarge]: "a record is larger than the topic admits",
  [errorCodes.recordListTooLarge]: "a batch is larger than the topic admits",
  [errorCodes.invalidTimestamp]: "a record's time is outside of what the topic admits",
  [errorCodes.invalidRecord]: "a record is not admitted by the topic",
};

const identityLost: readonly number[] = [errorCodes.outOfOrderSequence, errorCodes.invalidProducerEpoch, errorCodes.unknownProducerId];

function outcomeOf(batch: PartitionBatch, answer: { readonly errorCode: number; readonly baseOffset: string } | undefined): Outcome {
  if (answer === undefined) return { again: "NO_ANSWER", isIdentityLost: false };
  const { errorCode, baseOffset } = answer;
  if (errorCode === errorCodes.none || errorCode === errorCodes.duplicateSequence) return { baseOffset: Number(baseOffset) };
  const refusal = refusals[errorCode];
  if (refusal !== undefined) return { refusal: new Fault("invalid", `${refusal}: ${batch.topic}/${batch.partition}`) };
  if (errorCode === errorCodes.topicAuthorizationFailed)
    return { refusal: new Fault("unavailable", `the brokers do not let us write to ${batch.topic}`) };
  return { again: `error ${errorCode}`, isIdentityLost: identityLost.includes(errorCode) };
}

function placeOf({ topic, partition }: PartitionBatch): `${string}/${number}` {
  return `${topic}/${partition}`;
}

/** Numbers are 32 bits without sign bit, and begin again at 0. */
function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % 2 ** 31;
}
