import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../../domain/fault.ts";
import { decodingAt, type StoredRecord, type Topic } from "../../../domain/record.ts";
import type { Codec } from "../../avro/codec.ts";
import { toKafkaFault } from "../brokers/connection.ts";
import { type TopicPlaces, tryAgain } from "../brokers/topic-places.ts";
import { errorCodes, protocolError } from "../wire/error-codes.ts";
import { decodeRecordBatches, type RawRecord, type RawRecords } from "../wire/record-batch.ts";
import { decodeRecord } from "../wire/record-codec.ts";
import { fetchFrom } from "./fetch-request.ts";

interface ReadPlace {
  readonly partition: number;
  readonly from: number;
  readonly recordsMax: number;
}

/** What a fetch brought beyond what was asked for: whoever reads on gets it from here. */
interface Rest {
  readonly from: number;
  readonly next: number;
  readonly records: readonly RawRecord[];
}

const restsMax = 64;

/** Reads anywhere in the log, once. */
export function createRandomReads({ codec, places }: { readonly codec: Codec; readonly places: TopicPlaces }) {
  const rests = new Map<string, Rest>();

  async function fetchOnce(name: string, partition: number, from: number): Promise<RawRecords> {
    const broker = await places.leader(name, partition);
    const [answer] = await fetchFrom(broker, [{ topic: name, partition, from }], 0);
    if (answer?.errorCode === errorCodes.offsetOutOfRange) {
      const [{ start } = { start: 0 }] = await places.extent(name, [partition]);
      return { records: [], next: Math.max(start, from), bytes: 0 };
    }
    if (answer === undefined) throw new Error(`the broker said nothing about ${name}/${partition}`);
    if (answer.errorCode !== errorCodes.none) throw protocolError(answer.errorCode);
    return decodeRecordBatches(answer.bytes, from);
  }

  const fetch = (name: string, partition: number, from: number) =>
    tryAgain({ pauseMs: 50, max: 5 }, () => fetchOnce(name, partition, from), places.refresh);

  /** What comes after `from`, from the rest of an earlier fetch if it is just that. */
  async function following(name: string, partition: number, from: number): Promise<Rest> {
    const place = `${name}/${partition}`;
    const rest = rests.get(place);
    rests.delete(place);
    if (rest?.from === from) return rest;
    return { from, ...(await fetch(name, partition, from)) };
  }

  function keep(name: string, partition: number, rest: Rest): void {
    if (rest.records.length === 0) return;
    if (rests.size >= restsMax) rests.clear();
    rests.set(`${name}/${partition}`, rest);
  }

  return {
    async read(topic: Topic, { partition, from, recordsMax }: ReadPlace): Promise<readonly StoredRecord[]> {
      const name = await places.nameOf(topic);
      if (partition >= places.partitions(topic)) throw new Fault("not-found", `${topic.name} has no partition ${partition}`);
      const raws: RawRecord[] = [];
      let next = from;
      while (raws.length < recordsMax) {
        const found = await following(name, partition, next).catch((error: unknown) => {
          throw toKafkaFault(error, `the topic ${name} can't be read`);
        });
        const taken = found.records.slice(0, recordsMax - raws.length);
        raws.push(...taken);
        const left = found.records.slice(taken.length);
        const behind = left.length > 0 ? (taken.at(-1)?.offset ?? next - 1) + 1 : found.next;
        if (behind === next) break;
        next = behind;
        keep(name, partition, { from: next, next: found.next, records: left });
      }
      return decodeAll(codec, topic, partition, raws);
    },
  };
}

const decodeAttemptsMax = 8;

/** A schema that was not met before is asked for: the records are there a moment later. */
async function decodeAll(codec: Codec, topic: Topic, partition: number, raws: readonly RawRecord[]): Promise<readonly StoredRecord[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return raws.map((raw) => decodingAt(raw.offset, () => decodeRecord(codec, topic, partition, raw)));
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "unavailable" || attempt >= decodeAttemptsMax) throw error;
    }
    await pause(10 * 2 ** attempt);
  }
}
