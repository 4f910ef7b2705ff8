import assert from "node:assert/strict";
import { test } from "node:test";
import { startConformanceServer } from "../fixtures/conformance/http-server.ts";
import { allowAll, modernRequest, startGate } from "./harness.ts";
import { openSession } from "./stage.ts";
import { until } from "./until.ts";

/*
 * The official SDK 2.x over Node sends not even the head of a GET stream before its first event, and does not notice that the client of
 * such a stream is gone: the session then has no room for another.
 */

test("a server that says nothing on its stream, not even that it is there, is listened to, again and again", async (t) => {
  const server = await startConformanceServer(["legacy"]);
  t.after(() => server.close());
  const harness = await startGate(t, { policies: [allowAll], servers: [{ name: "quiet", url: server.url }] });
  for (const id of [1, 2, 3]) {
    const listen = modernRequest("subscriptions/listen", { notifications: { toolsListChanged: true } }, id);
    const leaving = new AbortController();
    const response = await fetch(`${harness.gate.httpUrl}/mcp/quiet`, {
      method: "POST",
      signal: leaving.signal,
      headers: {
        ...listen.headers,
        authorization: `Bearer ${harness.agentKey}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify(listen.message),
    });
    let heard = "";
    const reading = (async () => {
      for await (const chunk of response.body ?? []) heard += Buffer.from(chunk).toString();
    })().catch(() => {}); // It is left in the middle.
    await until("the subscription is acknowledged", () => heard.includes("notifications/subscriptions/acknowledged"));
    const call = modernRequest("tools/call", { name: "test_trigger_tool_change", arguments: {} });
    assert.match(await (await harness.post("/mcp/quiet", call.message, call.headers)).text(), /Announced/);
    await until("the change is told", () => heard.includes("notifications/tools/list_changed"));
    leaving.abort();
    await reading;
  }
});

test("a client's own stream begins though its server's does not", async (t) => {
  const server = await startConformanceServer(["legacy"]);
  t.after(() => server.close());
  const harness = await startGate(t, { policies: [allowAll], servers: [{ name: "quiet", url: server.url }] });
  const session = await openSession(harness, "/mcp/quiet");
  const leaving = new AbortController();
  const { status, headers } = await fetch(`${harness.gate.httpUrl}/mcp/quiet`, {
    signal: leaving.signal,
    headers: { ...session, authorization: `Bearer ${harness.agentKey}`, accept: "text/event-stream" },
  });
  assert.deepEqual([status, headers.get("content-type")], [200, "text/event-stream"]);
  leaving.abort();
});
