import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "./free-port.ts";
import { configureNode, copyFormatted, formatNode, startNode } from "./kafka-node.ts";
import type { ServerProcess } from "./server-process.ts";

/** A Kafka of one node in KRaft mode on loopback. */
export interface KafkaServer {
  readonly address: string;
  readonly process: () => ServerProcess;
  /** Starts it again, on the same port and data, after it was killed. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
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
  const [address, controller] = [`127.0.0.1:${port}`, `127.0.0.1:${controllerPort}`];
  configureNode(folder, { id: 1, port, controllerPort, voters: `1@${controller}` }, properties(address, controller));
  if (scramUsers.length > 0) formatNode(folder, scramUsers);
  else copyFormatted(folder, 1);

  let current = await startNode(folder);
  return {
    address,
    process: () => current,
    async restart() {
      await current.stop();
      current = await startNode(folder);
    },
    async stop() {
      await current.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
