import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Installed, InstallReport, KibanaConnection } from "../../connectors/elasticsearch/kibana/install.ts";
import { Fault } from "../../domain/fault.ts";
import { isLoopback } from "../configuration/checks.ts";
import { exitCodes } from "../faults.ts";
import { harmless } from "../output.ts";
import type { Session } from "../session.ts";
import { examples } from "./call.ts";

interface InstallOptions {
  readonly url?: string;
  readonly space?: string;
  readonly allowPlaintext?: boolean;
  readonly output?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `sluice kibana install` */
export function addKibana(program: Command, session: Session): void {
  const kibana = program
    .command("kibana")
    .summary("put dashboards and alert rules into Kibana")
    .description("Kibana over what Sluice sends to Elasticsearch: see docs/analysts.md.");
  kibana
    .command("install")
    .description("imports data view, searches, four dashboards and alert rules; run again it brings them up to date")
    .option("--url <url>", "where Kibana is, with its base path; else KIBANA_URL")
    .option("--space <id>", "the space to put them into; the default one unless given")
    .option("--allow-plaintext", "speak plain http beyond this machine: whoever is on the way can read the key")
    .option("--dry-run", "print what would be installed and reach nobody")
    .option("--output <file>", "write the saved objects to this file (NDJSON), to import it by hand, and reach nobody")
    .option("--json", "print what became of each part as JSON")
    .addHelpText(
      "after",
      `${examples([
        "KIBANA_API_KEY=… sluice kibana install --url https://kibana.example.com",
        "sluice kibana install --url https://kibana.example.com --space audit --json",
        "sluice kibana install --output sluice.ndjson",
      ])}\n\nThe key comes from KIBANA_API_KEY, or user and password from KIBANA_USERNAME and KIBANA_PASSWORD.`,
    )
    // `--url` is an option of every command: here it is Kibana's.
    .action((_: InstallOptions, command: Command) => install(session, command.optsWithGlobals<InstallOptions>()));
}

async function install(session: Session, options: InstallOptions): Promise<void> {
  const { output, errors, folder } = session;
  if (options.output !== undefined) {
    const { savedObjects, savedObjectsFile } = await import("../../connectors/elasticsearch/kibana/bundle.ts");
    const file = resolve(folder, options.output);
    write(file, savedObjectsFile());
    if (options.json === true) return output.json({ file, objects: savedObjects().length });
    return output.line(`${harmless(file)}: ${savedObjects().length} saved objects. Rules are not in it: they are made by the API.`);
  }
  if (options.dryRun === true) return plan(session, options);
  const { installKibana } = await import("../../connectors/elasticsearch/kibana/install.ts");
  const report = await installKibana(connectionOf(session, options));
  show(session, report, options);
  if (report.isComplete) return;
  session.exitCode = exitCodes.failed;
  errors.line(errors.style("red", "Some parts were not installed. Running it again is safe."));
}

async function plan({ output }: Session, { json }: InstallOptions): Promise<void> {
  const { savedObjects } = await import("../../connectors/elasticsearch/kibana/bundle.ts");
  const { alertRules } = await import("../../connectors/elasticsearch/kibana/rules.ts");
  const objects = savedObjects().map(({ type, id, attributes }) => ({
    kind: type,
    id,
    title: String(attributes["name"] ?? attributes["title"]),
  }));
  const rules = alertRules.map(({ id, body }) => ({ kind: "rule", id, title: body.name }));
  const parts = [...objects, ...rules];
  if (json === true) return output.json({ parts });
  output.table(
    ["KIND", "TITLE", "ID"],
    parts.map(({ kind, title, id }) => [kind, title, id]),
    "",
  );
}

function show({ output }: Session, report: InstallReport, { json }: InstallOptions): void {
  if (json === true) {
    output.json(report);
    return;
  }
  const outcomeOf = ({ outcome, reason }: Installed) => (reason === null ? outcome : `${outcome}: ${reason}`);
  output.table(
    ["KIND", "TITLE", "OUTCOME"],
    report.parts.map((part) => [part.kind, part.title, outcomeOf(part)]),
    "",
  );
}

function connectionOf({ environment }: Session, { url: given, space, allowPlaintext }: InstallOptions): KibanaConnection {
  const url = given ?? environment["KIBANA_URL"];
  if (url === undefined || url === "") {
    throw new Fault("invalid", "it is not said where Kibana is", { field: "--url", next: "give --url https://… or set KIBANA_URL" });
  }
  const { protocol, username, hostname } = URL.canParse(url) ? new URL(url) : { protocol: "", username: "", hostname: "" };
  if (!/^https?:$/.test(protocol) || username !== "" || /[?#]/.test(url)) {
    const next = "write https://host:5601/base-path; the key goes into KIBANA_API_KEY";
    throw new Fault("invalid", "--url is no URL of a Kibana", { field: "--url", next });
  }
  if (protocol === "http:" && !isLoopback(hostname) && allowPlaintext !== true) {
    const next = "use https, or --allow-plaintext behind something that encrypts";
    throw new Fault("invalid", `${hostname} would be given the key over plain http`, { field: "--url", next });
  }
  return { url, space: space ?? null, credentials: credentialsOf(environment) };
}

function credentialsOf(environment: Session["environment"]): KibanaConnection["credentials"] {
  const { KIBANA_API_KEY: apiKey, KIBANA_USERNAME: username, KIBANA_PASSWORD: password } = environment;
  if (apiKey) return { apiKey };
  return username && password ? { username, password } : null;
}

function write(file: string, content: string): void {
  try {
    writeFileSync(file, content);
  } catch (cause) {
    throw new Fault("invalid", `${file} can't be written`, { cause, field: "--output", next: "name a file in a folder that exists" });
  }
}
