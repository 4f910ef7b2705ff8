import { chownSync, cpSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { elasticsearchHome } from "./distribution.ts";
import { findJava, hasMaven, javaHome } from "./java.ts";
import { startServer } from "./server-process.ts";

/** An Elasticsearch of one node on loopback, without security unless settings say otherwise. */
export interface ElasticsearchServer {
  readonly address: string;
  /** Ends it, lets `meanwhile` happen, and starts it again at the same address with the same data. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
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

export interface ElasticsearchOptions {
  /** What is started; the one without ES|QL, in the version that is supported, unless told. */
  readonly home?: () => string;
  /** On top of ours, and instead of them where the name is the same. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Further files of its configuration, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

export async function startElasticsearch(options: ElasticsearchOptions = {}): Promise<ElasticsearchServer> {
  const java = findJava(21);
  if (java === undefined) throw new Error("Elasticsearch needs Java 21 or later.");
  const { settings = {}, files = {} } = options;
  const home = (options.home ?? elasticsearchHome)();
  const folder = mkdtempSync(join(tmpdir(), "sluice-elasticsearch-"));
  for (const name of ["data", "logs", "tmp"]) mkdirSync(join(folder, name));
  cpSync(join(home, "config"), join(folder, "config"), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, "config", name), content);
  const configure = (port: string) => {
    const all = { ...ownSettings(folder), "http.port": port, ...settings };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\n`);
    writeFileSync(join(folder, "config/elasticsearch.yml"), lines.join(""));
  };
  configure("0");
  const isRoot = process.getuid?.() === 0;
  if (isRoot)
    for (const file of [folder, ...globSync("**", { cwd: folder }).map((name) => join(folder, name))]) chownSync(file, nobody, nobody);

  const start = async () => {
    const started = startServer({
      program: join(home, "bin/elasticsearch"),
      args: [],
      folder,
      env: {
        PATH: process.env["PATH"],
        ES_JAVA_HOME: javaHome(java),
        // It lives for a minute: starting fast is worth more than running fast.
        ES_JAVA_OPTS: "-Xms512m -Xmx512m -XX:TieredStopAtLevel=1 -XX:-AlwaysPreTouch",
        ES_PATH_CONF: join(folder, "config"),
        ES_TMPDIR: join(folder, "tmp"),
        // The first of the two programs only starts the second.
        CLI_JAVA_OPTS: "-XX:TieredStopAtLevel=1 -Xmx64m",
      },
      ...(isRoot ? { userId: nobody } : {}),
    });
    const [, address = ""] = await started.said(/HttpServerTransport.*publish_address \{([^}]+)\}/, startMsMax);
    return { started, address };
  };
  let { started, address } = await start();
  return {
    address: `http://${address}`,
    async restart(meanwhile = async () => {}) {
      await started.stop();
      await meanwhile();
      configure(address.split(":").at(-1) ?? "0");
      ({ started, address } = await start());
    },
    async stop() {
      await started.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ownSettings(folder: string): Readonly<Record<string, string>> {
  return {
    "cluster.name": "sluice-test",
    "node.name": "one",
    "discovery.type": "single-node",
    "http.host": "127.0.0.1",
    "transport.host": "127.0.0.1",
    "transport.port": "0",
    "path.data": join(folder, "data"),
    "path.logs": join(folder, "logs"),
    "xpack.security.enabled": "false",
    "xpack.ml.enabled": "false",
    "action.destructive_requires_name": "false",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
  };
}
