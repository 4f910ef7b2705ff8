import { type Command, Option } from "commander";
import { Fault } from "../../domain/fault.ts";
import { parseDurationMs } from "../output.ts";
import { type Session, withControlPlane } from "../session.ts";
import { examples } from "./call.ts";

interface TailOptions {
  readonly json?: boolean;
  readonly since?: string;
  readonly user?: string;
  readonly server?: string;
  readonly verdict?: string;
  readonly follow: boolean;
}

/** `sluice audit tail` */
export function addAudit(program: Command, session: Session): void {
  const audit = program
    .command("audit")
    .summary("follow what happens")
    .description("The audit: each call, its decision and its end, and each administrative act.");
  audit
    .command("tail")
    .description("shows records as they happen, until interrupted")
    .option("--since <duration>", "begin with what happened in the last 90m, 1h, 2d; from now on unless given")
    .option("--user <id>", "only of this user")
    .option("--server <name>", "only calls to this server, and acts on it")
    .addOption(new Option("--verdict <verdict>", "only decisions and acts with this verdict").choices(["allow", "deny"]))
    .option("--no-follow", "end after what has happened; the last hour unless --since says otherwise")
    .option("--json", "print each record as one line of JSON, with everything that was decided from")
    .addHelpText(
      "after",
      examples([
        "sluice audit tail",
        "sluice audit tail --since 1h --verdict deny",
        "sluice audit tail --since 1d --no-follow --json | jq .decided.rule",
      ]),
    )
    .action((options: TailOptions, command: Command) => tail(session, command, options));
}

async function tail(session: Session, command: Command, options: TailOptions): Promise<void> {
  const { json, since, user = "", server = "", verdict = "", follow } = options;
  const sinceMs = parseDurationMs(since ?? (follow ? "0s" : "1h"));
  if (sinceMs === undefined) throw new Fault("invalid", "--since is no duration", { field: "--since", next: "write 90m, 1h or 2d" });
  const isFromNow = follow && since === undefined;
  const from = isFromNow ? {} : { since: timestampOf(Date.now() - sinceMs) };

  const { AuditService } = await import("../../proto/gen/sluice/audit/v1/audit_pb.ts");
  const { entryJson, entryLine } = await import("./audit-entry.ts");
  await withControlPlane(session, command, async (plane) => {
    const answers = plane.service(AuditService).tailAudit({ ...from, follow, filter: { userId: user, server, verdict } });
    if (isFromNow && json !== true) session.errors.line(session.errors.style("dim", "Waiting for what happens next; Ctrl-C ends."));
    for await (const { entry } of answers) {
      if (entry === undefined) continue;
      if (json === true) session.output.jsonLine(entryJson(entry));
      else session.output.line(entryLine(entry, session.output));
    }
  });
}

function timestampOf(ms: number): { readonly seconds: bigint; readonly nanos: number } {
  return { seconds: BigInt(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1_000_000 };
}
