import type { Command } from "commander";
import type { Migrated } from "../../connectors/kafka/topics/migrate.ts";
import type { Session } from "../session.ts";
import { examples } from "./call.ts";

interface MigrateOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** `sluice migrate` */
export function addMigrate(program: Command, session: Session): void {
  program
    .command("migrate")
    .summary("prepare Kafka and Elasticsearch")
    .description(
      "Makes the topics on Kafka, the schemas in the schema registry and the index templates in Elasticsearch, where those are configured, and, the first time, an organization with an administrator's and an agent's key. Waits for what is not there yet; may be run at any time and as often as one likes. An embedded log needs none of it.",
    )
    .option("--config <file>", "the YAML file; sluice.yaml if there is one")
    .option("--json", "print what was done as JSON")
    .addHelpText("after", examples(["sluice migrate --config fleet.yaml", "sluice migrate --json"]))
    .action((options: MigrateOptions) => run(session, options));
}

async function run({ output, errors, environment, folder }: Session, { config: file, json }: MigrateOptions): Promise<void> {
  const { loadConfig } = await import("../configuration/config.ts");
  const { migrate } = await import("../serving/migrate.ts");
  const config = loadConfig({ file, environment, folder });
  const done = await migrate(config, (text) => errors.line(errors.style("dim", text)));
  if (json === true) {
    output.json(done);
    return;
  }
  if (done.topics === null) output.line("The log is embedded: it makes what it needs by itself.");
  else for (const line of linesOf(done.topics)) output.line(line);
  if (done.elasticsearch) output.line("Elasticsearch: its templates are there.");
  if (done.published !== null) output.line(`Schemas: ${done.published} put on the log, for processes of other versions.`);
  if (done.schemas !== null) output.line(`Schema registry: ${done.schemas.length} subjects are registered.`);
  if (done.firstKeys !== null) {
    output.line("Keys, shown this once:");
    output.line(`  administrator  ${done.firstKeys.administratorKey}`);
    output.line(`  agent          ${done.firstKeys.agentKey}`);
  } else if (done.topics !== null) output.line("Keys were issued before; `sluice keys issue` makes more.");
}

function linesOf({ created, changed, unchanged, notes }: Migrated): readonly string[] {
  return [
    `Topics: ${created.length} made, ${changed.length} changed, ${unchanged.length} as they were.`,
    ...changed.map(
      ({ topic, settings }) => `  ${topic}: ${settings.map(({ setting, from, to }) => `${setting} ${from ?? "unset"} → ${to}`).join(", ")}`,
    ),
    ...notes.map(({ about, topics, next }) => `  Left as it is: ${about}, of ${topics.join(", ")}. ${next}`),
  ];
}
