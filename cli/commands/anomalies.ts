import { timestampDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Command, Option } from "commander";
import { Fault } from "../../domain/fault.ts";
import type { Anomaly, Restriction } from "../../proto/gen/sluice/anomaly/v1/anomaly_pb.ts";
import type { ControlPlane } from "../grpc-client.ts";
import { durationText, parseDurationMs } from "../output.ts";
import { allPages, type Session, withControlPlane } from "../session.ts";
import { examples } from "./call.ts";

const messages = () => import("../../proto/gen/sluice/anomaly/v1/anomaly_pb.ts");

/** `sluice anomalies` */
export function addAnomalies(program: Command, session: Session): void {
  program
    .command("anomalies")
    .summary("list what was found unusual")
    .description("What was found unusual about callers, tools and servers, newest first, with what was seen and what was done about it.")
    .option("--since <duration>", "what was found in the last 90m, 12h, 7d", "1d")
    .option("--json", "print it as JSON")
    .addHelpText("after", examples(["sluice anomalies", "sluice anomalies --since 7d --json | jq '.[].evidence'"]))
    .action((options: { readonly since: string; readonly json?: boolean }, command: Command) => listAnomalies(session, command, options));
}

async function listAnomalies(
  session: Session,
  command: Command,
  { since, json }: { readonly since: string; readonly json?: boolean },
): Promise<void> {
  const { AnomalyService } = await messages();
  const from = timestampFromMs(Date.now() - durationOf(since, "--since"));
  const anomalies = await withControlPlane(session, command, (plane) =>
    allPages(
      (pageToken) => plane.service(AnomalyService).listAnomalies({ pageToken, since: from }),
      (page) => page.anomalies,
    ),
  );
  if (json === true) session.output.json(anomalies.map(anomalyJson));
  else
    session.output.table(
      ["TIME", "TARGET", "DETECTOR", "ACTION", "STRENGTH", "SEEN"],
      anomalies.map(anomalyRow),
      "Nothing unusual was found.",
    );
}

function anomalyJson({ id, targetId, detector, probability, strength, evidence, action, ...times }: Anomaly) {
  const { time, windowStart, windowEnd } = times;
  return {
    ...{ id, time: dateOf(time), target: targetId, detector, probability, strength, evidence, action },
    window: { start: dateOf(windowStart), end: dateOf(windowEnd) },
  };
}

function anomalyRow({ time, targetId, detector, action, strength, evidence }: Anomaly): readonly string[] {
  return [dateOf(time) ?? "", targetId, detector, action, strength >= 1e6 ? "> 1,000,000" : strength.toFixed(1), evidence.join("; ")];
}

interface ImposeOptions {
  readonly user?: string;
  readonly agent?: string;
  readonly server?: string;
  readonly tool?: string;
  readonly action: string;
  readonly callsPerMinute?: string;
  readonly reason?: string;
  readonly for: string;
  readonly json?: boolean;
}

/** `sluice restrictions [list|impose|release]` */
export function addRestrictions(program: Command, session: Session): void {
  const restrictions = program
    .command("restrictions")
    .summary("list, impose and release restrictions")
    .description(
      "Callers, tools and servers that are throttled, must prove anew who they are, or are in quarantine. Without a subcommand: lists them.",
    )
    .addHelpText(
      "after",
      examples([
        "sluice restrictions",
        "sluice restrictions impose --user ana --agent coder --action quarantine --for 2h --reason 'key was leaked'",
        "sluice restrictions impose --server files --tool write --action throttle --calls-per-minute 6",
        "sluice restrictions release caller:ana/coder",
      ]),
    );
  restrictions
    .command("list", { isDefault: true })
    .description("lists those in force")
    .option("--json", "print them as JSON")
    .addHelpText("after", examples(["sluice restrictions list --json"]))
    .action((options: { readonly json?: boolean }, command: Command) => listRestrictions(session, command, options));
  restrictions
    .command("impose")
    .description("restricts a caller (--user, --agent), a server (--server) or a tool (--server, --tool); gates go by it within a second")
    .option("--user <id>", "the user; without --agent with all agents")
    .option("--agent <id>", "the agent of the user")
    .option("--server <name>", "the server")
    .option("--tool <name>", "the tool of the server")
    .addOption(new Option("--action <action>", "what is done").choices(["throttle", "step-up", "quarantine"]).default("quarantine"))
    .option("--calls-per-minute <count>", "for throttle: what passes at each gate")
    .option("--reason <text>", "a sentence for the caller")
    .option("--for <duration>", "how long: 30m, 2h, 7d", "1h")
    .option("--json", "print it as JSON")
    .addHelpText("after", examples(["sluice restrictions impose --user ana --action step-up --for 1d"]))
    .action((options: ImposeOptions, command: Command) => impose(session, command, options));
  restrictions
    .command("release")
    .description("ends a restriction; for an hour nothing unusual leads to another one on the same target")
    .argument("<target>", "as `list` names it: caller:ana/coder, tool:files/write, server:files")
    .addHelpText("after", examples(["sluice restrictions release caller:ana/coder"]))
    .action(async (target: string, _options: unknown, command: Command) => {
      const { AnomalyService } = await messages();
      await withControlPlane(session, command, (plane) => plane.service(AnomalyService).releaseRestriction({ targetId: target }));
      session.output.line(`${target} is released.`);
    });
}

