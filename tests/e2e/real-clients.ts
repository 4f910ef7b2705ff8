import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";

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

/** Clients of the official TypeScript SDKs over Streamable HTTP. */
export const sdkClients: Readonly<Record<string, Connect>> = {
  "the TypeScript SDK 1.x": (url, key) => connectSdk1(new Transport1(new URL(url), authorized(key))),
  "the TypeScript SDK 2.x, 2025-11-25": sdk2("legacy"),
  "the TypeScript SDK 2.x, 2026-07-28": sdk2({ pin: "2026-07-28" }),
  "the TypeScript SDK 2.x, negotiating": sdk2("auto"),
};

const authorized = (key: string) => ({ requestInit: { headers: { authorization: `Bearer ${key}` } } });

/** The SDK 1.x over any of its transports. */
export async function connectSdk1(transport: unknown): Promise<AnyClient> {
  const client = new Client1({ name: "sdk-1", version: "1" });
  // The transports' own types are not written for exactOptionalPropertyTypes.
  await client.connect(transport as Transport);
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args) => textOf(await client.callTool({ name, arguments: { ...args } })),
    close: () => client.close(),
  };
}

function sdk2(mode: "auto" | "legacy" | { readonly pin: string }): Connect {
  return async (url, key) => {
    const client = new Client2({ name: "sdk-2", version: "1" }, { versionNegotiation: { mode } });
    await client.connect(new Transport2(new URL(url), authorized(key)));
    return {
      tools: async () => (await client.listTools()).tools.map(({ name }) => name),
      call: async (name, args) => textOf(await client.callTool({ name, arguments: { ...args } })),
      close: () => client.close(),
    };
  };
}

function textOf(result: unknown): string {
  const { content } = result as { readonly content: readonly { readonly text?: string }[] };
  return content.map(({ text = "" }) => text).join("\n");
}

/** What the Inspector's command line prints. */
export async function inspect(url: string, key: string, ...options: readonly string[]): Promise<string> {
  const inspector = join(root, "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js");
  const target = ["--cli", "--server-url", url, "--transport", "http", "--header", `Authorization: Bearer ${key}`];
  return (await run(process.execPath, [inspector, ...target, ...options])).stdout;
}
