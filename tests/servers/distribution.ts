import { accessSync, chmodSync, constants, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runMaven } from "./java.ts";

const kafkaVersion = "4.4.0";
const elasticsearchVersion = "9.5.0";
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
  return fetched(`kafka-${kafkaVersion}`, (target) => {
    runMaven(["--file", fileURLToPath(new URL("pom.xml", import.meta.url)), "dependency:copy-dependencies", `-DoutputDirectory=${target}`]);
  });
}

/** The home of Elasticsearch, fetched if it is not there: the distribution that its own integration tests run on. */
export function elasticsearchHome(): string {
  const artifact = `org.elasticsearch.distribution.integ-test-zip:elasticsearch:${elasticsearchVersion}:zip`;
  const folder = fetched(`elasticsearch-${elasticsearchVersion}`, (target) => {
    // Not in the current folder, where an older mark of Maven's may say that it has unpacked it already.
    runMaven(["dependency:unpack", `-Dartifact=${artifact}`, `-DoutputDirectory=${target}`], target);
  });
  return join(folder, `elasticsearch-${elasticsearchVersion}`);
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
