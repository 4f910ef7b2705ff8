import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client as Client2 } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { CreateMessageRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { WebSocket } from "ws";
import { topics } from "../../domain/topics.ts";
import { altered } from "../fixtures/altered.ts";
import { startModernServer } from "../fixtures/modern-server.ts";
import { startPollingServer } from "../fixtures/polling-server.ts";
import { allowAll, type Harness, modernRequest, startGate } from "./harness.ts";
import { held, metric, outcomes, stage } from "./stage.ts";
import { until } from "./until.ts";
import { openWebSocket, WebSocketTransport } from "./websocket-client.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const everything = join(root, "node_modules/@modelcontextprotocol/server-everything/dist/index.js");
const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text ?? "";
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const initialize = {
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } },
};

function urlOf({ gate }: Harness, path: string): string {
  return `${gate.httpUrl.replace("http", "ws")}${path}`;
}

/** A gate before a server of each era, one of them over stdio. */
async function gateWithServers(t: TestContext): Promise<Harness> {
  const modern = await startModernServer();
  t.after(() => modern.close());
  return startGate(t, {
    policies: [allowAll],
    servers: [
      { name: "over-stdio", command: process.execPath, args: [everything, "stdio"] },
      { name: "modern", url: modern.url },
    ],
  });
}

/** Tries the handshake, and answers the HTTP status by which it was refused. */
function refusedWith(url: string, protocols: string[], headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols, { headers });
    socket.on("unexpected-response", (_, response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    socket.on("open", () => {
      socket.close();
      reject(new Error("it was let in"));
    });
    socket.on("error", () => {});
  });
}

describe("real clients over WebSocket", () => {
  test("the TypeScript SDK 1.x and 2.x list and call, of each era, one server and merged", async (t) => {
    const harness = await gateWithServers(t);
    const clients = [
      async (url: string) => {
        const client = new Client1({ name: "sdk-1", version: "1" });
        await client.connect(new WebSocketTransport(url, harness.agentKey) as unknown as Parameters<typeof client.connect>[0]);
        return client;
      },
      ...(["legacy", { pin: "2026-07-28" }] as const).map((mode) => async (url: string) => {
        const client = new Client2({ name: "sdk-2", version: "1" }, { versionNegotiation: { mode } });
        await client.connect(new WebSocketTransport(url, harness.agentKey) as unknown as Parameters<typeof client.connect>[0]);
        return client;
      }),
    ];
    for (const connect of clients) {
      for (const [path, tool] of [
        ["/mcp/over-stdio/ws", "echo"],
        ["/mcp/modern/ws", "echo"],
        ["/mcp/ws", "over-stdio__echo"],
      ] as const) {
        const client = await connect(urlOf(harness, path));
        const { tools } = await client.listTools();
        assert.ok(
          tools.some(({ name }) => name === tool),
          `${path} lists ${tool}`,
        );
        assert.equal(textOf(await client.callTool({ name: tool, arguments: { message: "hello" } })), "Echo: hello", path);
        await client.close();
      }
    }
    await harness.gate.settled();
  });

  test("a server asks its client over the same connection, and progress arrives", async (t) => {
    const harness = await gateWithServers(t);
    const client = new Client1({ name: "asked", version: "1" }, { capabilities: { sampling: {} } });
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      model: "test",
      role: "assistant" as const,
      content: { type: "text" as const, text: "an answer of the client" },
    }));
    const transport = new WebSocketTransport(urlOf(harness, "/mcp/over-stdio/ws"), harness.agentKey);
    await client.connect(transport as unknown as Parameters<typeof client.connect>[0]);
    t.after(() => client.close());
    const progress: number[] = [];
    await client.callTool({ name: "trigger-long-running-operation", arguments: { duration: 0.2, steps: 2 } }, undefined, {
      onprogress: ({ progress: value }) => progress.push(value),
    });
    assert.deepEqual(progress, [1, 2]);
    const sampled = await client.callTool({ name: "trigger-sampling-request", arguments: { prompt: "hi", maxTokens: 10 } });
    assert.match(textOf(sampled), /an answer of the client/);
  });
});

