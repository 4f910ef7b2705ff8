import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { operator } from "../../registry/actor.ts";
import { type Listed, type ListingServer, startListingServer, tool } from "../fixtures/listing-server.ts";
import { answerOf, type Harness, modernRequest, startGate } from "./harness.ts";
import { openSession, outcomes } from "./stage.ts";
import { until } from "./until.ts";

interface Answer {
  readonly id: unknown;
  readonly result?: Readonly<Record<string, unknown>> & { readonly ttlMs?: number; readonly tools: readonly { readonly name: string }[] };
  readonly error?: { readonly code: number };
}

interface Scene extends Harness {
  readonly server: ListingServer;
  ask(
    method: string,
    params?: Readonly<Record<string, unknown>>,
    given?: { readonly path?: string; readonly key?: string; readonly id?: string },
  ): Promise<Answer>;
}

const has: Partial<Listed> = {
  tools: [tool("one"), tool("two")],
  prompts: [{ name: "p" }],
  resources: [{ uri: "x://a", name: "a" }],
  ttlMs: 60_000,
  cacheScope: "public",
};

async function scene(
  t: TestContext,
  given: Partial<Listed> = {},
  settings: Readonly<Record<string, unknown>> = {},
  era: "modern" | "legacy" = "modern",
): Promise<Scene> {
  const server = await startListingServer(era, { ...has, ...given });
  t.after(() => server.close());
  const policies = [{ policyId: "all", rules: [{ id: "everything", effect: "allow" }] }];
  const harness = await startGate(t, { policies, servers: [{ name: "s", url: server.url }], ...settings });
  return {
    ...harness,
    server,
    async ask(method, params = {}, { path = "/mcp/s", key = harness.agentKey, id = "1" } = {}) {
      const { message, headers } = modernRequest(method, params, id);
      return (await answerOf(await harness.post(path, message, { ...headers, authorization: `Bearer ${key}` }))) as unknown as Answer;
    },
  };
}

/** A key of another user's agent. */
async function anotherKey({ gate }: Harness): Promise<string> {
  const actor = operator("default", "demo");
  await gate.control.putUser(actor, { userId: "bert", roles: [] });
  return (await gate.control.issueKey(actor, { userId: "bert", agentId: "bert", title: "bert" })).secret;
}

const six = [
  ["server/discover", {}],
  ["tools/list", {}],
  ["prompts/list", {}],
  ["resources/list", {}],
  ["resources/templates/list", {}],
  ["resources/read", { uri: "x://a" }],
] as const;

