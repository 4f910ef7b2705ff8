import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Exchange, Upstream } from "../../domain/ports/upstream.ts";
import type { UpstreamDefinition } from "../../domain/server.ts";
import { openUpstream } from "./open.ts";

/** A real server from npm, by each of its transports: what is true for one must be true for the other. */
const entry = fileURLToPath(new URL("../../node_modules/@modelcontextprotocol/server-everything/dist/index.js", import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

interface Running {
  readonly upstream: Upstream;
  /** Kills the server without a warning. */
  kill(): void;
}

const starts: Readonly<Record<string, (context: TestContext) => Promise<Running>>> = {
  async stdio(context) {
    const pids: number[] = [];
    const definition: UpstreamDefinition = {
      kind: "stdio",
      id: "one",
      command: process.execPath,
      args: [entry, "stdio"],
      env: {},
      cwd: null,
      processesMax: 2,
    };
    const upstream = openUpstream(definition, {
      environment: (name) => process.env[name],
      prewarm: 0,
      onLine: ({ pid }) => pids.push(pid),
    });
    context.after(() => upstream.close());
    return { upstream, kill: () => process.kill(pids.at(-1) ?? 0, "SIGKILL") };
  },
  async "Streamable HTTP"(context) {
    const port = await freePort();
    const child = spawn(process.execPath, [entry, "streamableHttp"], { env: { PORT: String(port) }, stdio: ["ignore", "ignore", "pipe"] });
    context.after(() => child.kill("SIGKILL"));
    for await (const chunk of child.stderr) if (String(chunk).includes("listening")) break;
    const definition: UpstreamDefinition = {
      kind: "http",
      id: "one",
      url: `http://127.0.0.1:${port}/mcp`,
      headers: {},
      leaseUntilMs: null,
    };
    const upstream = openUpstream(definition, { environment: () => undefined });
    context.after(() => upstream.close());
    return { upstream, kill: () => child.kill("SIGKILL") };
  },
};

interface Answer {
  readonly status: number;
  readonly session: string | undefined;
  readonly messages: readonly Record<string, unknown>[];
  readonly failed: string | undefined;
}

function send(upstream: Upstream, message: object | undefined, session?: string, onText: (text: string) => void = () => {}) {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  let status = 0;
  let type = "";
  let given: string | undefined;
  let text = "";
  const headers = [
    "content-type",
    "application/json",
    "accept",
    "application/json, text/event-stream",
    "mcp-protocol-version",
    "2025-11-25",
  ];
  if (session !== undefined) headers.push("mcp-session-id", session);
  const finish = (failed: string | undefined) => {
    const data = type.startsWith("text/event-stream") ? [...text.matchAll(/^data: (\{.*)$/gm)].map((match) => match[1] ?? "") : [text];
    const messages = data.filter((each) => each !== "").map((each) => JSON.parse(each) as Record<string, unknown>);
    resolve({ status, session: given, messages, failed });
  };
  const exchange: Exchange = upstream.exchange(
    {
      method: message === undefined ? "DELETE" : "POST",
      headers,
      body: message === undefined ? undefined : Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message })),
      repeatable: false,
      answerTimeoutMs: 10_000,
      idleTimeoutMs: 10_000,
      totalTimeoutMs: 0,
    },
    {
      head(answer) {
        status = answer.status;
        type = answer.header("content-type") ?? "";
        given = answer.header("mcp-session-id");
      },
      data(chunk) {
        text += Buffer.from(chunk).toString();
        onText(text);
      },
      end: () => finish(undefined),
      fail: (fault, phase) => finish(`${phase} ${fault.code}`),
    },
  );
  return { exchange, answer: promise };
}

const longRunning = (id: number, duration: number) => ({
  id,
  method: "tools/call",
  params: { name: "trigger-long-running-operation", arguments: { duration, steps: 3 }, _meta: { progressToken: id } },
});

for (const [transport, start] of Object.entries(starts)) {
  test(`the everything server answers over ${transport}: handshake, list, call, progress, cancel, end`, async (context) => {
    const { upstream } = await start(context);
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };
    const { session, messages } = await send(upstream, { id: 0, method: "initialize", params }).answer;
    assert.ok(session);
    assert.match(JSON.stringify(messages.at(-1)), /"protocolVersion":"2025-11-25"/);
    assert.equal((await send(upstream, { method: "notifications/initialized" }, session).answer).status, 202);

    const list = (await send(upstream, { id: 1, method: "tools/list" }, session).answer).messages.at(-1);
    assert.match(JSON.stringify(list), /"name":"echo"/);

    const echo = { id: 2, method: "tools/call", params: { name: "echo", arguments: { message: "grüße" } } };
    const echoed = (await send(upstream, echo, session).answer).messages.at(-1);
    assert.deepEqual(echoed?.["result"], { content: [{ type: "text", text: "Echo: grüße" }] });

    const progressed = await send(upstream, longRunning(3, 0.03), session).answer;
    const progress = progressed.messages.filter(({ method }) => method === "notifications/progress");
    assert.deepEqual(
      progress.map((message) => (message["params"] as { progress: number; progressToken: number }).progress),
      [1, 2, 3],
    );
    assert.equal(progressed.messages.at(-1)?.["id"], 3);

    const { promise: moving, resolve } = Promise.withResolvers<void>();
    send(upstream, longRunning(4, 30), session, () => resolve()).exchange.cancel();
    const { exchange } = send(upstream, longRunning(5, 0.3), session, () => resolve());
    await moving;
    exchange.cancel();

    assert.equal((await send(upstream, undefined, session).answer).status, 200);
    assert.ok((await send(upstream, { id: 6, method: "tools/list" }, session).answer).status >= 400);
  });

  test(`a kill of the everything server over ${transport} fails the call in flight`, async (context) => {
    const { upstream, kill } = await start(context);
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };
    const { session } = await send(upstream, { id: 0, method: "initialize", params }).answer;
    const { promise: moving, resolve } = Promise.withResolvers<void>();
    const { answer } = send(upstream, longRunning(1, 30), session, () => resolve());
    // Its first progress comes after ten seconds, too late for a test: a short call behind it proves that both are in flight.
    await send(upstream, longRunning(2, 0.03), session, () => resolve()).answer;
    await moving;
    kill();
    assert.match((await answer).failed ?? "", /^(sent|answering) unavailable$/);
  });
}
