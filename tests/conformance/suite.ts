import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const suite = fileURLToPath(new URL("../../node_modules/@modelcontextprotocol/conformance/", import.meta.url));

/** The revisions that the suite can speak to a server, oldest first. */
export const revisions = ["2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"] as const;

export type Revision = (typeof revisions)[number];

/** One check of a scenario, as the suite reports it. */
interface Check {
  readonly id: string;
  readonly status: "SUCCESS" | "FAILURE" | "WARNING" | "SKIPPED" | "INFO";
  readonly errorMessage?: string;
}

/** A check that failed, and what the suite had to say about it. */
export interface Failure {
  readonly id: string;
  readonly reason: string;
}

/** How one scenario went. */
export interface Verdict {
  readonly passed: number;
  readonly failed: readonly Failure[];
  /** What should have been done and was not. */
  readonly warned: readonly Failure[];
}

/** Scenarios by their names. */
export type Verdicts = ReadonlyMap<string, Verdict>;

/** Which scenarios a revision requires of a role; of the older ones, for which the suite has no list, all that apply. */
export function requiredOf(revision: Revision, role: "server" | "client" = "server"): ReadonlySet<string> | "all" {
  if (revision < "2025-11-25") return "all";
  const list = parse(readFileSync(join(suite, "requirements", `${revision}.yaml`), "utf8")) as Readonly<Record<string, readonly string[]>>;
  return new Set(list[role]);
}

/** The version of the suite. */
export function suiteVersion(): string {
  return (JSON.parse(readFileSync(join(suite, "package.json"), "utf8")) as { readonly version: string }).version;
}

/** Runs all scenarios of a revision against the server at the URL, or the one that is named, in a process of their own. */
export function runSuite(url: string, revision: Revision, scenario?: string): Promise<Verdicts> {
  const all = requiredOf(revision) === "all" ? ["--suite", "all", "--spec-version", revision] : ["--requirements", revision];
  const which = scenario === undefined ? all : ["--scenario", scenario, "--spec-version", revision];
  return reported(["server", "--url", url, ...which], /^server-(.+)-\d{4}-\d{2}-\d{2}T[\d-]+Z$/);
}

/** Runs scenarios with the client that the command starts, one after the other. */
export async function runClientSuite(command: string, revision: Revision, scenarios: readonly string[]): Promise<Verdicts> {
  const verdicts = new Map<string, Verdict>();
  for (const scenario of scenarios) {
    const args = ["client", "--command", command, "--scenario", scenario, "--spec-version", revision];
    for (const [name, verdict] of await reported(args, /^(.+)-\d{4}-\d{2}-\d{2}T[\d-]+Z$/)) verdicts.set(name, verdict);
  }
  return verdicts;
}

async function reported(args: readonly string[], named: RegExp): Promise<Verdicts> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-conformance-"));
  try {
    const output = await finished([...args, "--output-dir", folder]);
    const verdicts = verdictsIn(folder, named);
    if (verdicts.size === 0) throw new Error(`the suite ran nothing:\n${output}`);
    return verdicts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the suite's program; its exit code says what the reports say, too. */
function finished(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(suite, "dist/index.js"), ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.once("error", reject).once("close", () => resolve(output));
  });
}

/** Reads `{scenario}-{time}/checks.json`. */
function verdictsIn(folder: string, named: RegExp): Verdicts {
  const found = new Map<string, Verdict>();
  for (const name of readdirSync(folder)) {
    const scenario = named.exec(name)?.[1];
    if (scenario === undefined) throw new Error(`${name} is no report of a scenario`);
    const checks = JSON.parse(readFileSync(join(folder, name, "checks.json"), "utf8")) as readonly Check[];
    const of = (status: Check["status"]) => checks.filter((check) => check.status === status);
    const told = ({ id, errorMessage = "no reason given" }: Check): Failure => ({ id, reason: errorMessage });
    found.set(scenario, { passed: of("SUCCESS").length, failed: of("FAILURE").map(told), warned: of("WARNING").map(told) });
  }
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}
