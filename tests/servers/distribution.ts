import { accessSync, chmodSync, constants, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runMaven } from "./java.ts";

const kafkaVersion = "4.4.0";
const elasticsearchVersion = "9.5.0";
/** The newest one of which all of ES|QL was found on Maven Central: of 9.4 and 9.5 `x-pack-esql-compute` is missing. */
const esqlVersion = "8.19.21";
export const schemaRegistryVersion = "3.0.9";

/** Where what was fetched is kept. Elasticsearch runs as another user when we are root, and must get there. */
export function cacheFolder(): string {
  const own = fileURLToPath(new URL("../../.cache/servers", import.meta.url));
  const folder = isOpenToAll(own) ? own : join(tmpdir(), "sluice-servers");
  mkdirSync(folder, { recursive: true });
  accessSync(folder, constants.W_OK);
  return folder;
}

function isOpenToAll(folder: string): boolean {
  if (process.getuid?.() !== 0) return true;
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false;
  }
  return true;
}

/** The folder of Kafka's jars, fetched if it is not there. */
export function kafkaJars(): string {
  return fetched(`kafka-${kafkaVersion}`, (target) => copyDependencies("pom.xml", target));
}

/** The home of Elasticsearch, fetched if it is not there: the distribution that its own integration tests run on. */
export function elasticsearchHome(): string {
  const folder = fetched(`elasticsearch-${elasticsearchVersion}`, (target) => unpackElasticsearch(elasticsearchVersion, target));
  return join(folder, `elasticsearch-${elasticsearchVersion}`);
}

/** The home of an Elasticsearch with ES|QL, fetched if it is not there: the same distribution of an older version, and the plugin put into it. */
export function esqlHome(): string {
  const folder = fetched(`elasticsearch-esql-${esqlVersion}`, (target) => {
    unpackElasticsearch(esqlVersion, target);
    const plugin = join(target, `elasticsearch-${esqlVersion}`, "modules/x-pack-esql");
    copyDependencies("esql-pom.xml", plugin, `-Delasticsearch=${esqlVersion}`);
    writeFileSync(join(plugin, "plugin-descriptor.properties"), esqlDescriptor.join("\n"));
  });
  return join(folder, `elasticsearch-${esqlVersion}`);
}

/** As the plugin's jar has it, save that it extends only what is there: painless and machine learning add functions that nobody here calls. */
const esqlDescriptor = [
  "name=x-pack-esql",
  "description=ES|QL",
  "classname=org.elasticsearch.xpack.esql.plugin.EsqlPlugin",
  "extended.plugins=x-pack-core",
  `version=${esqlVersion}`,
  `elasticsearch.version=${esqlVersion}`,
  "java.version=17",
];

function unpackElasticsearch(version: string, target: string): void {
  const artifact = `org.elasticsearch.distribution.integ-test-zip:elasticsearch:${version}:zip`;
  // Not in the current folder, where an older mark of Maven's may say that it has unpacked it already.
  runMaven(["dependency:unpack", `-Dartifact=${artifact}`, `-DoutputDirectory=${target}`], target);
}

function copyDependencies(pom: string, target: string, ...properties: readonly string[]): void {
  const file = fileURLToPath(new URL(pom, import.meta.url));
  runMaven(["--file", file, "dependency:copy-dependencies", `-DoutputDirectory=${target}`, ...properties]);
}

/** The folder of Apicurio Registry, fetched if it is not there. */
export function schemaRegistryHome(): string {
  return fetched(`apicurio-registry-${schemaRegistryVersion}`, (target) => {
    const artifact = `io.apicurio:apicurio-registry-app:${schemaRegistryVersion}:tar.gz:all`;
    runMaven(["dependency:unpack", `-Dartifact=${artifact}`, `-DoutputDirectory=${target}`], target);
  });
}

/** A folder that appears whole or not at all, whoever else fetches it at the same time. */
export function fetched(name: string, fetch: (target: string) => void): string {
  const folder = join(cacheFolder(), name);
  if (existsSync(folder)) return folder;
  const target = mkdtempSync(`${folder}.`);
  try {
    chmodSync(target, 0o755);
    fetch(target);
    renameSync(target, folder);
  } catch (error) {
    rmSync(target, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
