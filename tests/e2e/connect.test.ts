import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client as Client2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as Transport2 } from "@modelcontextprotocol/client/stdio";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { CreateMessageRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { loadConfig } from "../../cli/configuration/config.ts";
import { openGate } from "../../cli/serving/gate.ts";
import { createLogger } from "../../connectors/telemetry/logger.ts";
import { altered } from "../fixtures/altered.ts";
import { startCountingServer } from "../fixtures/counting-server.ts";
import { startModernServer } from "../fixtures/modern-server.ts";
import { startPollingServer } from "../fixtures/polling-server.ts";
import { freePort } from "../servers/free-port.ts";
import { allowAll, type Harness, modernRequest, startGate } from "./harness.ts";
import { held, metric, outcomes, stage } from "./stage.ts";
import { until } from "./until.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const sluice = join(root, "cli/sluice.js");
const everything = join(root, "node_modules/@modelcontextprotocol/server-everything/dist/index.js");
const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text ?? "";

/** How a client starts the bridge. */
function command({ gate, agentKey }: Pick<Harness, "gate" | "agentKey">, server: string) {
  return {
    command: process.execPath,
    args: [sluice, "connect", ...(server === "" ? [] : [server]), "--url", gate.httpUrl],
    env: { PATH: process.env["PATH"] ?? "", SLUICE_API_KEY: agentKey },
    stderr: "pipe" as const,
  };
}

interface Bridge {
  readonly child: ChildProcess;
  readonly messages: Record<string, unknown>[];
  readonly ended: Promise<number | null>;
  errors(): string;
  send(message: unknown): void;
  answer(id: unknown): Promise<Record<string, unknown>>;
}

/** The bridge, spoken to line by line. */
function startBridge(t: TestContext, harness: Pick<Harness, "gate" | "agentKey">, server: string, key = harness.agentKey): Bridge {
  const { args, env } = command(harness, server);
  const child = spawn(process.execPath, args, { env: { ...env, SLUICE_API_KEY: key }, stdio: ["pipe", "pipe", "pipe"] });
  t.after(() => child.kill());
  const messages: Record<string, unknown>[] = [];
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  createInterface({ input: child.stdout }).on("line", (line) => messages.push(JSON.parse(line)));
  return {
    child,
    messages,
    ended: once(child, "close").then(([code]) => code),
    errors: () => errors,
    send: (message) => void child.stdin.write(`${typeof message === "string" ? message : JSON.stringify(message)}\n`),
    answer: (id) =>
      until(`an answer to ${JSON.stringify(id)}`, () => messages.find((one) => one["id"] === id && one["method"] === undefined), 20_000),
  };
}

const initialize = (id: unknown) => ({
  jsonrpc: "2.0",
  id,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } },
});
const callOf = (id: unknown, name: string, message = "hi") =>
  modernRequest("tools/call", { name, arguments: { message } }, id as number).message;

