import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Asked, handshakeOf } from "../fixtures/handshake.ts";
import { sendJson, startPostServer } from "../fixtures/post-server.ts";
import { allowAll, answerOf, modernRequest, startGate } from "./harness.ts";

/** Answers to `server/discover`, the last of them again and again; and the methods that the gate came with. */
async function askedBy(t: TestContext, answers: readonly object[]): Promise<{ readonly methods: readonly string[]; readonly ok: boolean }> {
  const methods: string[] = [];
  const waiting = [...answers];
  const discover = (isCheck: boolean) => (waiting.length > 1 && !isCheck ? waiting.shift() : waiting[0]);
  const { url, close } = await startPostServer((body, response) => {
    const asked = JSON.parse(body.toString()) as Asked;
    const isCheck = asked.id === "sluice-health";
    if (!isCheck) methods.push(asked.method ?? "");
    const answer = asked.method === "server/discover" ? discover(isCheck) : handshakeOf("legacy", asked);
    if (answer === null) return void response.writeHead(202).end();
    const message = { jsonrpc: "2.0", ...(answer ?? { result: { resultType: "complete", content: [] } }), id: asked.id ?? null };
    sendJson(response, "error" in message ? 400 : 200, message);
  });
  t.after(close);
  const harness = await startGate(t, { policies: [allowAll], servers: [{ name: "asked", url }] });
  const { message, headers } = modernRequest("tools/call", { name: "echo", arguments: {} });
  const answer = await answerOf(await harness.post("/mcp/asked", message, headers));
  return { methods, ok: answer["result"] !== undefined };
}

const unsupported = (...supported: readonly string[]) => ({ error: { code: -32022, message: "no", data: { supported } } });
const discovered = handshakeOf("modern", { method: "server/discover" }) as object;

test("a server that refuses the revision that it names itself is asked once more", async (t) => {
  const { methods, ok } = await askedBy(t, [unsupported("2026-07-28"), discovered]);
  assert.deepEqual([methods, ok], [["server/discover", "server/discover", "tools/call"], true]);
});

test("a server that names older revisions only is spoken to in one of them", async (t) => {
  const { methods, ok } = await askedBy(t, [unsupported("2025-11-25", "2025-06-18")]);
  assert.deepEqual([methods, ok], [["server/discover", "initialize", "notifications/initialized", "tools/call"], true]);
});

test("a server that refuses with an error of the stateless revision speaks it", async (t) => {
  const { methods, ok } = await askedBy(t, [{ error: { code: -32021, message: "no", data: { requiredCapabilities: { sampling: {} } } } }]);
  assert.deepEqual([methods, ok], [["server/discover", "tools/call"], true]);
});
