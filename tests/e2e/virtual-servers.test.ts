import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { startDemoServer } from "../../cli/demo/demo.ts";
import type { CallDecided } from "../../domain/events.ts";
import { topics } from "../../domain/topics.ts";
import { startModernServer } from "../fixtures/modern-server.ts";
import { allowAll, answerOf, type Harness, modernRequest, startGate } from "./harness.ts";
import { ownClients } from "./real-clients.ts";

const toolkit = {
  name: "toolkit",
  title: "Toolkit",
  description: "A few tools of two servers.",
  tools: [
    { server: "modern", pick: "echo", name: "say", title: "Say", description: "Says it again." },
    { server: "everything", pick: "get-*", prefix: "e.", except: ["get-env"] },
  ],
  prompts: [{ server: "everything", pick: "simple-prompt", name: "hello" }],
  resources: [
    { server: "everything", pick: "demo://resource/static/document/architecture.md", uri: "docs://architecture", title: "How it is made" },
  ],
};

async function gateWith(t: TestContext, settings: Readonly<Record<string, unknown>> = {}): Promise<Harness> {
  const modern = await startModernServer();
  t.after(() => modern.close());
  const everything = await startDemoServer();
  t.after(() => everything.close());
  return startGate(t, {
    policies: [allowAll],
    servers: [
      { name: "everything", url: everything.url },
      { name: "modern", url: modern.url },
    ],
    virtualServers: [toolkit],
    ...settings,
  });
}

const invalidParams = (reason: unknown) => (reason as { code?: unknown }).code === -32602;
const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text ?? "";

async function decided({ gate }: Harness): Promise<readonly CallDecided[]> {
  await gate.settled();
  const found: CallDecided[] = [];
  for (const [partition, extent] of (await gate.log.extent(topics.calls)).entries()) {
    const records = await gate.log.read(topics.calls, { partition, from: extent?.start ?? 0, recordsMax: 10_000 });
    for (const { type, value } of records) if (type === "call_decided") found.push(value as CallDecided);
  }
  return found;
}

describe("a virtual server shows what it picks, under its own names", () => {
  for (const [what, connect] of Object.entries(ownClients)) {
    test(what, async (t) => {
      const harness = await gateWith(t);
      const client = await connect(`${harness.gate.httpUrl}/mcp/v/toolkit`, harness.agentKey);
      assert.match(client.getInstructions() ?? "", /A few tools of two servers/);

      const { tools } = await client.listTools();
      const names = tools.map(({ name }) => name);
      assert.deepEqual(names, names.toSorted());
      assert.ok(names.includes("e.get-sum") && names.includes("say"), names.join());
      assert.ok(!names.includes("e.get-env") && !names.includes("echo") && !names.includes("e.echo"), names.join());
      const say = tools.find(({ name }) => name === "say");
      assert.deepEqual([say?.title, say?.description], ["Say", "Says it again."]);

      assert.equal(textOf(await client.callTool({ name: "say", arguments: { message: "hello" } })), "Echo: hello");
      assert.match(textOf(await client.callTool({ name: "e.get-sum", arguments: { a: 2, b: 3 } })), /5/);
      await assert.rejects(client.callTool({ name: "e.get-env", arguments: {} }), invalidParams);
      await assert.rejects(client.callTool({ name: "echo", arguments: { message: "by its inner name" } }), invalidParams);

      assert.deepEqual(
        (await client.listPrompts()).prompts.map(({ name }) => name),
        ["hello"],
      );
      assert.ok((await client.getPrompt({ name: "hello" })).messages.length > 0);
      const { resources } = await client.listResources();
      assert.deepEqual(
        resources.map(({ uri, title }) => [uri, title]),
        [["docs://architecture", "How it is made"]],
      );
      assert.equal((await client.readResource({ uri: "docs://architecture" })).contents[0]?.uri, "docs://architecture");
      await assert.rejects(client.readResource({ uri: "demo://resource/static/document/architecture.md" }), invalidParams);
      await client.close();

      const calls = (await decided(harness)).filter(({ method }) => method === "tools/call" || method === "resources/read");
      const say1 = calls.find(({ name }) => name === "echo");
      assert.deepEqual([say1?.server, say1?.virtualServer, say1?.verdict], ["modern", "toolkit", "allow"]);
      const sum = calls.find(({ name }) => name === "get-sum");
      assert.deepEqual([sum?.server, sum?.virtualServer], ["everything", "toolkit"]);
    });
  }
});

