import type { Command } from "commander";
import { Fault } from "../../domain/fault.ts";
import type { Key } from "../../proto/gen/sluice/identity/v1/identity_pb.ts";
import { parseDurationMs } from "../output.ts";
import { allPages, listText, type Session, withControlPlane } from "../session.ts";
import { examples } from "./call.ts";

interface IssueOptions {
  readonly user: string;
  readonly agent?: string;
  readonly title?: string;
  readonly role?: string[];
  readonly scope?: string[];
  readonly group?: string[];
  readonly expires?: string;
  readonly createUser?: boolean;
  readonly json?: boolean;
}

/** `sluice keys [list|issue|revoke]` */
export function addKeys(program: Command, session: Session): void {
  const keys = program
    .command("keys")
    .summary("list, issue and revoke API keys")
    .description("API keys. Without a subcommand: lists them, never their secrets.")
    .addHelpText(
      "after",
      examples([
        "sluice keys",
        "sluice keys issue --user ana --agent coder --role agent --create-user --expires 30d",
        "sluice keys revoke 3xK9fQ2mLp0a",
      ]),
    );
  keys
    .command("list", { isDefault: true })
    .description("lists the keys")
    .option("--user <id>", "only of this user")
    .option("--json", "print them as JSON")
    .addHelpText("after", examples(["sluice keys list --user ana"]))
    .action((options: { user?: string; json?: boolean }, command: Command) => list(session, command, options));
  keys
    .command("issue")
    .description("issues a key; its secret is printed this once")
    .requiredOption("--user <id>", "the user it acts for")
    .option("--agent <id>", "the agent that acts for the user")
    .option("--title <text>", "name for people")
    .option("--role <name...>", "roles, a part of the user's")
    .option("--scope <name...>", "scopes, for policies")
    .option("--group <name...>", "groups, a part of the user's")
    .option("--expires <duration>", "when it ends from now: 30d, 12h; never unless given")
    .option("--create-user", "create the user first, or change it, to have these roles and groups")
    .option("--json", "print the key as JSON")
    .addHelpText(
      "after",
      examples([
        "sluice keys issue --user ana --role agent --create-user",
        "sluice keys issue --user ana --agent coder --expires 30d --json",
      ]),
    )
    .action((options: IssueOptions, command: Command) => issue(session, command, options));
  keys
    .command("revoke")
    .description("ends a key for good; calls with it are refused within a second")
    .argument("<id>", "the key's public part: sluice_{id}_…")
    .addHelpText("after", examples(["sluice keys revoke 3xK9fQ2mLp0a"]))
    .action((id: string, _options: unknown, command: Command) => revoke(session, command, id));
}

const service = async () => (await import("../../proto/gen/sluice/identity/v1/identity_pb.ts")).IdentityService;

async function list(session: Session, command: Command, { user = "", json }: { user?: string; json?: boolean }): Promise<void> {
  const description = await service();
  const keys = await withControlPlane(session, command, (plane) => {
    const identity = plane.service(description);
    return allPages(
      (pageToken) => identity.listKeys({ pageToken, userId: user }),
      (page) => page.keys,
    );
  });
  if (json === true) {
    session.output.json(keys.map(plain));
    return;
  }
  const rows = keys.map((key) => [
    key.id,
    stateOf(key),
    key.userId,
    key.agentId,
    listText(key.roles),
    dateText(key.expiresAt) ?? "never",
    key.title,
  ]);
  session.output.table(["KEY", "STATE", "USER", "AGENT", "ROLES", "ENDS", "TITLE"], rows, "There are no keys.");
}

function stateOf({ revokedAt, expiresAt }: Key): string {
  if (revokedAt !== undefined) return "revoked";
  return expiresAt !== undefined && Number(expiresAt.seconds) * 1000 <= Date.now() ? "expired" : "valid";
}

function dateText(timestamp: { readonly seconds: bigint } | undefined): string | null {
  return timestamp === undefined ? null : new Date(Number(timestamp.seconds) * 1000).toISOString();
}

function plain(key: Key): Readonly<Record<string, unknown>> {
  const { id, title, userId, agentId, roles, scopes, groups, createdAt, expiresAt, revokedAt } = key;
  const dates = { createdAt: dateText(createdAt), expiresAt: dateText(expiresAt), revokedAt: dateText(revokedAt) };
  return { id, title, userId, agentId: agentId === "" ? null : agentId, roles, scopes, groups, state: stateOf(key), ...dates };
}

async function issue(session: Session, command: Command, options: IssueOptions): Promise<void> {
  const { user, agent = "", title = "", role = [], scope = [], group = [], expires, createUser, json } = options;
  const durationMs = expires === undefined ? undefined : parseDurationMs(expires);
  if (expires !== undefined && durationMs === undefined)
    throw new Fault("invalid", "--expires is no duration", { field: "--expires", next: "write 30d, 12h or 90m" });
  const expiresAt = durationMs === undefined ? {} : { expiresAt: { seconds: BigInt(Math.floor((Date.now() + durationMs) / 1000)) } };
  const description = await service();
  await withControlPlane(session, command, async (plane) => {
    const identity = plane.service(description);
    if (createUser === true) await identity.putUser({ user: { id: user, roles: role, groups: group } });
    const { key, secret } = await identity.issueKey({
      userId: user,
      agentId: agent,
      title,
      roles: role,
      scopes: scope,
      groups: group,
      ...expiresAt,
    });
    if (json === true) return session.output.json({ ...(key === undefined ? {} : plain(key)), secret });
    session.output.line(secret);
    session.errors.line(`Key ${key?.id} of ${user}. It can't be shown again.`);
  });
}

async function revoke(session: Session, command: Command, given: string): Promise<void> {
  // People paste the whole key; its secret goes nowhere.
  const id = /^sluice_([A-Za-z0-9]{12})_/.exec(given)?.[1] ?? given;
  const description = await service();
  await withControlPlane(session, command, (plane) => plane.service(description).revokeKey({ id }));
  session.output.line(`${id} is revoked.`);
}
