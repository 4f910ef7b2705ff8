import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { altered } from "../fixtures/altered.ts";
import { type Heard, type ScriptedServer, startLegacyScript, startModernScript } from "../fixtures/scripted-server.ts";
import { allowAll, answerOf, type Harness, modernRequest, otherAgentKey, startGate } from "./harness.ts";
import { type Message, messagesOf } from "./sse-reader.ts";
import { outcomes } from "./stage.ts";
import { until } from "./until.ts";

interface Stage extends Harness {
  readonly server: ScriptedServer;
}

async function stage(t: TestContext, era: "modern" | "legacy", call: (heard: Heard) => void, settings: object = {}): Promise<Stage> {
  const server = await (era === "modern" ? startModernScript : startLegacyScript)(call);
  t.after(() => server.close());
  const harness = await startGate(t, { policies: [allowAll], servers: [{ name: "asking", url: server.url, ...settings }] });
  return { ...harness, server };
}

const form = { message: "Who?", requestedSchema: { type: "object", properties: {} } };
const paths = ["/mcp/asking", "/mcp"] as const;
const toolAt = (path: string) => (path === "/mcp" ? "asking__ask" : "ask");

/** A client with a session, which declares what it is told to. */
async function open({ post }: Harness, path: string, capabilities: object, protocolVersion = "2025-11-25") {
  const clientInfo = { name: "desk", version: "3" };
  const opened = await post(path, {
    jsonrpc: "2.0",
    id: "open",
    method: "initialize",
    params: { protocolVersion, capabilities, clientInfo },
  });
  const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "", "mcp-protocol-version": protocolVersion };
  assert.equal(opened.status, 200, await opened.text());
  assert.equal((await post(path, { jsonrpc: "2.0", method: "notifications/initialized" }, session)).status, 202);
  const request = (method: string, params: object, id: unknown = 5) => post(path, { jsonrpc: "2.0", id, method, params }, session);
  return {
    session,
    request,
    call: (args: object = {}) => request("tools/call", { name: toolAt(path), arguments: args }),
    answer: (id: unknown, result: object) => post(path, { jsonrpc: "2.0", id, result }, session),
    refuse: (id: unknown) => post(path, { jsonrpc: "2.0", id, error: { code: -1, message: "no" } }, session),
    notify: (method: string, params: object) => post(path, { jsonrpc: "2.0", method, params }, session),
  };
}

const inputRequired = (id: unknown, result: object) => ({ jsonrpc: "2.0", id, result: { resultType: "input_required", ...result } });
const done = (id: unknown, text: string) => ({ jsonrpc: "2.0", id, result: { resultType: "complete", content: [{ type: "text", text }] } });

