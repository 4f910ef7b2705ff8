import { timestampDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Command } from "commander";
import { Fault } from "../../domain/fault.ts";
import type { Flip, Review, TestReport } from "../../proto/gen/sluice/policy/v1/policy_pb.ts";
import type { AuthorPolicy } from "../definitions/definitions.ts";
import { exitCodes } from "../faults.ts";
import { parseDurationMs } from "../output.ts";
import { allPages, type Session, withControlPlane } from "../session.ts";
import { examples } from "./call.ts";

interface TestOptions {
  readonly since: string;
  readonly alone?: boolean;
  readonly failOnFlips?: boolean;
  readonly json?: boolean;
}

interface ReviewOptions {
  readonly since: string;
  readonly finding?: string;
  readonly json?: boolean;
}

const messages = () => import("../../proto/gen/sluice/policy/v1/policy_pb.ts");

/** `sluice policies test` and `sluice policies reviews` */
export function addPolicyTests(policies: Command, session: Session): void {
  policies
    .command("test")
    .description("replays recorded decisions by candidates and prints where they would be otherwise; changes nothing")
    .argument("<file>", "YAML: the candidates; each comes in the place of the policy of its id, or in addition")
    .option("--since <duration>", "replay what was decided in the last 12h, 7d, 30d", "7d")
    .option("--alone", "the candidates are all there would be")
    .option("--fail-on-flips", "end with 1 where a decision would be otherwise or can't be decided")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      examples(["sluice policies test candidate.yaml --since 7d", "sluice policies test candidate.yaml --json --fail-on-flips"]),
    )
    .action((file: string, options: TestOptions, command: Command) => test(session, command, { ...options, file }));
  policies
    .command("reviews")
    .description("lists decisions taken on stale state or otherwise than their policies say, and what shadows would decide otherwise")
    .option("--since <duration>", "what was found in the last 90m, 12h, 7d", "1d")
    .option("--finding <finding>", "only stale, contradicted or shadow")
    .option("--json", "print them as JSON")
    .addHelpText("after", examples(["sluice policies reviews --finding shadow --since 7d"]))
    .action((options: ReviewOptions, command: Command) => reviews(session, command, options));
}

async function test(
  session: Session,
  command: Command,
  { file, since, alone, failOnFlips, json }: TestOptions & { readonly file: string },
): Promise<void> {
  const [{ readDefinitions }, { policyDocument }, { PolicyService }] = await Promise.all([
    import("../definitions/definition-file.ts"),
    import("../definitions/definitions.ts"),
    messages(),
  ]);
  // The schema admitted each as the author's form, and a document holds nothing but JSON.
  const definitions = readDefinitions(file, "policy", session.folder).map(
    (author) => policyDocument(author as unknown as AuthorPolicy) as never,
  );
  const request = { definitions, alone: alone === true, since: timestampFromMs(Date.now() - durationOf(since)) };
  const report = await withControlPlane(session, command, async (plane) => {
    let last: TestReport | undefined;
    for await (const { recordsRead, recordsTotal, report: told } of plane.service(PolicyService).testPolicies(request)) {
      if (recordsTotal > 0n) session.errors.progress(`${recordsRead} of ${recordsTotal} records are replayed`);
      last = told ?? last;
    }
    session.errors.progress(null);
    return last;
  });
  if (report === undefined)
    throw new Fault("unavailable", "the control plane ended the back-test without a report", { next: "Try again." });
  if (json === true) session.output.json(reportJson(report));
  else printReport(session, report);
  if (failOnFlips === true && report.flips.length + report.undecided.length > 0) session.exitCode = exitCodes.failed;
}

function printReport({ output }: Session, { calls, same, changedSince, flips, flipsBeyond, undecided, unreadable }: TestReport): void {
  output.line(`${calls} decisions replayed: ${same} would be the same.`);
  const rows = flips.map((flip) => [
    flip.direction.replaceAll("-", " "),
    String(flip.count),
    flip.rule,
    flip.ruleInForce,
    callerOf(flip),
    targetOf(flip),
    flip.examples.join(" "),
  ]);
  if (rows.length > 0) output.table(["CHANGE", "CALLS", "RULE", "RULE IN FORCE", "CALLER", "TOOL", "EXAMPLES"], rows, "");
  if (flipsBeyond > 0n) output.line(`${flipsBeyond} more would be otherwise, of too many kinds to list.`);
  for (const { why, rule, count, examples: calls_ } of undecided) {
    output.line(`${count} can't be decided: ${(reasons[why] ?? reasons.arguments)(rule)} (${calls_.join(" ")}).`);
  }
  if (unreadable > 0n) output.line(`${unreadable} records can't be decoded, and are passed over.`);
  if (changedSince > 0n) output.line(`${changedSince} were decided otherwise then than today's policies would: those have changed since.`);
}

const reasons: Readonly<Record<string, (rule: string) => string>> & { readonly arguments: (rule: string) => string } = {
  arguments: (rule) => `they hang on arguments that were not recorded, which ${rule} asks for`,
  name: () => "they hang on a name of which something was taken out",
  cost: () => "the conditions cost too much for one decision",
};

function callerOf({ userId, agentId }: Pick<Flip, "userId" | "agentId">): string {
  return agentId === "" ? userId : `${userId}/${agentId}`;
}

function targetOf({ server, name, method }: Pick<Flip, "server" | "name" | "method">): string {
  const target = name === "" ? method : name;
  return server === "" ? target : `${server}/${target}`;
}

function reportJson({ calls, same, changedSince, flips, flipsBeyond, undecided, unreadable }: TestReport) {
  return {
    calls: Number(calls),
    same: Number(same),
    changedSince: Number(changedSince),
    flips: flips.map(({ $typeName: _type, $unknown: _unknown, count, last, ...flip }) => ({
      ...flip,
      count: Number(count),
      last: dateOf(last),
    })),
    flipsBeyond: Number(flipsBeyond),
    undecided: undecided.map(({ why, rule, count, examples: calls_ }) => ({ why, rule, count: Number(count), examples: calls_ })),
    unreadable: Number(unreadable),
  };
}

async function reviews(session: Session, command: Command, { since, finding = "", json }: ReviewOptions): Promise<void> {
  const { PolicyService } = await messages();
  const from = timestampFromMs(Date.now() - durationOf(since));
  const found = await withControlPlane(session, command, (plane) =>
    allPages(
      (pageToken) => plane.service(PolicyService).listReviews({ pageToken, since: from, finding }),
      (page) => page.reviews,
    ),
  );
  if (json === true) session.output.json(found.map(reviewJson));
  else session.output.table(["TIME", "FINDING", "CALLS", "CHANGE", "RULE", "CALLER", "TOOL"], found.map(reviewRow), "Nothing was found.");
}

function reviewJson({ $typeName: _type, $unknown: _unknown, time, count, staleMs, ...review }: Review) {
  return { time: dateOf(time), ...review, count: Number(count), staleMs: Number(staleMs) };
}

function reviewRow({ time, finding, staleInputs, count, verdict, reviewedVerdict, rule, ...review }: Review): readonly string[] {
  const what = staleInputs.length === 0 ? finding : `${finding}: ${staleInputs.join(", ")}`;
  return [dateOf(time) ?? "", what, String(count), `${verdict} to ${reviewedVerdict}`, rule, callerOf(review), targetOf(review)];
}

function dateOf(time: Review["time"]): string | null {
  return time === undefined ? null : timestampDate(time).toISOString();
}

function durationOf(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined || ms === 0)
    throw new Fault("invalid", "--since is no duration", { field: "--since", next: "write 12h, 7d or 30d" });
  return ms;
}
