import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Heard, type ScriptedServer, startLegacyScript, startModernScript } from "../fixtures/scripted-server.ts";
import { type Distributor, startDistributor } from "./distributor.ts";
import { type GateProcess, startGateProcess, writeConfig } from "./gate-process.ts";
import { allowAll, answerOf, modernRequest } from "./harness.ts";
import { seeded } from "./seeded.ts";
import { type Message, messagesOf } from "./sse-reader.ts";
import { until } from "./until.ts";

const environment = { SLUICE_SEALING_KEYS: "one-key-for-both-gates-of-32-characters" };
const form = { message: "Who?", requestedSchema: { type: "object", properties: {} } };
const done = (id: unknown, text: string) => ({ jsonrpc: "2.0", id, result: { resultType: "complete", content: [{ type: "text", text }] } });

/** `echo` answers; `ask` asks by its form first; what is held is answered by the test. */
const held: Heard[] = [];
function modernTool(heard: Heard): void {
  const { id, params } = heard.body;
  if (params.name === "hold") held.push(heard);
  else if (params.name === "echo" || params.inputResponses !== undefined)
    heard.json(done(id, `${params.arguments?.message}: ${JSON.stringify(params.inputResponses ?? {})}, ${params.requestState}`));
  else {
    const inputRequests = { who: { method: "elicitation/create", params: form } };
    heard.json({
      jsonrpc: "2.0",
      id,
      result: { resultType: "input_required", inputRequests, requestState: `of ${params.arguments?.message}` },
    });
  }
}
function legacyTool(heard: Heard): void {
  const { id, params } = heard.body;
  if (params.name === "echo") heard.json(done(id, `${params.arguments?.message}`));
  else {
    held.push(heard);
    heard.event({ jsonrpc: "2.0", id: 0, method: "elicitation/create", params: form });
  }
}

