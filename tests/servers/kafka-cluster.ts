import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "./free-port.ts";
import { configureNode, copyFormatted, kafkaClasses, type NodePlace, startNode } from "./kafka-node.ts";
import type { ServerProcess } from "./server-process.ts";

/** Three nodes of Kafka in KRaft mode on loopback, broker and controller in one, to be killed one by one. */
export interface KafkaCluster {
  readonly nodes: readonly KafkaNode[];
  node(id: number): KafkaNode;
  /** The active controller, as the nodes that run have last heard. */
  controller(): KafkaNode;
  /** Ends them and removes their data. */
  stop(): Promise<void>;
}

export interface KafkaNode {
  readonly id: number;
  /** `host:port` */
  readonly address: string;
  kill(): Promise<void>;
  /** It stands still, as a machine does whose memory is full: what it is sent is taken by its system, and nothing is answered. */
  pause(): void;
  goOn(): void;
  /** Starts it again after it was killed, on the same ports and data. */
  restart(): Promise<void>;
}

const ids = [1, 2, 3];
const heapMiB = 256;

/**
 * What real clusters have: three copies, and leaders that come back to their place. The times are shorter, so that tests need not wait
 * long: a broker that is not heard of for 2 s leads nothing any more.
 */
const properties = [
  "offsets.topic.replication.factor=3",
  "share.coordinator.state.topic.replication.factor=3",
  "transaction.state.log.replication.factor=3",
  "broker.session.timeout.ms=2000",
  "broker.heartbeat.interval.ms=250",
  "controller.quorum.election.timeout.ms=500",
  "controller.quorum.fetch.timeout.ms=1000",
  "replica.lag.time.max.ms=2000",
  "leader.imbalance.check.interval.seconds=1",
];

export async function startKafkaCluster(): Promise<KafkaCluster> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-kafka-cluster-"));
  const [ports, controllerPorts] = [await freePorts(ids.length), await freePorts(ids.length)];
  const voters = ids.map((id, index) => `${id}@127.0.0.1:${controllerPorts[index]}`).join(",");
  // Once, and not by all of them at the same time.
  await kafkaClasses();
  const places = ids.map((id, index) => ({ id, port: ports[index] ?? 0, controllerPort: controllerPorts[index] ?? 0, voters }));
  const starts = await Promise.allSettled(places.map((place) => startOne(join(folder, String(place.id)), place)));
  const nodes = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));

  async function stop(): Promise<void> {
    await Promise.all(nodes.map(({ kill }) => kill()));
    rmSync(folder, { recursive: true, force: true });
  }
  function node(id: number): RunningNode {
    const found = nodes.find((one) => one.id === id);
    if (found === undefined) throw new Error(`there is no node ${id}`);
    return found;
  }

  const failure = starts.find(({ status }) => status === "rejected");
  if (failure?.status === "rejected") {
    await stop();
    throw failure.reason;
  }
  return { nodes, node, controller: () => node(activeController(nodes)), stop };
}

interface RunningNode extends KafkaNode {
  output(): string;
}

async function startOne(folder: string, place: NodePlace): Promise<RunningNode> {
  mkdirSync(folder);
  configureNode(folder, place, properties);
  copyFormatted(folder, place.id);
  let current: ServerProcess = await startNode(folder, heapMiB);
  return {
    id: place.id,
    address: `127.0.0.1:${place.port}`,
    output: () => current.output(),
    async kill() {
      current.signal("SIGKILL");
      await current.ended;
    },
    pause: () => current.signal("SIGSTOP"),
    goOn: () => current.signal("SIGCONT"),
    async restart() {
      current = await startNode(folder, heapMiB);
    },
  };
}

/** Each node says which one leads the quorum of controllers in an epoch, as soon as it knows. */
function activeController(nodes: readonly RunningNode[]): number {
  const said = nodes.flatMap(({ output }) => [
    ...[...output().matchAll(/In the new epoch (\d+), the leader is (\d+)/g)].map(([, epoch, id]) => ({ epoch, id })),
    ...[...output().matchAll(/id=(\d+)] Becoming the active controller at epoch (\d+)/g)].map(([, id, epoch]) => ({ epoch, id })),
  ]);
  const last = said.sort((one, other) => Number(one.epoch) - Number(other.epoch)).at(-1);
  if (last === undefined) throw new Error("no node has said who leads the controllers");
  return Number(last.id);
}
