import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { type ChangingServer, secret, startChangingLegacy, startChangingModern, watched } from "../fixtures/changing-server.ts";
import { allowAll, type Harness, startGate } from "./harness.ts";
import { modernClient, sessionClient } from "./listening.ts";
import { until } from "./until.ts";

const starts = { modern: startChangingModern, legacy: startChangingLegacy } as const;
const eras = ["modern", "legacy"] as const;

interface Scene extends Harness {
  readonly upstream: ChangingServer;
}

async function scene(t: TestContext, era: (typeof eras)[number], settings: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
  const upstream = await starts[era]();
  t.after(() => upstream.close());
  const servers = [{ name: "changing", url: upstream.url }];
  return { ...(await startGate(t, { policies: [allowAll], servers, ...settings })), upstream };
}

for (const era of eras) {
  for (const path of ["/mcp/changing", "/mcp"]) {
    describe(`a client of the stateless revision subscribes at ${path} to a ${era} server`, () => {
      test("it is acknowledged what is honoured, and hears that and nothing else", async (t) => {
        const { upstream, ...harness } = await scene(t, era);
        const client = await modernClient(t, harness, path);
        const subscription = await client.listen({ toolsListChanged: true, resourceSubscriptions: [watched] });
        assert.deepEqual(subscription.honoredFilter, { toolsListChanged: true, resourceSubscriptions: [watched] });

        upstream.promptsChanged();
        upstream.resourceUpdated(secret);
        upstream.toolsChanged();
        upstream.resourceUpdated(watched);
        await until("both changes", () => client.heard.length >= 2);
        assert.deepEqual([...client.heard].sort(), ["notifications/resources/updated test://watched", "notifications/tools/list_changed"]);
      });
    });

    describe(`a client with a session subscribes at ${path} to a ${era} server`, () => {
      test("its stream tells of changed lists, and of the resources that it subscribed to, once each", async (t) => {
        const { upstream, ...harness } = await scene(t, era);
        const client = await sessionClient(t, harness, path);
        assert.deepEqual(client.getServerCapabilities()?.tools, { listChanged: true });
        assert.equal(client.getServerCapabilities()?.resources?.subscribe, true);
        await client.subscribeResource({ uri: watched });
        await until("the gate listens", () => upstream.listening() > 0);

        upstream.resourceUpdated(secret);
        upstream.toolsChanged();
        upstream.resourceUpdated(watched);
        await until("both changes", () => client.heard.length >= 2);
        assert.deepEqual([...client.heard].sort(), ["notifications/resources/updated test://watched", "notifications/tools/list_changed"]);

        await client.unsubscribeResource({ uri: watched });
        upstream.resourceUpdated(watched);
        upstream.promptsChanged();
        await until("the next change", () => client.heard.includes("notifications/prompts/list_changed"));
        assert.equal(client.heard.length, 3);
      });
    });
  }

  describe(`arguments at ${era} servers`, () => {
    for (const [path, prompt] of [
      ["/mcp/changing", "greet"],
      ["/mcp", "changing__greet"],
    ] as const) {
      test(`are completed at ${path} by the server that has the prompt or the template, for every client`, async (t) => {
        const stage = await scene(t, era);
        for (const connect of [modernClient, sessionClient]) {
          const client = await connect(t, stage, path);
          const asked = async (ref: { type: "ref/prompt"; name: string } | { type: "ref/resource"; uri: string }, name: string) =>
            (await client.complete({ ref, argument: { name, value: "an" } })).completion.values;
          assert.deepEqual(await asked({ type: "ref/prompt", name: prompt }, "name"), ["anna", "antonia"]);
          assert.deepEqual(await asked({ type: "ref/resource", uri: "item://{id}" }, "id"), ["anna", "antonia"]);
          if (path !== "/mcp") continue;
          await assert.rejects(asked({ type: "ref/prompt", name: "nowhere__greet" }, "name"));
          await assert.rejects(asked({ type: "ref/resource", uri: "other://{id}" }, "id"));
        }
      });
    }
  });
}

describe("log messages that belong to no request", () => {
  test("reach each session at /mcp once, by the level that it set, and no client of the stateless revision", async (t) => {
    const { upstream, ...harness } = await scene(t, "legacy");
    const all = await sessionClient(t, harness, "/mcp");
    const few = await sessionClient(t, harness, "/mcp");
    await few.setLoggingLevel("emergency");
    const modern = await modernClient(t, harness, "/mcp");
    await modern.listen({ toolsListChanged: true });
    await until("the gate listens", () => upstream.listening() > 0);
    await until("it hears", () => {
      upstream.toolsChanged();
      return all.heard.length > 0 && few.heard.length > 0 && modern.heard.length > 0;
    });
    upstream.log("something failed");
    await until("it is told", () => all.logs.length > 0);
    upstream.promptsChanged();
    await until("what comes behind it", () => few.heard.includes("notifications/prompts/list_changed"));
    assert.deepEqual([all.logs, few.logs], [["something failed"], []]);
    assert.ok(modern.heard.every((method) => method === "notifications/tools/list_changed"));
  });
});
