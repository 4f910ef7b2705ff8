import type { Profile } from "../profile.ts";

export interface BannerOptions {
  /** Without path: `http://127.0.0.1:8080`. */
  readonly httpUrl: string;
  readonly grpcAddress: string;
  readonly dataFolder: string;
  /** Keys are shown once, on the first start. */
  readonly firstStart?: { readonly administratorKey: string; readonly agentKey: string } | undefined;
  /** Whether the demo's servers are there to be called; a line to paste needs a tool. */
  readonly demo?: boolean;
  /** Where the keys are kept for the command line. */
  readonly profileFile?: string;
}

/** What `serve` prints once it answers: where everything is, the keys on the first start, and lines to paste. */
export function banner(options: BannerOptions): string {
  const { httpUrl, grpcAddress, dataFolder, firstStart } = options;
  const lines = [
    "Sluice is ready.",
    "",
    `  MCP       ${httpUrl}/mcp              all servers, tools as server__tool`,
    `            ${httpUrl}/mcp/{server}     one server, tools as it names them`,
    `  health    ${httpUrl}/health`,
    `  metrics   ${httpUrl}/metrics`,
    `  gRPC      ${grpcAddress}`,
    `  data      ${dataFolder}`,
    "",
    ...(firstStart === undefined ? laterStart(options) : firstKeys(firstStart, options)),
    "",
    ...trials(options),
  ];
  return `${lines.join("\n")}\n`;
}

export interface RoleBannerOptions extends Pick<BannerOptions, "httpUrl" | "dataFolder"> {
  readonly roles: ReadonlySet<string>;
  readonly grpcAddress: string | null;
}

/** What one process of several prints once it answers. */
export function roleBanner({ roles, httpUrl, grpcAddress, dataFolder }: RoleBannerOptions): string {
  const lines = [
    `Sluice is ready: ${[...roles].join(", ")}.`,
    "",
    ...(roles.has("gateway") ? [`  MCP       ${httpUrl}/mcp`] : []),
    ...(grpcAddress === null ? [] : [`  gRPC      ${grpcAddress}`, `  REST      ${httpUrl}`]),
    `  health    ${httpUrl}/health`,
    `  metrics   ${httpUrl}/metrics`,
    `  data      ${dataFolder}`,
  ];
  return `${lines.join("\n")}\n`;
}

function firstKeys(
  { administratorKey, agentKey }: Pick<Profile, "administratorKey" | "agentKey">,
  { profileFile }: BannerOptions,
): readonly string[] {
  return [
    "Keys, shown this once:",
    `  administrator  ${administratorKey}`,
    `  agent          ${agentKey}`,
    ...(profileFile === undefined ? [] : [`  kept for npx sluice in ${profileFile} (mode 0600)`]),
  ];
}

function laterStart({ profileFile }: BannerOptions): readonly string[] {
  return [
    "Keys were shown on the first start; npx sluice keys issue makes more.",
    ...(profileFile === undefined ? [] : [`The command line reads its own from ${profileFile}.`]),
  ];
}

function trials(options: BannerOptions): readonly string[] {
  const { httpUrl, firstStart, demo = false } = options;
  const shellKey = firstStart?.agentKey ?? "$SLUICE_API_KEY";
  const server = demo ? "everything" : "SERVER";
  return [
    "Try it in a second terminal:",
    ...(demo ? demoTrials : ["  npx sluice servers add SERVER --http http://127.0.0.1:3001/mcp"]),
    "  npx sluice audit tail --since 1h",
    "",
    "curl:",
    ...curl(`${httpUrl}/mcp/${server}`, shellKey),
    "",
    "MCP Inspector:",
    `  npx @modelcontextprotocol/inspector --cli --server-url ${httpUrl}/mcp/${server} --transport http \\`,
    `    --method tools/list --header "Authorization: Bearer ${shellKey}"`,
    "",
    ...clients(`${httpUrl}/mcp`, firstStart?.agentKey),
  ];
}

const demoTrials = [
  "  npx sluice call everything/echo message=hello      allowed",
  "  npx sluice call everything/get-env                 denied by a rule",
  "  npx sluice call everything/get-tiny-image          limited to 3 a minute: try it four times",
];

/** Entries for programs that use MCP servers. Without a key to show, each names the variable that holds it in its own way. */
function clients(url: string, key: string | undefined): readonly string[] {
  const headers = (variable: string) => ({ Authorization: `Bearer ${key ?? `\${${variable}}`}` });
  const claude = { mcpServers: { sluice: { type: "http", url, headers: headers("SLUICE_API_KEY") } } };
  const code = { servers: { sluice: { type: "http", url, headers: headers("env:SLUICE_API_KEY") } } };
  const cursor = { mcpServers: { sluice: { url, headers: headers("env:SLUICE_API_KEY") } } };
  return [
    "Claude Code, or in .mcp.json:",
    `  claude mcp add --transport http sluice ${url} --header "Authorization: Bearer ${key ?? "$SLUICE_API_KEY"}"`,
    `  ${JSON.stringify(claude)}`,
    "",
    "VS Code, in .vscode/mcp.json:",
    `  ${JSON.stringify(code)}`,
    "",
    "Cursor, in .cursor/mcp.json:",
    `  ${JSON.stringify(cursor)}`,
  ];
}

/** A tools/call of revision 2026-07-28: its headers mirror the body, and the envelope is in `_meta`. */
function curl(url: string, key: string): readonly string[] {
  const body = {
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: {
      name: "echo",
      arguments: { message: "hello" },
      _meta: {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { name: "curl", version: "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
      },
    },
  };
  // In double quotes, so that a variable in the place of the key is filled in; JSON below is in single quotes and holds none.
  const headers = [
    `Authorization: Bearer ${key}`,
    "Content-Type: application/json",
    "Accept: application/json, text/event-stream",
    "MCP-Protocol-Version: 2026-07-28",
    "Mcp-Method: tools/call",
    "Mcp-Name: echo",
  ];
  return [`  curl -s ${url} \\`, ...headers.map((header) => `    -H "${header}" \\`), `    -d '${JSON.stringify(body)}'`];
}
