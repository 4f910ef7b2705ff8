import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { CallDecided } from "../../domain/events.ts";
import { topics } from "../../domain/topics.ts";
import { operator } from "../../registry/actor.ts";
import { type ChangingServer, secret, startChangingLegacy, startChangingModern, watched } from "../fixtures/changing-server.ts";
import { type Harness, modernRequest, startGate } from "./harness.ts";
import { modernClient, sessionClient } from "./listening.ts";
import { until } from "./until.ts";

const starts = { modern: startChangingModern, legacy: startChangingLegacy } as const;
const eras = ["modern", "legacy"] as const;
const actor = operator("default", "file");
const all = { id: "everything", effect: "allow", match: { agents: ["*"] } };

interface Scene extends Harness {
  readonly upstream: ChangingServer;
  /** Replaces the rules by which everybody is judged. */
  rule(...rules: readonly object[]): Promise<void>;
}

async function scene(t: TestContext, era: (typeof eras)[number]): Promise<Scene> {
  const upstream = await starts[era]();
  t.after(() => upstream.close());
  const harness = await startGate(t, {});
  await harness.gate.control.registerServer(actor, { name: "changing", upstreams: [{ kind: "http", url: upstream.url }] });
  const rule = async (...rules: readonly object[]) => void (await harness.gate.control.putPolicy(actor, { policyId: "all", rules }));
  await rule(all);
  return { ...harness, upstream, rule };
}

async function keyOf({ gate }: Harness, agentId: string) {
  await gate.control.putUser(actor, { userId: "somebody", roles: [] });
  return gate.control.issueKey(actor, { userId: "somebody", agentId, title: agentId });
}

/** Both kinds of clients, who listen to everything that there is to hear. */
async function listeners(t: TestContext, harness: Harness, path: string, key = harness.agentKey) {
  const modern = await modernClient(t, harness, path, key);
  const subscription = await modern.listen({ toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: [watched] });
  const session = await sessionClient(t, harness, path, key);
  await session.subscribeResource({ uri: watched });
  return { modern, session, subscription };
}

type Listeners = Awaited<ReturnType<typeof listeners>>;
const both = ({ modern, session }: Listeners) => [modern, session];
const forget = (those: Listeners) => both(those).forEach(({ heard }) => void heard.splice(0));
const hear = (those: Listeners, what: string) => until(`all hear ${what}`, () => both(those).every(({ heard }) => heard.includes(what)));

const tools = "notifications/tools/list_changed";
const prompts = "notifications/prompts/list_changed";
const updated = `notifications/resources/updated ${watched}`;

