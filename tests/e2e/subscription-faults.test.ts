import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { type ChangingServer, startChangingLegacy, startChangingModern, watched } from "../fixtures/changing-server.ts";
import { dial, rawPost } from "./dial.ts";
import { allowAll, type Harness, modernRequest, startGate } from "./harness.ts";
import { modernClient, sessionClient } from "./listening.ts";
import { openSession } from "./stage.ts";
import { until } from "./until.ts";

const starts = { modern: startChangingModern, legacy: startChangingLegacy } as const;
const eras = ["modern", "legacy"] as const;

interface Scene extends Harness {
  readonly upstream: ChangingServer;
}

async function scene(t: TestContext, era: (typeof eras)[number]): Promise<Scene> {
  const upstream = await starts[era]();
  t.after(() => upstream.close());
  const servers = [{ name: "changing", url: upstream.url }];
  return { ...(await startGate(t, { policies: [allowAll], servers })), upstream };
}

const tools = "notifications/tools/list_changed";
const updated = `notifications/resources/updated ${watched}`;

for (const era of eras) {
  describe(`while clients listen to a ${era} server:`, () => {
    test("it dies and comes back: they are told that they may have missed something, and hear it again", async (t) => {
      const { upstream, ...harness } = await scene(t, era);
      const clients = [];
      for (const path of ["/mcp/changing", "/mcp"]) {
        const modern = await modernClient(t, harness, path);
        await modern.listen({ toolsListChanged: true, resourceSubscriptions: [watched] });
        clients.push(modern);
      }
      const session = await sessionClient(t, harness, "/mcp");
      await session.subscribeResource({ uri: watched });
      clients.push(session);
      await upstream.vanish();
      await upstream.comeBack();
      for (const { heard } of clients) await until("what may have changed", () => heard.includes(tools) && heard.includes(updated));
      await until("the gate listens", () => upstream.listening() > 0);
      for (const { heard } of clients) heard.splice(0);
      upstream.resourceUpdated(watched);
      for (const { heard } of clients) await until("the next change", () => heard.includes(updated));
    });

    test("they vanish: the gate stops listening there", async (t) => {
      const { upstream, ...harness } = await scene(t, era);
      const modern = await modernClient(t, harness, "/mcp/changing");
      const subscription = await modern.listen({ toolsListChanged: true });
      const merged = await modernClient(t, harness, "/mcp");
      await merged.listen({ resourceSubscriptions: [watched] });
      await until("all share one stream", () => upstream.listening() === 1);
      await subscription.close();
      await merged.close();
      await until("the gate no longer listens", () => upstream.listening() === 0);
    });

    test("a session ends: the gate stops listening there, and its stream ends", async (t) => {
      const { upstream, ...harness } = await scene(t, era);
      const session = await openSession(harness, "/mcp");
      const headers = { ...session, authorization: `Bearer ${harness.agentKey}` };
      const url = `${harness.gate.httpUrl}/mcp`;
      const stream = await fetch(url, { headers: { ...headers, accept: "text/event-stream" } });
      const subscribe = { jsonrpc: "2.0", id: 1, method: "resources/subscribe", params: { uri: watched } };
      assert.equal((await harness.post("/mcp", subscribe, session)).status, 200);
      await until("the gate listens", () => upstream.listening() > 0);
      assert.equal((await fetch(url, { method: "DELETE", headers })).status, 200);
      await stream.text();
      await until("the gate no longer listens", () => upstream.listening() === 0);
      assert.deepEqual(upstream.subscribed(), []);
    });

    test("one reads too slowly: the others hear at once, and it hears the last of everything when it reads again", async (t) => {
      const { upstream, ...harness } = await scene(t, era);
      const quick = await modernClient(t, harness, "/mcp");
      await quick.listen({ toolsListChanged: true });
      const slow = await dial(harness.gate.httpUrl);
      t.after(() => slow.socket.destroy());
      // Long names soon fill what a slow reader may leave unread.
      const long = `test://${"x".repeat(2_000)}`;
      const wanted = { notifications: { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: [long] } };
      const { message, headers } = modernRequest("subscriptions/listen", wanted);
      const accept = { authorization: `Bearer ${harness.agentKey}`, "content-type": "application/json", accept: "text/event-stream" };
      slow.send(rawPost("/mcp/changing", { ...headers, ...accept }, JSON.stringify(message)));
      await slow.until((received) => received.includes("acknowledged"));
      slow.socket.pause();
      const sent = 5_000;
      for (let updates = 0; updates < sent; updates += 100) {
        for (let each = 0; each < 100; each += 1) upstream.resourceUpdated(long);
        const before = quick.heard.length;
        upstream.toolsChanged();
        await until("the quick one hears", () => quick.heard.length > before);
      }
      upstream.promptsChanged();
      slow.socket.resume();
      await slow.until((received) => received.includes("notifications/prompts/list_changed"));
      const heard = slow.received().split("notifications/resources/updated").length - 1;
      assert.ok(heard > 0 && heard < sent, `of ${sent} updates it was told ${heard}`);
    });
  });
}

describe("the gate stops while clients listen:", () => {
  test("a subscription ends with its result, and a session's stream ends", async (t) => {
    const { gate, ...harness } = await scene(t, "modern");
    const modern = await modernClient(t, { gate, ...harness }, "/mcp/changing");
    const subscription = await modern.listen({ toolsListChanged: true });
    await sessionClient(t, { gate, ...harness }, "/mcp");
    await gate.close();
    assert.equal(await subscription.closed, "graceful");
  });
});
