import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { operator } from "../../registry/actor.ts";
import { type ChangingServer, secret, startChangingLegacy, startChangingModern, watched } from "../fixtures/changing-server.ts";
import { allowAll, type Harness, modernRequest, startGate } from "./harness.ts";
import { type ListeningClient, modernClient, type SessionClient, sessionClient } from "./listening.ts";
import { until } from "./until.ts";
import { openWebSocket } from "./websocket-client.ts";

const starts = { modern: startChangingModern, legacy: startChangingLegacy } as const;
const eras = ["modern", "legacy"] as const;
const actor = operator("default", "file");
const tools = "notifications/tools/list_changed";

interface Scene extends Harness {
  readonly upstream: ChangingServer;
}

async function scene(t: TestContext, era: (typeof eras)[number], settings: object = {}): Promise<Scene> {
  const upstream = await starts[era]();
  t.after(() => upstream.close());
  const servers = [{ name: "changing", url: upstream.url }];
  return { ...(await startGate(t, { policies: [allowAll], servers, ...settings })), upstream };
}

for (const era of eras) {
  describe(`changes at a ${era} server reach clients over WebSocket:`, () => {
    for (const path of ["/mcp/changing/ws", "/mcp/ws"]) {
      test(`by subscriptions, and in sessions, at ${path}`, async (t) => {
        const { upstream, ...harness } = await scene(t, era);
        const connect = () =>
          openWebSocket(`${harness.gate.httpUrl.replace("http", "ws")}${path}`, {
            headers: { authorization: `Bearer ${harness.agentKey}` },
          });
        const modern = await connect();
        for (const [id, notifications] of [
          ["one", { toolsListChanged: true }],
          ["two", { resourceSubscriptions: [watched] }],
        ] as const)
          modern.send(modernRequest("subscriptions/listen", { notifications }, id).message);
        const told = () =>
          modern.messages.map(
            ({ method, params }) =>
              `${String(method)} ${String((params as { _meta: object })._meta["io.modelcontextprotocol/subscriptionId" as never])}`,
          );
        await until("both are acknowledged", () => modern.messages.length === 2);

        const session = await connect();
        const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };
        await session.ask({ jsonrpc: "2.0", id: 1, method: "initialize", params });
        session.send({ jsonrpc: "2.0", method: "notifications/initialized" });
        await session.ask({ jsonrpc: "2.0", id: 2, method: "resources/subscribe", params: { uri: watched } });
        const heard = () => session.messages.flatMap(({ method }) => (method === undefined ? [] : [String(method)]));
        await until("the session is told", () => {
          upstream.toolsChanged();
          return heard().includes(tools);
        });
        upstream.resourceUpdated(watched);
        await until(
          "all is told",
          () => heard().includes("notifications/resources/updated") && told().includes("notifications/resources/updated two"),
        );
        assert.ok(told().includes(`${tools} one`));
        assert.ok(!told().includes(`${tools} two`) && !told().includes("notifications/resources/updated one"));

        modern.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "one" } });
        const before = told().length;
        await until("the other goes on", () => {
          upstream.toolsChanged();
          upstream.resourceUpdated(watched);
          return told().length > before + 2;
        });
        assert.ok(
          told()
            .slice(before + 2)
            .every((one) => one === "notifications/resources/updated two"),
        );
        modern.socket.close();
        session.socket.close();
        await until("nobody listens", () => upstream.listening() === 0);
      });
    }
  });

  describe(`a virtual server that shows some of a ${era} server`, () => {
    const shown = (uri: string) => ({
      name: "some",
      tools: [{ server: "changing", pick: "echo", name: "say" }],
      resources: [{ server: "changing", pick: watched, uri }],
    });

    test("tells of what it shows under its own names, of nothing else, and of its own changes", async (t) => {
      const { upstream, ...harness } = await scene(t, era);
      await harness.gate.control.putVirtualServer(actor, shown("docs://watched"));
      const modern = await modernClient(t, harness, "/mcp/v/some");
      const wanted = { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ["docs://watched", watched, secret] };
      const subscription = await modern.listen(wanted);
      assert.deepEqual(subscription.honoredFilter?.resourceSubscriptions, ["docs://watched"]);
      const session = await sessionClient(t, harness, "/mcp/v/some");
      await session.subscribeResource({ uri: "docs://watched" });
      await assert.rejects(session.subscribeResource({ uri: watched }));
      upstream.promptsChanged();
      upstream.resourceUpdated(secret);
      upstream.resourceUpdated(watched);
      upstream.toolsChanged();
      for (const { heard } of [modern, session]) {
        await until("what it shows", () => heard.length >= 2);
        assert.deepEqual([...heard].sort(), ["notifications/resources/updated docs://watched", tools]);
        heard.splice(0);
      }
      await harness.gate.control.putVirtualServer(actor, shown("docs://other"));
      for (const { heard } of [modern, session]) await until("its own change", () => heard.includes(tools));
      await harness.gate.control.removeVirtualServer(actor, "some");
      assert.equal(await subscription.closed, "graceful");
    });
  });
}

describe("changes at servers over stdio", () => {
  const program = join(fileURLToPath(new URL("..", import.meta.url)), "fixtures/conformance/stdio-server.ts");

  test("reach clients of both eras at both endpoints", async (t) => {
    const server = { name: "over-stdio", command: process.execPath, args: ["--disable-warning=ExperimentalWarning", program] };
    const harness = await startGate(t, { policies: [allowAll], servers: [server] });
    const clients: (ListeningClient | SessionClient)[] = [];
    for (const path of ["/mcp/over-stdio", "/mcp"]) {
      const modern = await modernClient(t, harness, path);
      await modern.listen({ toolsListChanged: true });
      clients.push(modern, await sessionClient(t, harness, path));
    }
    await until("all hear of it", async () => {
      await clients[0]?.callTool({ name: "test_trigger_tool_change", arguments: {} });
      return clients.every(({ heard }) => heard.includes(tools));
    });
  });
});

describe("several sessions of one caller with a server:", () => {
  test("what is told to one of them only is heard", async (t) => {
    const { upstream, ...harness } = await scene(t, "legacy");
    const modern = await modernClient(t, harness, "/mcp/changing");
    await modern.listen({ toolsListChanged: true });
    // Another client of the same caller, which can be asked: the gate opens a session of its own for it.
    const { message, headers } = modernRequest("tools/call", { name: "echo", arguments: { message: "change" } });
    const { params } = message as { readonly params: { readonly _meta: object } };
    const capabilities = { "io.modelcontextprotocol/clientCapabilities": { elicitation: {} } };
    const asking = { ...message, params: { ...params, _meta: { ...params._meta, ...capabilities } } };
    await until("its change is heard", async () => {
      assert.match(await (await harness.post("/mcp/changing", asking, headers)).text(), /change/);
      return modern.heard.includes(tools);
    });
    assert.equal(upstream.listening(), 2);
  });
});