async function listRestrictions(session: Session, command: Command, { json }: { readonly json?: boolean }): Promise<void> {
  const { AnomalyService } = await messages();
  const restrictions = await withControlPlane(session, command, (plane) =>
    allPages(
      (pageToken) => plane.service(AnomalyService).listRestrictions({ pageToken }),
      (page) => page.restrictions,
    ),
  );
  if (json === true) session.output.json(restrictions.map(restrictionJson));
  else session.output.table(["TARGET", "ACTION", "ENDS IN", "BY", "REASON"], restrictions.map(restrictionRow), "Nothing is restricted.");
}

async function impose(session: Session, command: Command, options: ImposeOptions): Promise<void> {
  const { AnomalyService } = await messages();
  const { action, reason = "", callsPerMinute = "0" } = options;
  const calls = Number(callsPerMinute);
  if (!Number.isInteger(calls) || calls < 0) {
    throw new Fault("invalid", "--calls-per-minute is no whole number", { field: "--calls-per-minute", next: "write 6" });
  }
  const expiresAt = timestampFromMs(Date.now() + durationOf(options.for, "--for"));
  const target = targetOf(options);
  const { restriction, isThere } = await withControlPlane(session, command, async (plane) => {
    const imposed = await plane.service(AnomalyService).imposeRestriction({ target, action, callsPerMinute: calls, reason, expiresAt });
    return { restriction: imposed.restriction, isThere: await isRegistered(plane, target.server) };
  });
  if (restriction === undefined) return;
  if (options.json === true) return session.output.json(restrictionJson(restriction));
  session.output.line(`${restriction.targetId} is restricted: ${action} until ${dateOf(restriction.expiresAt)}.`);
  // It may be meant for one that is to come; or it is a slip, and what was meant goes on.
  if (!isThere)
    session.output.line(`No server is called ${target.server} now: nothing is held back until one is. \`sluice servers\` lists them.`);
}

/** Whether there is such a server; true where there is none to ask for, or no answer: what was imposed is in force all the same. */
async function isRegistered(plane: ControlPlane, name: string | undefined): Promise<boolean> {
  if (name === undefined) return true;
  const { RegistryService } = await import("../../proto/gen/sluice/registry/v1/registry_pb.ts");
  try {
    await plane.service(RegistryService).getServer({ name });
    return true;
  } catch (reason) {
    return !(reason instanceof Fault && reason.code === "not-found");
  }
}

function targetOf({ user = "", agent = "", server = "", tool = "" }: ImposeOptions) {
  // What one option says must not be left out of the target: it would restrict far more than was meant.
  if ((user !== "" || agent !== "") && (server !== "" || tool !== ""))
    throw new Fault("invalid", "a caller and a server or tool are two targets", { next: "Restrict one after the other." });
  if (user !== "") return { kind: "caller", userId: user, agentId: agent };
  if (server === "") throw new Fault("invalid", "there is no target", { next: "Name --user, --server, or --server and --tool." });
  return tool === "" ? { kind: "server", server } : { kind: "tool", server, name: tool };
}

function restrictionJson({ targetId, action, callsPerMinute, reason, evidence, imposedBy, since, expiresAt }: Restriction) {
  return {
    target: targetId,
    action,
    callsPerMinute,
    reason,
    evidence: evidenceOf(evidence),
    imposedBy,
    since: dateOf(since),
    expiresAt: dateOf(expiresAt),
  };
}

function restrictionRow({ targetId, action, callsPerMinute, reason, imposedBy, expiresAt }: Restriction): readonly string[] {
  const what = action === "throttle" ? `throttle to ${callsPerMinute} a minute` : action;
  const leftMs = expiresAt === undefined ? 0 : timestampDate(expiresAt).getTime() - Date.now();
  return [targetId, what, durationText(Math.max(0, leftMs)), imposedBy, reason];
}

/** Written by the anomaly processor as JSON; shown as it is where a newer one writes something else. */
function evidenceOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function dateOf(time: Anomaly["time"]): string | null {
  return time === undefined ? null : timestampDate(time).toISOString();
}

function durationOf(text: string, field: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined || ms === 0) throw new Fault("invalid", `${field} is no duration`, { field, next: "write 90m, 2h or 7d" });
  return ms;
}
