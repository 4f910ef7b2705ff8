import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from "@modelcontextprotocol/client";
import { type Listed, type ListingServer, startListingServer, tool } from "../fixtures/listing-server.ts";
import { allowAll, answerOf, type Harness, modernRequest, startGate } from "./harness.ts";
import { until } from "./until.ts";

type Result = Readonly<Record<string, unknown>> & {
  readonly tools: readonly { readonly name: string }[];
  readonly resources: readonly { readonly uri: string; readonly _meta?: Readonly<Record<string, unknown>> }[];
  readonly nextCursor?: string;
  readonly ttlMs?: number;
  readonly cacheScope?: string;
  readonly _meta?: Readonly<Record<string, unknown>>;
};

interface Answer {
  readonly result?: Result;
  readonly error?: { readonly code: number; readonly message: string };
}

interface Scene extends Harness {
  readonly servers: Readonly<Record<string, ListingServer>>;
  ask(method: string, params?: Readonly<Record<string, unknown>>, path?: string): Promise<Answer>;
}

/** A gate in front of listing servers, modern ones unless their name begins with `old`. */
async function scene(
  t: TestContext,
  listed: Readonly<Record<string, Partial<Listed>>>,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Scene> {
  const servers: Record<string, ListingServer> = {};
  for (const [name, has] of Object.entries(listed)) {
    const server = await startListingServer(name.startsWith("old") ? "legacy" : "modern", has);
    t.after(() => server.close());
    servers[name] = server;
  }
  const definitions = Object.entries(servers).map(([name, { url }]) => ({ name, url }));
  const harness = await startGate(t, { policies: [allowAll], servers: definitions, ...settings });
  const ask = async (method: string, params: Readonly<Record<string, unknown>> = {}, path = "/mcp") => {
    const { message, headers } = modernRequest(method, params);
    return (await answerOf(await harness.post(path, message, headers))) as Answer;
  };
  return { ...harness, servers, ask };
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => tool(`t${String(n).padStart(3, "0")}`));
const namesOf = ({ result }: Answer) => (result?.tools ?? []).map(({ name }) => name);

describe("merged lists", () => {
  test("hold all pages of all servers, in one order, page by page", async (t) => {
    const { ask } = await scene(
      t,
      {
        b: { tools: numbered(25), pageItems: 10 },
        a: { tools: numbered(7).toReversed(), pageItems: 3 },
        old: { tools: numbered(4), pageItems: 2 },
      },
      { aggregation: { pageItemsMax: 10 } },
    );
    const all: string[] = [];
    let cursor: string | undefined;
    const sizes: number[] = [];
    do {
      const answer = await ask("tools/list", cursor === undefined ? {} : { cursor });
      assert.deepEqual(answer.error, undefined);
      all.push(...namesOf(answer));
      sizes.push(namesOf(answer).length);
      cursor = answer.result?.nextCursor;
    } while (cursor !== undefined);
    assert.deepEqual(sizes, [10, 10, 10, 6]);
    const expected = [
      ...numbered(7).map(({ name }) => `a__${String(name)}`),
      ...numbered(25).map(({ name }) => `b__${String(name)}`),
      ...numbered(4).map(({ name }) => `old__${String(name)}`),
    ];
    assert.deepEqual(all, expected);
  });

  test("go on over servers that come, go and change between two pages", async (t) => {
    const { ask, servers, gate, administratorKey } = await scene(
      t,
      { a: { tools: numbered(3) }, c: { tools: numbered(3) }, d: { tools: numbered(2) } },
      { aggregation: { pageItemsMax: 4 } },
    );
    const first = await ask("tools/list");
    assert.deepEqual(namesOf(first), ["a__t000", "a__t001", "a__t002", "c__t000"]);
    const added = await startListingServer("modern", { tools: numbered(1) });
    t.after(() => added.close());
    const register = async (name: string) =>
      fetch(`${gate.httpUrl}/gateway/servers`, {
        method: "POST",
        headers: { authorization: `Bearer ${administratorKey}`, "content-type": "application/json" },
        body: JSON.stringify({ name, upstreams: [{ kind: "http", url: added.url }] }),
      });
    assert.equal((await register("b")).status, 201);
    assert.equal((await register("e")).status, 201);
    const { c } = servers;
    assert.ok(c);
    c.has.tools = [tool("t000"), tool("t0005"), tool("t002")];
    const second = await ask("tools/list", { cursor: first.result?.nextCursor });
    assert.deepEqual(namesOf(second), ["c__t0005", "c__t002", "d__t000", "d__t001"]);
    const third = await ask("tools/list", { cursor: second.result?.nextCursor });
    assert.deepEqual(namesOf(third), ["e__t000"]);
  });

  test("refuse a cursor that is not theirs with -32602, in both eras, and take the empty one for the beginning", async (t) => {
    const { ask, post } = await scene(t, { a: { tools: numbered(3), prompts: numbered(3) } }, { aggregation: { pageItemsMax: 2 } });
    const { nextCursor } = (await ask("tools/list")).result ?? {};
    assert.ok(nextCursor);
    for (const cursor of ["x", `${nextCursor}A`, 5])
      assert.equal((await ask("tools/list", { cursor })).error?.code, -32602, String(cursor));
    assert.equal((await ask("prompts/list", { cursor: nextCursor })).error?.code, -32602);
    assert.deepEqual(namesOf(await ask("tools/list", { cursor: "" })), ["a__t000", "a__t001"]);

    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "x", version: "1" } };
    const opened = await post("/mcp", { jsonrpc: "2.0", id: 1, method: "initialize", params });
    const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" };
    const refused = await post("/mcp", { jsonrpc: "2.0", id: 2, method: "tools/list", params: { cursor: "x" } }, session);
    assert.equal(refused.status, 200);
    assert.equal(((await refused.json()) as Answer).error?.code, -32602);
  });

  test("lack a dead server's entries only, in time, and say so", async (t) => {
    const { ask, servers } = await scene(
      t,
      { alive: { tools: numbered(2) }, "old-alive": { tools: numbered(1) }, silent: { tools: numbered(2) } },
      { aggregation: { listTimeoutMs: 300 } },
    );
    assert.equal(namesOf(await ask("tools/list")).length, 5);
    const { silent } = servers;
    assert.ok(silent);
    silent.has.silent = true;
    const answer = await ask("tools/list");
    assert.deepEqual(namesOf(answer), ["alive__t000", "alive__t001", "old-alive__t000"]);
    assert.deepEqual(answer.result?._meta?.["dev.sluice/unavailable"], ["silent"]);
    assert.equal(answer.result?.ttlMs, 0);
    silent.has.silent = false;
    await until("the server is back", async () => namesOf(await ask("tools/list")).length === 5);
  });

  test("show names past 128 characters shortened, which can be called, whatever other names look like them", async (t) => {
    const long = "x".repeat(140);
    const { ask, servers } = await scene(t, { a: { tools: [tool(long), tool(`${long}2`), tool("short")] } });
    const names = namesOf(await ask("tools/list"));
    assert.equal(new Set(names).size, 3);
    const shortened = names.filter((name) => name !== "a__short");
    for (const name of shortened) assert.match(name, /^a__x{100}\.[0-9a-f]{24}$/);
    const called = new Set<unknown>();
    for (const name of shortened) {
      assert.equal((await ask("tools/call", { name, arguments: {} })).error, undefined);
      called.add(servers["a"]?.lastCall()?.["name"]);
    }
    assert.deepEqual([...called].sort(), [long, `${long}2`]);

    // A tool that is named like the short form of another is itself shown under another name.
    const [forged = ""] = shortened;
    const { a } = servers;
    assert.ok(a);
    a.has.tools = [tool(forged.slice(3)), tool("short"), ...a.has.tools.slice(0, 2)];
    const again = namesOf(await ask("tools/list"));
    assert.equal(new Set(again).size, 4);
    assert.ok(again.includes(forged));
    await ask("tools/call", { name: forged, arguments: {} });
    assert.ok([long, `${long}2`].includes(String(a.lastCall()?.["name"])));
  });

  test("come whole to a client that goes through the pages", async (t) => {
    const { gate, agentKey } = await scene(
      t,
      { a: { tools: numbered(30) }, b: { tools: numbered(30) } },
      { aggregation: { pageItemsMax: 7 } },
    );
    const client = new Client2({ name: "sdk-2", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
    await client.connect(
      new Transport2(new URL(`${gate.httpUrl}/mcp`), { requestInit: { headers: { authorization: `Bearer ${agentKey}` } } }),
    );
    const all = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await client.listTools(cursor === undefined ? {} : { cursor });
      for (const { name } of page.tools) all.add(name);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    assert.equal(all.size, 60);
    await client.close();
  });
});

describe("resources of the merged endpoint", () => {
  const resource = (uri: string) => ({ uri, name: uri });
  const template = (uriTemplate: string) => ({ uriTemplate, name: uriTemplate });

  test("are read from the one server that lists them, or has the template that fits best", async (t) => {
    const { ask, servers } = await scene(t, {
      a: { resources: [resource("x://one"), resource("x://both")], resourceTemplates: [template("x://items/{id}")] },
      b: { resources: [resource("x://both")], resourceTemplates: [template("x://items/special/{id}"), template("x://{any}")] },
      old: { tools: [{ ...tool("paint"), _meta: { ui: { resourceUri: "ui://paint/page" } } }] },
    });
    const readAt = async (uri: string) => {
      for (const server of Object.values(servers)) server.asked("resources/read");
      const { error } = await ask("resources/read", { uri });
      const [at] = Object.entries(servers)
        .filter(([, server]) => server.asked("resources/read") > 0)
        .map(([name]) => name);
      return at ?? `${error?.code}: ${error?.message}`;
    };
    assert.equal(await readAt("x://one"), "a");
    assert.equal(await readAt("x://items/7"), "a");
    assert.equal(await readAt("x://items/special/7"), "b");
    assert.equal(await readAt("ui://paint/page"), "old");
    assert.match(await readAt("x://both"), /^-32602: several servers .*\/mcp\/a or \/mcp\/b/);
    assert.match(await readAt("y://nowhere"), /^-32602: no server/);

    const { result } = await ask("resources/list");
    assert.deepEqual(
      result?.resources.map(({ uri }) => uri),
      ["x://both", "x://one"],
    );
    assert.deepEqual(result?.resources[0]?._meta, { "dev.sluice/servers": ["a", "b"] });
  });

  test("are ambiguous only among servers whose resource the caller may see", async (t) => {
    const { ask } = await scene(
      t,
      { a: { resources: [resource("x://both")] }, b: { resources: [resource("x://both")] } },
      { policies: [allowAll, { policyId: "p", rules: [{ id: "r", effect: "deny", match: { servers: "b", resources: "x://both" } }] }] },
    );
    assert.equal((await ask("resources/read", { uri: "x://both" })).error, undefined);
    assert.deepEqual((await ask("resources/list")).result?.resources, [resource("x://both")]);
  });
});

test("what no server has is not advertised, and not served", async (t) => {
  const { ask } = await scene(
    t,
    { a: { tools: numbered(1) } },
    { virtualServers: [{ name: "few", tools: [{ server: "a", pick: "t000" }] }] },
  );
  const discovered = await ask("server/discover", {}, "/mcp/v/few");
  assert.deepEqual(Object.keys(discovered.result?.["capabilities"] as object), ["tools"]);
  for (const method of ["prompts/list", "resources/list"]) assert.equal((await ask(method, {}, "/mcp/v/few")).error?.code, -32601, method);
  assert.deepEqual(namesOf(await ask("tools/list", {}, "/mcp/v/few")), ["t000"]);
});

test("every answer of the gate's own has what the revision requires of it", async (t) => {
  const { ask } = await scene(t, {
    a: { tools: numbered(1), resources: [{ uri: "x://a", name: "a" }], ttlMs: 60_000, cacheScope: "public" },
    old: { tools: numbered(1), resources: [{ uri: "y://a", name: "a" }] },
  });
  const asked: readonly (readonly [string, string, object])[] = [
    ...["/mcp", "/mcp/a", "/mcp/old"].flatMap((path) =>
      ["server/discover", "tools/list", "prompts/list", "resources/list", "resources/templates/list"].map(
        (method) => [path, method, {}] as const,
      ),
    ),
    ["/mcp", "resources/read", { uri: "y://a" }],
    ["/mcp", "resources/read", { uri: "x://a" }],
    ["/mcp/old", "resources/read", { uri: "y://a" }],
  ];
  for (const [path, method, params] of asked) {
    const { result } = await ask(method, { ...params }, path);
    const what = [path, method, ...Object.values(params)].join(" ");
    assert.equal(result?.["resultType"], "complete", what);
    assert.ok(Number.isSafeInteger(result["ttlMs"]) && Number(result["ttlMs"]) >= 0, what);
    assert.match(String(result["cacheScope"]), /^(public|private)$/, what);
    if (path !== "/mcp/a" && what !== "/mcp resources/read x://a")
      assert.ok("io.modelcontextprotocol/serverInfo" in (result?._meta ?? {}), what);
    if (method.endsWith("/list")) assert.equal(result["cacheScope"], "private", what);
  }
});