describe("the handshake of a WebSocket", () => {
  test("is refused without the subprotocol, a credential, or a good Origin, and with a credential in the query", async (t) => {
    const harness = await stage(t, { era: "modern" });
    const url = urlOf(harness, "/mcp/counting/ws");
    const key = harness.agentKey;
    assert.equal(await refusedWith(url, [], bearer(key)), 400, "no subprotocol");
    assert.equal(await refusedWith(url, ["graphql-ws"], bearer(key)), 400, "another subprotocol");
    assert.equal(await refusedWith(url, ["mcp"], {}), 401, "no credential");
    assert.equal(await refusedWith(url, ["mcp"], bearer(altered(key))), 401, "a wrong one");
    assert.equal(await refusedWith(`${url}?access_token=${key}`, ["mcp"], {}), 400, "in the query");
    assert.equal(await refusedWith(`${url}?x=${key}`, ["mcp"], bearer(key)), 400, "in the query as well");
    assert.equal(await refusedWith(url, ["mcp", `sluice.bearer.${key}`], bearer(key)), 400, "two of them");
    assert.equal(await refusedWith(url, ["mcp"], { ...bearer(key), origin: "https://evil.example" }), 403, "a foreign page");
    assert.equal((await fetch(url.replace("ws", "http"), { headers: bearer(key) })).status, 426, "no handshake at all");
    assert.deepEqual(harness.upstream.executed, []);
    const own = new Set(["server/discover"]);
    assert.deepEqual(
      harness.upstream.received.filter(({ method }) => !own.has(method)),
      [],
      "nothing but the gate's own questions got through",
    );
  });

  test("takes the credential from a subprotocol, which it does not repeat", async (t) => {
    const harness = await stage(t, { era: "modern" });
    const client = await openWebSocket(urlOf(harness, "/mcp/counting/ws"), { protocols: ["mcp", `sluice.bearer.${harness.agentKey}`] });
    assert.equal(client.socket.protocol, "mcp");
    const { message } = modernRequest("tools/call", { name: "echo", arguments: { message: "by subprotocol" } });
    assert.match(JSON.stringify(await client.ask(message)), /by subprotocol/);
    const [{ value } = { value: undefined }] = (await decisions(harness)).slice(-1);
    assert.equal(value?.["transport"], "websocket");
    client.socket.close();
  });
});

async function decisions({ gate }: Harness) {
  await gate.settled();
  const [extent] = await gate.log.extent(topics.calls);
  const records = await gate.log.read(topics.calls, { partition: 0, from: extent?.start ?? 0, recordsMax: 10_000 });
  return records.filter(({ type }) => type === "call_decided") as unknown as readonly { readonly value: Record<string, unknown> }[];
}

