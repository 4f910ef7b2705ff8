import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { CallDecided } from "../../domain/events.ts";
import { topics } from "../../domain/topics.ts";
import { type Heard, startLegacyScript, startModernScript } from "../fixtures/scripted-server.ts";
import { allowAll, type Harness, startGate } from "./harness.ts";
import { type Message, messagesOf } from "./sse-reader.ts";

const denied = { policyId: "not-that", rules: [{ id: "no", effect: "deny", match: { tools: "secret" } }] };

async function stage(t: TestContext, era: "modern" | "legacy", call: (heard: Heard) => void): Promise<Harness> {
  const server = await (era === "modern" ? startModernScript : startLegacyScript)(call);
  t.after(() => server.close());
  return startGate(t, { policies: [allowAll, denied], servers: [{ name: "asking", url: server.url }] });
}

async function open({ post }: Harness, path: string, protocolVersion = "2025-03-26") {
  const params = { protocolVersion, capabilities: { roots: {} }, clientInfo: { name: "old", version: "1" } };
  const opened = await post(path, { jsonrpc: "2.0", id: 1, method: "initialize", params });
  return {
    "mcp-session-id": opened.headers.get("mcp-session-id") ?? "",
    ...(protocolVersion > "2025-03-26" ? { "mcp-protocol-version": protocolVersion } : {}),
  };
}

const call = (id: unknown, name: string) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: {} } });
const done = (id: unknown, text: string) => ({ jsonrpc: "2.0", id, result: { resultType: "complete", content: [{ type: "text", text }] } });
const byId = (answers: readonly Message[]) => new Map(answers.map((answer) => [answer.id, answer]));

describe("a batch of 2025-03-26", () => {
  for (const [path, era] of [
    ["/mcp/asking", "modern"],
    ["/mcp/asking", "legacy"],
    ["/mcp", "modern"],
  ] as const) {
    test(`on ${path} of a ${era} server: each message is judged, recorded and answered by itself, the answers come together`, async (t) => {
      const gate = await stage(t, era, ({ body, json }) => json(done(body.id, body.params.name)));
      const session = await open(gate, path);
      const prefix = path === "/mcp" ? "asking__" : "";
      const batch = [
        { jsonrpc: "2.0", method: "notifications/initialized" },
        call("a", `${prefix}echo`),
        call(2, `${prefix}secret`),
        { jsonrpc: "2.0", id: 3, method: "ping" },
        { jsonrpc: "2.0", id: 4, method: "no/such" },
      ];
      const response = await gate.post(path, batch, session);
      assert.equal(response.status, 200);
      const answers = byId((await response.json()) as Message[]);
      assert.deepEqual([...answers.keys()].map(String).sort(), ["2", "3", "4", "a"]);
      assert.equal(answers.get("a")?.result.content[0].text, "echo");
      assert.match(answers.get(2)?.result.content[0].text, /may not call the tool secret/);
      if (era === "modern") assert.deepEqual(answers.get(3)?.result, {});
      assert.equal(answers.get(4)?.error.code, -32601);

      await gate.gate.settled();
      const records = await gate.gate.log.read(topics.calls, { partition: 0, from: 0, recordsMax: 1_000 });
      const calls = records.filter(({ type }) => type === "call_decided").map(({ value }) => value as CallDecided);
      const tools = calls.filter(({ method }) => method === "tools/call");
      assert.deepEqual(tools.map(({ name, verdict }) => `${name} ${verdict}`).sort(), ["echo allow", "secret deny"]);
      assert.equal(new Set(calls.map(({ callId }) => callId)).size, calls.length);
    });
  }

  test("what servers say and ask beside their answers comes on a stream before", async (t) => {
    const gate = await stage(t, "modern", (heard) => {
      const { id, params } = heard.body;
      if (params.name === "echo" || params.inputResponses !== undefined) heard.json(done(id, params.name));
      else heard.json({ jsonrpc: "2.0", id, result: { resultType: "input_required", inputRequests: { r: { method: "roots/list" } } } });
    });
    const session = await open(gate, "/mcp");
    const next = messagesOf(await gate.post("/mcp", [call(1, "asking__ask"), call(2, "asking__echo")], session));
    const question = await next();
    assert.equal(question.method, "roots/list");
    const answer = { jsonrpc: "2.0", id: question.id, result: { roots: [] } };
    assert.equal((await gate.post("/mcp", [answer, { jsonrpc: "2.0", method: "notifications/initialized" }], session)).status, 202);
    const answers = byId((await next()) as Message[]);
    assert.deepEqual([...answers.keys()].sort(), [1, 2]);
    assert.equal(await next(), undefined);
  });

  test("is refused in every other revision, without a session, and when a message in it is none", async (t) => {
    const gate = await stage(t, "modern", ({ body, json }) => json(done(body.id, "never")));
    const old = await open(gate, "/mcp");
    const { "mcp-protocol-version": _version, ...newer } = await open(gate, "/mcp", "2025-06-18");
    const good = [call(1, "asking__echo")];
    const attempts: readonly (readonly [string, unknown, Readonly<Record<string, string>>, number])[] = [
      ["no session", good, {}, 400],
      ["an unknown session", good, { "mcp-session-id": "x" }, 404],
      ["a newer session", good, newer, 400],
      ["a newer version", good, { ...old, "mcp-protocol-version": "2025-06-18" }, 400],
      ["the stateless version", good, { "mcp-protocol-version": "2026-07-28" }, 400],
      ["nothing in it", [], old, 400],
      ["no message in it", [...good, 1], old, 400],
      ["a handshake in it", [...good, { jsonrpc: "2.0", id: 2, method: "initialize", params: {} }], old, 400],
      ["a batch in it", [good], old, 400],
    ];
    for (const [what, batch, headers, status] of attempts) assert.equal((await gate.post("/mcp", batch, headers)).status, status, what);
  });
});
