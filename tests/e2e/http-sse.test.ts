import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client as Client2, SSEClientTransport as Transport2 } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/sse.js";
import { CreateMessageRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { operator } from "../../registry/actor.ts";
import { altered } from "../fixtures/altered.ts";
import { startModernServer } from "../fixtures/modern-server.ts";
import { allowAll, startGate } from "./harness.ts";
import { metric, stage } from "./stage.ts";
import { until } from "./until.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const everything = join(root, "node_modules/@modelcontextprotocol/server-everything/dist/index.js");
const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text ?? "";

test("clients of HTTP+SSE (2024-11-05) list, call and are asked, on servers of every era and merged", async (t) => {
  const modern = await startModernServer();
  t.after(() => modern.close());
  const { gate, agentKey } = await startGate(t, {
    policies: [allowAll],
    servers: [
      { name: "over-stdio", command: process.execPath, args: [everything, "stdio"] },
      { name: "modern", url: modern.url },
    ],
  });
  const requestInit = { headers: { authorization: `Bearer ${agentKey}` } };
  const urlOf = (path: string) => new URL(`${gate.httpUrl}${path}`);
  for (const [path, tool] of [
    ["/mcp/over-stdio/sse", "echo"],
    ["/mcp/modern/sse", "echo"],
    ["/mcp/sse", "modern__echo"],
  ] as const) {
    const client1 = new Client1({ name: "sdk-1", version: "1" }, { capabilities: { sampling: {} } });
    client1.setRequestHandler(CreateMessageRequestSchema, () => ({
      model: "test",
      role: "assistant" as const,
      content: { type: "text" as const, text: "asked over SSE" },
    }));
    await client1.connect(new Transport1(urlOf(path), { requestInit }) as unknown as Parameters<typeof client1.connect>[0]);
    const client2 = new Client2({ name: "sdk-2", version: "1" }, { versionNegotiation: { mode: "legacy" } });
    await client2.connect(new Transport2(urlOf(path), { requestInit }));
    for (const client of [client1, client2]) {
      assert.ok((await client.listTools()).tools.some(({ name }) => name === tool));
      assert.equal(textOf(await client.callTool({ name: tool, arguments: { message: "hello" } })), "Echo: hello", path);
    }
    if (path === "/mcp/over-stdio/sse") {
      const sampled = await client1.callTool({ name: "trigger-sampling-request", arguments: { prompt: "hi", maxTokens: 10 } });
      assert.match(textOf(sampled), /asked over SSE/);
    }
    await client1.close();
    await client2.close();
  }
});

test("a stream's address takes messages of its own caller only, and ends with the stream", async (t) => {
  const harness = await stage(t, { era: "legacy" });
  const { gate, agentKey, administratorKey } = harness;
  const abort = new AbortController();
  const headers = { authorization: `Bearer ${agentKey}`, accept: "text/event-stream" };
  assert.equal((await fetch(`${gate.httpUrl}/mcp/counting/sse`)).status, 401);
  const stream = await fetch(`${gate.httpUrl}/mcp/counting/sse`, { headers, signal: abort.signal });
  const reader = (stream.body ?? assert.fail()).pipeThrough(new TextDecoderStream()).getReader();
  const first = (await reader.read()).value ?? "";
  const [, address = ""] = /event: endpoint\ndata: (\S+)\n\n/.exec(first) ?? [];
  assert.match(address, /^\/mcp\/counting\/sse\/[0-9a-f]{32}$/);

  const post = (path: string, key: string) =>
    fetch(`${gate.httpUrl}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "initialize",
        params: { protocolVersion: "2024-11-05", capabilities: {}, clientInfo: {} },
      }),
    });
  assert.equal((await post(address, altered(agentKey))).status, 401, "nobody");
  assert.equal((await post(address, administratorKey)).status, 404, "another caller");
  assert.equal((await post(address.replace("counting/", ""), agentKey)).status, 404, "another endpoint");
  assert.equal((await post(address, agentKey)).status, 202);
  assert.match((await reader.read()).value ?? "", /data: \{.*"id":1.*"protocolVersion":/);
  assert.equal(await metric(harness, /^sluice_sessions (\d+)$/m), 1);
  abort.abort();
  await until("the session ends with it", async () => (await metric(harness, /^sluice_sessions (\d+)$/m)) === 0);
  assert.equal((await post(address, agentKey)).status, 404);
});

test("a message on a stream may do what its own credential may, and not what that of the stream may", async (t) => {
  const rules = [
    { id: "reach", effect: "allow", match: { methods: ["initialize", "notifications/*", "stream/open"] } },
    { id: "call", effect: "allow", match: { tools: "*", scopes: "call" } },
  ];
  const harness = await stage(t, { era: "legacy" }, { policies: [{ policyId: "scopes", rules }] });
  const { gate, upstream } = harness;
  const [strong, weak] = await Promise.all(
    [["call"], ["other"]].map((scopes) =>
      gate.control.issueKey(operator("default", "demo"), { userId: "demo", agentId: "reader", title: "a key", scopes }),
    ),
  );
  const headersOf = (key: typeof strong) => ({ authorization: `Bearer ${key?.secret}`, "content-type": "application/json" });
  const abort = new AbortController();
  t.after(() => abort.abort());
  const stream = await fetch(`${gate.httpUrl}/mcp/counting/sse`, { headers: headersOf(strong), signal: abort.signal });
  const reader = (stream.body ?? assert.fail()).pipeThrough(new TextDecoderStream()).getReader();
  const read = async () => (await reader.read()).value ?? "";
  const [, address = ""] = /data: (\S+)/.exec(await read()) ?? [];
  const post = (id: number, method: string, params: object, key = strong) =>
    fetch(`${gate.httpUrl}${address}`, {
      method: "POST",
      headers: headersOf(key),
      body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
    });

  await post(1, "initialize", { protocolVersion: "2024-11-05", capabilities: {}, clientInfo: {} });
  assert.match(await read(), /"id":1.*"protocolVersion":/);
  assert.equal((await post(2, "tools/call", { name: "echo", arguments: { message: "weak" } }, weak)).status, 202);
  assert.match(await read(), /"id":2.*may not call the tool echo/);
  await post(3, "tools/call", { name: "echo", arguments: { message: "strong" } });
  assert.match(await read(), /"id":3.*strong/);
  assert.equal(upstream.executed.length, 1);
});
