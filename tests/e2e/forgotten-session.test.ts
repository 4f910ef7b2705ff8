import assert from "node:assert/strict";
import { test } from "node:test";
import { startScriptedServer } from "../fixtures/scripted-server.ts";
import { allowAll, answerOf, modernRequest, startGate } from "./harness.ts";
import { callOver, stage } from "./stage.ts";

for (const audit of ["strict", "buffered"] as const) {
  test(`a server that has forgotten the gate's session is given another, and the request once more (${audit})`, async (t) => {
    let forgetNext = false;
    const harness = await stage(
      t,
      {
        era: "legacy",
        tools: {
          echo({ arguments: { message }, answer, response }) {
            if (!forgetNext) return answer(String(message));
            forgetNext = false;
            response.writeHead(404).end();
          },
        },
      },
      { audit: { mode: audit } },
    );
    for (const [message, forgets] of Object.entries({ first: false, second: false, third: true, fourth: false })) {
      forgetNext = forgets;
      const response = await callOver(harness, "echo", message);
      const answer = await answerOf(response);
      assert.match(JSON.stringify(answer["result"]), new RegExp(`"${message}"`), JSON.stringify(answer));
    }
    const opened = harness.upstream.received.filter(({ method }) => method === "initialize");
    assert.equal(opened.length, 2);
  });
}

test("a server without sessions that answers 404 is not called again", async (t) => {
  const server = await startScriptedServer(({ body, json }) => {
    const answer = (result: object) => json({ jsonrpc: "2.0", id: body?.id, result });
    if (body?.method === "initialize") answer({ protocolVersion: "2025-06-18", capabilities: {}, serverInfo: { name: "s", version: "1" } });
    else if (body?.method === "tools/call")
      json({ jsonrpc: "2.0", id: body.id, error: { code: -32000, message: "paid, and not found" } }, 404);
    else json({ jsonrpc: "2.0", id: body?.id ?? null, error: { code: -32601, message: "no such method" } });
  });
  t.after(() => server.close());
  const harness = await startGate(t, { policies: [allowAll], servers: [{ name: "counting", url: server.url }] });
  const answer = await answerOf(await callOver(harness, "pay"));
  assert.match(JSON.stringify(answer["error"]), /paid, and not found/);
  assert.equal(server.called("tools/call").length, 1);
});

test("lists of a server that has forgotten the gate's session are there all the same, and what it does not know is missing from none", async (t) => {
  let session = 0;
  const server = await startScriptedServer(({ body, header, json }) => {
    const answer = (result: object) => json({ jsonrpc: "2.0", id: body?.id, result });
    if (body?.method === "initialize") {
      session += 1;
      const capabilities = { tools: {}, resources: {} };
      const result = { protocolVersion: "2025-06-18", capabilities, serverInfo: { name: "s", version: "1" } };
      json({ jsonrpc: "2.0", id: body.id, result }, 200, { "mcp-session-id": `s${session}` });
    } else if (body?.method === "server/discover")
      json({ jsonrpc: "2.0", id: body.id, error: { code: -32601, message: "no such method" } });
    else if (header("mcp-session-id") !== `s${session}`)
      json({ jsonrpc: "2.0", id: null, error: { code: -32001, message: "Session not found" } }, 404);
    else if (body?.method === "tools/list") answer({ tools: [{ name: "echo", inputSchema: { type: "object" } }] });
    else if (body?.method === "resources/list") answer({ resources: [{ uri: "x://a", name: "a" }] });
    else json({ jsonrpc: "2.0", id: body?.id ?? null, error: { code: -32601, message: "no such method" } });
  });
  t.after(() => server.close());
  const { post } = await startGate(t, { policies: [allowAll], servers: [{ name: "s", url: server.url }] });
  const list = async (method: string) => {
    const { message, headers } = modernRequest(method);
    return (await answerOf(await post("/mcp", message, headers)))["result"] as Readonly<Record<string, unknown>>;
  };
  assert.match(JSON.stringify(await list("tools/list")), /"s__echo"/);
  session += 1;
  assert.match(JSON.stringify(await list("tools/list")), /"s__echo"/);
  assert.match(JSON.stringify(await list("resources/list")), /"x:\/\/a"/);
  const templates = await list("resources/templates/list");
  assert.deepEqual(templates["resourceTemplates"], []);
  assert.doesNotMatch(JSON.stringify(templates), /unavailable/, "it did answer");
});