describe("an answer that its server lets be kept", () => {
  for (const [method, params] of six) {
    test(`is not asked for again: ${method}`, async (t) => {
      const { ask, server } = await scene(t);
      const first = await ask(method, params, { id: "first" });
      server.asked(method);
      const second = await ask(method, params, { id: "second" });
      assert.equal(server.asked(method), 0);
      assert.deepEqual([first.id, second.id], ["first", "second"]);
      const { ttlMs, ...rest } = { ...second.result };
      const { ttlMs: whole, ...before } = { ...first.result };
      assert.deepEqual(rest, before);
      assert.ok(Number(ttlMs) <= Number(whole) && Number(ttlMs) > 0, "the time that is left of it");
    });
  }

  test("goes to everybody where it is public, filtered for each", async (t) => {
    const policies = [
      { policyId: "all", rules: [{ id: "everything", effect: "allow" }] },
      { policyId: "p", rules: [{ id: "not-two", effect: "deny", match: { users: "bert", tools: "two" } }] },
    ];
    const made = await scene(t, {}, { policies });
    const { ask, server } = made;
    const key = await anotherKey(made);
    assert.equal((await ask("tools/list")).result?.tools.length, 2);
    server.asked("tools/list");
    const theirs = await ask("tools/list", {}, { key });
    assert.deepEqual(
      theirs.result?.tools.map(({ name }) => name),
      ["one"],
    );
    assert.equal(theirs.result?.["cacheScope"], "private");
    assert.equal(server.asked("tools/list"), 0);
    assert.equal((await ask("tools/list")).result?.tools.length, 2);
  });

  test("never goes to another caller where it is private, at any endpoint", async (t) => {
    const made = await scene(t, { cacheScope: "private" });
    const { ask, server } = made;
    const key = await anotherKey(made);
    for (const path of ["/mcp/s", "/mcp"]) {
      for (const [method, params] of six.slice(1, 4)) {
        await ask(method, params, { path });
        server.asked(method);
        await ask(method, params, { path });
        assert.equal(server.asked(method), 0, `${path} ${method}: kept for the one`);
        await ask(method, params, { path, key });
        assert.ok(server.asked(method) > 0, `${path} ${method}: and not for the other`);
      }
    }
  });

  test("is one for a question: other parameters are another", async (t) => {
    const { ask, server } = await scene(t, {
      resources: [
        { uri: "x://a", name: "a" },
        { uri: "x://b", name: "b" },
      ],
      pageItems: 1,
    });
    for (const uri of ["x://a", "x://b", "x://a", "x://b"]) {
      const { result } = await ask("resources/read", { uri });
      assert.match(JSON.stringify(result), new RegExp(`read ${uri}`));
    }
    assert.equal(server.asked("resources/read"), 2);
    const first = await ask("resources/list");
    assert.notDeepEqual((await ask("resources/list", { cursor: first.result?.["nextCursor"] })).result, first.result);
  });

  test("is the resource's, whatever the endpoint calls it", async (t) => {
    const called = (name: string, pick: string) => ({ name, resources: [{ server: "s", pick, uri: "desk://doc" }] });
    const resources = ["x://a", "x://b"].map((uri) => ({ uri, name: uri }));
    const { ask, server } = await scene(t, { resources }, { virtualServers: [called("one", "x://a"), called("two", "x://b")] });
    const read = async (path: string, uri = "desk://doc") =>
      JSON.stringify((await ask("resources/read", { uri }, { path })).result?.["contents"]);
    await read("/mcp/s");
    assert.match(await read("/mcp/v/one"), /"desk:\/\/doc","text":"read x:\/\/a"/);
    assert.match(await read("/mcp/v/two"), /"desk:\/\/doc","text":"read x:\/\/b"/);
    assert.match(await read("/mcp/s", "x://b"), /"x:\/\/b","text":"read x:\/\/b"/);
    assert.equal(server.asked("resources/read"), 3, "the same one is not asked for again");
  });

  test("is asked for once by all who ask at the same time", async (t) => {
    const { ask, server } = await scene(t);
    await ask("server/discover");
    server.asked("tools/list");
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => ask("tools/list", {}, { id: `id-${n}` })));
    assert.equal(server.asked("tools/list"), 1);
    assert.deepEqual(
      answers.map(({ id }) => id),
      Array.from({ length: 20 }, (_, n) => `id-${n}`),
    );
    assert.ok(answers.every(({ result }) => result?.tools.length === 2));
  });

  test("is decided, recorded and ended like any other", async (t) => {
    const made = await scene(t);
    for (let turn = 0; turn < 3; turn += 1) await made.ask("resources/read", { uri: "x://a" });
    const ends = (await outcomes(made)).filter(({ method }) => method === "resources/read");
    assert.deepEqual(
      ends.map(({ outcome, upstream }) => [outcome, upstream === null]),
      [
        ["ok", false],
        ["ok", true],
        ["ok", true],
      ],
    );
  });

  test("reaches clients with sessions, too", async (t) => {
    const made = await scene(t);
    const session = await openSession(made, "/mcp/s");
    const list = async () => (await (await made.post("/mcp/s", { jsonrpc: "2.0", id: 7, method: "tools/list" }, session)).json()) as Answer;
    assert.equal((await list()).result?.tools.length, 2);
    made.server.asked("tools/list");
    const again = await list();
    assert.deepEqual([again.id, again.result?.tools.length], [7, 2]);
    assert.equal(made.server.asked("tools/list"), 0);
  });
});

describe("an answer is not kept", () => {
  const cases: Readonly<Record<string, { readonly given?: Partial<Listed>; readonly settings?: object; readonly era?: "legacy" }>> = {
    "where the server gives it no time": { given: { ttlMs: 0 } },
    "where the gate is told to keep none": { settings: { cache: { ttlMsMax: 0 } } },
    "where there is no room": { settings: { cache: { bytesMax: 0 } } },
    "of a server of an earlier revision": { era: "legacy" },
  };
  for (const [what, { given, settings, era }] of Object.entries(cases)) {
    test(what, async (t) => {
      const { ask, server } = await scene(t, given, settings as Readonly<Record<string, unknown>>, era);
      for (const path of ["/mcp/s", "/mcp"]) {
        for (let turn = 1; turn <= 3; turn += 1) await ask("tools/list", {}, { path });
        assert.equal(server.asked("tools/list"), 3, path);
      }
    });
  }

  test("unless the configuration gives servers of earlier revisions a time, for each caller apart", async (t) => {
    const made = await scene(t, {}, { cache: { legacyTtlMs: 60_000 } }, "legacy");
    const { ask, server } = made;
    for (const path of ["/mcp/s", "/mcp"]) {
      for (let turn = 1; turn <= 3; turn += 1) {
        const { result } = await ask("tools/list", {}, { path });
        assert.ok(Number(result?.["ttlMs"]) > 0);
        assert.equal(result?.["cacheScope"], "private");
      }
      assert.equal(server.asked("tools/list"), 1, path);
    }
    await ask("tools/list", {}, { key: await anotherKey(made) });
    assert.equal(server.asked("tools/list"), 1);
  });

  test("of a call that goes on from a question", async (t) => {
    const { ask, server } = await scene(t);
    await ask("resources/read", { uri: "x://a" });
    await ask("resources/read", { uri: "x://a", inputResponses: { a: { action: "accept" } } });
    assert.equal(server.asked("resources/read"), 2);
  });
});

