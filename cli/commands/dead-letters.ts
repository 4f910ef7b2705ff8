import { timestampDate } from "@bufbuild/protobuf/wkt";
import { type Command, Option } from "commander";
import { Fault } from "../../domain/fault.ts";
import type { DeadLetter } from "../../proto/gen/sluice/processing/v1/processing_pb.ts";
import { allPages, type Session, withControlPlane } from "../session.ts";
import { examples } from "./call.ts";

interface ListOptions {
  readonly processor?: string;
  readonly state: string;
  readonly json?: boolean;
}

interface RetryOptions {
  readonly all?: boolean;
  readonly processor?: string;
  readonly json?: boolean;
}

const messages = () => import("../../proto/gen/sluice/processing/v1/processing_pb.ts");
const states = ["any", "refused", "retrying", "processed"] as const;

/** `sluice dead-letters [list|retry]` */
export function addDeadLetters(program: Command, session: Session): void {
  const letters = program
    .command("dead-letters")
    .summary("list and retry records that could not be processed")
    .description(
      "Records that a stream processor or connector could not take, and went on behind. Without a subcommand: lists those that stand refused.",
    )
    .addHelpText(
      "after",
      examples([
        "sluice dead-letters",
        "sluice dead-letters retry usage/calls/3/1042",
        "sluice dead-letters retry --all --processor usage",
      ]),
    );
  letters
    .command("list", { isDefault: true })
    .description("lists them, newest first")
    .option("--processor <name>", "only of this processor or connector")
    .addOption(new Option("--state <state>", "only in this state").choices([...states]).default("refused"))
    .option("--json", "print them as JSON")
    .addHelpText("after", examples(["sluice dead-letters list --state any --json"]))
    .action((options: ListOptions, command: Command) => list(session, command, options));
  letters
    .command("retry")
    .description("has them tried again by whoever refused them; `list` shows what became of it")
    .argument("[id...]", "their ids")
    .option("--all", "everything that stands refused, up to 500")
    .option("--processor <name>", "with --all: only of this processor or connector")
    .option("--json", "print the ids of those that are tried again as JSON")
    .addHelpText("after", examples(["sluice dead-letters retry usage/calls/3/1042", "sluice dead-letters retry --all"]))
    .action((ids: string[], options: RetryOptions, command: Command) => retry(session, command, { ...options, ids }));
}

async function list(session: Session, command: Command, { processor = "", state, json }: ListOptions): Promise<void> {
  const { DeadLetterService, DeadLetterState } = await messages();
  // The choices of the option are the names of the states, in their order.
  const wanted = states.indexOf(state as (typeof states)[number]) as (typeof DeadLetterState)[keyof typeof DeadLetterState];
  const letters = await withControlPlane(session, command, (plane) =>
    allPages(
      (pageToken) => plane.service(DeadLetterService).listDeadLetters({ processor, state: wanted, pageToken }),
      (page) => page.deadLetters,
    ),
  );
  if (json === true) session.output.json(letters.map(letterJson));
  else session.output.table(["ID", "TIME", "STATE", "TYPE", "REFUSED", "REASON"], letters.map(letterRow), "There are no dead letters.");
}

function letterJson({ $typeName: _type, $unknown: _unknown, offset, state, ...letter }: DeadLetter) {
  return { ...letter, offset: Number(offset), time: timeOf(letter), state: states[state] ?? "unknown" };
}

function letterRow({ id, state, recordType, refusals, reason, ...letter }: DeadLetter): readonly (string | null)[] {
  const times = refusals === 1 ? "once" : `${refusals} times`;
  return [id, timeOf(letter), states[state] ?? "unknown", recordType === "" ? "unreadable" : recordType, times, reason];
}

function timeOf({ time }: Pick<DeadLetter, "time">): string {
  return time === undefined ? "" : timestampDate(time).toISOString();
}

async function retry(session: Session, command: Command, options: RetryOptions & { readonly ids: readonly string[] }): Promise<void> {
  const { ids, all = false, processor = "", json } = options;
  if (all === ids.length > 0) {
    throw new Fault("invalid", all ? "ids and --all exclude each other" : "nothing says which dead letters", {
      next: "name their ids, or give --all; `sluice dead-letters` lists them",
    });
  }
  const { DeadLetterService } = await messages();
  const asked = await withControlPlane(session, command, (plane) =>
    plane.service(DeadLetterService).retryDeadLetters({ ids: [...ids], all, processor }),
  );
  if (json === true) session.output.json({ ids: asked.ids });
  else if (asked.ids.length === 0) session.output.line("Nothing of it stands refused.");
  else for (const id of asked.ids) session.output.line(`${id} is tried again.`);
}
