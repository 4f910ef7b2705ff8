import { type Command, Option } from "commander";
import { Fault } from "../../domain/fault.ts";
import type { Answer, McpClient, Protocol, Tool } from "../calling/mcp-client.ts";
import { profileOf, type Session } from "../session.ts";

interface CallOptions {
  readonly json?: boolean;
  readonly args?: string;
  readonly protocol: Protocol;
  readonly timeout: string;
}

const callExamples = [
  "sluice call everything/echo message=hello",
  "sluice call everything/get-sum a=2 b=40",
  `sluice call my-server/search --args '{"query": "a b"}' --json`,
];

/** `sluice call everything/echo message=hello` */
export function addCall(program: Command, session: Session): void {
  program
    .command("call")
    .summary("call a tool through the gate")
    .description("Calls a tool through the gate, with the agent's key, and prints what it answers.")
    .argument("<server/tool>", "the tool, as the server names it; v/name/tool at a virtual server")
    .argument("[key=value...]", "its arguments: converted by the tool's schema, or by their looks; key:=value is JSON")
    .option("--args <json>", "arguments as a JSON object")
    .addOption(protocolOption())
    .option("--timeout <seconds>", "how long to wait for the answer", "60")
    .option("--json", "print the whole answer as JSON")
    .addHelpText(
      "after",
      `${examples(callExamples)}\n\nEnds with 0, 1 (the tool reports an error), 3 (denied), 4 (over a limit) or 5 (the gate or the server is away).`,
    )
    .action((target: string, pairs: string[], options: CallOptions, command: Command) =>
      call(session, command, { target, pairs, options }),
    );
}

/** `sluice tools everything` */
export function addTools(program: Command, session: Session): void {
  program
    .command("tools")
    .summary("list the tools that the agent's key can see")
    .description("Lists the tools that the agent's key can see: of one server, or of all, as server__tool.")
    .argument("[server]", "only of this server; v/name for a virtual one")
    .addOption(protocolOption())
    .option("--timeout <seconds>", "how long to wait for the answer", "60")
    .option("--json", "print the tools as JSON, with their schemas")
    .addHelpText("after", examples(["sluice tools", "sluice tools everything --json"]))
    .action((server: string | undefined, options: CallOptions, command: Command) => listTools(session, command, { server, options }));
}

function protocolOption(): Option {
  return new Option("--protocol <revision>", "MCP revision to speak").choices(["2026-07-28", "2025-11-25"]).default("2026-07-28");
}

export function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

async function open(session: Session, command: Command, server: string | null, { protocol, timeout }: CallOptions): Promise<McpClient> {
  const { httpUrl, agentKey } = profileOf(session, command);
  const timeoutMs = Number(timeout) * 1000;
  if (!(timeoutMs > 0 && timeoutMs <= 86_400_000))
    throw new Fault("invalid", "--timeout is a number of seconds, at most a day", { field: "--timeout" });
  const { createMcpClient } = await import("../calling/mcp-client.ts");
  const url = server === null ? `${httpUrl}/mcp` : `${httpUrl}/mcp/${server.split("/", 2).map(encodeURIComponent).join("/")}`;
  return createMcpClient({ url, key: agentKey, protocol, timeoutMs });
}

async function call(
  session: Session,
  command: Command,
  { target, pairs, options }: { readonly target: string; readonly pairs: readonly string[]; readonly options: CallOptions },
): Promise<void> {
  // A virtual server is v/name.
  const at = target.indexOf("/", target.startsWith("v/") ? 2 : 0);
  const [server, tool] = [target.slice(0, at), target.slice(at + 1)];
  if (at < 1 || tool === "")
    throw new Fault("invalid", `${JSON.stringify(target)} names no tool`, { next: "write server/tool; sluice tools lists them" });

  const { needsSchema, toolArguments } = await import("../calling/tool-arguments.ts");
  const { printAnswer } = await import("../calling/call-answer.ts");
  const given = { pairs, json: options.args };
  const client = await open(session, command, server, options);
  try {
    const known = needsSchema(given) ? await toolOf(client, tool) : undefined;
    const answer = await client.callTool(tool, toolArguments(given, known?.inputSchema), known);
    session.exitCode = printAnswer(session, answer, { server, tool, json: options.json === true });
  } finally {
    await client.close();
  }
}

/** Its schema decides how texts are converted; whoever may not list tools has them converted by their looks. */
async function toolOf(client: McpClient, name: string): Promise<Tool | undefined> {
  const listed = await client.listTools();
  return "tools" in listed ? listed.tools.find((tool) => tool.name === name) : undefined;
}

async function listTools(
  session: Session,
  command: Command,
  { server, options }: { readonly server: string | undefined; readonly options: CallOptions },
): Promise<void> {
  const { printAnswer } = await import("../calling/call-answer.ts");
  const client = await open(session, command, server ?? null, options);
  try {
    const listed = await client.listTools();
    if ("tools" in listed) printTools(session, listed.tools, options);
    else session.exitCode = printRefusedList(listed.refused);
  } finally {
    await client.close();
  }

  function printRefusedList(refused: Answer) {
    return printAnswer(session, refused, { server: server ?? null, tool: null, json: options.json === true });
  }
}

function printTools({ output }: Session, tools: readonly Tool[], { json }: CallOptions): void {
  if (json === true) {
    output.json(tools);
    return;
  }
  const rows = tools.map(({ name, title, description, inputSchema }) => {
    const required = new Set(inputSchema?.required ?? []);
    const keys = Object.keys(inputSchema?.properties ?? {}).map((key) => (required.has(key) ? key : `[${key}]`));
    return [name, keys.join(" "), firstSentence(description ?? title ?? "")];
  });
  output.table(["TOOL", "ARGUMENTS", "WHAT IT DOES"], rows, "No tool can be seen with this key.");
}

function firstSentence(text: string): string {
  const [sentence = ""] = text.split(/(?<=\.)\s|\n/, 1);
  return sentence.length > 100 ? `${sentence.slice(0, 99)}…` : sentence;
}
