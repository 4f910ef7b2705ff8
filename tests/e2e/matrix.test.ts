import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startDemoServer } from "../../cli/demo/demo.ts";
import { startModernServer } from "../fixtures/modern-server.ts";
import { allowAll, type Harness, startGate } from "./harness.ts";
import { missingPython, python, runPython } from "./python.ts";
import { inspect, otherTransports, sdkClients } from "./real-clients.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const npmServer = (name: string) => join(root, `node_modules/@modelcontextprotocol/server-${name}/dist/index.js`);
const requirements = "tests/fixtures/python/requirements.txt";

/** A real server behind the gate, and one call of it. */
interface Server {
  readonly name: string;
  /** Its definition; undefined where this machine lacks what it needs. */
  readonly definition: object | undefined;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly answers: RegExp;
}

const isPythonThere = missingPython(["mcp_server_fetch", "mcp_server_time", "mcp"], requirements) === undefined;
const ofPython = (name: string, module: string, ...args: string[]) =>
  isPythonThere ? { name, command: python, args: ["-m", module, ...args] } : undefined;

/** Real servers from npm and PyPI, over stdio and Streamable HTTP, and one of the stateless revision. */
async function realServers(closing: (() => unknown)[]): Promise<readonly Server[]> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-matrix-"));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "note.txt"), "what the note says");
  const page = createServer((_request, response) => response.end("<html><body><p>what the page says</p></body></html>"));
  await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
  closing.push(() => page.close());
  const pageUrl = `http://127.0.0.1:${(page.address() as AddressInfo).port}/`;
  const http = await startDemoServer();
  const modern = await startModernServer();
  closing.push(http.close, modern.close);

  const node = (name: string, server: string, ...args: string[]) => ({
    name,
    command: process.execPath,
    args: [npmServer(server), ...args],
  });
  const memory = { ...node("memory", "memory"), env: { MEMORY_FILE_PATH: join(folder, "memory.jsonl") } };
  const entities = [{ name: "Ljubljana", entityType: "city", observations: ["has a castle"] }];
  const echo = { tool: "echo", arguments: { message: "hello" }, answers: /Echo: hello/ };
  return [
    {
      ...{ name: "filesystem", definition: node("filesystem", "filesystem", folder) },
      ...{ tool: "read_text_file", arguments: { path: join(folder, "note.txt") }, answers: /what the note says/ },
    },
    { name: "memory", definition: memory, tool: "create_entities", arguments: { entities }, answers: /Ljubljana|\[\]/ },
    { name: "everything", definition: node("everything", "everything", "stdio"), ...echo },
    { name: "everything-http", definition: { name: "everything-http", url: http.url }, ...echo },
    { name: "modern", definition: { name: "modern", url: modern.url }, ...echo },
    {
      ...{ name: "fetch", definition: ofPython("fetch", "mcp_server_fetch", "--ignore-robots-txt", "--allow-private-ips") },
      ...{ tool: "fetch", arguments: { url: pageUrl, raw: true }, answers: /what the page says/ },
    },
    {
      ...{ name: "time", definition: ofPython("time", "mcp_server_time", "--local-timezone", "UTC"), tool: "convert_time" },
      ...{ arguments: { source_timezone: "Asia/Tokyo", time: "12:00", target_timezone: "UTC" }, answers: /03:00/ },
    },
  ];
}

const names = ["filesystem", "memory", "everything", "everything-http", "modern", "fetch", "time"] as const;

describe("every real client calls every real server", { timeout: 240_000 }, () => {
  const closing: (() => unknown)[] = [];
  let servers: readonly Server[] = [];
  let harness: Harness;

  before(async () => {
    servers = await realServers(closing);
    const definitions = servers.flatMap(({ definition }) => definition ?? []);
    harness = await startGate({ after: (close: () => unknown) => void closing.unshift(close) } as Parameters<typeof startGate>[0], {
      policies: [allowAll],
      servers: definitions,
    });
  });
  after(async () => {
    for (const close of closing) await close();
  });

  /** The server of that name; undefined where it can't run here. */
  const there = (name: string) => servers.find((server) => server.name === name && server.definition !== undefined);
  const urlOf = (name: string) => `${harness.gate.httpUrl}/mcp/${name}`;

  for (const [client, connect] of Object.entries({ ...sdkClients, ...otherTransports })) {
    for (const name of names) {
      test(`${client} → ${name}`, async (t) => {
        const server = there(name);
        if (server === undefined) return t.skip(`needs Python with ${requirements}`);
        const connected = await connect(urlOf(name), harness.agentKey);
        assert.ok((await connected.tools()).includes(server.tool));
        assert.match(await connected.call(server.tool, server.arguments), server.answers);
        await connected.close();
      });
    }
  }

  for (const mode of ["legacy", "auto"]) {
    test(`the Python SDK, ${mode} → all of them, one by one and merged`, { skip: missingPython(["mcp"], requirements) }, async () => {
      const present = servers.filter(({ definition }) => definition !== undefined);
      const key = harness.agentKey;
      const apart = present.map(({ name, tool, arguments: args }) => ({ url: urlOf(name), key, tool, arguments: args }));
      const merged = present.map(({ name, tool, arguments: args }) => {
        return { url: `${harness.gate.httpUrl}/mcp`, key, tool: `${name}__${tool}`, arguments: args };
      });
      const script = join(root, "tests/fixtures/python/client.py");
      const output = await runPython(script, [mode], JSON.stringify([...apart, ...merged]));
      const answers = JSON.parse(output) as readonly { readonly tools: readonly string[]; readonly text: string }[];
      for (const [at, { tool }] of [...apart, ...merged].entries()) {
        assert.ok(answers[at]?.tools.includes(tool), tool);
        assert.match(answers[at]?.text ?? "", present[at % present.length]?.answers ?? /^$/, tool);
      }
    });
  }

  for (const name of names) {
    test(`the Inspector → ${name}`, async (t) => {
      const server = there(name);
      if (server === undefined) return t.skip(`needs Python with ${requirements}`);
      const args = Object.entries(server.arguments).flatMap(([argument, value]) => [
        "--tool-arg",
        `${argument}=${typeof value === "string" ? value : JSON.stringify(value)}`,
      ]);
      const call = ["--method", "tools/call", "--tool-name", server.tool, ...args];
      assert.match(await inspect(urlOf(name), harness.agentKey, ...call), server.answers);
    });
  }
});