for (const era of eras) {
  describe(`rights that change while clients listen to a ${era} server:`, () => {
    test("the gate tells of lists that a policy changes, to those for whom it does, and of no others", async (t) => {
      const stage = await scene(t, era);
      const here = await listeners(t, stage, "/mcp/changing");
      const merged = await listeners(t, stage, "/mcp");
      const other = await listeners(t, stage, "/mcp", (await keyOf(stage, "other")).secret);
      const nobodyElse = { id: "no-echo", effect: "deny", match: { tools: ["echo"], agents: ["demo-agent"] } };
      const { agentId } = await decidedBy(stage);
      await stage.rule(all, { ...nobodyElse, match: { tools: ["echo"], agents: [agentId] } });
      await hear(here, tools);
      await hear(merged, tools);
      // What the server tells comes behind what the gate told: by then everything was heard.
      stage.upstream.promptsChanged();
      for (const those of [here, merged, other]) await hear(those, prompts);
      for (const { heard } of both(other)) assert.deepEqual(heard, [prompts]);
      for (const { heard } of [...both(here), ...both(merged)])
        assert.deepEqual(
          heard.filter((method) => method !== prompts && method !== "notifications/resources/list_changed"),
          [tools],
        );
    });

    test("a resource that may not be read any more changes unheard", async (t) => {
      const stage = await scene(t, era);
      const places = [await listeners(t, stage, "/mcp/changing"), await listeners(t, stage, "/mcp")];
      stage.upstream.resourceUpdated(watched);
      for (const those of places) await hear(those, updated);
      await stage.rule(all, { id: "not-that", effect: "deny", match: { resources: [watched] } });
      places.forEach(forget);
      stage.upstream.resourceUpdated(watched);
      stage.upstream.toolsChanged();
      for (const those of places) await hear(those, tools);
      for (const { heard } of places.flatMap(both)) assert.ok(!heard.includes(updated), heard.join());
    });

    test("who is allowed nothing any more, or whose key is revoked, hears no more", async (t) => {
      const stage = await scene(t, era);
      const issued = await keyOf(stage, "other");
      const { secret: key } = issued;
      const places = [await listeners(t, stage, "/mcp/changing", key), await listeners(t, stage, "/mcp", key)];
      const staying = await listeners(t, stage, "/mcp");
      await stage.gate.control.revokeKey(actor, issued.key.keyId);
      for (const { subscription } of places) assert.equal(await subscription.closed, "graceful");
      const metric = async () => /^sluice_subscriptions (\d+)$/m.exec(await (await fetch(`${stage.gate.httpUrl}/metrics`)).text())?.[1];
      await until("only the others listen", async () => (await metric()) === "2");
      places.forEach(forget);
      stage.upstream.toolsChanged();
      await hear(staying, tools);
      for (const { heard } of places.flatMap(both)) assert.deepEqual(heard, []);

      forget(staying);
      await stage.rule();
      assert.equal(await staying.subscription.closed, "graceful");
      await until("nobody listens", async () => (await metric()) === "0");
      assert.ok(staying.session.heard.includes(tools), "its list is empty now");
    });

    test("a resource that may not be read is not honoured, and the record says so", async (t) => {
      const stage = await scene(t, era);
      await stage.rule(all, { id: "not-that", effect: "deny", match: { resources: [secret] } });
      for (const path of ["/mcp/changing", "/mcp"]) {
        const modern = await modernClient(t, stage, path);
        const { honoredFilter } = await modern.listen({ resourceSubscriptions: [watched, secret] });
        assert.deepEqual(honoredFilter, { resourceSubscriptions: [watched] });
        const session = await sessionClient(t, stage, path);
        await assert.rejects(session.subscribeResource({ uri: secret }), /may not|no such/);
      }
      const decisions = await decided(stage);
      const judged = decisions.filter(({ name }) => name !== null).map(({ name, stage: by, verdict }) => `${verdict} ${name} ${by}`);
      const here = [`allow ${watched} policy`, `deny ${secret} policy`, `deny ${secret} policy`];
      // Where several servers are merged, what may not be read is not there.
      const merged = [`allow ${watched} policy`, `deny ${secret} route`, `deny ${secret} route`];
      assert.deepEqual(judged.sort(), [...here, ...merged].sort());
      assert.ok(decisions.some(({ method, verdict }) => method === "subscriptions/listen" && verdict === "allow"));
    });
  });
}

describe("the registry changes while clients listen at /mcp:", () => {
  test("a server that comes, and one that goes, change the lists; what the new one tells is heard", async (t) => {
    const stage = await scene(t, "modern");
    const those = await listeners(t, stage, "/mcp");
    const another = await startChangingLegacy();
    t.after(() => another.close());
    await stage.gate.control.registerServer(actor, { name: "another", upstreams: [{ kind: "http", url: another.url }] });
    await hear(those, tools);
    forget(those);
    await until("the gate listens there", () => another.listening() > 0);
    another.promptsChanged();
    await hear(those, prompts);
    forget(those);
    await stage.gate.control.removeServer(actor, "another");
    await hear(those, tools);
    await until("the gate does not listen there any more", () => another.listening() === 0);
  });

  test("a subscription to one server ends with the server", async (t) => {
    const stage = await scene(t, "modern");
    const { subscription } = await listeners(t, stage, "/mcp/changing");
    await stage.gate.control.removeServer(actor, "changing");
    assert.equal(await subscription.closed, "graceful");
    await until("the gate does not listen any more", () => stage.upstream.listening() === 0);
  });
});

async function decided({ gate }: Harness): Promise<readonly CallDecided[]> {
  await gate.settled();
  const [extent] = await gate.log.extent(topics.calls);
  const records = await gate.log.read(topics.calls, { partition: 0, from: extent?.start ?? 0, recordsMax: 10_000 });
  return records.filter(({ type }) => type === "call_decided").map(({ value }) => value as CallDecided);
}

/** As whom the harness's agent is known. */
async function decidedBy(harness: Harness): Promise<{ readonly agentId: string }> {
  const { message, headers } = modernRequest("tools/list");
  await (await harness.post("/mcp", message, headers)).text();
  return { agentId: (await decided(harness))[0]?.principal.agentId ?? "" };
}
