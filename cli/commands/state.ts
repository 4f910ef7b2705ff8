import type { Command } from "commander";
import { Fault } from "../../domain/fault.ts";
import type { NamedUsage, Usage } from "../../proto/gen/sluice/audit/v1/audit_pb.ts";
import { exitCodes } from "../faults.ts";
import { durationText, harmless, parseDurationMs } from "../output.ts";
import { profileOf, type Session, withControlPlane } from "../session.ts";
import { examples } from "./call.ts";

/** `sluice health` */
export function addHealth(program: Command, session: Session): void {
  program
    .command("health")
    .summary("ask the gate whether it is ready")
    .description("Asks the gate whether it is alive and ready. Ends with 0 if it is ready, 5 if not.")
    .option("--json", "print its answer as JSON")
    .addHelpText("after", examples(["sluice health", "sluice health --json --url https://gate.example.com"]))
    .action((options: { json?: boolean }, command: Command) => health(session, command, options));
}

/** `sluice stats` */
export function addStats(program: Command, session: Session): void {
  program
    .command("usage")
    .alias("stats")
    .summary("show counted usage")
    .description("Calls, refusals, failures, cost and how long calls took, by user, server and tool.")
    .option("--since <duration>", "how far back, by full hours", "24h")
    .option("--json", "print everything as JSON, by hour, too")
    .addHelpText("after", examples(["sluice usage", "sluice usage --since 7d --json"]))
    .action((options: { since: string; json?: boolean }, command: Command) => stats(session, command, options));
}

async function health(session: Session, command: Command, { json }: { json?: boolean }): Promise<void> {
  const { httpUrl } = profileOf(session, command);
  const { status, body } = await ask(`${httpUrl}/health`);
  const isReady = status === 200;
  if (!isReady) session.exitCode = exitCodes.unavailable;
  if (json === true) {
    session.output.json({ status, ...(typeof body === "object" ? body : { body }) });
    return;
  }
  session.output.line(
    isReady ? session.output.style("green", `ready: ${httpUrl}`) : session.output.style("red", `not ready: ${httpUrl} (HTTP ${status})`),
  );
  for (const [name, value] of typeof body === "object" && body !== null ? Object.entries(body) : []) {
    session.output.line(`  ${harmless(name)}: ${harmless(typeof value === "string" ? value : JSON.stringify(value))}`);
  }
}

async function ask(url: string): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(10_000) });
    const text = (await response.text()).slice(0, 65_536);
    const isJson = /[/+]json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, body: isJson ? JSON.parse(text) : text };
  } catch (cause) {
    throw new Fault("unavailable", `nobody answers at ${url}`, { cause, next: "start the gate with npm start, or name it with --url" });
  }
}

async function stats(session: Session, command: Command, { since, json }: { since: string; json?: boolean }): Promise<void> {
  const sinceMs = parseDurationMs(since);
  if (sinceMs === undefined) throw new Fault("invalid", "--since is no duration", { field: "--since", next: "write 24h or 7d" });
  const { AuditService } = await import("../../proto/gen/sluice/audit/v1/audit_pb.ts");
  const seconds = BigInt(Math.floor((Date.now() - sinceMs) / 1000));
  const answer = await withControlPlane(session, command, (plane) => plane.service(AuditService).getStats({ since: { seconds } }));
  const { total, byUser, byServer, byTool, byHour } = answer;
  if (json === true) {
    const named = (list: readonly NamedUsage[]) => list.map(({ name, usage }) => ({ name, ...plain(usage) }));
    session.output.json({
      total: plain(total),
      byUser: named(byUser),
      byServer: named(byServer),
      byTool: named(byTool),
      byHour: named(byHour),
    });
    return;
  }
  session.output.line(`${plain(total).calls} calls in the last ${durationText(sinceMs)}`);
  for (const [title, list] of [
    ["USER", byUser],
    ["SERVER", byServer],
    ["TOOL", byTool],
  ] as const) {
    if (list.length === 0) continue;
    session.output.line();
    session.output.table([title, "CALLS", "DENIED", "LIMITED", "FAILED", "COST", "P50 MS", "P95 MS"], list.map(row), "");
  }
}

function row({ name, usage }: NamedUsage): readonly string[] {
  const { calls, denied, limited, failed, costUnits, p50Micros, p95Micros } = plain(usage);
  const milliseconds = [p50Micros, p95Micros].map((micros) => (micros > 0 ? (micros / 1_000).toFixed(1) : ""));
  return [name, ...[calls, denied, limited, failed, costUnits].map(String), ...milliseconds];
}

const names = [
  ...(["calls", "denied", "limited", "failed", "requestBytes", "responseBytes", "durationMicros", "costUnits"] as const),
  ...(["p50Micros", "p95Micros", "p99Micros"] as const),
];

/** Counts as numbers: they stay below 2^53. */
function plain(usage: Usage | undefined): Readonly<Record<(typeof names)[number], number>> {
  // Built from all the names, so that each is there.
  return Object.fromEntries(names.map((name) => [name, Number(usage?.[name] ?? 0n)])) as Readonly<Record<(typeof names)[number], number>>;
}