describe("sluice connect", { concurrency: 2 }, () => {
  test("clients of the SDKs 1.x and 2.x, which know stdio only, list, call, and are asked", async (t) => {
    const modern = await startModernServer();
    t.after(() => modern.close());
    const harness = await startGate(t, {
      policies: [allowAll],
      servers: [
        { name: "everything", command: process.execPath, args: [everything, "stdio"] },
        { name: "modern", url: modern.url },
      ],
    });
    const client1 = new Client1({ name: "sdk-1", version: "1" }, { capabilities: { sampling: {} } });
    client1.setRequestHandler(CreateMessageRequestSchema, () => ({
      model: "test",
      role: "assistant" as const,
      content: { type: "text" as const, text: "asked over stdio" },
    }));
    await client1.connect(new Transport1(command(harness, "everything")) as unknown as Parameters<typeof client1.connect>[0]);
    assert.ok((await client1.listTools()).tools.some(({ name }) => name === "echo"));
    const progress: number[] = [];
    const slow = { name: "trigger-long-running-operation", arguments: { duration: 0.2, steps: 2 } };
    await client1.callTool(slow, undefined, { onprogress: ({ progress: value }) => progress.push(value) });
    assert.deepEqual(progress, [1, 2]);
    const sampled = await client1.callTool({ name: "trigger-sampling-request", arguments: { prompt: "hi", maxTokens: 10 } });
    assert.match(textOf(sampled), /asked over stdio/);
    await client1.close();

    for (const [mode, server, tool] of [
      ["legacy", "", "modern__echo"],
      [{ pin: "2026-07-28" }, "modern", "echo"],
      ["auto", "everything", "echo"],
    ] as const) {
      const client2 = new Client2({ name: "sdk-2", version: "1" }, { versionNegotiation: { mode } });
      await client2.connect(new Transport2(command(harness, server)));
      assert.ok((await client2.listTools()).tools.some(({ name }) => name === tool));
      assert.equal(textOf(await client2.callTool({ name: tool, arguments: { message: "hello" } })), "Echo: hello");
      await client2.close();
    }
  });

  test("cancels, refuses what is no message, and ends with its input", async (t) => {
    const { tool, calls } = held();
    const harness = await stage(t, { era: "modern", tools: { slow: tool } });
    const bridge = startBridge(t, harness, "counting");
    bridge.send("{nonsense");
    await until("the refusal", () => bridge.messages.some((message) => JSON.stringify(message).includes("-32700")));
    bridge.send(callOf(1, "slow"));
    await until("the call is executed", () => calls.length === 1);
    bridge.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } });
    await calls[0]?.abandoned;
    await until("the cancelled call is recorded", async () => (await outcomes(harness)).some(({ outcome }) => outcome === "cancelled"));
    bridge.send(callOf(2, "echo", "on"));
    assert.match(JSON.stringify(await bridge.answer(2)), /on/);
    bridge.send(callOf(3, "slow"));
    await until("another call is executed", () => calls.length === 2);
    bridge.child.stdin?.end();
    assert.equal(await bridge.ended, 0);
    await calls[1]?.abandoned;
    assert.equal(
      bridge.messages.some(({ id }) => id === 1),
      false,
    );
  });

  test("answers what was asked before its input ended", async (t) => {
    const harness = await stage(t, { era: "modern" });
    const bridge = startBridge(t, harness, "counting");
    bridge.send(callOf("only", "echo", "piped"));
    bridge.child.stdin?.end();
    assert.equal(await bridge.ended, 0);
    assert.match(JSON.stringify(bridge.messages), /piped/);
  });

  test("answers a script that writes everything at once, in revisions with sessions, too", async (t) => {
    const harness = await stage(t, { era: "legacy" });
    const bridge = startBridge(t, harness, "counting");
    bridge.send(initialize(1));
    bridge.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    bridge.send({ jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "echo", arguments: { message: "piped" } } });
    bridge.child.stdin?.end();
    assert.equal(await bridge.ended, 0);
    assert.deepEqual(
      bridge.messages.map(({ id }) => id),
      [1, 2],
    );
    assert.match(JSON.stringify(bridge.messages[1]), /piped/);
  });

  test("waits for a gate that is started anew, opens the forgotten session again and says so, and ends it at its end", async (t) => {
    const upstream = await startCountingServer({ era: "legacy" });
    t.after(() => upstream.close());
    const folder = mkdtempSync(join(tmpdir(), "sluice-connect-"));
    const open = (port: number) => {
      const own = { http: { port }, grpc: { port: 0 }, data: { folder: join(folder, "data") } };
      const overrides = { ...own, policies: [allowAll], servers: [{ name: "counting", url: upstream.url }] };
      return openGate(loadConfig({ environment: {}, folder, overrides }), { demo: false, logger: createLogger({ level: "error" }) });
    };
    // A port that is free now may be another program's a moment later, and the gate's own, too, while it is away.
    let port = 0;
    let gate = await until("the gate has a port", async () => {
      port = await freePort();
      return open(port).catch(() => undefined);
    });
    t.after(async () => {
      await gate.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const bridge = startBridge(t, { gate, agentKey: gate.firstStart?.agentKey ?? "" }, "counting");
    bridge.send(initialize(0));
    assert.ok((await bridge.answer(0))["result"]);
    bridge.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    const request = (id: number, message: string) => {
      bridge.send({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "echo", arguments: { message } } });
      return bridge.answer(id);
    };
    assert.match(JSON.stringify(await request(1, "before")), /before/);

    await gate.close();
    const answer = request(2, "after");
    answer.catch(() => {});
    await until("it is told that the gate is away", () => /can't be reached: it is tried again/.test(bridge.errors()));
    // With other keys it can't read what the session's id holds.
    rmSync(join(folder, "data/sealing.key"));
    gate = await until("the gate has its port again", () => open(port).catch(() => undefined));
    assert.match(JSON.stringify(await answer), /after/);
    assert.match(bridge.errors(), /The gate is back\.[\s\S]*forgotten the session: it is initialized anew/);
    assert.equal(bridge.messages.filter(({ id }) => id === 0).length, 1, "the client sees one answer to its initialize");
    const sessions = () => metric({ gate }, /^sluice_sessions (\d+)$/m);
    assert.equal(await sessions(), 1);
    bridge.child.kill("SIGTERM");
    assert.equal(await bridge.ended, 0);
    await until("no session is left", async () => (await sessions()) === 0);
  });

  test("takes up an answer whose stream the server closed", async (t) => {
    const server = await startPollingServer();
    t.after(() => server.close());
    const harness = await startGate(t, { policies: [allowAll], servers: [{ name: "polling", url: server.url }] });
    const bridge = startBridge(t, harness, "polling");
    bridge.send(initialize(0));
    await bridge.answer(0);
    bridge.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    bridge.send({ jsonrpc: "2.0", id: 5, method: "tools/call", params: { name: "slow", arguments: {} } });
    assert.match(JSON.stringify(await bridge.answer(5)), /at last/);
    assert.equal(server.asked.length, 3);
  });

  test("says why, where the key is not accepted or the gate is away", async (t) => {
    const harness = await stage(t, { era: "modern" });
    const stranger = startBridge(t, harness, "counting", altered(harness.agentKey));
    stranger.send(callOf(1, "echo"));
    assert.match(JSON.stringify(await stranger.answer(1)), /"code":401/);
    assert.match(stranger.errors(), /does not accept the key/);
    const denied = startBridge(t, harness, "nowhere");
    denied.send(callOf(1, "echo"));
    assert.match(JSON.stringify(await denied.answer(1)), /there is no server for you/);
  });
});
