import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { altered } from "../fixtures/altered.ts";
import { type Heard, type ScriptedServer, startModernScript } from "../fixtures/scripted-server.ts";
import { allowAll, type Harness, modernRequest, otherAgentKey, startGate } from "./harness.ts";
import { outcomes } from "./stage.ts";
import { until } from "./until.ts";

interface Stage extends Harness {
  readonly server: ScriptedServer;
}

async function stage(t: TestContext, call: (heard: Heard) => void, audit: "strict" | "buffered" = "strict"): Promise<Stage> {
  const server = await startModernScript(call);
  t.after(() => server.close());
  const harness = await startGate(t, { policies: [allowAll], servers: [{ name: "asking", url: server.url, audit }] });
  return { ...harness, server };
}

const able = { elicitation: { form: {} } };

interface Call {
  readonly path?: string;
  readonly capabilities?: object;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly method?: string;
  readonly key?: string;
}

async function call(
  { post, agentKey }: Stage,
  { path = "/mcp/asking", capabilities = able, params = {}, method = "tools/call", key }: Call = {},
) {
  const name = path === "/mcp" ? "asking__ask" : "ask";
  const made = modernRequest(method, { name, arguments: { b: 1, a: [2] }, ...params }, 7);
  const message = made.message as { params: { _meta: Record<string, unknown> } };
  message.params._meta["io.modelcontextprotocol/clientCapabilities"] = capabilities;
  const response = await post(path, message, { ...made.headers, authorization: `Bearer ${key ?? agentKey}` });
  return { status: response.status, text: await response.text() };
}

const question = {
  who: { method: "elicitation/create", params: { message: "Who?", requestedSchema: { type: "object", properties: {} } } },
};
const complete = { jsonrpc: "2.0", id: 7, result: { resultType: "complete", content: [] } };
const asks = (stateJson: string, questions: object = question) =>
  `{"jsonrpc": "2.0", "id":7 ,"result":{ "resultType":"input_required","x":1.50,"inputRequests":${JSON.stringify(questions)},"requestState": ${stateJson} } }`;

/** The `requestState` in the bytes of an answer. */
const stateOf = (text: string): string => /"requestState": "([^"]*)"/.exec(text)?.[1] ?? "";
const errorOf = (text: string) => (JSON.parse(text) as { error: { code: number; data: object } }).error;
const answered = { inputResponses: { who: { action: "accept" } } };

