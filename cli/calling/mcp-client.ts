import { Fault } from "../../domain/fault.ts";
import { messagesOf } from "./mcp-answer.ts";

/** The revisions that the command line speaks: the stateless one, and the newest with sessions. */
export type Protocol = "2026-07-28" | "2025-11-25";

/** A JSON-RPC answer, with what HTTP said beside it. */
export interface Answer {
  readonly status: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
  header(name: string): string | null;
}

export interface Tool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: { readonly properties?: Readonly<Record<string, unknown>>; readonly required?: readonly string[] };
}

/** A small MCP client: one endpoint, requests one after the other, no capability of its own. */
export interface McpClient {
  /** Sends one request. Rejects with `Fault("unavailable")` where nobody answers, "timeout" past the deadline; refusals are answers. */
  request(method: string, params: Readonly<Record<string, unknown>>): Promise<Answer>;
  callTool(name: string, args: Readonly<Record<string, unknown>>, tool?: Tool): Promise<Answer>;
  /** All tools, over all pages; or the answer that refused them. */
  listTools(): Promise<{ readonly tools: readonly Tool[] } | { readonly refused: Answer }>;
  /** Ends the session, if there is one. */
  close(): Promise<void>;
}

export interface McpClientOptions {
  /** `http://127.0.0.1:8080/mcp/everything` */
  readonly url: string;
  readonly key: string | null;
  readonly protocol: Protocol;
  readonly timeoutMs: number;
}

const clientInfo = { name: "sluice-cli", title: "Sluice command line", version: "0.1.0" };
const pagesMax = 100;
const headerMismatch = -32020;

export function createMcpClient(options: McpClientOptions): McpClient {
  let lastId = 0;
  let session: Readonly<Record<string, string>> | undefined;

  const exchange = (message: Record<string, unknown>, headers: Readonly<Record<string, string>>) => post(options, message, headers);
  const send = (method: string, params: Readonly<Record<string, unknown>>, headers: Readonly<Record<string, string>> = {}) => {
    lastId += 1;
    return exchange({ jsonrpc: "2.0", id: lastId, method, params }, headers);
  };
  const opened = async (): Promise<Readonly<Record<string, string>> | Answer> => {
    if (session !== undefined) return session;
    const answer = await send("initialize", { protocolVersion: options.protocol, capabilities: {}, clientInfo });
    if (answer.result === undefined) return answer;
    const id = answer.header("mcp-session-id");
    const version = String(answer.result["protocolVersion"] ?? options.protocol);
    session = { "mcp-protocol-version": version, ...(id === null ? {} : { "mcp-session-id": id }) };
    await exchange({ jsonrpc: "2.0", method: "notifications/initialized" }, session);
    return session;
  };
  const request = async (method: string, params: Readonly<Record<string, unknown>>, headers: Readonly<Record<string, string>> = {}) => {
    if (options.protocol === "2026-07-28")
      return send(method, { ...params, _meta: modernMeta }, { ...modernHeaders(method, params), ...headers });
    const headersOfSession = await opened();
    return isAnswer(headersOfSession) ? headersOfSession : send(method, params, headersOfSession);
  };
  const listTools = () => allTools(request);

  return {
    request: (method, params) => request(method, params),
    listTools,
    async callTool(name, args, tool) {
      const params = { name, arguments: args };
      const answer = await request("tools/call", params, parameterHeaders(args, tool));
      if (answer.error?.code !== headerMismatch || tool !== undefined) return answer;
      // The tool mirrors arguments into headers (SEP-2243), which only its schema tells.
      const listed = await listTools();
      const found = "tools" in listed ? listed.tools.find((candidate) => candidate.name === name) : undefined;
      return found === undefined ? answer : request("tools/call", params, parameterHeaders(args, found));
    },
    async close() {
      if (session?.["mcp-session-id"] === undefined) return;
      // The session ends by itself if this doesn't get through.
      await fetch(options.url, { method: "DELETE", headers: { ...session, ...authorization(options.key) } }).catch(() => undefined);
      session = undefined;
    },
  };
}

const modernMeta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": clientInfo,
  "io.modelcontextprotocol/clientCapabilities": {},
};

function modernHeaders(method: string, params: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const name = params["name"] ?? params["uri"];
  return {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...(typeof name === "string" ? { "mcp-name": headerValue(name) } : {}),
  };
}

/** `Mcp-Param-*` for the top-level arguments that the tool's schema marks with `x-mcp-header`. */
function parameterHeaders(args: Readonly<Record<string, unknown>>, tool: Tool | undefined): Readonly<Record<string, string>> {
  const marked = Object.entries(tool?.inputSchema?.properties ?? {}).flatMap(([key, schema]) => {
    const header = typeof schema === "object" && schema !== null && "x-mcp-header" in schema ? schema["x-mcp-header"] : undefined;
    const value = Object.hasOwn(args, key) ? args[key] : undefined;
    return typeof header === "string" && value !== undefined && value !== null
      ? [[`mcp-param-${header.toLowerCase()}`, headerValue(String(value))]]
      : [];
  });
  return Object.fromEntries(marked);
}

/** Texts that a header can't carry as they are travel in base64 (2026-07-28, basic/transports/streamable-http). */
function headerValue(text: string): string {
  const isPlain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith("=?");
  return isPlain ? text : `=?base64?${Buffer.from(text, "utf8").toString("base64")}?=`;
}

async function allTools(request: McpClient["request"]): ReturnType<McpClient["listTools"]> {
  const tools: Tool[] = [];
  let cursor: unknown;
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = await request("tools/list", cursor === undefined ? {} : { cursor });
    if (answer.result === undefined) return { refused: answer };
    const listed = answer.result["tools"];
    if (Array.isArray(listed)) tools.push(...listed.filter((tool): tool is Tool => typeof tool?.name === "string"));
    cursor = answer.result["nextCursor"];
    if (cursor === undefined || cursor === null) break;
  }
  return { tools };
}

function authorization(key: string | null): Readonly<Record<string, string>> {
  return key === null ? {} : { authorization: `Bearer ${key}` };
}

function isAnswer(value: Answer | Readonly<Record<string, string>>): value is Answer {
  return typeof value["status"] === "number";
}

async function post(
  { url, key, timeoutMs }: McpClientOptions,
  message: Record<string, unknown>,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...authorization(key), ...headers },
      body: JSON.stringify(message),
      redirect: "error",
      signal,
    });
    return await answerOf(response, message["id"]);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    if (signal.aborted)
      throw new Fault("timeout", `no answer from ${url} within ${timeoutMs} ms`, { cause, next: "allow more with --timeout" });
    throw new Fault("unavailable", `nobody answers at ${url}`, { cause, next: "start the gate with npm start, or name it with --url" });
  }
}

async function answerOf(response: Response, id: unknown): Promise<Answer> {
  const { status } = response;
  const header = (name: string) => response.headers.get(name);
  if (id === undefined) {
    await response.body?.cancel();
    return { status, header };
  }
  for await (const message of messagesOf(response)) {
    if (message["id"] !== id && message["id"] !== null && message["id"] !== undefined) continue;
    const { result, error } = message;
    if (isRecord(result)) return { status, header, result };
    // What never became a message is refused with a problem document (RFC 9457).
    if (typeof message["detail"] === "string") return { status, header, error: { code: status, message: message["detail"] } };
    if (isRecord(error))
      return { status, header, error: { code: Number(error["code"]), message: String(error["message"]), data: error["data"] } };
  }
  return { status, header, error: { code: 0, message: `the answer (HTTP ${status}) holds no JSON-RPC response` } };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
