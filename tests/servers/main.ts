import { claim } from "./claim.ts";
import { elasticsearchHome, esqlHome, schemaRegistryHome } from "./distribution.ts";
import { elasticsearchMissing } from "./elasticsearch-server.ts";
import { kafkaClasses, kafkaMissing } from "./kafka-node.ts";

/**
 * `npm run servers [kafka] [elasticsearch]`: a real Kafka and a real Elasticsearch on loopback until this is ended, or the ones that
 * KAFKA_BROKERS and ELASTICSEARCH_URL name. Tests that run meanwhile in this checkout use the same. `npm run servers fetch` only fetches
 * what the tests' servers are made of.
 */
const servers = {
  kafka: { variable: "KAFKA_BROKERS", missing: kafkaMissing },
  elasticsearch: { variable: "ELASTICSEARCH_URL", missing: elasticsearchMissing },
} as const;

async function addressOf(name: keyof typeof servers): Promise<string> {
  const { variable, missing } = servers[name];
  const given = process.env[variable];
  if (given !== undefined && given !== "") return given;
  const reason = missing();
  if (reason !== undefined) throw new Error(`${reason}. Install it, or set ${variable} to a server that runs.`);
  return (await claim(name)).address;
}

const wanted = process.argv.slice(2);
if (wanted.includes("fetch")) {
  // One after the other: Maven's folder is not made for several that fill it at once.
  for (const fetch of [kafkaClasses, elasticsearchHome, esqlHome, schemaRegistryHome]) console.error(await fetch());
  process.exit(0);
}
const names = (Object.keys(servers) as (keyof typeof servers)[]).filter((name) => wanted.length === 0 || wanted.includes(name));
try {
  console.error(`starting ${names.join(" and ")} (the first time they are fetched) …`);
  const addresses = await Promise.all(names.map(addressOf));
  for (const [index, name] of names.entries()) console.log(`export ${servers[name].variable}=${addresses[index]}`);
  console.error("ready; Ctrl-C ends them");
  // The claims are let go, and the servers end, with this process.
  const alive = setInterval(() => undefined, 60_000);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => clearInterval(alive));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
