import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { startDemoServer } from "../../cli/demo.ts";
import { startModernServer } from "../fixtures/modern-server.ts";
import { allowAll, type Harness, startGate } from "./harness.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const everything = join(root, "node_modules/@modelcontextprotocol/server-everything/dist/index.js");
const run = promisify(execFile);

/** A client of one SDK, reduced to what the stories need. */
interface AnyClient {
  tools(): Promise<string[]>;
  echo(tool: string, message: string): Promise<string>;
  close(): Promise<void>;
}

type Connect = (url: string, key: string) => Promise<AnyClient>;

const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text ?? "";

const sdk1: Connect = async (url, key) => {
  const client = new Client1({ name: "sdk-1", version: "1" });
  const transport = new Transport1(new URL(url), { requestInit: { headers: { authorization: `Bearer ${key}` } } });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    echo: async (name, message) => textOf(await client.callTool({ name, arguments: { message } })),
    close: () => client.close(),
  };
};

const sdk2 =
  (mode: "auto" | "legacy" | { pin: string }): Connect =>
  async (url, key) => {
    const client = new Client2({ name: "sdk-2", version: "1" }, { versionNegotiation: { mode } });
    await client.connect(new Transport2(new URL(url), { requestInit: { headers: { authorization: `Bearer ${key}` } } }));
    return {
      tools: async () => (await client.listTools()).tools.map(({ name }) => name),
      echo: async (name, message) => textOf(await client.callTool({ name, arguments: { message } })),
      close: () => client.close(),
    };
  };

const clients: Readonly<Record<string, Connect>> = {
  "the TypeScript SDK 1.x": sdk1,
  "the TypeScript SDK 2.x, 2025-11-25": sdk2("legacy"),
  "the TypeScript SDK 2.x, 2026-07-28": sdk2({ pin: "2026-07-28" }),
  "the TypeScript SDK 2.x, negotiating": sdk2("auto"),
};

async function gateWithServers(t: Parameters<typeof startGate>[0]): Promise<Harness> {
  const modern = await startModernServer();
  t.after(() => modern.close());
  const http = await startDemoServer();
  t.after(() => http.close());
  return startGate(t, {
    policies: [allowAll],
    servers: [
      { name: "over-stdio", command: process.execPath, args: [everything, "stdio"] },
      { name: "over-http", url: http.url },
      { name: "modern", url: modern.url },
    ],
  });
}

describe("real clients list and call through the gate", () => {
  for (const [name, connect] of Object.entries(clients)) {
    test(name, async (t) => {
      const { gate, agentKey } = await gateWithServers(t);

      for (const server of ["over-stdio", "over-http", "modern"]) {
        const client = await connect(`${gate.httpUrl}/mcp/${server}`, agentKey);
        assert.ok((await client.tools()).includes("echo"), `${server} lists its tools by their own names`);
        assert.equal(await client.echo("echo", "hello"), "Echo: hello", server);
        await client.close();
      }

      const merged = await connect(`${gate.httpUrl}/mcp`, agentKey);
      const tools = await merged.tools();
      for (const server of ["over-stdio", "over-http", "modern"]) {
        assert.ok(tools.includes(`${server}__echo`), `the merged list has ${server}`);
        assert.equal(await merged.echo(`${server}__echo`, "hello"), "Echo: hello", server);
      }
      await merged.close();
    });
  }

  test("the Inspector CLI", async (t) => {
    const { gate, agentKey } = await gateWithServers(t);
    const inspector = join(root, "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js");
    const inspect = async (path: string, ...rest: string[]) => {
      const target = ["--cli", "--server-url", `${gate.httpUrl}${path}`, "--transport", "http"];
      const { stdout } = await run(process.execPath, [inspector, ...target, "--header", `Authorization: Bearer ${agentKey}`, ...rest]);
      return stdout;
    };

    assert.match(await inspect("/mcp", "--method", "tools/list"), /over-http__echo/);
    assert.match(await inspect("/mcp/over-http", "--method", "tools/list"), /"echo"/);
    const call = ["--method", "tools/call", "--tool-name", "over-http__echo", "--tool-arg", "message=hello"];
    assert.match(await inspect("/mcp", ...call), /Echo: hello/);
  });
});
