import type { Fault } from "../../../domain/fault.ts";
import type { SubscribeOptions, Subscription } from "../../../domain/ports/event-log.ts";
import type { StoredRecord, Topic } from "../../../domain/record.ts";
import { toKafkaFault } from "../brokers/connection.ts";
import type { Sources } from "./sources.ts";
import { createProgress, type PlaceEnd, placeOf, subscriptionOf } from "./subscription.ts";

export interface AloneOptions {
  readonly sources: Sources;
  readonly topics: readonly Topic[];
  readonly from: "start" | "end";
  readonly recordsMax: number;
  readonly handle: (records: readonly StoredRecord[]) => Promise<void>;
  readonly undecodable: SubscribeOptions["undecodable"];
}

/** Reads every partition of some topics, without any group: what each gate does with definitions. */
export async function subscribeAlone({ sources, topics, from, recordsMax, handle, undecodable }: AloneOptions): Promise<Subscription> {
  const names = await sources.namesOf(topics);
  const places = await currentEnds(sources, names);
  const progress = createProgress();
  for (const { topic, name, partition, start, end } of places) {
    const next = from === "start" ? start : end;
    const passing = passedOver(undecodable, topic, partition);
    const source = { topic, partition, from: next, end, recordsMax, group: "", handle, undecodable: passing, moved: progress.changed };
    progress.readers.set(placeOf(name, partition), sources.read(name, source));
  }
  return subscriptionOf({
    progress,
    topics: names,
    partitions: sources.places.partitions,
    ends: endsOf(places),
    close: async () => void (await Promise.all([...progress.readers.values()].map((reader) => reader.close()))),
  });
}

/** Told of the offset of what can't be decoded, tells its whole place; undefined where nobody is to be told. */
export function passedOver(undecodable: SubscribeOptions["undecodable"], topic: Topic, partition: number) {
  if (undecodable === undefined) return undefined;
  return async (offset: number, cause: Fault): Promise<void> => undecodable({ topic: topic.name, partition, offset }, cause);
}

interface CurrentPlace {
  readonly topic: Topic;
  readonly name: string;
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

/** First and next offset of every partition of the topics, now. */
export async function currentEnds(sources: Sources, names: ReadonlyMap<Topic, string>): Promise<readonly CurrentPlace[]> {
  const found = await Promise.all(
    [...names].map(async ([topic, name]) => {
      const partitions = Array.from({ length: sources.places.partitions(topic) }, (_, partition) => partition);
      const extents = await sources.places.extent(name, partitions).catch((error: unknown) => {
        throw toKafkaFault(error, `the topic ${name} can't be read`);
      });
      return extents.map((extent, partition) => ({ topic, name, partition, ...extent }));
    }),
  );
  return found.flat();
}

export function endsOf(places: readonly CurrentPlace[]): readonly PlaceEnd[] {
  return places.map(({ name, partition, end }) => ({ topic: name, partition, end }));
}
