import type { Command } from "commander";
import { Fault } from "../domain/fault.ts";
import type { ExitCode } from "./faults.ts";
import type { ControlPlane } from "./grpc-client.ts";
import type { Output } from "./output.ts";
import { type Profile, readProfile } from "./profile.ts";

/** What every command works with. */
export interface Session {
  readonly output: Output;
  /** For what isn't the result: hints and refusals. */
  readonly errors: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder that the command was started in. */
  readonly folder: string;
  /** What the process ends with if nothing is thrown. */
  exitCode: ExitCode;
}

/** The options that every command that speaks to a gate takes; they may stand anywhere on the line. */
export interface GlobalOptions {
  readonly url?: string;
  readonly grpc?: string;
  readonly apiKey?: string;
  readonly debug?: boolean;
}

/** Where the gate of this command is. */
export function profileOf(session: Session, command: Command): Profile {
  const { url, grpc, apiKey } = command.optsWithGlobals<GlobalOptions>();
  return readProfile({ folder: session.folder, environment: session.environment, flags: { url, grpc, apiKey } });
}

const timeoutMs = 10_000;

/** Runs `work` on the control plane, as administrator, and closes the connection. gRPC is loaded for this only: `call` never waits for it. */
export async function withControlPlane<Answer>(
  session: Session,
  command: Command,
  work: (plane: ControlPlane) => Promise<Answer>,
): Promise<Answer> {
  const { grpcAddress, administratorKey } = profileOf(session, command);
  const { openControlPlane } = await import("./grpc-client.ts");
  const plane = openControlPlane({ address: grpcAddress, key: administratorKey, timeoutMs });
  try {
    return await work(plane);
  } finally {
    plane.close();
  }
}

/** All entries of a paged list. */
export async function allPages<Page extends { readonly nextPageToken: string }, Entry>(
  ask: (pageToken: string) => Promise<Page>,
  entriesOf: (page: Page) => readonly Entry[],
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  let pageToken = "";
  // No registry holds so many; a control plane that never ends its pages must not hold us.
  for (let page = 0; page < 10_000; page += 1) {
    const answer = await ask(pageToken);
    entries.push(...entriesOf(answer));
    pageToken = answer.nextPageToken;
    if (pageToken === "") return entries;
  }
  throw new Fault("internal", "the list has no end");
}

/** Text that is shown in a cell: what is empty shows as nothing. */
export function listText(entries: readonly string[]): string {
  return entries.join(", ");
}
