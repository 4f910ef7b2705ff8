import type { Command } from "commander";
import { Fault } from "../../domain/fault.ts";
import { profileOf, type Session } from "../session.ts";
import { examples } from "./call.ts";

const about = `Speaks stdio to a client and Streamable HTTP to the gate, for clients that know only stdio. The key is that of
SLUICE_API_KEY, or of .sluice/cli.json. Messages go line by line over standard input and output; what there is to
say goes to standard error. Ends when its input does.`;

/** `sluice connect everything` */
export function addConnect(program: Command, session: Session): void {
  program
    .command("connect")
    .summary("a stdio bridge: clients that know only stdio use the gate")
    .description(about)
    .argument("[server]", "one server, or v/NAME for a virtual one; everything that the key may use, merged, without it")
    .addHelpText(
      "after",
      examples([
        "sluice connect everything",
        "SLUICE_API_KEY=… sluice connect --url https://gate.example.com",
        "claude mcp add sluice --env SLUICE_API_KEY=… -- npx sluice connect --url https://gate.example.com",
      ]),
    )
    .action((server: string | undefined, _options: unknown, command: Command) => connect(session, command, server));
}

async function connect(session: Session, command: Command, server: string | undefined): Promise<void> {
  const { httpUrl, agentKey } = profileOf(session, command);
  if (server !== undefined && !/^(?:v\/)?[a-z0-9-]{1,64}$/.test(server)) {
    throw new Fault("invalid", `${JSON.stringify(server)} is no name of a server`, { next: "sluice servers lists them" });
  }
  if (agentKey === null) {
    throw new Fault("unauthenticated", "there is no key to show the gate", {
      next: "give it in SLUICE_API_KEY; sluice keys issue makes one",
    });
  }
  const [{ openGateLink }, { runStdioBridge }] = await Promise.all([
    import("../connect/gate-link.ts"),
    import("../connect/stdio-bridge.ts"),
  ]);
  const url = `${httpUrl}/mcp${server === undefined ? "" : `/${server}`}`;
  const tell = (sentence: string) => session.errors.line(sentence);
  const link = openGateLink({ url, key: agentKey, tell });
  tell(`Connected to ${url}.`);
  // A client that has waited long enough for the end sends a signal: the session is ended all the same.
  const stop = () => void process.stdin.destroy();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, stop);
  try {
    await runStdioBridge({ link, input: process.stdin, output: process.stdout, tell });
  } finally {
    await link.close();
  }
}