describe("a conversation over WebSocket", () => {
  test("is judged message by message, by the same policies as over HTTP", async (t) => {
    const policy = { policyId: "some", rules: [{ id: "echo", effect: "allow", match: { agents: "*", tools: ["echo"] } }] };
    const harness = await stage(t, { era: "modern" }, { policies: [policy] });
    const client = await openWebSocket(urlOf(harness, "/mcp/counting/ws"), { headers: bearer(harness.agentKey) });
    t.after(() => client.socket.terminate());
    const allowed = await client.ask(modernRequest("tools/call", { name: "echo", arguments: { message: "x" } }, "a").message);
    assert.equal(allowed["id"], "a");
    const denied = await client.ask(modernRequest("tools/call", { name: "wipe", arguments: {} }, "b").message);
    assert.match(JSON.stringify(denied), /may not call the tool wipe/);
    assert.deepEqual(
      harness.upstream.executed.map(({ tool }) => tool),
      ["echo"],
    );
  });

  test("withdraws a request by notifications/cancelled and goes on", async (t) => {
    for (const era of ["modern", "legacy"] as const) {
      const { tool, calls } = held();
      const harness = await stage(t, { era, tools: { slow: tool } });
      const client = await openWebSocket(urlOf(harness, "/mcp/counting/ws"), { headers: bearer(harness.agentKey) });
      t.after(() => client.socket.terminate());
      client.send(modernRequest("tools/call", { name: "slow", arguments: {} }, 7).message);
      await until("the call is executed", () => calls.length === 1);
      client.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 7 } });
      if (era === "modern") await calls[0]?.abandoned;
      else await until("the server is told", () => harness.upstream.received.some(({ method }) => method === "notifications/cancelled"));
      const answer = await client.ask(modernRequest("tools/call", { name: "echo", arguments: { message: "on" } }, 7).message);
      assert.match(JSON.stringify(answer), /on/);
      assert.deepEqual(
        client.messages.map(({ id }) => id),
        [7],
        `${era}: the withdrawn request has no answer`,
      );
      await until("its end is recorded", async () => (await outcomes(harness)).some(({ outcome }) => outcome === "cancelled"));
    }
  });

  test("has one session for revisions with sessions, which ends with it", async (t) => {
    const harness = await stage(t, { era: "legacy" });
    const client = await openWebSocket(urlOf(harness, "/mcp/counting/ws"), { headers: bearer(harness.agentKey) });
    assert.match(JSON.stringify(await client.ask({ jsonrpc: "2.0", id: 1, method: "tools/list" })), /initialize first/);
    assert.ok((await client.ask({ jsonrpc: "2.0", id: 2, ...initialize }))["result"]);
    client.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    assert.match(JSON.stringify(await client.ask({ jsonrpc: "2.0", id: 3, ...initialize })), /initialized already/);
    const called = await client.ask({
      jsonrpc: "2.0",
      id: 4,
      method: "tools/call",
      params: { name: "echo", arguments: { message: "hi" } },
    });
    assert.match(JSON.stringify(called), /hi/);
    assert.equal(await metric(harness, /^sluice_sessions (\d+)$/m), 1);
    client.socket.close();
    await until("the session is ended", async () => (await metric(harness, /^sluice_sessions (\d+)$/m)) === 0);
  });

  test("is initialized once, and nothing is left of it where its client goes away meanwhile", async (t) => {
    const harness = await stage(t, { era: "legacy" });
    const open = () => openWebSocket(urlOf(harness, "/mcp/counting/ws"), { headers: bearer(harness.agentKey) });
    const twice = await open();
    twice.send({ jsonrpc: "2.0", id: 1, ...initialize });
    twice.send({ jsonrpc: "2.0", id: 2, ...initialize });
    await until("both answers", () => twice.messages.length === 2);
    assert.deepEqual(new Set(twice.messages.map(({ id, error }) => `${id} ${error === undefined}`)), new Set(["1 true", "2 false"]));
    twice.socket.close();
    const handshakes = () => harness.upstream.received.filter(({ method }) => method === "initialize").length;
    const before = handshakes();
    const gone = await open();
    gone.socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, ...initialize }), () => gone.socket.terminate());
    await until("the handshake reaches the server", () => handshakes() > before);
    await until("no session is left", async () => (await metric(harness, /^sluice_sessions (\d+)$/m)) === 0);
  });

  test("answers a batch of 2025-03-26 with a batch", async (t) => {
    const harness = await stage(t, { era: "modern" });
    const client = await openWebSocket(urlOf(harness, "/mcp/counting/ws"), { headers: bearer(harness.agentKey) });
    t.after(() => client.socket.terminate());
    await client.ask({ jsonrpc: "2.0", id: 0, method: "initialize", params: { ...initialize.params, protocolVersion: "2025-03-26" } });
    client.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    const call = (id: number) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "echo", arguments: { message: `m${id}` } } });
    client.send([call(1), call(2)]);
    const batch = await until("the batch", () => client.messages.find((message) => Array.isArray(message)));
    assert.deepEqual(new Set((batch as unknown as { id: number }[]).map(({ id }) => id)), new Set([1, 2]));
    assert.match(JSON.stringify(batch), /m1.*m2|m2.*m1/);
  });

  test("carries both eras at once, and cancels each in its own way", async (t) => {
    const { tool, calls } = held();
    const harness = await stage(t, { era: "modern", tools: { slow: tool } });
    const client = await openWebSocket(urlOf(harness, "/mcp/counting/ws"), { headers: bearer(harness.agentKey) });
    t.after(() => client.socket.terminate());
    assert.ok((await client.ask({ jsonrpc: "2.0", id: 0, ...initialize }))["result"]);
    client.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    client.send(modernRequest("tools/call", { name: "slow", arguments: {} }, 1).message);
    client.send({ jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "slow", arguments: {} } });
    await until("both are executed", () => calls.length === 2);
    for (const requestId of [1, 2]) client.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } });
    await Promise.all(calls.map(({ abandoned }) => abandoned));
    await client.ask({ jsonrpc: "2.0", id: 3, method: "tools/list" });
    assert.deepEqual(
      client.messages.map(({ id }) => id),
      [0, 3],
    );
  });

  test("takes up an answer whose stream its server closed", async (t) => {
    const server = await startPollingServer();
    t.after(() => server.close());
    const harness = await startGate(t, { policies: [allowAll], servers: [{ name: "polling", url: server.url }] });
    const client = await openWebSocket(urlOf(harness, "/mcp/polling/ws"), { headers: bearer(harness.agentKey) });
    t.after(() => client.socket.terminate());
    await client.ask({ jsonrpc: "2.0", id: 0, ...initialize });
    client.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    const answer = await client.ask({ jsonrpc: "2.0", id: 5, method: "tools/call", params: { name: "slow", arguments: {} } });
    assert.match(JSON.stringify(answer), /at last/);
    assert.equal(server.asked.length, 3);
    assert.ok(server.asked[1] !== undefined && server.asked[2] !== undefined, "each rest was asked for behind an event");
  });

  test("refuses what is no message, an id in use, and too many at once, and lives on", async (t) => {
    const { tool, calls } = held();
    const harness = await stage(t, { era: "modern", tools: { slow: tool } });
    const client = await openWebSocket(urlOf(harness, "/mcp/counting/ws"), { headers: bearer(harness.agentKey) });
    t.after(() => client.socket.terminate());
    client.socket.send("{nonsense");
    await until("the refusal", () => client.messages.length === 1);
    assert.match(JSON.stringify(client.messages[0]), /-32700/);
    const slow = (id: number) => modernRequest("tools/call", { name: "slow", arguments: {} }, id).message;
    for (let id = 1; id <= 100; id += 1) client.send(slow(id));
    await until("all are executed", () => calls.length === 100);
    client.send(slow(50));
    client.send(slow(101));
    await until("both are refused", () => client.messages.length === 3);
    assert.match(JSON.stringify(client.messages[1]), /"id":50.*this id is in flight|in flight/);
    assert.match(JSON.stringify(client.messages[2]), /100 requests in flight/);
    for (const call of calls) call.answer("done");
    await until("all are answered", () => client.messages.length === 103);
    assert.deepEqual(new Set(client.messages.slice(3).map(({ id }) => id)).size, 100);
  });
});

