import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { operator } from "../../registry/actor.ts";
import { startTaskServer, type TaskServer } from "../fixtures/task-server.ts";
import { type EventReader, kindsOf, readEvents } from "./event-reader.ts";
import { answerOf, type Harness, startGate } from "./harness.ts";
import { openSession } from "./stage.ts";
import { until } from "./until.ts";

const extension = "io.modelcontextprotocol/tasks";
const actor = operator("default", "file");
type Json = Readonly<Record<string, unknown>>;

interface Scene extends Harness {
  readonly upstream: TaskServer;
}

async function scene(t: TestContext, match: object = { agents: ["*"] }): Promise<Scene> {
  const upstream = await startTaskServer();
  t.after(() => upstream.close());
  const policies = [{ policyId: "all", rules: [{ id: "some", effect: "allow", match }] }];
  const servers = ["tasks", "others"].map((name) => ({ name, url: upstream.url }));
  return { ...(await startGate(t, { policies, servers })), upstream };
}

interface Asking {
  readonly extensions?: Json;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

let lastId = 0;

function ask({ gate, agentKey }: Harness, path: string, method: string, params: Json, asking: Asking = {}): Promise<Response> {
  const { extensions = { [extension]: {} }, key = agentKey, signal } = asking;
  const name = params["name"] ?? params["taskId"];
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": { extensions },
  };
  lastId += 1;
  return fetch(`${gate.httpUrl}${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(typeof name === "string" ? { "mcp-name": name } : {}),
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: lastId, method, params: { ...params, _meta } }),
    ...(signal === undefined ? {} : { signal }),
  });
}

function paramsOf({ events }: EventReader, at: number): Json {
  const params = events[at]?.message?.["params"];
  assert.ok(typeof params === "object" && params !== null);
  return params as Json;
}

async function resultOf(response: Response): Promise<Json> {
  const answer = await answerOf(response);
  assert.ok("result" in answer, JSON.stringify(answer));
  return answer["result"] as Json;
}

async function errorOf(response: Response): Promise<{ readonly code: number; readonly data?: Json }> {
  return (await answerOf(response))["error"] as { readonly code: number; readonly data?: Json };
}

const places = [
  { path: "/mcp/tasks", tool: "slow" },
  { path: "/mcp", tool: "tasks__slow" },
] as const;

for (const { path, tool } of places) {
  describe(`a call at ${path} that goes on as a task`, () => {
    test("is looked after by an id that is the caller's own: got, updated, cancelled", async (t) => {
      const stage = await scene(t);
      const begun = await resultOf(await ask(stage, path, "tools/call", { name: tool, arguments: {} }));
      assert.equal(begun["resultType"], "task");
      const taskId = String(begun["taskId"]);
      assert.doesNotMatch(taskId, /task-1/);

      const got = await resultOf(await ask(stage, path, "tasks/get", { taskId }));
      assert.deepEqual([got["resultType"], got["taskId"], got["status"]], ["complete", taskId, "working"]);
      await resultOf(await ask(stage, path, "tasks/update", { taskId, inputResponses: {} }));
      assert.equal((await resultOf(await ask(stage, path, "tasks/get", { taskId })))["status"], "completed");
      await resultOf(await ask(stage, path, "tasks/cancel", { taskId }));
      assert.equal((await resultOf(await ask(stage, path, "tasks/get", { taskId })))["status"], "cancelled");
      for (const { method, params, headers } of stage.upstream.received.filter((message) => message.method.startsWith("tasks/"))) {
        assert.deepEqual([params["taskId"], headers["mcp-name"], headers["mcp-method"]], ["task-1", "task-1", method]);
      }
    });

    test("is nobody else's, and of no other server's", async (t) => {
      const stage = await scene(t);
      const { taskId } = await resultOf(await ask(stage, path, "tools/call", { name: tool, arguments: {} }));
      await stage.gate.control.putUser(actor, { userId: "other", roles: [] });
      const { secret: key } = await stage.gate.control.issueKey(actor, { userId: "other", agentId: "other", title: "other" });
      const before = stage.upstream.received.length;
      for (const [where, id, asking] of [
        [path, taskId, { key }],
        ["/mcp/others", taskId, {}],
        [path, "task-1", {}],
        [path, `${String(taskId)}A`, {}],
      ] as const) {
        assert.equal((await errorOf(await ask(stage, where, "tasks/get", { taskId: id }, asking))).code, -32602);
      }
      assert.ok(stage.upstream.received.slice(before).every(({ method }) => !method.startsWith("tasks/")));
    });

    test("needs a client that declared the extension", async (t) => {
      const stage = await scene(t);
      const { taskId } = await resultOf(await ask(stage, path, "tools/call", { name: tool, arguments: {} }));
      for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
        const response = await ask(stage, path, method, { taskId }, { extensions: {} });
        assert.equal(response.status, 400);
        const { code, data } = await errorOf(response);
        assert.deepEqual([code, data], [-32021, { requiredCapabilities: { extensions: { [extension]: {} } } }]);
      }
      for (const extensions of [{}, { "com.example/other": {} }]) {
        const begun = await answerOf(await ask(stage, path, "tools/call", { name: tool, arguments: {} }, { extensions }));
        assert.equal((begun["error"] as { readonly code: number }).code, -32603, "a task that the client can't look after");
      }
    });

    test("is told of to who listens for it, and to nobody else", async (t) => {
      const stage = await scene(t);
      const ids: string[] = [];
      for (let count = 0; count < 2; count += 1)
        ids.push(String((await resultOf(await ask(stage, path, "tools/call", { name: tool, arguments: {} })))["taskId"]));
      const [first = "", second = ""] = ids;
      const listen = async (taskIds: readonly string[]) => {
        const abort = new AbortController();
        t.after(() => abort.abort());
        const response = await ask(stage, path, "subscriptions/listen", { notifications: { taskIds } }, { signal: abort.signal });
        const reader = readEvents(response, abort);
        await until("the acknowledgement", () => reader.events.length > 0);
        const { notifications } = paramsOf(reader, 0) as { readonly notifications: Json };
        assert.deepEqual(notifications, { taskIds: taskIds.filter((id) => id !== "task-1") });
        return reader;
      };
      const one = await listen([first, "task-1"]);
      const two = await listen([second]);
      stage.upstream.tell("task-1", "working");
      stage.upstream.tell("task-2", "completed");
      await until("both", () => one.events.length === 2 && two.events.length === 2);
      for (const [reader, id, status] of [
        [one, first, "working"],
        [two, second, "completed"],
      ] as const) {
        const { taskId, status: told } = paramsOf(reader, 1);
        assert.deepEqual([kindsOf(reader)[1], taskId, told], ["notifications/tasks", id, status]);
      }
    });
  });
}

describe("tasks and rights", () => {
  test("who may call the tool may look after its tasks, and nobody else", async (t) => {
    const stage = await scene(t, { agents: ["*"], tools: ["slow"] });
    const { taskId } = await resultOf(await ask(stage, "/mcp/tasks", "tools/call", { name: "slow", arguments: {} }));
    await resultOf(await ask(stage, "/mcp/tasks", "tasks/get", { taskId }));
    const rules = [{ id: "some", effect: "allow", match: { agents: ["*"], tools: ["quick"] } }];
    await stage.gate.control.putPolicy(actor, {
      policyId: "more",
      rules: [{ id: "no", effect: "deny", match: { tools: ["slow"] } }, ...rules],
    });
    assert.equal((await errorOf(await ask(stage, "/mcp/tasks", "tasks/get", { taskId }))).code, 403);
  });

  test("both endpoints say that they carry them, and revisions with sessions are not told", async (t) => {
    const stage = await scene(t);
    for (const path of ["/mcp", "/mcp/tasks"]) {
      const { capabilities } = (await resultOf(await ask(stage, path, "server/discover", {}))) as { readonly capabilities: Json };
      assert.deepEqual(capabilities["extensions"], { [extension]: {} });
      const session = await openSession(stage, path);
      for (const method of ["tasks/get", "tasks/list", "tasks/result", "tasks/cancel"]) {
        const response = await stage.post(path, { jsonrpc: "2.0", id: 1, method, params: { taskId: "task-1" } }, session);
        assert.equal((await errorOf(response)).code, -32601, method);
      }
    }
  });
});
