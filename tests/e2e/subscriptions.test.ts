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
}
