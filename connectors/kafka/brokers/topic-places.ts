import { Fault } from "../../../domain/fault.ts";
import type { Topic } from "../../../domain/record.ts";
import type { Brokers } from "./brokers.ts";
import { errorType, toKafkaFault } from "./connection.ts";
import type { Broker } from "./link.ts";

/** How topics of ours are called and cut on the brokers. */
export interface TopicNaming {
  /** In front of every topic's name, so that several installations can share brokers. */
  readonly topicPrefix: string;
  /** Partitions of a topic at most, for small installations; as declared unless told. The same everywhere, and for good. */
  readonly partitionsMax?: number | undefined;
}

export function partitionsOf(topic: Topic, { partitionsMax = Number.POSITIVE_INFINITY }: TopicNaming): number {
  return Math.min(topic.partitions, partitionsMax);
}

/** Where topics are: their partitions, and who leads each. */
export interface TopicPlaces {
  /** The topic's name on the brokers. Rejects where it is not there, or not as declared: `sluice migrate` sees to that. */
  nameOf(topic: Topic): Promise<string>;
  partitions(topic: Topic): number;
  /** First and next offset of every partition of the topic of that name. */
  extent(name: string, partitions: readonly number[]): Promise<readonly { readonly start: number; readonly end: number }[]>;
  leader(name: string, partition: number): Promise<Broker>;
  /** The node that leads a partition, by what is known now; undefined while nobody does. */
  leaderId(name: string, partition: number): number | undefined;
  refresh(): Promise<void>;
}

const earliest = -2;
const latest = -1;
/** About a second and a half in all. */
const attempts = { pauseMs: 50, max: 5 };

export function topicPlaces(brokers: Brokers, naming: TopicNaming): TopicPlaces {
  const known = new Map<string, Promise<string>>();

  async function verify(topic: Topic): Promise<string> {
    const name = `${naming.topicPrefix}${topic.name}`;
    const found = await partitionsFound(brokers, name);
    const expected = partitionsOf(topic, naming);
    if (found === 0) throw missing(name);
    if (found !== expected) {
      throw new Fault("conflict", `the topic ${name} has ${found} partitions, and ${expected} are declared`, {
        next: "Keys would change places. Set kafka.partitionsMax as it was when the topics were made, or use another topic prefix.",
      });
    }
    return name;
  }

  const leaderId = (name: string, partition: number) => brokers.topic(name).partitions.get(partition)?.leader;

  async function leader(name: string, partition: number): Promise<Broker> {
    brokers.refreshIfOld();
    const nodeId = leaderId(name, partition);
    if (nodeId === undefined) throw Object.assign(new Error(`nobody leads ${name}/${partition} now`), { type: "LEADER_NOT_AVAILABLE" });
    return brokers.node(nodeId);
  }

  async function extentOnce(name: string, partitions: readonly number[]) {
    const starts = new Map<number, number>();
    const ends = new Map<number, number>();
    const byLeader = new Map<Broker, number[]>();
    for (const partition of partitions) {
      const broker = await leader(name, partition);
      byLeader.set(broker, [...(byLeader.get(broker) ?? []), partition]);
    }
    const ask = async (broker: Broker, led: readonly number[], timestamp: number, into: Map<number, number>) => {
      const topics = [{ topic: name, partitions: led.map((partition) => ({ partition, timestamp })) }];
      const { responses } = await broker.listOffsets({ replicaId: -1, isolationLevel: 0, topics });
      for (const { partition, offset } of responses.flatMap((response) => response.partitions)) into.set(partition, Number(offset));
    };
    await Promise.all([...byLeader].flatMap(([broker, led]) => [ask(broker, led, earliest, starts), ask(broker, led, latest, ends)]));
    return partitions.map((partition) => ({ start: starts.get(partition) ?? 0, end: ends.get(partition) ?? 0 }));
  }

  return {
    partitions: (topic) => partitionsOf(topic, naming),
    nameOf(topic) {
      const found = known.get(topic.name);
      if (found !== undefined) return found;
      const verified = verify(topic);
      known.set(topic.name, verified);
      // What failed is looked at again by the next who asks.
      verified.catch(() => known.delete(topic.name));
      return verified;
    },
    leader,
    leaderId,
    refresh: brokers.refresh,
    extent: (name, partitions) => tryAgain(attempts, () => extentOnce(name, partitions), brokers.refresh),
  };
}

/** The number of partitions; 0 where the topic is not there. One that was made a moment ago is not known to every broker yet. */
async function partitionsFound(brokers: Brokers, name: string): Promise<number> {
  const look = async () => {
    await brokers.watch([name]);
    const { error, partitions } = brokers.topic(name);
    if (partitions.size === 0) throw Object.assign(new Error(`the topic ${name} has no partitions`), { type: error });
    return partitions.size;
  };
  try {
    return await tryAgain(attempts, look, async () => undefined);
  } catch (error) {
    if (errorType(error) === "UNKNOWN_TOPIC_OR_PARTITION") return 0;
    throw toKafkaFault(error, `the topic ${name} can't be looked up`);
  }
}

function missing(name: string): Fault {
  return new Fault("unavailable", `the topic ${name} does not exist`, { next: "Run `sluice migrate`, which creates the topics." });
}

/** Tries a few times, with pauses that grow: a leader may just be moving. */
export async function tryAgain<Value>(
  { pauseMs, max }: { readonly pauseMs: number; readonly max: number },
  attempt: () => Promise<Value>,
  between: () => Promise<void>,
): Promise<Value> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (count >= max || error instanceof Fault) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs * 2 ** count));
    // If the brokers don't even answer that, the next attempt says so.
    await between().catch(() => undefined);
  }
}