describe("the gate closes a WebSocket", () => {
  test("with 1003 on a binary frame and 1009 on a message beyond the bound", async (t) => {
    const harness = await stage(t, { era: "modern" }, { http: { port: 0, bodyBytesMax: 65_536 } });
    const open = () => openWebSocket(urlOf(harness, "/mcp/counting/ws"), { headers: bearer(harness.agentKey) });
    const binary = await open();
    binary.socket.send(Buffer.from("{}"));
    assert.equal(await binary.closed, 1003);
    const big = await open();
    big.socket.send("x".repeat(65_537));
    assert.equal(await big.closed, 1009);
  });

  test("with 3000 when the credential is revoked", async (t) => {
    const harness = await stage(t, { era: "modern" });
    const client = await openWebSocket(urlOf(harness, "/mcp/counting/ws"), { headers: bearer(harness.agentKey) });
    const keyId = harness.agentKey.split("_")[1] ?? "";
    const revoked = await fetch(`${harness.gate.httpUrl}/auth/api-keys/${keyId}`, {
      method: "DELETE",
      headers: bearer(harness.administratorKey),
    });
    assert.equal(revoked.status, 204);
    assert.equal(await client.closed, 3000);
    assert.equal(await refusedWith(urlOf(harness, "/mcp/counting/ws"), ["mcp"], bearer(harness.agentKey)), 401);
  });

  test("with 3000 when the credential expires", async (t) => {
    const harness = await stage(t, { era: "modern" });
    const issued = await fetch(`${harness.gate.httpUrl}/auth/api-keys`, {
      method: "POST",
      headers: { ...bearer(harness.administratorKey), "content-type": "application/json" },
      body: JSON.stringify({ userId: "demo", agentId: "short-lived", expiresAtMs: Date.now() + 2_000 }),
    });
    assert.equal(issued.status, 201);
    const { secret } = (await issued.json()) as { secret: string };
    const client = await openWebSocket(urlOf(harness, "/mcp/counting/ws"), { headers: bearer(secret) });
    const { message } = modernRequest("tools/call", { name: "echo", arguments: { message: "in time" } });
    assert.match(JSON.stringify(await client.ask(message)), /in time/);
    assert.equal(await client.closed, 3000);
  });

  test("with 1001 when it stops, after the requests in flight are answered", async (t) => {
    const { tool, calls } = held();
    const harness = await stage(t, { era: "modern", tools: { slow: tool } });
    const open = () => openWebSocket(urlOf(harness, "/mcp/counting/ws"), { headers: bearer(harness.agentKey) });
    const [idle, busy] = [await open(), await open()];
    busy.send(modernRequest("tools/call", { name: "slow", arguments: {} }, 1).message);
    await until("the call is executed", () => calls.length === 1);
    const stopped = harness.gate.close();
    assert.equal(await idle.closed, 1001);
    calls[0]?.answer("in time");
    assert.equal(await busy.closed, 1001);
    assert.match(JSON.stringify(busy.messages), /in time/);
    await stopped;
  });
});