describe("what is kept is forgotten", () => {
  test("when the server is registered at another address", async (t) => {
    const made = await scene(t);
    const { ask, gate, administratorKey } = made;
    const other = await startListingServer("modern", { ...has, tools: [tool("three")] });
    t.after(() => other.close());
    const register = async (url: string, match: Readonly<Record<string, string>> = {}) => {
      const headers = { authorization: `Bearer ${administratorKey}`, "content-type": "application/json", ...match };
      const body = JSON.stringify({ name: "own", upstreams: [{ kind: "http", url }] });
      assert.equal((await fetch(`${gate.httpUrl}/gateway/servers`, { method: "POST", headers, body })).status, 201);
    };
    await register(made.server.url);
    const listed = async (path: string) =>
      (await ask("tools/list", {}, { path })).result?.tools.map(({ name }) => name).filter((name) => !name.startsWith("s__"));
    assert.deepEqual(await listed("/mcp/own"), ["one", "two"]);
    assert.deepEqual(await listed("/mcp"), ["own__one", "own__two"]);
    await register(other.url, { "if-match": '"1"' });
    assert.deepEqual(await listed("/mcp/own"), ["three"]);
    assert.deepEqual(await listed("/mcp"), ["own__three"]);
  });

  test("when policies change it is filtered anew at once", async (t) => {
    const { ask, gate, administratorKey } = await scene(t);
    assert.equal((await ask("tools/list")).result?.tools.length, 2);
    const headers = { authorization: `Bearer ${administratorKey}`, "content-type": "application/json" };
    const body = JSON.stringify({ policyId: "late", rules: [{ id: "r", effect: "deny", match: { tools: ["two"] } }] });
    assert.equal((await fetch(`${gate.httpUrl}/policies`, { method: "POST", headers, body })).status, 201);
    assert.deepEqual(
      (await ask("tools/list")).result?.tools.map(({ name }) => name),
      ["one"],
    );
    assert.deepEqual(
      (await ask("tools/list", {}, { path: "/mcp" })).result?.tools.map(({ name }) => name),
      ["s__one"],
    );
  });

  test("when the server says that it changed, and nothing else is", async (t) => {
    const { ask, server, post } = await scene(t);
    const { message, headers } = modernRequest("subscriptions/listen", {
      notifications: { toolsListChanged: true, resourceSubscriptions: ["x://a"] },
    });
    const listening = await post("/mcp/s", message, headers);
    t.after(() => listening.body?.cancel());
    await until("the gate listens", () => server.listening() > 0);
    const each = async () => {
      for (const path of ["/mcp/s", "/mcp"]) await ask("tools/list", {}, { path });
      for (const uri of ["x://a", "x://b"]) await ask("resources/read", { uri });
      await ask("prompts/list");
      return ["tools/list", "resources/read", "prompts/list"].map((method) => server.asked(method));
    };
    assert.deepEqual(await each(), [2, 2, 1]);
    assert.deepEqual(await each(), [0, 0, 0]);
    server.has.tools = [tool("new")];
    server.tell("notifications/tools/list_changed");
    await until("the new list", async () => (await ask("tools/list")).result?.tools[0]?.name === "new");
    assert.equal((await ask("tools/list", {}, { path: "/mcp" })).result?.tools[0]?.name, "s__new");
    assert.deepEqual(await each(), [2, 0, 0], "both lists of tools once");
    server.tell("notifications/resources/updated", { uri: "x://a" });
    await until("another reading", async () => {
      await ask("resources/read", { uri: "x://a" });
      return server.asked("resources/read") === 1;
    });
    assert.deepEqual(await each(), [0, 0, 0]);
  });

  test("when its time is over", async (t) => {
    const { ask, server } = await scene(t, { ttlMs: 100 });
    await ask("tools/list");
    server.has.tools = [tool("new")];
    await until("the new list", async () => (await ask("tools/list")).result?.tools[0]?.name === "new");
  });
});
