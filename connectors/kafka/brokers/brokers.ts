import metadataRequest from "kafkajs/src/protocol/requests/metadata/v6/request.js";
import metadataResponse, { type Metadata } from "kafkajs/src/protocol/requests/metadata/v6/response.js";
import { errorName } from "../wire/error-codes.ts";
import type { KafkaConnection } from "./connection.ts";
import { firstAnswer } from "./first-answer.ts";
import type { Broker } from "./link.ts";
import type { Address } from "./link-connections.ts";
import { createLinks, keyOf, type Links } from "./links.ts";

/** The brokers of a cluster: who they are, and who leads what. */
export interface Brokers {
  /** From now on it is known who leads these topics. Rejects where no broker answers. */
  watch(topics: readonly string[]): Promise<void>;
  /** What was heard last of a topic that is watched. */
  topic(name: string): TopicPlace;
  /** Asks who leads what. */
  refresh(): Promise<void>;
  /** The same in the background, where it was asked long ago. */
  refreshIfOld(): void;
  /** How many brokers run, as heard last. */
  count(): number;
  node(id: number): Promise<Broker>;
  coordinator(group: string): Promise<Broker>;
  /** Asks one broker after the other until one answers: the next where one fails, or takes longer than `patienceMs` (500 unless told). */
  ask<Answer>(question: (broker: Broker) => Promise<Answer>, patienceMs?: number): Promise<Answer>;
  /** What is under way fails, and so does what comes. */
  close(): void;
}

export interface TopicPlace {
  /** Why there are no partitions, by the protocol's name; undefined where all is well. */
  readonly error: string | undefined;
  readonly partitions: ReadonlyMap<number, PartitionPlace>;
}

export interface PartitionPlace {
  /** The node that leads it; undefined while nobody does. */
  readonly leader: number | undefined;
  /** The nodes that are to have a copy. */
  readonly replicas: readonly number[];
  /** Those of them whose copy is complete. */
  readonly inSync: readonly number[];
}

/** A broker that has not answered for so long may be standing still: another is asked as well. */
const patienceMsDefault = 500;
const ageMsMax = 60_000;
const unknown: TopicPlace = { error: "UNKNOWN_TOPIC_OR_PARTITION", partitions: new Map() };

/**
 * Reaches the brokers of a cluster over links of its own. What waits long for an answer needs others than what must not wait.
 *
 * kafkajs' own cluster is not used: it asks whichever broker it has a connection to, also one that stands still, again and again; and a
 * single partition without a leader keeps it from hearing of all others.
 */
export function openBrokers(connection: KafkaConnection): Brokers {
  const links = createLinks(connection);
  const bootstrap = connection.brokers.map(addressOf);
  const wanted = new Set<string>();
  const map = createMap(links);
  let refreshing: Promise<void> | undefined;
  let refreshedMs = Number.NEGATIVE_INFINITY;

  /** Those that answered before come first, in no order: one may know less than the others. */
  function candidates(): readonly Address[] {
    const known = shuffled([...map.nodes().values()]);
    const ordered = [...known.filter(links.isOpen), ...known.filter((address) => !links.isOpen(address)), ...shuffled(bootstrap)];
    return [...new Map(ordered.map((address) => [keyOf(address), address])).values()];
  }

  const ask: Brokers["ask"] = (question, patienceMs = patienceMsDefault) =>
    firstAnswer(candidates(), patienceMs, async (address) => question(await links.to(address).open()));

  async function refreshOnce(): Promise<void> {
    const topics = [...wanted];
    map.take(await ask((broker) => metadataFrom(broker, topics)));
    refreshedMs = performance.now();
  }

  function refresh(): Promise<void> {
    refreshing ??= refreshOnce().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  return {
    ask,
    refresh,
    topic: map.topic,
    count: () => map.nodes().size,
    close: links.close,
    async watch(names) {
      const isNews = names.some((name) => !wanted.has(name));
      for (const name of names) wanted.add(name);
      // One that is under way does not ask for them.
      if (isNews) await refreshing?.catch(() => undefined);
      if (names.some((name) => map.topic(name).error !== undefined)) await refresh();
    },
    refreshIfOld() {
      if (performance.now() - refreshedMs > ageMsMax) refresh().catch(() => undefined);
    },
    async node(id) {
      const address = map.nodes().get(id);
      if (address === undefined) throw notAvailable(`node ${id} is not known`);
      return links.to(address).open();
    },
    async coordinator(group) {
      const { coordinator } = await ask((broker) => broker.findGroupCoordinator({ groupId: group, coordinatorType: 0 }));
      return links.to(coordinator).open();
    },
  };
}

/** What was heard last of nodes and topics. */
function createMap(links: Links) {
  const topics = new Map<string, TopicPlace>();
  let nodes = new Map<number, Address>();

  /** A broker that the cluster takes for dead answers nothing: what waits for it need not wait until its time is up. */
  function cutThoseThatLeft(before: Iterable<Address>): void {
    const present = new Set([...nodes.values()].map(keyOf));
    for (const address of before) {
      if (!present.has(keyOf(address))) links.cut(address, notAvailable(`${keyOf(address)} has left the cluster`));
    }
  }

  return {
    nodes: (): ReadonlyMap<number, Address> => nodes,
    topic: (name: string) => topics.get(name) ?? unknown,
    take({ brokers, topicMetadata }: Metadata): void {
      const before = nodes;
      nodes = new Map(brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
      for (const heard of topicMetadata) {
        const place = placeOf(heard);
        // What a broker does not know, or not yet, is where it was.
        if (place.partitions.size > 0 || !topics.has(heard.topic)) topics.set(heard.topic, place);
      }
      cutThoseThatLeft(before.values());
    },
  };
}

function placeOf({ topicErrorCode, partitionMetadata }: Metadata["topicMetadata"][number]): TopicPlace {
  const partitions = partitionMetadata.map(({ partitionId, leader, replicas, isr }) => {
    return [partitionId, { leader: leader < 0 ? undefined : leader, replicas, inSync: isr }] as const;
  });
  return { error: errorName(topicErrorCode), partitions: new Map(partitions) };
}

/** What one broker knows. What is wrong with one topic or partition says nothing about the others. */
function metadataFrom(broker: Broker, topics: readonly string[]): Promise<Metadata> {
  return broker.connectionPool.send({
    request: metadataRequest({ topics, allowAutoTopicCreation: false }),
    response: { decode: metadataResponse.decode, parse: async (answer) => answer },
  });
}

function notAvailable(message: string): Error {
  return Object.assign(new Error(message), { type: "BROKER_NOT_AVAILABLE" });
}

/** `host:port`, or `[address]:port` of version 6. */
function addressOf(text: string): Address {
  const at = text.lastIndexOf(":");
  return { host: text.slice(0, at).replace(/^\[(.*)\]$/, "$1"), port: Number(text.slice(at + 1)) };
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ item }) => item);
}
