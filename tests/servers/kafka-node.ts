import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetched, kafkaJars } from "./distribution.ts";
import { freePorts } from "./free-port.ts";
import { findJava, hasMaven } from "./java.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** A node of a cluster in KRaft mode, broker and controller in one, on loopback. */
export interface NodePlace {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  /** All controllers of the cluster: `id@host:port`, separated by commas. */
  readonly voters: string;
}

const startMsMax = 120_000;

/** Why Kafka can't be started here; undefined where it can. */
export function kafkaMissing(): string | undefined {
  if (findJava(17) === undefined) return "Kafka needs Java 17 or later";
  return hasMaven() ? undefined : "Kafka's jars are fetched by Maven (mvn), which is not installed";
}

/** Writes the configuration of a node into its folder; `own` lines win over the usual ones. */
export function configureNode(folder: string, place: NodePlace, own: readonly string[] = []): void {
  writeFileSync(propertiesOf(folder), [...usualProperties(folder, place), ...own].join("\n"));
}

/** Makes the data folder of a node by copying one: formatting costs more than starting. All that are made so are of one cluster. */
export function copyFormatted(folder: string, id: number): void {
  const data = join(folder, "data");
  cpSync(formatted(), data, { recursive: true });
  const file = join(data, "meta.properties");
  const properties = readFileSync(file, "utf8").replace(/^node\.id=.*$/m, `node.id=${id}`);
  writeFileSync(file, properties.replace(/^directory\.id=.*$/m, `directory.id=${randomId()}`));
}

/** Formats the data folder of a node that is configured. `scramUsers` can log in: `SCRAM-SHA-256=[name=ana,password=secret]`. */
export function formatNode(folder: string, scramUsers: readonly string[] = []): void {
  const users = scramUsers.flatMap((user) => ["--add-scram", user]);
  const args = ["kafka.tools.StorageTool", "format", "--cluster-id", randomId(), "--config", propertiesOf(folder), ...users];
  execFileSync(java(), ["-cp", `${kafkaJars()}/*`, ...args], { stdio: ["ignore", "pipe", "pipe"] });
}

/** Starts a node that is configured and formatted; resolves when it takes requests. */
export async function startNode(folder: string, heapMiB = 512): Promise<ServerProcess> {
  return run(folder, [`-Xmx${heapMiB}m`, `-XX:SharedArchiveFile=${await kafkaClasses()}`]);
}

/**
 * An archive of Kafka's classes, loaded and checked (JEP 350), made if it is not there: with it a node is up in half the time, for two
 * thirds of the work. A Java that it was not made by goes without.
 */
export async function kafkaClasses(): Promise<string> {
  const archive = `${kafkaJars()}.jsa`;
  if (existsSync(archive)) return archive;
  const folder = mkdtempSync(join(tmpdir(), "sluice-kafka-"));
  const [port = 0, controllerPort = 0] = await freePorts(2);
  configureNode(folder, { id: 1, port, controllerPort, voters: `1@127.0.0.1:${controllerPort}` });
  copyFormatted(folder, 1);
  const own = `${archive}.${process.pid}`;
  const node = await run(folder, [`-XX:ArchiveClassesAtExit=${own}`]);
  await node.stop();
  renameSync(own, archive);
  rmSync(folder, { recursive: true, force: true });
  return archive;
}

async function run(folder: string, options: readonly string[]): Promise<ServerProcess> {
  const args = [...javaArguments, ...options, "-cp", `${kafkaJars()}/*`, "kafka.Kafka", propertiesOf(folder)];
  const started = startServer({ program: java(), args, folder });
  await started.said(/Kafka Server started/, startMsMax);
  return started;
}

const javaArguments = [
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
  "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
  "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.controller.QuorumController=info",
];

function java(): string {
  const found = findJava(17);
  if (found === undefined) throw new Error("Kafka needs Java 17 or later.");
  return found;
}

function formatted(): string {
  return fetched("kafka-formatted", (target) => {
    configureNode(target, { id: 1, port: 9092, controllerPort: 9093, voters: "1@127.0.0.1:9093" });
    formatNode(target);
    cpSync(join(target, "data"), target, { recursive: true });
    rmSync(join(target, "data"), { recursive: true });
    rmSync(propertiesOf(target));
  });
}

/** As Kafka writes a UUID. One that begins with a dash its tools take for an option. */
function randomId(): string {
  return Buffer.from([0, ...randomBytes(15)]).toString("base64url");
}

function propertiesOf(folder: string): string {
  return join(folder, "server.properties");
}

function usualProperties(folder: string, { id, port, controllerPort, voters }: NodePlace): readonly string[] {
  return [
    "process.roles=broker,controller",
    `node.id=${id}`,
    `controller.quorum.voters=${voters}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    "controller.listener.names=CONTROLLER",
    `log.dirs=${join(folder, "data")}`,
    "auto.create.topics.enable=false",
    "num.network.threads=2",
    "num.io.threads=4",
    "log.index.size.max.bytes=1048576",
    "offsets.topic.num.partitions=3",
    "offsets.topic.replication.factor=1",
    "transaction.state.log.num.partitions=3",
    "transaction.state.log.replication.factor=1",
    "transaction.state.log.min.isr=1",
    "share.coordinator.state.topic.num.partitions=3",
    "share.coordinator.state.topic.replication.factor=1",
    "share.coordinator.state.topic.min.isr=1",
    "group.initial.rebalance.delay.ms=0",
    "group.min.session.timeout.ms=1000",
  ];
}
