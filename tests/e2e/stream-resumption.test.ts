import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { startChangingLegacy, startChangingModern } from "../fixtures/changing-server.ts";
import { type EventReader, kindsOf, readEvents } from "./event-reader.ts";
import { allowAll, type Harness, startGate } from "./harness.ts";
import { held, openSession, stage } from "./stage.ts";
import { until } from "./until.ts";

type Headers = Readonly<Record<string, string>>;

async function get(harness: Harness, path: string, headers: Headers): Promise<EventReader & { readonly status: number }> {
  const abort = new AbortController();
  const authorization = `Bearer ${harness.agentKey}`;
  const response = await fetch(`${harness.gate.httpUrl}${path}`, {
    headers: { authorization, accept: "text/event-stream", ...headers },
    signal: abort.signal,
  });
  return Object.assign(readEvents(response, abort), { status: response.status });
}

async function postStream(harness: Harness, path: string, message: object, headers: Headers): Promise<EventReader> {
  const abort = new AbortController();
  const response = await fetch(`${harness.gate.httpUrl}${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${harness.agentKey}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
    },
    body: JSON.stringify(message),
    signal: abort.signal,
  });
  return readEvents(response, abort);
}

const lastIdOf = ({ events }: EventReader) => events.findLast(({ id }) => id !== null)?.id ?? "";

async function changing(t: TestContext, era: "modern" | "legacy", path: string) {
  const upstream = await (era === "modern" ? startChangingModern() : startChangingLegacy());
  t.after(() => upstream.close());
  const harness = await startGate(t, { policies: [allowAll], servers: [{ name: "changing", url: upstream.url }] });
  const session = await openSession(harness, path);
  return { upstream, harness, session };
}

describe("a session's stream", () => {
  for (const [era, path] of [
    ["modern", "/mcp/changing"],
    ["modern", "/mcp"],
    ["legacy", "/mcp"],
  ] as const) {
    test(`at ${path} of a ${era} server is taken up behind the last event that was read`, async (t) => {
      const { upstream, harness, session } = await changing(t, era, path);
      const first = await get(harness, path, session);
      await until("the stream begins with an id", () => first.events.length === 1);
      assert.deepEqual(first.events[0]?.message, undefined);
      await until("the gate listens", () => upstream.listening() > 0);
      upstream.toolsChanged();
      await until("the first change", () => first.events.length === 2);
      first.hangUp();
      await until("the client is gone", () => first.over);

      upstream.promptsChanged();
      upstream.toolsChanged();
      const second = await get(harness, path, { ...session, "last-event-id": lastIdOf(first) });
      await until("both changes", () => second.events.length >= 2);
      assert.deepEqual([...kindsOf(second)].sort(), ["notifications/prompts/list_changed", "notifications/tools/list_changed"]);
      const ids = [...first.events, ...second.events].map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length, "no id twice");

      const again = await get(harness, path, { ...session, "last-event-id": first.events[0]?.id ?? "" });
      await until("everything again", () => again.events.length >= 3);
      assert.deepEqual(
        again.events.map(({ id }) => id),
        [...first.events.slice(1), ...second.events].map(({ id }) => id),
      );
    });
  }

  test("says on one of several streams only, and what nobody read is said on the next", async (t) => {
    const { upstream, harness, session } = await changing(t, "modern", "/mcp");
    const one = await get(harness, "/mcp", session);
    const two = await get(harness, "/mcp", session);
    await until("the gate listens", () => upstream.listening() > 0);
    upstream.toolsChanged();
    await until("a change", () => kindsOf(one).length + kindsOf(two).length > 0);
    two.hangUp();
    await until("one is gone", () => two.over);
    upstream.promptsChanged();
    await until("the other tells", () => kindsOf(one).length + kindsOf(two).length > 1);
    assert.deepEqual([kindsOf(two), kindsOf(one)], [["notifications/tools/list_changed"], ["notifications/prompts/list_changed"]]);
    one.hangUp();
    await until("both are gone", () => one.over);
    upstream.toolsChanged();
    const three = await get(harness, "/mcp", session);
    await until("what nobody read", () => kindsOf(three).length > 0);
    assert.deepEqual(kindsOf(three), ["notifications/tools/list_changed"]);
  });

  test("an id that nobody gave out, or another session's, replays nothing", async (t) => {
    const { upstream, harness, session } = await changing(t, "modern", "/mcp");
    const first = await get(harness, "/mcp", session);
    await until("the gate listens", () => upstream.listening() > 0);
    upstream.toolsChanged();
    await until("a change", () => kindsOf(first).length === 1);
    const other = await openSession(harness, "/mcp");
    for (const id of [first.events[0]?.id ?? "", "1", "nonsense-5", "-", `${"x".repeat(5_000)}-1`]) {
      const stream = await get(harness, "/mcp", { ...other, "last-event-id": id });
      assert.equal(stream.status, 200);
      upstream.promptsChanged();
      await until("its own next", () => kindsOf(stream).includes("notifications/prompts/list_changed"));
      assert.ok(!stream.events.some(({ id: sent }) => sent === first.events[1]?.id));
      stream.hangUp();
    }
  });
});

describe("the answer to a request of a session", () => {
  const progress = (progressToken: unknown, done: number) => ({
    jsonrpc: "2.0",
    method: "notifications/progress",
    params: { progressToken, progress: done },
  });
  const call = (id: number) => ({
    jsonrpc: "2.0",
    id,
    method: "tools/call",
    params: { name: "slow", arguments: {}, _meta: { progressToken: "p" } },
  });

  for (const [era, path] of [
    ["modern", "/mcp/counting"],
    ["modern", "/mcp"],
    ["legacy", "/mcp"],
  ] as const) {
    test(`at ${path} of a ${era} server goes on when its connection is gone, and is taken up by GET`, async (t) => {
      const { tool, calls } = held();
      const harness = await stage(t, { era, tools: { slow: tool } });
      const session = await openSession(harness, path);
      const named = (message: ReturnType<typeof call>) =>
        path === "/mcp" ? { ...message, params: { ...message.params, name: "counting__slow" } } : message;
      const begin = async (id: number) => {
        const opened = postStream(harness, path, named(call(id)), session);
        const execution = await until("the call is being made", () => calls[id - 1]);
        const { send, end } = execution.stream();
        const tell = (done: number) => send(progress(tokenOf(execution.params), done));
        tell(1);
        const reader = await opened;
        await until("the first progress", () => kindsOf(reader).length === 1);
        return { reader, tell, send, end, execution };
      };
      const first = await begin(1);
      const second = await begin(2);
      first.reader.hangUp();
      await until("the client is gone", () => first.reader.over);
      for (const { tell, send, end, execution } of [first, second]) {
        tell(2);
        send(JSON.parse(execution.message("done")));
        end();
      }
      const rest = await get(harness, path, { ...session, "last-event-id": lastIdOf(first.reader) });
      await until("the rest", () => rest.over);
      assert.deepEqual(kindsOf(rest), ["notifications/progress", "result"]);
      assert.deepEqual(rest.events[0]?.message?.["params"], { progressToken: "p", progress: 2 });
      await until("the other's own answer", () => second.reader.over);
      assert.deepEqual(kindsOf(second.reader), ["notifications/progress", "notifications/progress", "result"]);
      assert.equal(harness.upstream.executed.length, 2);
    });
  }
});

function tokenOf(params: Readonly<Record<string, unknown>>): unknown {
  return (params["_meta"] as { readonly progressToken?: unknown } | undefined)?.progressToken;
}
