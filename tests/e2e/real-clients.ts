import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { WebSocketTransport } from "./websocket-client.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** A client of one SDK, reduced to what the stories need. */
export interface AnyClient {
  tools(): Promise<readonly string[]>;
  /** The texts of the tool's result. */
  call(tool: string, args: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

export type Connect = (url: string, key: string) => Promise<AnyClient>;

/** Clients of the official TypeScript SDKs, over each transport that they come by. */
export const otherTransports: Readonly<Record<string, Connect>> = {
  "the TypeScript SDK 1.x over WebSocket": (url, key) => connectSdk1(new WebSocketTransport(webSocketUrl(url), key)),
  "the TypeScript SDK 2.x over WebSocket, 2026-07-28": (url, key) =>
    connectSdk2({ pin: "2026-07-28" }, new WebSocketTransport(webSocketUrl(url), key)),
  "the TypeScript SDK 1.x over HTTP+SSE": (url, key) => connectSdk1(new SSEClientTransport(new URL(`${url}/sse`), authorized(key))),
};

const webSocketUrl = (url: string) => `${url.replace(/^http/, "ws")}/ws`;

/** The same over Streamable HTTP. */
export const sdkClients: Readonly<Record<string, Connect>> = {
  "the TypeScript SDK 1.x": (url, key) => connectSdk1(new Transport1(new URL(url), authorized(key))),
  "the TypeScript SDK 2.x, 2025-11-25": sdk2("legacy"),
  "the TypeScript SDK 2.x, 2026-07-28": sdk2({ pin: "2026-07-28" }),
  "the TypeScript SDK 2.x, negotiating": sdk2("auto"),
};

const authorized = (key: string) => ({ requestInit: { headers: { authorization: `Bearer ${key}` } } });

async function connectSdk1(transport: unknown): Promise<AnyClient> {
  const client = new Client1({ name: "sdk-1", version: "1" });
  // The transports' own types are not written for exactOptionalPropertyTypes.
  await client.connect(transport as Transport);
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args) => textOf(await client.callTool({ name, arguments: { ...args } })),
    close: () => client.close(),
  };
}

type Mode = "auto" | "legacy" | { readonly pin: string };

function sdk2(mode: Mode): Connect {
  return (url, key) => connectSdk2(mode, new Transport2(new URL(url), authorized(key)));
}

async function connectSdk2(mode: Mode, transport: unknown): Promise<AnyClient> {
  const client = new Client2({ name: "sdk-2", version: "1" }, { versionNegotiation: { mode } });
  // As above.
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args) => textOf(await client.callTool({ name, arguments: { ...args } })),
    close: () => client.close(),
  };
}

function textOf(result: unknown): string {
  const { content } = result as { readonly content: readonly { readonly text?: string }[] };
  return content.map(({ text = "" }) => text).join("\n");
}

/** A client of one SDK as it is, with the methods that both have. */
export interface OwnClient {
  readonly listTools: () => Promise<{ tools: { name: string; title?: string | undefined; description?: string | undefined }[] }>;
  readonly listPrompts: () => Promise<{ prompts: { name: string }[] }>;
  readonly listResources: () => Promise<{ resources: { uri: string; title?: string | undefined }[] }>;
  readonly callTool: (call: { name: string; arguments: Record<string, unknown> }) => Promise<ToolResult>;
  readonly getPrompt: (get: { name: string }) => Promise<{ messages: unknown[] }>;
  readonly readResource: (read: { uri: string }) => Promise<{ contents: { uri: string }[] }>;
  readonly getInstructions: () => string | undefined;
  readonly close: () => Promise<void>;
}

export interface ToolResult {
  readonly content: readonly { readonly text: string }[];
  readonly structuredContent: Readonly<Record<string, unknown>>;
  readonly isError?: boolean;
}

/** Connects to `url`, an endpoint of the gate, by Streamable HTTP. */
export async function ownSdk1(url: string, key: string): Promise<OwnClient> {
  const client = new Client1({ name: "sdk-1", version: "1" });
  await client.connect(new Transport1(new URL(url), authorized(key)) as Transport);
  return client as unknown as OwnClient;
}

/** The same by revision 2026-07-28. */
export async function ownSdk2(url: string, key: string): Promise<OwnClient> {
  const client = new Client2({ name: "sdk-2", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  await client.connect(new Transport2(new URL(url), authorized(key)));
  return client as unknown as OwnClient;
}

export const ownClients = { "the TypeScript SDK 1.x": ownSdk1, "the TypeScript SDK 2.x": ownSdk2 };

/** What the Inspector's command line prints. */
export async function inspect(url: string, key: string, ...options: readonly string[]): Promise<string> {
  const inspector = join(root, "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js");
  const target = ["--cli", "--server-url", url, "--transport", "http", "--header", `Authorization: Bearer ${key}`];
  return (await run(process.execPath, [inspector, ...target, ...options])).stdout;
}
