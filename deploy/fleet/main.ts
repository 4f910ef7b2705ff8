import { fileURLToPath } from "node:url";
import { storedProfile, writeProfile } from "../../cli/profile.ts";
import { claim, type ServerName } from "../../tests/servers/claim.ts";
import { elasticsearchMissing } from "../../tests/servers/elasticsearch-server.ts";
import { type Fleet, type FleetKeys, memberNames, startFleet } from "./fleet.ts";

/**
 * `npm run fleet`: the five processes on the Kafka and Elasticsearch of `npm run servers`, or on those that KAFKA_BROKERS and
 * ELASTICSEARCH_URL name, until this is ended. Data is in `.sluice/fleet`.
 */
const folder = fileURLToPath(new URL("../../.sluice/fleet", import.meta.url));
const ports = { "gate-1": 8081, "gate-2": 8082, control: 8083, "processors-1": 8084, "processors-2": 8085, grpc: 9090 };

const say = (text: string) => void process.stdout.write(`${text}\n`);
/** Progress, and what the processes log, beside the result. */
const tellOn = (text: string) => void process.stderr.write(`${text}\n`);

async function addressOf(name: ServerName, given: string | undefined): Promise<string> {
  return given === undefined || given === "" ? (await claim(name)).address : given;
}

/** For the command line, before anything else can fail. */
function keepKeys(keys: FleetKeys): void {
  writeProfile(folder, { httpUrl: `http://127.0.0.1:${ports["gate-1"]}`, grpcAddress: `127.0.0.1:${ports.grpc}`, ...keys });
}

function tell(fleet: Fleet): void {
  const control = fleet.member("control");
  const { administratorKey = null, agentKey = null } = storedProfile(folder) ?? {};
  writeProfile(folder, { httpUrl: fleet.member("gate-1").httpUrl, grpcAddress: control.grpcAddress, administratorKey, agentKey });
  const lines = [
    "The fleet is ready.",
    "",
    ...["gate-1", "gate-2"].map((name) => `  ${name}        ${fleet.member(name as "gate-1").httpUrl}/mcp`),
    `  control       ${control.httpUrl} (REST), ${control.grpcAddress} (gRPC)`,
    `  processors    ${fleet.member("processors-1").httpUrl}/health, ${fleet.member("processors-2").httpUrl}/health`,
    `  data          ${folder}`,
    "",
    ...(fleet.keys === null
      ? [`Keys were issued on the first start; ${agentKey === null ? "give one in SLUICE_API_KEY" : "the command line has them"}.`]
      : ["Keys, shown this once:", `  administrator  ${fleet.keys.administratorKey}`, `  agent          ${fleet.keys.agentKey}`]),
    "",
    "Try it in another terminal:",
    "  export SLUICE_DATA_FOLDER=.sluice/fleet",
    "  npx sluice call everything/echo message=hello",
    `  npx sluice --url ${fleet.member("gate-2").httpUrl} --api-key KEY call everything/echo message=hello`,
    "  npx sluice audit tail --since 1h",
    "",
    "Ctrl-C ends all of them.",
  ];
  say(lines.join("\n"));
}

// Until the fleet is ready: what was started ends with us.
let end = (): void => process.exit(0);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => end());

try {
  const given = process.env["ELASTICSEARCH_URL"];
  const isMissing = (given === undefined || given === "") && elasticsearchMissing() !== undefined;
  if (isMissing) tellOn(`without Elasticsearch: ${elasticsearchMissing()}`);
  tellOn("waiting for Kafka and Elasticsearch …");
  const [brokers, elasticsearchUrl] = await Promise.all([
    addressOf("kafka", process.env["KAFKA_BROKERS"]),
    isMissing ? undefined : addressOf("elasticsearch", given),
  ]);
  const onLine = (member: string, line: string) => tellOn(`${member.padEnd(12)} ${line}`);
  const fleet = await startFleet({ folder, brokers, elasticsearchUrl, ports, demo: true, onKeys: keepKeys, onLine });
  tell(fleet);
  const stopped = new Promise<null>((resolve) => {
    end = () => resolve(null);
  });
  // Whoever falls ends the others, too: a fleet of four would only look like one.
  const fallen = await Promise.race([stopped, ...memberNames.map((name) => fleet.member(name).ended.then(() => name))]);
  if (fallen !== null) tellOn(`${fallen} has ended, and the others end with it`);
  await fleet.stop();
  process.exit(fallen === null ? 0 : 1);
} catch (reason) {
  tellOn(reason instanceof Error ? reason.message : String(reason));
  process.exit(1);
}