describe("a stateless server asks a stateless client", () => {
  for (const [path, audit] of [
    ["/mcp/asking", "strict"],
    ["/mcp/asking", "buffered"],
    ["/mcp", "strict"],
  ] as const) {
    for (const form of ["json", "event"] as const) {
      test(`through ${path}, ${audit}, as ${form}: bytes pass, and the server gets its own state back byte for byte`, async (t) => {
        const states = [String.raw`"first \u00e9\/\"é"`, '"second"'];
        let round = 0;
        const gate = await stage(
          t,
          (heard) => {
            const state = states[round];
            round += 1;
            if (state === undefined) return heard.json(complete);
            heard[form](asks(state));
            heard.end();
          },
          audit,
        );
        let params = {};
        for (const state of states) {
          const { text } = await call(gate, { path, params });
          const sealed = stateOf(text);
          assert.equal(form === "json" ? text : /^data: (.*)$/m.exec(text)?.[1], asks(`"${sealed}"`));
          assert.match(sealed, /^[A-Za-z0-9_-]{80,}$/);
          assert.doesNotMatch(Buffer.from(sealed, "base64url").toString("latin1"), new RegExp(state.slice(1, 6)));
          params = { ...answered, requestState: sealed };
        }
        const { text } = await call(gate, { path, params });
        assert.deepEqual(JSON.parse(text), complete);
        const calls = gate.server.called("tools/call");
        for (const [index, state] of states.entries()) assert.ok(calls[index + 1]?.raw.includes(`"requestState":${state}`));
        assert.deepEqual(calls[1]?.body.params.inputResponses, answered.inputResponses);
      });
    }
  }

  test("a state is refused that was tampered with, or comes with another request; the server does not hear of it", async (t) => {
    const gate = await stage(t, (heard) => heard.json(asks('"upstream"')));
    const state = stateOf((await call(gate)).text);
    const before = gate.server.called("tools/call").length;
    const tampered: readonly Call[] = [
      { params: { ...answered, requestState: "" } },
      { params: { ...answered, requestState: "upstream" } },
      { params: { ...answered, requestState: { state } } },
      { params: { ...answered, requestState: `${state}A` } },
      { params: { ...answered, requestState: altered(state) } },
      { params: { ...answered, requestState: state, arguments: { b: 2, a: [2] } } },
      { params: { ...answered, requestState: state, arguments: { b: 1 } } },
      { params: { ...answered, requestState: state, name: "other" } },
      { params: { ...answered, requestState: state }, method: "prompts/get" },
      { params: { ...answered, requestState: state }, key: await otherAgentKey(gate) },
    ];
    for (const one of tampered) {
      const { status, text } = await call(gate, one);
      assert.equal(status, 400, text);
      assert.equal(errorOf(text).code, -32602, text);
    }
    assert.equal(gate.server.called("tools/call").length + gate.server.called("prompts/get").length, before);
    const reordered = { ...answered, requestState: state, arguments: { a: [2], b: 1 } };
    assert.equal((await call(gate, { params: reordered })).status, 200, "the same arguments in another order are the same request");
  });

  test("a question that the client can't answer becomes -32021 with what it lacks", async (t) => {
    const gate = await stage(t, (heard) => heard.json(asks('"s"', { ...question, roots: { method: "roots/list" } })));
    const { status, text } = await call(gate, { capabilities: { sampling: {}, elicitation: { url: {} } } });
    assert.equal(status, 400);
    const { code, data } = errorOf(text);
    assert.equal(code, -32021);
    assert.deepEqual({ ...data, decisionId: "" }, { requiredCapabilities: { elicitation: { form: {} }, roots: {} }, decisionId: "" });
  });

  const invalid: readonly (readonly [string, object, object?])[] = [
    ["a question without anything", { resultType: "input_required" }],
    ["a question of an unknown kind", { resultType: "input_required", inputRequests: { x: { method: "tools/call", params: {} } } }],
    ["a type that nobody knows", { resultType: "surprise", content: [] }],
  ];
  for (const [what, result] of invalid) {
    test(`${what} becomes an internal error`, async (t) => {
      const gate = await stage(t, (heard) => heard.json({ jsonrpc: "2.0", id: 7, result }));
      assert.equal(errorOf((await call(gate)).text).code, -32603);
    });
  }

  test("a type of an extension passes to a client that has extensions", async (t) => {
    const answer = { jsonrpc: "2.0", id: 7, result: { resultType: "surprise", content: [] } };
    const gate = await stage(t, (heard) => heard.json(answer));
    const { text } = await call(gate, { capabilities: { extensions: { "com.example/surprises": {} } } });
    assert.deepEqual(JSON.parse(text), answer);
  });

  test("a list can't be answered with a question", async (t) => {
    const gate = await stage(t, (heard) => heard.json(asks('"s"')));
    assert.equal(errorOf((await call(gate, { method: "tools/list" })).text).code, -32603);
  });

  test("the log knows how each round ended", async (t) => {
    const gate = await stage(t, (heard) => heard.json(heard.body.params.requestState === undefined ? asks('"s"') : complete));
    const { text } = await call(gate);
    await call(gate, { params: { ...answered, requestState: "x" } });
    await call(gate, { params: { ...answered, requestState: stateOf(text) } });
    const ends = (await outcomes(gate)).filter(({ method }) => method === "tools/call");
    assert.deepEqual(
      ends.map(({ outcome, errorCode }) => [outcome, errorCode]),
      [
        ["ok", null],
        ["rpc-error", -32602],
        ["ok", null],
      ],
    );
  });
});

describe("requests with equal ids and tokens, in flight at once at one stateless server", () => {
  for (const audit of ["strict", "buffered"] as const) {
    test(`reach it under ids and tokens of their own, and their clients under those that they gave (${audit})`, async (t) => {
      const held: Heard[] = [];
      const gate = await stage(t, (heard) => void held.push(heard), audit);
      const one = () => {
        const made = modernRequest("tools/call", { name: "ask", arguments: {} }, 7);
        const message = made.message as { params: { _meta: Record<string, unknown> } };
        message.params._meta["progressToken"] = "p";
        return gate.post("/mcp/asking", message, made.headers);
      };
      const responses = [one(), one(), one()];
      await until("all three are being made", () => held.length === 3);
      assert.equal(new Set(held.map(({ body }) => JSON.stringify(body.id))).size, 3);
      assert.equal(new Set(held.map(({ body }) => JSON.stringify(body.params._meta.progressToken))).size, 3);
      assert.ok(
        held.some(({ body }) => body.id === 7 && body.params._meta.progressToken === "p"),
        "the first passes as it is",
      );
      for (const { body, event, end } of held) {
        event({
          jsonrpc: "2.0",
          method: "notifications/progress",
          params: { progressToken: body.params._meta.progressToken, progress: 1 },
        });
        event({ jsonrpc: "2.0", id: body.id, result: { resultType: "complete", content: [] } });
        end();
      }
      for (const response of responses) {
        const text = await (await response).text();
        assert.match(text, /"progressToken":"p"/);
        assert.match(text, /"id":7/);
      }
    });
  }
});