describe("two gates behind one port", { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
  const random = seeded("replicas");
  const gates: GateProcess[] = [];
  /** The next requests go to these gates, in turn; the others to any. */
  const picks: number[] = [];
  let urls: readonly string[] = [];
  let modern: ScriptedServer;
  let legacy: ScriptedServer;
  let front: Distributor;
  let agentKey = "";

  const start = (name: string, peers: readonly string[] = []): GateProcess => {
    const file = join(folder, `${name}.yaml`);
    writeConfig(file, {
      http: { port: 0, loopDelayMsMax: 60_000 },
      grpc: { port: 0 },
      data: { folder: join(folder, name) },
      log: { level: "error" },
      cluster: { peers },
      policies: [allowAll],
      servers: [
        { name: "modern", url: modern.url },
        { name: "legacy", url: legacy.url },
      ],
    });
    return startGateProcess(["serve", "--config", file], { environment });
  };

  before(async () => {
    modern = await startModernScript(modernTool);
    legacy = await startLegacyScript(legacyTool);
    // The keys of callers are on the log: both gates begin with the same one.
    const first = start("one");
    ({ agentKey } = await first.ready());
    first.child.kill("SIGTERM");
    await first.ended;
    cpSync(join(folder, "one"), join(folder, "two"), { recursive: true });
    const one = start("one");
    const { httpUrl } = await one.ready();
    const two = start("two", [httpUrl]);
    gates.push(one, two);
    urls = [httpUrl, (await two.ready()).httpUrl];
    front = await startDistributor(urls, () => picks.shift() ?? random.integer(0, 1));
  });

  after(async () => {
    for (const { child } of gates) child.kill("SIGKILL");
    await Promise.all(gates.map(({ ended }) => ended));
    await Promise.all([front?.close(), modern?.close(), legacy?.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const post = (path: string, message: object, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${front.url}${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${agentKey}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...headers,
      },
      body: JSON.stringify(message),
    });

  let lastId = 0;
  function callTool(path: string, tool: string, params: object = {}): Promise<Response> {
    lastId += 1;
    const { message, headers } = modernRequest("tools/call", { name: tool, arguments: { message: "m" }, ...params }, lastId);
    const { params: sent } = message as { params: { _meta: Record<string, unknown> } };
    sent._meta["io.modelcontextprotocol/clientCapabilities"] = { elicitation: {} };
    return post(path, message, headers);
  }
  const resultOf = async (response: Response): Promise<Message> => {
    const answer = (await answerOf(response)) as Message;
    assert.ok(answer.result !== undefined, JSON.stringify(answer));
    return answer.result;
  };
  const textOf = async (response: Response): Promise<string> => (await resultOf(response)).content[0].text;

  async function open(path: string): Promise<Readonly<Record<string, string>>> {
    const params = { protocolVersion: "2025-11-25", capabilities: { elicitation: {} }, clientInfo: { name: "desk", version: "1" } };
    const opened = await post(path, { jsonrpc: "2.0", id: "open", method: "initialize", params });
    assert.equal(opened.status, 200, await opened.text());
    const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "", "mcp-protocol-version": "2025-11-25" };
    assert.equal((await post(path, { jsonrpc: "2.0", method: "notifications/initialized" }, session)).status, 202);
    return session;
  }
  const inSession = (path: string, session: Readonly<Record<string, string>>, name: string, message = "m", id: unknown = 7) =>
    post(path, { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: { message } } }, session);

  /** Everything that needs nothing of the gate that it came to before. */
  async function goesOn(sessions: Readonly<Record<string, Readonly<Record<string, string>>>>): Promise<void> {
    for (let round = 0; round < 8; round += 1) {
      assert.equal(await textOf(await callTool("/mcp/modern", "echo")), "m: {}, undefined");
      assert.equal(await textOf(await callTool("/mcp", "legacy__echo")), "m");
      const { requestState } = await resultOf(await callTool("/mcp/modern", "ask"));
      const retry = { inputResponses: { who: { action: "accept" } }, requestState };
      assert.equal(await textOf(await callTool("/mcp", "modern__ask", retry)), 'm: {"who":{"action":"accept"}}, of m');
      for (const [path, session] of Object.entries(sessions)) {
        const tool = path === "/mcp" ? "legacy__echo" : "echo";
        assert.match(await textOf(await inSession(path, session, tool)), /^m/, path);
      }
    }
  }

  test("requests, states and sessions are taken up by either; when one is killed, the other goes on with all of it", async () => {
    const sessions = { "/mcp": await open("/mcp"), "/mcp/modern": await open("/mcp/modern"), "/mcp/legacy": await open("/mcp/legacy") };
    await goesOn(sessions);
    assert.ok(
      front.counts.every((count) => count > 8),
      `both had their part: ${front.counts}`,
    );

    // A question on a stream of one gate, and its answer through the other.
    for (const [path, tool, asking] of [
      ["/mcp/modern", "ask", 0],
      ["/mcp", "modern__ask", 1],
      ["/mcp", "legacy__ask", 0],
    ] as const) {
      picks.push(asking, 1 - asking);
      const next = messagesOf(await inSession(path, sessions[path], tool));
      const { id, method } = await next();
      assert.equal(method, "elicitation/create");
      assert.equal((await post(path, { jsonrpc: "2.0", id, result: { action: "accept" } }, sessions[path])).status, 202);
      if (tool === "legacy__ask") {
        await until("the server has its answer", () => legacy.answers().find(({ body }) => body.result?.action === "accept"));
        const waiting = held.pop();
        waiting?.event(done(waiting.body.id, "m after all"));
        waiting?.end();
      }
      assert.match((await next()).result.content[0].text, /^m/);
    }

    // A call that waits at one gate, and its answers through the other.
    picks.push(0, 1);
    const { requestState, inputRequests } = await resultOf(await callTool("/mcp/legacy", "ask"));
    const [key = ""] = Object.keys(inputRequests);
    const calls = legacy.called("tools/call").length;
    const retry = callTool("/mcp/legacy", "ask", { requestState, inputResponses: { [key]: { action: "decline" } } });
    await until("the server has its answer", () => legacy.answers().find(({ body }) => body.result?.action === "decline"));
    const waiting = held.pop();
    waiting?.event({ ...done(waiting.body.id, "welcome") });
    waiting?.end();
    assert.equal(await textOf(await retry), "welcome");
    assert.equal(legacy.called("tools/call").length, calls, "it was not executed again");
    picks.push(1);
    const replayed = (await answerOf(await callTool("/mcp/legacy", "ask", { requestState }))) as Message;
    assert.equal(replayed.error.code, -32602);

    // A request in flight at one gate, withdrawn by a notice to the other.
    picks.push(0, 1);
    const withdrawn = inSession("/mcp/modern", sessions["/mcp/modern"], "hold", "m", "held");
    const execution = await until("the call is being made", () => held.pop());
    await post(
      "/mcp/modern",
      { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "held" } },
      sessions["/mcp/modern"],
    );
    await execution.gone;
    assert.doesNotMatch(await (await withdrawn).text(), /"result"/);

    // A session that is ended at one gate is ended at the other.
    const ending = await open("/mcp");
    picks.push(1);
    const ended = await fetch(`${front.url}/mcp`, { method: "DELETE", headers: { authorization: `Bearer ${agentKey}`, ...ending } });
    assert.equal(ended.status, 200);
    await until("the other has heard of it", async () => {
      picks.push(0);
      return (await inSession("/mcp", ending, "legacy__echo")).status === 404;
    });

    // A call that waits at the gate that is killed is lost, and whoever comes back is told.
    picks.push(0, 1);
    const lost = await resultOf(await callTool("/mcp/legacy", "ask"));
    gates[0]?.child.kill("SIGKILL");
    await gates[0]?.ended;
    const orphan = (await answerOf(await callTool("/mcp/legacy", "ask", { requestState: lost.requestState }))) as Message;
    assert.match(orphan.error.message, /gate at which this call waited/);
    await goesOn(sessions);
  });

  test("nobody without the keys is heard as a gate", async () => {
    const url = `${urls[1]}/peer`;
    const body = JSON.stringify({ act: "session-ended", key: "x" });
    for (const headers of [{}, { "sluice-peer": "x" }, { "sluice-peer": "AQ".repeat(60) }] as Record<string, string>[]) {
      const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
      assert.equal(response.status, 404);
    }
  });
});
