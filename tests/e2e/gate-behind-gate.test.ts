import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { CreateMessageRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { startModernServer } from "../fixtures/modern-server.ts";
import { allowAll, answerOf, modernRequest, startGate } from "./harness.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const everything = join(root, "node_modules/@modelcontextprotocol/server-everything/dist/index.js");
const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text ?? "";

test("servers over WebSocket and HTTP+SSE, which is another gate here, are called, ask back and tell of progress", async (t) => {
  const modern = await startModernServer();
  t.after(() => modern.close());
  const inner = await startGate(t, {
    policies: [allowAll],
    servers: [
      { name: "everything", command: process.execPath, args: [everything, "stdio"] },
      { name: "modern", url: modern.url },
    ],
  });
  const headers = { authorization: `Bearer ${inner.agentKey}` };
  const httpUrl = inner.gate.httpUrl;
  const wsUrl = httpUrl.replace("http", "ws");
  const outer = await startGate(t, {
    policies: [allowAll],
    servers: [
      { name: "websocket", url: `${wsUrl}/mcp/everything/ws`, headers },
      { name: "over-sse", kind: "sse", url: `${httpUrl}/mcp/everything/sse`, headers },
      { name: "modern-websocket", url: `${wsUrl}/mcp/modern/ws`, headers },
    ],
  });
  for (const name of ["websocket", "over-sse", "modern-websocket"]) {
    const { message, headers: mirror } = modernRequest("tools/call", { name: "echo", arguments: { message: "stateless" } });
    const answer = await answerOf(await outer.post(`/mcp/${name}`, message, mirror));
    assert.equal(textOf(answer["result"]), "Echo: stateless", name);
  }
  for (const name of ["websocket", "over-sse"]) {
    const client = new Client1({ name: "outer", version: "1" }, { capabilities: { sampling: {} } });
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      model: "test",
      role: "assistant" as const,
      content: { type: "text" as const, text: "through two gates" },
    }));
    const requestInit = { headers: { authorization: `Bearer ${outer.agentKey}` } };
    const transport = new StreamableHTTPClientTransport(new URL(`${outer.gate.httpUrl}/mcp/${name}`), { requestInit });
    await client.connect(transport as unknown as Parameters<typeof client.connect>[0]);
    const progress: number[] = [];
    const slow = { name: "trigger-long-running-operation", arguments: { duration: 0.2, steps: 2 } };
    await client.callTool(slow, undefined, { onprogress: ({ progress: value }) => progress.push(value) });
    assert.deepEqual(progress, [1, 2], name);
    // Over WebSocket the inner gate speaks the stateless revision, whose sessions with a legacy server are its own.
    if (name === "websocket") {
      await client.close();
      continue;
    }
    const sampled = await client.callTool({ name: "trigger-sampling-request", arguments: { prompt: "hi", maxTokens: 10 } });
    assert.match(textOf(sampled), /through two gates/, name);
    await client.close();
  }
});