/** Asks two things at once, then a third, then answers. */
function twoRounds(kind: "json" | "event", stateJson: string): (heard: Heard) => void {
  const progress = { jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: "p", progress: 1 } };
  const asked = `{"who":{"method":"elicitation/create","params":${JSON.stringify(form)}},"where":{"method":"roots/list"}}`;
  const sample = { again: { method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } } };
  const answerTo = (id: unknown, state: unknown) => {
    if (state === JSON.parse(stateJson)) return inputRequired(id, { inputRequests: sample, requestState: "2" });
    if (state === "2") return done(id, "thank you");
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"resultType":"input_required","inputRequests":${asked},"requestState":${stateJson}}}`;
  };
  return (heard) => {
    const { id, params } = heard.body;
    if (kind === "event" && params.requestState === undefined) heard.event(progress);
    heard[kind](answerTo(id, params.requestState));
    heard.end();
  };
}

describe("a stateless server asks a client with a session", () => {
  for (const path of paths) {
    for (const kind of ["json", "event"] as const) {
      test(`through ${path}, as ${kind}: by requests on the stream of the call, round after round`, async (t) => {
        const stateJson = String.raw`"s\u0074ate\/1"`;
        const gate = await stage(t, "modern", twoRounds(kind, stateJson));
        const capabilities = { elicitation: {}, roots: { listChanged: true }, sampling: {}, tasks: { list: {} } };
        const client = await open(gate, path, capabilities);
        const next = messagesOf(await client.call({ x: 1.5 }));
        if (kind === "event") assert.equal((await next()).method, "notifications/progress");
        const who = await next();
        const where = await next();
        assert.deepEqual({ ...who, id: 0 }, { jsonrpc: "2.0", id: 0, method: "elicitation/create", params: form });
        assert.deepEqual({ ...where, id: 0 }, { jsonrpc: "2.0", id: 0, method: "roots/list" });
        assert.notEqual(who.id, where.id);

        assert.equal((await client.answer(where.id, { roots: [] })).status, 202);
        assert.equal((await client.answer(who.id, { action: "accept", content: { n: 1 } })).status, 202);
        const again = await next();
        assert.equal(again.method, "sampling/createMessage");
        assert.equal((await client.answer(again.id, { role: "assistant", model: "m", content: { type: "text", text: "hi" } })).status, 202);
        const final = await next();
        assert.equal(final.id, 5);
        assert.deepEqual(final.result.content, [{ type: "text", text: "thank you" }]);
        assert.equal(await next(), undefined);

        const calls = gate.server.called("tools/call");
        assert.equal(calls.length, 3);
        assert.equal(new Set(calls.map(({ body }) => JSON.stringify(body.id))).size, 3, "every round has an id of its own");
        assert.ok(calls[1]?.raw.includes(`"requestState":${stateJson}`), "the state comes back byte for byte");
        assert.deepEqual(calls[1]?.body.params.inputResponses, { who: { action: "accept", content: { n: 1 } }, where: { roots: [] } });
        assert.ok(calls.every(({ raw }) => raw.includes('"arguments":{"x":1.5}')));
        const { tasks: _tasks, ...own } = capabilities;
        for (const { body, header } of calls) {
          assert.deepEqual(body.params._meta["io.modelcontextprotocol/clientCapabilities"], own);
          assert.deepEqual(body.params._meta["io.modelcontextprotocol/clientInfo"], { name: "desk", version: "3" });
          assert.equal(header("mcp-name"), "ask");
        }
        const [ended] = (await outcomes(gate)).filter(({ method }) => method === "tools/call");
        assert.equal(ended?.outcome, "ok");
      });
    }
  }

  test("an answer is taken once, and from the caller who was asked only", async (t) => {
    const gate = await stage(t, "modern", (heard) => {
      const { id, params } = heard.body;
      heard.json(
        params.inputResponses === undefined
          ? inputRequired(id, { inputRequests: { who: { method: "elicitation/create", params: form } } })
          : done(id, "ok"),
      );
    });
    const client = await open(gate, "/mcp", { elicitation: {} });
    const next = messagesOf(await client.call());
    const { id } = await next();
    const stranger = { authorization: `Bearer ${await otherAgentKey(gate)}` };
    const other = await open(
      { ...gate, post: (path, message, headers) => gate.post(path, message, { ...headers, ...stranger }) },
      "/mcp",
      {},
    );
    assert.equal((await other.answer(id, { action: "accept" })).status, 400);
    assert.equal((await client.answer("nobody's", { action: "accept" })).status, 400);
    assert.equal((await client.answer(id, { action: "decline" })).status, 202);
    assert.equal((await client.answer(id, { action: "accept" })).status, 202, "told twice, heard once");
    assert.equal((await next()).result.content[0].text, "ok");
    const retries = gate.server.called("tools/call").slice(1);
    assert.deepEqual(
      retries.map(({ body }) => body.params.inputResponses),
      [{ who: { action: "decline" } }],
    );
  });

  const failures: readonly (readonly [string, object, object, RegExp])[] = [
    [
      "what the client did not declare",
      { sampling: {} },
      { who: { method: "elicitation/create", params: form } },
      /did not declare.*elicitation/,
    ],
    ["what is no question", { elicitation: {} }, { who: { method: "tools/call", params: {} } }, /not valid/],
    [
      "an address of a client that has forms",
      { elicitation: {} },
      { a: { method: "elicitation/create", params: { mode: "url", url: "https://x", message: "?" } } },
      /elicitation/,
    ],
  ];
  for (const [what, capabilities, inputRequests, reason] of failures) {
    test(`${what} is a failure of the tool, and no question`, async (t) => {
      const gate = await stage(t, "modern", (heard) => heard.json(inputRequired(heard.body.id, { inputRequests })));
      const client = await open(gate, "/mcp/asking", capabilities);
      const { result } = await answerOf(await client.call());
      assert.equal((result as Message).isError, true);
      assert.match((result as Message).content[0].text, reason);
    });
  }

  test("an answer that is an error ends the call, and takes back the other questions", async (t) => {
    const inputRequests = { a: { method: "roots/list" }, b: { method: "elicitation/create", params: form } };
    const gate = await stage(t, "modern", (heard) => heard.json(inputRequired(heard.body.id, { inputRequests })));
    const client = await open(gate, "/mcp/asking", { elicitation: {}, roots: {} });
    const next = messagesOf(await client.call());
    const [a, b] = [await next(), await next()];
    await client.refuse(a.id);
    const seen = [await next(), await next()];
    const withdrawn = seen.find(({ method }) => method === "notifications/cancelled");
    assert.equal(withdrawn?.params.requestId, b.id);
    assert.equal(seen.find(({ id }) => id === 5)?.result.isError, true);
    assert.equal(gate.server.called("tools/call").length, 1);
  });

  test("a server that asks for ever is given up after eight rounds", async (t) => {
    const gate = await stage(t, "modern", (heard) =>
      heard.json(inputRequired(heard.body.id, { inputRequests: { a: { method: "roots/list" } }, requestState: "x" })),
    );
    const client = await open(gate, "/mcp/asking", { roots: {} });
    const next = messagesOf(await client.call());
    let asked = 0;
    for (let message = await next(); message.method === "roots/list"; message = await next()) {
      asked += 1;
      await client.answer(message.id, { roots: [] });
      if (asked === 8) break;
    }
    const { result } = await next();
    assert.match(result.content[0].text, /more than 8 times/);
    assert.equal(asked, 8);
  });

  test("a server that wants nothing but another try gets one", async (t) => {
    const gate = await stage(t, "modern", (heard) => {
      const { id, params } = heard.body;
      heard.json(params.requestState === "later" ? done(id, "now") : inputRequired(id, { requestState: "later" }));
    });
    const client = await open(gate, "/mcp/asking", {});
    const { result } = await answerOf(await client.call());
    assert.equal((result as Message).content[0].text, "now");
    assert.equal(gate.server.called("tools/call")[1]?.body.params.inputResponses, undefined);
  });

  test("cancelling takes back the questions, and the server is not asked again", async (t) => {
    const gate = await stage(t, "modern", (heard) =>
      heard.json(inputRequired(heard.body.id, { inputRequests: { a: { method: "roots/list" } } })),
    );
    const client = await open(gate, "/mcp", { roots: {} });
    const next = messagesOf(await client.call());
    const { id } = await next();
    await client.notify("notifications/cancelled", { requestId: 5 });
    for (let message = await next(); message !== undefined; message = await next()) assert.ok(!("result" in message));
    assert.equal((await client.answer(id, { roots: [] })).status, 202);
    assert.equal(gate.server.called("tools/call").length, 1);
    const [ended] = (await outcomes(gate)).filter(({ method }) => method === "tools/call");
    assert.equal(ended?.outcome, "cancelled");
  });
});

describe("a server with sessions asks a client with a session, on the merged endpoint", () => {
  test("by its own request on the stream of the call, whose answer comes back under its own id", async (t) => {
    const held: Heard[] = [];
    const gate = await stage(t, "legacy", (heard) => {
      held.push(heard);
      heard.event({ jsonrpc: "2.0", id: 1, method: "ping" });
      heard.event(`{"jsonrpc":"2.0", "id": 0,"method":"elicitation/create","params":{"message":"Who?","n":1.0}}`);
      heard.event({ jsonrpc: "2.0", id: "s", method: "sampling/createMessage", params: { messages: [] } });
    });
    const capabilities = { elicitation: {}, experimental: { "x/y": {} } };
    const client = await open(gate, "/mcp", capabilities, "2025-06-18");
    const [first, second] = [messagesOf(await client.call()), messagesOf(await client.call())];
    const [one, other] = [await first(), await second()];
    assert.deepEqual({ ...one, id: 0 }, { jsonrpc: "2.0", id: 0, method: "elicitation/create", params: { message: "Who?", n: 1 } });
    assert.notEqual(one.id, other.id, "two calls may have asked under the same id");
    assert.equal((await client.answer(other.id, { action: "cancel" })).status, 202);
    assert.equal((await client.answer(one.id, { action: "accept", content: {} })).status, 202);

    const answers = await until("all is answered", () => (gate.server.answers().length === 6 ? gate.server.answers() : undefined));
    const bodies = answers.map(({ body }) => body);
    assert.equal(bodies.filter(({ id, result }) => id === 1 && JSON.stringify(result) === "{}").length, 2, "pings");
    assert.equal(bodies.filter(({ id, error }) => id === "s" && error?.code === -32601).length, 2, "what the client did not declare");
    assert.deepEqual(
      bodies
        .filter(({ id }) => id === 0)
        .map(({ result }) => result.action)
        .sort(),
      ["accept", "cancel"],
    );
    for (const heard of held) {
      heard.event(done(heard.body.id, "ok"));
      heard.end();
    }
    for (const next of [first, second]) assert.equal((await next()).id, 5);
    const opened = gate.server.called("initialize").map(({ body }) => body.params);
    assert.ok(
      opened.some(
        (params) => params.protocolVersion === "2025-06-18" && JSON.stringify(params.capabilities) === JSON.stringify(capabilities),
      ),
    );
    assert.deepEqual(opened.at(-1)?.clientInfo, { name: "desk", version: "3" });
  });
});

describe("a server with sessions asks a stateless client", () => {
  interface Call {
    readonly path?: string;
    readonly capabilities?: object;
    readonly params?: Readonly<Record<string, unknown>>;
    readonly meta?: Readonly<Record<string, unknown>>;
    readonly key?: string;
    readonly method?: string;
    readonly signal?: AbortSignal;
  }
  let lastId = 100;

  async function call(gate: Stage, options: Call = {}): Promise<Response> {
    const {
      path = "/mcp/asking",
      capabilities = { elicitation: {}, roots: {} },
      params = {},
      meta = {},
      key = gate.agentKey,
      method = "tools/call",
      signal,
    } = options;
    lastId += 1;
    const made = modernRequest(method, { name: toolAt(path), arguments: { a: 1, b: 2 }, ...params }, lastId);
    const message = made.message as { params: { _meta: Record<string, unknown> } };
    Object.assign(message.params._meta, { "io.modelcontextprotocol/clientCapabilities": capabilities }, meta);
    return fetch(`${gate.gate.httpUrl}${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...made.headers,
      },
      body: JSON.stringify(message),
      ...(signal === undefined ? {} : { signal }),
    });
  }
  const resultOf = async (response: Response): Promise<Message> => ((await answerOf(response)) as Message).result;
  const errorOf = async (response: Response): Promise<Message> => ((await answerOf(response)) as Message).error;

  /** A tool that asks by its form, and answers with what it was told, once. */
  function asksOnce(held: Heard[]): (heard: Heard) => void {
    return (heard) => {
      held.push(heard);
      heard.event({
        jsonrpc: "2.0",
        method: "notifications/progress",
        params: { progressToken: heard.body.params._meta?.progressToken, progress: 1 },
      });
      heard.event({ jsonrpc: "2.0", id: 0, method: "elicitation/create", params: form });
    };
  }
  const reply = (heard: Heard, text: string) => {
    heard.event(done(heard.body.id, text));
    heard.end();
  };

  for (const path of paths) {
    for (const audit of ["strict", "buffered"] as const) {
      test(`through ${path}, ${audit}: the call waits, its retry brings the answer, the tool is executed once`, async (t) => {
        const held: Heard[] = [];
        const gate = await stage(t, "legacy", asksOnce(held), { audit });
        const next = messagesOf(await call(gate, { path, meta: { progressToken: "mine" } }));
        assert.equal((await next()).params.progressToken, "mine");
        const { id, result } = await next();
        assert.equal(id, lastId);
        assert.equal(result.resultType, "input_required");
        assert.deepEqual(Object.values(result.inputRequests), [{ method: "elicitation/create", params: form }]);
        assert.equal(await next(), undefined, "the client's request is over");

        const [key = ""] = Object.keys(result.inputRequests);
        held[0]?.event({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "nobody asked for it" } });
        held[0]?.event({
          jsonrpc: "2.0",
          method: "notifications/progress",
          params: { progressToken: held[0].body.params._meta.progressToken, progress: 2 },
        });
        const params = {
          inputResponses: { [key]: { action: "accept", content: { n: 1 } } },
          requestState: result.requestState,
          arguments: { b: 2, a: 1 },
        };
        const retry = call(gate, { path, params, meta: { progressToken: "other" } });
        const answer = await until("the server has its answer", () => gate.server.answers()[0]);
        assert.deepEqual(answer.body, { jsonrpc: "2.0", id: 0, result: { action: "accept", content: { n: 1 } } });
        if (held[0] !== undefined) reply(held[0], "welcome");
        const more = messagesOf(await retry);
        const messages = [await more(), await more()];
        const final = messages.find((message) => "result" in message);
        assert.deepEqual(final.result.content, [{ type: "text", text: "welcome" }]);
        assert.equal(final.id, lastId);
        assert.equal(messages.find(({ method }) => method === "notifications/progress")?.params.progressToken, "other");
        assert.equal(await more(), undefined);
        assert.equal(gate.server.called("tools/call").length, 1);
        assert.deepEqual(gate.server.called("initialize").at(-1)?.body.params.capabilities, { elicitation: {}, roots: {} });

        const error = await errorOf(await call(gate, { path, params }));
        assert.equal(error.code, -32602, "a replay is told that it is one");
        assert.equal(gate.server.called("tools/call").length, 1);
        const ends = (await outcomes(gate)).filter(({ method }) => method === "tools/call");
        assert.deepEqual(
          ends.map(({ outcome }) => outcome),
          ["ok", "ok", "rpc-error"],
        );
      });
    }
  }

  test("several questions, one after the other and at once; what is not answered is asked again", async (t) => {
    const held: Heard[] = [];
    const gate = await stage(t, "legacy", (heard) => {
      held.push(heard);
      heard.event(
        `{"jsonrpc":"2.0","id":"a","method":"elicitation/create","params":${JSON.stringify(form)}}\n\ndata: {"jsonrpc":"2.0","id":"b","method":"roots/list"}`,
      );
    });
    const first = await resultOf(await call(gate));
    const asked = Object.entries(first.inputRequests as Record<string, { method: string }>);
    assert.deepEqual(asked.map(([, { method }]) => method).sort(), ["elicitation/create", "roots/list"]);
    const rootsKey = asked.find(([, { method }]) => method === "roots/list")?.[0] ?? "";
    const elicitKey = asked.find(([, { method }]) => method !== "roots/list")?.[0] ?? "";

    const second = await resultOf(
      await call(gate, { params: { inputResponses: { [rootsKey]: { roots: [] }, unknown: {} }, requestState: first.requestState } }),
    );
    assert.deepEqual(Object.keys(second.inputRequests), [elicitKey]);
    assert.notEqual(second.requestState, first.requestState);
    const stale = await errorOf(
      await call(gate, { params: { inputResponses: { [elicitKey]: { action: "decline" } }, requestState: first.requestState } }),
    );
    assert.match(stale.message, /already/);

    const third = call(gate, { params: { inputResponses: { [elicitKey]: { action: "accept" } }, requestState: second.requestState } });
    await until("both are answered", () => gate.server.answers().length === 2 || undefined);
    held[0]?.event({ jsonrpc: "2.0", id: "c", method: "roots/list" });
    const { inputRequests, requestState } = await resultOf(await third);
    const [key = ""] = Object.keys(inputRequests);
    const last = call(gate, { params: { inputResponses: { [key]: { roots: [] } }, requestState } });
    await until("the last is answered", () => gate.server.answers().find(({ body }) => body.id === "c"));
    if (held[0] !== undefined) reply(held[0], "all of it");
    assert.equal((await resultOf(await last)).content[0].text, "all of it");
    assert.equal(gate.server.called("tools/call").length, 1);
  });

  test("a result that comes while nobody waits is there for the one who comes back", async (t) => {
    const held: Heard[] = [];
    const gate = await stage(t, "legacy", asksOnce(held));
    const { requestState } = await resultOf(await call(gate));
    if (held[0] !== undefined) reply(held[0], "without you");
    assert.equal((await resultOf(await call(gate, { params: { requestState } }))).content[0].text, "without you");
  });

  test("tampered states, and those of others, reach no waiting call", async (t) => {
    const gate = await stage(t, "legacy", asksOnce([]));
    const { requestState } = await resultOf(await call(gate));
    const attempts: readonly Call[] = [
      { params: { requestState: altered(requestState) } },
      { params: { requestState, arguments: { a: 2 } } },
      { params: { requestState }, method: "prompts/get" },
      { params: { requestState }, key: await otherAgentKey(gate) },
      { params: { requestState, inputResponses: [] } },
      { params: { requestState, inputResponses: { q1: "accept" } } },
    ];
    for (const attempt of attempts) assert.equal((await errorOf(await call(gate, attempt))).code, -32602);
    assert.deepEqual(gate.server.answers(), []);
    assert.equal(gate.server.called("tools/call").length, 1);
  });

  test("the client that breaks off when it came back is told to the server", async (t) => {
    const gate = await stage(t, "legacy", asksOnce([]));
    const { requestState, inputRequests } = await resultOf(await call(gate));
    const leaving = new AbortController();
    const [key = ""] = Object.keys(inputRequests);
    const retry = call(gate, { params: { requestState, inputResponses: { [key]: { action: "accept" } } }, signal: leaving.signal });
    await until("the server has its answer", () => gate.server.answers()[0]);
    leaving.abort();
    await assert.rejects(retry.then((response) => response.text()));
    const cancelled = await until("the server is told", () => gate.server.called("notifications/cancelled")[0]);
    assert.equal(cancelled.body.params.requestId, gate.server.called("tools/call")[0]?.body.id);
  });

  test("a server's ping is answered, and so is what its client did not declare or can't be asked now", async (t) => {
    const gate = await stage(t, "legacy", (heard) => {
      heard.event({ jsonrpc: "2.0", id: 1, method: "ping" });
      heard.event({ jsonrpc: "2.0", id: 2, method: "sampling/createMessage", params: { messages: [] } });
      heard.event({ jsonrpc: "2.0", id: 3, method: "something/else" });
      if (heard.body.method === "tools/list") heard.event({ jsonrpc: "2.0", id: 4, method: "roots/list" });
      reply(heard, "ok");
    });
    assert.equal((await resultOf(await call(gate))).content[0].text, "ok");
    await resultOf(await call(gate, { method: "tools/list", params: { name: undefined } }));
    const answers = await until("all is answered", () => (gate.server.answers().length === 7 ? gate.server.answers() : undefined));
    for (const { body } of answers) {
      if (body.id === 1) assert.deepEqual(body.result, {});
      else assert.equal(body.error.code, -32601);
    }
  });

  test("the level of messages that a client wants is set at the server before its call", async (t) => {
    const gate = await stage(t, "legacy", (heard) => {
      if (heard.body.method === "logging/setLevel") heard.json({ jsonrpc: "2.0", id: heard.body.id, result: {} });
      else {
        heard.event({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "x" } });
        reply(heard, "ok");
      }
    });
    const level = (name: string) => ({ meta: { "io.modelcontextprotocol/logLevel": name } });
    assert.doesNotMatch(await (await call(gate)).text(), /notifications/);
    assert.match(await (await call(gate, level("debug"))).text(), /notifications.message/);
    await call(gate, level("debug"));
    await call(gate, level("error"));
    const client = await open(gate, "/mcp", { elicitation: {}, roots: {} });
    assert.equal((await client.request("logging/setLevel", { level: "notice" })).status, 200);
    assert.match(await (await client.call()).text(), /notifications.message/);
    assert.deepEqual(
      gate.server.called("logging/setLevel").map(({ body }) => body.params.level),
      ["debug", "error", "notice"],
    );
  });

  test("codes that were given up become those of today, and a page to visit becomes a question", async (t) => {
    const pages = [{ mode: "url", elicitationId: "e", url: "https://pay.example", message: "Pay" }];
    const gate = await stage(t, "legacy", ({ body, json }) =>
      json({ jsonrpc: "2.0", id: body.id, error: { code: body.params.arguments.code, message: "m", data: { elicitations: pages } } }),
    );
    const answer = (code: number, capabilities: object) => call(gate, { capabilities, params: { arguments: { code } } });
    assert.equal((await errorOf(await answer(-32002, {}))).code, -32602);
    const lacking = await answer(-32042, {});
    assert.equal(lacking.status, 400);
    assert.equal((await errorOf(lacking)).code, -32021);
    const { inputRequests } = await resultOf(await answer(-32042, { elicitation: { url: {} } }));
    assert.deepEqual(inputRequests, { page1: { method: "elicitation/create", params: pages[0] } });
  });
});

test("what a client lists and what it calls on the merged endpoint goes through one session with each server", async (t) => {
  const gate = await stage(t, "legacy", (heard) => {
    const { id, method } = heard.body;
    heard.json(
      method === "tools/list"
        ? { jsonrpc: "2.0", id, result: { tools: [{ name: "ask", inputSchema: { type: "object" } }] } }
        : done(id, "ok"),
    );
  });
  const client = await open(gate, "/mcp", { elicitation: {} });
  const { result } = (await answerOf(await client.request("tools/list", {}))) as Message;
  assert.deepEqual(
    result.tools.map(({ name }: { name: string }) => name),
    ["asking__ask"],
  );
  await client.call();
  const used = ["tools/list", "tools/call"].flatMap((method) => gate.server.called(method).map(({ header }) => header("mcp-session-id")));
  assert.equal(new Set(used).size, 1, used.join(", "));
});
