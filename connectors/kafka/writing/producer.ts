import { setTimeout as pause } from "node:timers/promises";
import produceRequest from "kafkajs/src/protocol/requests/produce/v7/request.js";
import produceResponse from "kafkajs/src/protocol/requests/produce/v7/response.js";
import { Fault, toFault } from "../../../domain/fault.ts";
import type { Brokers } from "../brokers/brokers.ts";
import { errorType, isForbidden, toKafkaFault } from "../brokers/connection.ts";
import type { Broker } from "../brokers/link.ts";
import type { TopicPlaces } from "../brokers/topic-places.ts";
import { type Compression, compressions } from "../wire/compression.ts";
import { errorCodes, protocolError } from "../wire/error-codes.ts";
import type { Message } from "../wire/record-codec.ts";

/** What goes to one partition in one request: it is written whole, once and in its order, or not at all. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly Message[];
}

export interface ProducerOptions {
  readonly brokers: Brokers;
  readonly places: TopicPlaces;
  readonly compression: Compression;
  readonly requestMs: number;
  /** Batches that are not written by then are given up. */
  readonly deliveryMs: number;
  readonly onRetry: (reason: string) => void;
}

export interface Producer {
  /**
   * Writes batches, one for a partition. Resolves when each has been tried; `settle` is told of every one, then or later, the offset of its
   * first record, or why it is not written: `Fault("invalid")` where the brokers never will, `Fault("unavailable")` where they did not in time,
   * or do not let us; it may be written all the same then.
   * One batch of a partition at a time: the order of its records, and the numbers of idempotence, depend on it.
   */
  write(batches: readonly PartitionBatch[], settle: Settle): Promise<void>;
}

export type Settle = (batch: PartitionBatch, result: number | Fault) => void;

const pauseMsMin = 20;
const pauseMsMax = 1_000;

