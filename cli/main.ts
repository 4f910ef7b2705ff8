import { Command, CommanderError } from "commander";
import { addAnomalies, addRestrictions } from "./commands/anomalies.ts";
import { addAudit } from "./commands/audit.ts";
import { addCall, addTools, examples } from "./commands/call.ts";
import { addConfig } from "./commands/config.ts";
import { addConnect } from "./commands/connect.ts";
import { addDeadLetters } from "./commands/dead-letters.ts";
import { addBudgets, addLimits, addPolicies, addVirtualServers } from "./commands/documents.ts";
import { addKeys } from "./commands/keys.ts";
import { addKibana } from "./commands/kibana.ts";
import { addMigrate } from "./commands/migrate.ts";
import { addServe } from "./commands/serve.ts";
import { addServers } from "./commands/servers.ts";
import { addHealth, addStats } from "./commands/state.ts";
import { environment as processEnvironment } from "./environment.ts";
import { exitCodes, reportFault } from "./faults.ts";
import { createOutput, type Stream } from "./output.ts";
import type { GlobalOptions, Session } from "./session.ts";

/** What the command line is run with: the process, or a test. */
export interface Surroundings {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

/**
 * Runs one command and answers what the process ends with (docs/cli.md lists the numbers). Never throws.
 * Each command loads what it needs when it runs: the help needs none of it.
 */
export async function main(args: readonly string[], surroundings: Surroundings = processSurroundings()): Promise<number> {
  const session: Session = {
    output: createOutput(surroundings.stdout, surroundings.environment),
    errors: createOutput(surroundings.stderr, surroundings.environment),
    environment: surroundings.environment,
    folder: surroundings.folder,
    exitCode: exitCodes.done,
  };
  const program = programOf(session, surroundings);
  try {
    await program.parseAsync(args, { from: "user" });
    return session.exitCode;
  } catch (reason) {
    if (reason instanceof CommanderError) return reason.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    return reportFault(session.errors, reason, { debug: program.opts<GlobalOptions>().debug === true });
  }
}

/** All commands, declared and not yet run. */
function programOf(session: Session, { stdout, stderr }: Pick<Surroundings, "stdout" | "stderr">): Command {
  const program = new Command("sluice")
    .description(
      "Sluice is the gate that AI agents' tool calls flow through: it authenticates, decides, forwards and records each of them.",
    )
    .version("0.1.0", "--version", "print the version")
    .option("--url <url>", "where the gate is; else SLUICE_URL, else .sluice/cli.json")
    .option("--grpc <host:port>", "where its control plane is; else SLUICE_GRPC, else .sluice/cli.json")
    .option("--api-key <key>", "the key to show; better in SLUICE_API_KEY, where other users can't see it")
    .option("--debug", "print stacks of errors")
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      `${examples(firstSteps)}\n\nEnds with 0 done, 1 failed, 2 wrong usage or configuration, 3 denied, 4 over a limit, 5 not reachable.`,
    );
  // Inherited by the commands that are added after it.
  program.exitOverride().configureOutput({
    writeOut: (text) => void stdout.write(text),
    writeErr: (text) => void stderr.write(text),
    getOutHelpWidth: () => stdout.columns ?? 80,
    getErrHelpWidth: () => stderr.columns ?? 80,
  });
  for (const add of [
    addServe,
    addMigrate,
    addCall,
    addTools,
    addConnect,
    addServers,
    addVirtualServers,
    addPolicies,
    addLimits,
    addBudgets,
    addKeys,
    addAudit,
    addAnomalies,
    addRestrictions,
    addDeadLetters,
    addStats,
    addHealth,
    addKibana,
    addConfig,
  ]) {
    add(program, session);
  }
  return program;
}

const firstSteps = [
  "sluice serve --demo                           start a gate with something to try",
  "sluice call everything/echo message=hello     call a tool through it",
  "sluice audit tail                             see what happens",
  "sluice servers add files -- npx -y @acme/mcp-files /data",
];

function processSurroundings(): Surroundings {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? exitCodes.done : exitCodes.failed));
  return { stdout: process.stdout, stderr: process.stderr, environment: processEnvironment, folder: process.cwd() };
}