describe("a call through a virtual server", () => {
  test("is decided as the call of the real tool, and policies may ask for the way", async (t) => {
    const harness = await gateWith(t, {
      policies: [
        {
          policyId: "p",
          rules: [
            { id: "echo", effect: "allow", match: { agents: "*", servers: "modern", tools: "echo" } },
            { id: "sum", effect: "allow", match: { agents: "*", servers: "everything", tools: "get-sum", virtualServers: "tool*" } },
            { id: "tiny", effect: "allow", match: { agents: "*", tools: "get-tiny-image" }, when: 'call.virtualServer == "other"' },
          ],
        },
      ],
    });
    const call = async (path: string, name: string, args: object) => {
      const { message, headers } = modernRequest("tools/call", { name, arguments: args });
      return answerOf(await harness.post(path, message, headers)) as Promise<{ result?: { isError?: boolean } }>;
    };
    assert.notEqual((await call("/mcp/v/toolkit", "say", { message: "hi" })).result?.isError, true);
    assert.notEqual((await call("/mcp/v/toolkit", "e.get-sum", { a: 1, b: 2 })).result?.isError, true);
    assert.equal((await call("/mcp", "everything__get-sum", { a: 1, b: 2 })).result?.isError, true, "another way is another thing");
    assert.equal((await call("/mcp/v/toolkit", "e.get-tiny-image", {})).result?.isError, true);

    const list = modernRequest("tools/list");
    const { result } = (await answerOf(await harness.post("/mcp/v/toolkit", list.message, list.headers))) as {
      result: { tools: { name: string }[] };
    };
    assert.deepEqual(
      result.tools.map(({ name }) => name),
      ["e.get-sum", "say"],
    );
  });

  test("counts for the limits of the real tool", async (t) => {
    const harness = await gateWith(t, {
      limits: [{ limitId: "two", callsMax: 2, windowMs: 60_000, match: { servers: "modern", tools: "echo" } }],
    });
    const statuses: number[] = [];
    for (const [path, name] of [
      ["/mcp/v/toolkit", "say"],
      ["/mcp", "modern__echo"],
      ["/mcp/modern", "echo"],
    ] as const) {
      const { message, headers } = modernRequest("tools/call", { name, arguments: { message: "x" } });
      statuses.push((await harness.post(path, message, headers)).status);
    }
    assert.deepEqual(statuses, [200, 200, 429]);
  });
});

test("a virtual server that is not there is 404 for both eras, and each has its own resource metadata", async (t) => {
  const harness = await gateWith(t);
  const { message, headers } = modernRequest("tools/list");
  assert.equal((await harness.post("/mcp/v/nothing", message, headers)).status, 404);
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "x", version: "1" } };
  assert.equal((await harness.post("/mcp/v/nothing", { jsonrpc: "2.0", id: 1, method: "initialize", params })).status, 404);

  const refused = await harness.post("/mcp/v/toolkit", message, { ...headers, authorization: "Bearer nobody" });
  assert.equal(refused.status, 401);
  const [, url = ""] = /resource_metadata="([^"]+)"/.exec(refused.headers.get("www-authenticate") ?? "") ?? [];
  const metadata = (await (await fetch(url)).json()) as { resource: string };
  assert.equal(metadata.resource, `${harness.gate.httpUrl}/mcp/v/toolkit`);
});

test("a virtual server is in force as soon as it is put, changed or removed", async (t) => {
  const { gate, administratorKey, post } = await gateWith(t);
  const change = async (method: string, body?: object) => {
    const headers = { authorization: `Bearer ${administratorKey}`, ...(body === undefined ? {} : { "content-type": "application/json" }) };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    return (await fetch(`${gate.httpUrl}/gateway/virtual-servers/own`, init)).status;
  };
  const { message, headers } = modernRequest("tools/list");
  const names = async () => {
    const response = await post("/mcp/v/own", message, headers);
    if (response.status !== 200) return response.status;
    return ((await answerOf(response)) as { result: { tools: { name: string }[] } }).result.tools.map(({ name }) => name);
  };
  const picked = (name: string) => ({ tools: [{ server: "modern", pick: "echo", name }] });
  assert.equal(await names(), 404);
  assert.equal(await change("PUT", picked("one")), 201);
  assert.deepEqual(await names(), ["one"]);
  assert.equal(await change("PUT", picked("two")), 200);
  assert.deepEqual(await names(), ["two"]);
  assert.equal(await change("DELETE"), 204);
  assert.equal(await names(), 404);
  const { name, ...rest } = toolkit;
  const fileOwned = await fetch(`${gate.httpUrl}/gateway/virtual-servers/${name}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${administratorKey}`, "content-type": "application/json" },
    body: JSON.stringify(rest),
  });
  assert.equal(fileOwned.status, 409, "what the file says is changed there");
});

test("a session of a virtual server answers at its own endpoint only", async (t) => {
  const harness = await gateWith(t);
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "x", version: "1" } };
  const opened = await harness.post("/mcp/v/toolkit", { jsonrpc: "2.0", id: 1, method: "initialize", params });
  const { result } = (await opened.json()) as { result: { serverInfo: { name: string }; capabilities: object } };
  assert.equal(result.serverInfo.name, "toolkit");
  assert.deepEqual(Object.keys(result.capabilities).sort(), ["completions", "logging", "prompts", "resources", "tools"]);
  const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "", "mcp-protocol-version": "2025-11-25" };
  const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };
  assert.equal((await harness.post("/mcp/v/toolkit", list, session)).status, 200);
  for (const path of ["/mcp", "/mcp/modern", "/mcp/v/other"]) assert.equal((await harness.post(path, list, session)).status, 404, path);
});