interface Identity {
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** By whom, and with which number, the next record of a partition is written. */
interface Numbering {
  readonly identity: Identity;
  next: number;
}

/** What became of one batch in one attempt: where it is, why it is refused, or why it has to be tried again. */
type Outcome = { readonly baseOffset: number } | { readonly refusal: Fault } | Again;

interface Again {
  readonly again: unknown;
  readonly isIdentityLost?: boolean;
}

/**
 * An idempotent producer (KIP-98) with one batch of a partition in flight: a request that is repeated is recognized by its numbers, so what
 * the network ate is there once, and in order. A batch that was given up may or may not be on the broker, and its numbers with it: its
 * partition then goes on with a new identity, or the next batch would be taken for the one given up and dropped.
 */
export function createProducer(options: ProducerOptions): Producer {
  const { places, onRetry } = options;
  const numbers = createNumbers(options.brokers);

  async function attempt(batches: readonly PartitionBatch[]): Promise<readonly Answered[]> {
    const answered: Answered[] = [];
    const requests = new Map<Broker, Map<Identity, NumberedBatch[]>>();
    const assign = async (batch: PartitionBatch) => {
      const [broker, numbering] = await Promise.all([places.leader(batch.topic, batch.partition), numbers.of(batch)]);
      const ofBroker = requests.get(broker) ?? new Map<Identity, NumberedBatch[]>();
      requests.set(broker, ofBroker);
      ofBroker.set(numbering.identity, [...(ofBroker.get(numbering.identity) ?? []), { batch, numbering }]);
    };
    // A partition that nobody leads now does not hold up the others.
    await Promise.all(batches.map((batch) => assign(batch).catch((again: unknown) => answered.push([batch, { again }]))));
    const sent = [...requests].flatMap(([broker, ofBroker]) =>
      [...ofBroker.values()].map((numbered) => produceTo(broker, numbered, options)),
    );
    return [...answered, ...(await Promise.all(sent)).flat()];
  }

  /** Tries one batch again until its time is up; what is wrong with it holds up no other. */
  async function persist(batch: PartitionBatch, first: Again, deadline: number): Promise<number | Fault> {
    let outcome: Outcome = first;
    for (let pauseMs = pauseMsMin; "again" in outcome; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
      onRetry(errorType(outcome.again));
      if (outcome.isIdentityLost === true) numbers.forget(batch);
      if (performance.now() >= deadline || isForbidden(outcome.again)) return giveUp(batch, outcome.again);
      await pause(pauseMs);
      await places.refresh().catch(() => undefined);
      const [answered] = await attempt([batch]);
      outcome = answered?.[1] ?? first;
    }
    // An earlier attempt may have been written all the same, with these numbers.
    if ("refusal" in outcome) numbers.forget(batch);
    return resultOf(outcome);
  }

  function giveUp(batch: PartitionBatch, reason: unknown): Fault {
    numbers.forget(batch);
    return toKafkaFault(reason, `${placeOf(batch)} could not be written${isForbidden(reason) ? "" : " in time"}`);
  }

  return {
    async write(batches, settle) {
      const deadline = performance.now() + options.deliveryMs;
      for (const [batch, outcome] of await attempt(batches)) {
        if ("again" in outcome) settleLater(batch, persist(batch, outcome, deadline), settle);
        else settle(batch, resultOf(outcome));
      }
    },
  };
}

function settleLater(batch: PartitionBatch, result: Promise<number | Fault>, settle: Settle): void {
  result.then(
    (known) => settle(batch, known),
    (error: unknown) => settle(batch, toFault(error)),
  );
}

function resultOf(outcome: Exclude<Outcome, Again>): number | Fault {
  return "refusal" in outcome ? outcome.refusal : outcome.baseOffset;
}

/** Who writes to which partition with which number; one identity for all, as long as none has lost it. */
function createNumbers(brokers: Brokers) {
  const numberings = new Map<string, Numbering>();
  let newest: Promise<Identity> | undefined;

  function identify(): Promise<Identity> {
    if (newest !== undefined) return newest;
    const asked = brokers.ask((broker) => broker.initProducerId({ transactionTimeout: 60_000 }));
    newest = asked;
    asked.catch(() => {
      if (newest === asked) newest = undefined;
    });
    return asked;
  }

  return {
    async of(batch: PartitionBatch): Promise<Numbering> {
      const known = numberings.get(placeOf(batch));
      if (known !== undefined) return known;
      const numbering = { identity: await identify(), next: 0 };
      numberings.set(placeOf(batch), numbering);
      return numbering;
    },
    /** The next batch of this partition is another writer's, as far as the brokers can tell. */
    forget(batch: PartitionBatch): void {
      numberings.delete(placeOf(batch));
      newest = undefined;
    },
  };
}

interface NumberedBatch {
  readonly batch: PartitionBatch;
  readonly numbering: Numbering;
}

type Answered = readonly [PartitionBatch, Outcome];

/** Of the time that a request may take so much is for the broker to wait for the other copies: its own word on them should come in time. */
const acknowledgeShare = 0.8;

/** Batches of one identity, to the broker that leads their partitions. */
async function produceTo(
  broker: Broker,
  numbered: readonly NumberedBatch[],
  { compression, requestMs }: ProducerOptions,
): Promise<readonly Answered[]> {
  const byTopic = new Map<string, object[]>();
  for (const { batch, numbering } of numbered) {
    const { topic, partition, messages } = batch;
    const partitions = byTopic.get(topic) ?? [];
    partitions.push({ partition, firstSequence: numbering.next, messages });
    byTopic.set(topic, partitions);
  }
  const request = produceRequest({
    ...numbered[0]?.numbering.identity,
    acks: -1,
    timeout: Math.floor(requestMs * acknowledgeShare),
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
    return numbered.map(({ batch, numbering }) => {
      const outcome = outcomeOf(batch, answers.get(placeOf(batch)));
      if ("baseOffset" in outcome) numbering.next = sequenceAfter(numbering.next, batch.messages.length);
      return [batch, outcome];
    });
  } catch (again) {
    // Not known whether it was written: the same numbers again tell.
    return numbered.map(({ batch }) => [batch, { again }]);
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
  if (answer === undefined) return { again: new Error(`the broker said nothing about ${placeOf(batch)}`) };
  const { errorCode, baseOffset } = answer;
  if (errorCode === errorCodes.none || errorCode === errorCodes.duplicateSequence) return { baseOffset: Number(baseOffset) };
  const refusal = refusals[errorCode];
  if (refusal !== undefined) return { refusal: new Fault("invalid", `${refusal}: ${placeOf(batch)}`) };
  return { again: protocolError(errorCode), isIdentityLost: identityLost.includes(errorCode) };
}

function placeOf({ topic, partition }: PartitionBatch): `${string}/${number}` {
  return `${topic}/${partition}`;
}

/** Numbers are 32 bits without sign bit, and begin again at 0. */
function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % 2 ** 31;
}
