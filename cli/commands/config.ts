import type { Command } from "commander";
import type { Session } from "../session.ts";
import { examples } from "./call.ts";

/** `sluice config [show|check|schema]` */
export function addConfig(program: Command, session: Session): void {
  const config = program
    .command("config")
    .summary("show and check the configuration")
    .description("The configuration of serve: defaults, file, environment and command line. Without a subcommand: shows it.")
    .addHelpText("after", examples(["sluice config", "sluice config check sluice.yaml", "sluice config schema > sluice.schema.json"]));
  config
    .command("show", { isDefault: true })
    .description("prints the effective configuration, secrets masked")
    .option("--config <file>", "the YAML file; sluice.yaml if there is one")
    .option("--json", "print it as JSON")
    .addHelpText("after", examples(["sluice config show --config sluice.yaml --json"]))
    .action((options: { config?: string; json?: boolean }) => show(session, options));
  config
    .command("check")
    .description("checks a file, with this environment, and ends with 0 if serve would take it")
    .argument("<file>", "the YAML file")
    .addHelpText("after", examples(["sluice config check deploy/config/sluice.example.yaml"]))
    .action((file: string) => check(session, file));
  config
    .command("schema")
    .description("prints the JSON Schema, for editors")
    .addHelpText("after", examples(["sluice config schema > sluice.schema.json"]))
    .action(() => schema(session));
}

async function show({ output, environment, folder }: Session, { config: file, json }: { config?: string; json?: boolean }): Promise<void> {
  const { loadConfig } = await import("../configuration/config.ts");
  const { maskedConfig } = await import("../configuration/view.ts");
  const shown = maskedConfig(loadConfig({ file, environment, folder }));
  if (json === true) return output.json(shown);
  const { stringify } = await import("yaml");
  const { harmless } = await import("../output.ts");
  output.line(harmless(stringify(shown).trimEnd()));
}

async function check({ output, environment, folder }: Session, file: string): Promise<void> {
  const { loadConfig } = await import("../configuration/config.ts");
  const { servers, policies, limits, budgets, virtualServers } = loadConfig({ file, environment, folder });
  output.line(
    `${file} is good: ${servers.length} servers, ${policies.length} policies, ${limits.length} limits, ${budgets.length} budgets, ${virtualServers.length} virtual servers.`,
  );
}

async function schema({ output }: Session): Promise<void> {
  const { configSchema } = await import("../configuration/schema.ts");
  output.line(JSON.stringify(configSchema, null, 2));
}
