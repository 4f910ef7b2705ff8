import fetchRequest from "kafkajs/src/protocol/requests/fetch/v11/request.js";
import type { Broker } from "../brokers/link.ts";
import { ByteReader } from "../wire/byte-reader.ts";
import { errorCodes, protocolError } from "../wire/error-codes.ts";

export interface FetchPlace {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
}

export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  /** 0, or the protocol's number of what is wrong with this partition. */
  readonly errorCode: number;
  readonly highWatermark: number;
  /** Record batches, not decoded. */
  readonly bytes: Buffer;
}

const partitionBytesMax = 1024 * 1024;
const answerBytesMax = 16 * 1024 * 1024;

/**
 * Asks one broker for what comes after some places. Answers as soon as there is anything, at the latest after `waitMs`.
 * What is wrong with one partition is told beside it, and is no failure of the others.
 */
export async function fetchFrom(broker: Broker, places: readonly FetchPlace[], waitMs: number): Promise<readonly FetchedPartition[]> {
  const byTopic = new Map<string, { partition: number; fetchOffset: string; maxBytes: number }[]>();
  for (const { topic, partition, from } of places) {
    const partitions = byTopic.get(topic) ?? [];
    partitions.push({ partition, fetchOffset: String(from), maxBytes: partitionBytesMax });
    byTopic.set(topic, partitions);
  }
  const request = fetchRequest({
    replicaId: -1,
    isolationLevel: 0,
    maxWaitTime: waitMs,
    minBytes: 1,
    maxBytes: answerBytesMax,
    topics: [...byTopic].map(([topic, partitions]) => ({ topic, partitions })),
  });
  const { partitions } = await broker.connectionPool.send({
    request,
    response: { decode: async (bytes) => decodeAnswer(bytes), parse: async (answer) => answer },
  });
  return partitions;
}

interface Answer {
  readonly partitions: readonly FetchedPartition[];
  /** Milliseconds that the broker wants not to be asked, because of a quota (KIP-219). The connection sees to it. */
  readonly clientSideThrottleTime: number;
}

/** Fetch answer, version 11. */
function decodeAnswer(bytes: Buffer): Answer {
  const reader = new ByteReader(bytes);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  if (errorCode !== errorCodes.none) throw protocolError(errorCode);
  // The number of a session of fetches, which we do not have.
  reader.int32();
  const partitions: FetchedPartition[] = [];
  for (let topics = reader.int32(); topics > 0; topics--) {
    const topic = reader.string();
    for (let count = reader.int32(); count > 0; count--) partitions.push(decodePartition(reader, topic));
  }
  return { partitions, clientSideThrottleTime };
}

function decodePartition(reader: ByteReader, topic: string): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  reader.at += 8 + 8;
  const aborted = reader.int32();
  reader.at += Math.max(0, aborted) * 16 + 4;
  const length = reader.int32();
  return { topic, partition, errorCode, highWatermark, bytes: length > 0 ? reader.bytes(length) : Buffer.alloc(0) };
}
