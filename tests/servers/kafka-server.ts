import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetched, kafkaJars } from "./distribution.ts";
import { freePorts } from "./free-port.ts";
import { findJava, hasMaven } from "./java.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** A Kafka of one node in KRaft mode on loopback. */
export interface KafkaServer {
  readonly address: string;
  readonly process: () => ServerProcess;
  /** Starts it again, on the same port and data, after it was killed. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const startMsMax = 120_000;

/** Why Kafka can't be started here; undefined where it can. */
export function kafkaMissing(): string | undefined {
  if (findJava(17) === undefined) return "Kafka needs Java 17 or later";
  return hasMaven() ? undefined : "Kafka's jars are fetched by Maven (mvn), which is not installed";
}

export interface KafkaSettings {
  /** Lines of server.properties, which win over ours; the addresses are those of the broker's and the controller's listener. */
  readonly properties?: (address: string, controller: string) => readonly string[];
  /** Users who can log in by SCRAM: `SCRAM-SHA-256=[name=ana,password=secret]`. */
  readonly scramUsers?: readonly string[];
}

export async function startKafka({ properties = () => [], scramUsers = [] }: KafkaSettings = {}): Promise<KafkaServer> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-kafka-"));
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const address = `127.0.0.1:${port}`;
  const configuration = join(folder, "server.properties");
  const jars = kafkaJars();
  const own = properties(address, `127.0.0.1:${controllerPort}`);
  writeFileSync(configuration, [...usualProperties(folder, { port, controllerPort }), ...own].join("\n"));
  if (scramUsers.length > 0) format(jars, configuration, scramUsers);
  else cpSync(formatted(jars), join(folder, "data"), { recursive: true });

  const start = async (): Promise<ServerProcess> => {
    const started = startServer({ program: java(), args: [...javaArguments, "-cp", `${jars}/*`, "kafka.Kafka", configuration], folder });
    await started.said(/Kafka Server started/, startMsMax);
    return started;
  };
  let current = await start();
  return {
    address,
    process: () => current,
    async restart() {
      await current.stop();
      current = await start();
    },
    async stop() {
      await current.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const javaArguments = [
  "-Xmx512m",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
  "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
];

function java(): string {
  const found = findJava(17);
  if (found === undefined) throw new Error("Kafka needs Java 17 or later.");
  return found;
}

/** A formatted data folder, to be copied: formatting costs more than starting. */
function formatted(jars: string): string {
  return fetched("kafka-formatted", (target) => {
    const configuration = join(target, "format.properties");
    writeFileSync(configuration, usualProperties(target, { port: 9092, controllerPort: 9093 }).join("\n"));
    format(jars, configuration, []);
    cpSync(join(target, "data"), target, { recursive: true });
    rmSync(join(target, "data"), { recursive: true });
    rmSync(configuration);
  });
}

function format(jars: string, configuration: string, scramUsers: readonly string[]): void {
  const clusterId = randomBytes(16).toString("base64url");
  const users = scramUsers.flatMap((user) => ["--add-scram", user]);
  const args = ["-cp", `${jars}/*`, "kafka.tools.StorageTool", "format", "--cluster-id", clusterId, "--config", configuration, ...users];
  execFileSync(java(), args, { stdio: ["ignore", "pipe", "pipe"] });
}

function usualProperties(folder: string, { port, controllerPort }: { readonly port: number; readonly controllerPort: number }): string[] {
  return [
    "process.roles=broker,controller",
    "node.id=1",
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
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
