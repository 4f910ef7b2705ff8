import { chownSync, cpSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { elasticsearchHome } from "./distribution.ts";
import { findJava, hasMaven, javaHome } from "./java.ts";
import { startServer } from "./server-process.ts";

/** An Elasticsearch of one node on loopback, without security. */
export interface ElasticsearchServer {
  readonly address: string;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const startMsMax = 180_000;
/** `nobody`: Elasticsearch refuses to run as root. */
const nobody = 65534;

/** Why Elasticsearch can't be started here; undefined where it can. */
export function elasticsearchMissing(): string | undefined {
  if (findJava(21) === undefined) return "Elasticsearch needs Java 21 or later";
  return hasMaven() ? undefined : "Elasticsearch is fetched by Maven (mvn), which is not installed";
}

export async function startElasticsearch(): Promise<ElasticsearchServer> {
  const java = findJava(21);
  if (java === undefined) throw new Error("Elasticsearch needs Java 21 or later.");
  const home = elasticsearchHome();
  const folder = mkdtempSync(join(tmpdir(), "sluice-elasticsearch-"));
  for (const name of ["data", "logs", "tmp"]) mkdirSync(join(folder, name));
  cpSync(join(home, "config"), join(folder, "config"), { recursive: true });
  writeFileSync(join(folder, "config/elasticsearch.yml"), settings(folder).join("\n"));
  const isRoot = process.getuid?.() === 0;
  if (isRoot)
    for (const file of [folder, ...globSync("**", { cwd: folder }).map((name) => join(folder, name))]) chownSync(file, nobody, nobody);

  const started = startServer({
    program: join(home, "bin/elasticsearch"),
    args: [],
    folder,
    env: {
      PATH: process.env["PATH"],
      ES_JAVA_HOME: javaHome(java),
      ES_JAVA_OPTS: "-Xms512m -Xmx512m",
      ES_PATH_CONF: join(folder, "config"),
      ES_TMPDIR: join(folder, "tmp"),
      // The first of the two programs only starts the second.
      CLI_JAVA_OPTS: "-XX:TieredStopAtLevel=1 -Xmx64m",
    },
    ...(isRoot ? { userId: nobody } : {}),
  });
  const [, address] = await started.said(/HttpServerTransport.*publish_address \{([^}]+)\}/, startMsMax);
  return {
    address: `http://${address}`,
    async stop() {
      await started.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function settings(folder: string): string[] {
  return [
    "cluster.name: sluice-test",
    "node.name: one",
    "discovery.type: single-node",
    "http.host: 127.0.0.1",
    "http.port: 0",
    "transport.host: 127.0.0.1",
    "transport.port: 0",
    `path.data: ${join(folder, "data")}`,
    `path.logs: ${join(folder, "logs")}`,
    "xpack.security.enabled: false",
    "xpack.ml.enabled: false",
    "action.destructive_requires_name: false",
    "cluster.routing.allocation.disk.threshold_enabled: false",
  ];
}
