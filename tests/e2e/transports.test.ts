import assert from "node:assert/strict";
import { type IncomingMessage, request } from "node:http";
import { describe, type TestContext, test } from "node:test";
import { topics } from "../../domain/topics.ts";
import { altered } from "../fixtures/altered.ts";
import { allowAll, answerOf, type Harness, modernRequest } from "./harness.ts";
import { messagesOf } from "./sse-reader.ts";
import { held, metric, type Stage, stage } from "./stage.ts";
import { until } from "./until.ts";
import { openWebSocket } from "./websocket-client.ts";

type Ask = (message: object, headers: Readonly<Record<string, string>>) => Promise<Record<string, unknown>>;

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** One way to call, open for a caller. Rejects or answers an HTTP status where the caller is not let in. */
type Way = (harness: Harness, headers: Record<string, string>) => Promise<Ask | number>;

const overHttp: Way =
  async ({ gate }, credential) =>
  async (message, mirror) => {
    const headers = { "content-type": "application/json", accept: "application/json, text/event-stream", ...credential, ...mirror };
    const response = await fetch(`${gate.httpUrl}/mcp/counting`, { method: "POST", headers, body: JSON.stringify(message) });
    return { status: response.status, ...(await answerOf(response)) };
  };

const overWebSocket: Way = async ({ gate }, headers) => {
  const opened = await openWebSocket(`${gate.httpUrl.replace("http", "ws")}/mcp/counting/ws`, { headers }).catch((reason: Error) => reason);
  return opened instanceof Error ? Number(/\d{3}/.exec(opened.message)?.[0]) : (message) => opened.ask(message);
};

const overSse: Way = async ({ gate }, headers) => {
  const stream = await fetch(`${gate.httpUrl}/mcp/counting/sse`, { headers });
  if (!stream.ok) return stream.status;
  const reader = (stream.body ?? assert.fail()).getReader();
  const first = new TextDecoder().decode((await reader.read()).value);
  const [, address = ""] = /data: (\S+)/.exec(first) ?? [];
  const next = messagesOf(new Response(new ReadableStream({ pull: async (to) => to.enqueue((await reader.read()).value) }), sseHeaders));
  return async (message) => {
    const posted = { ...headers, "content-type": "application/json" };
    const response = await fetch(`${gate.httpUrl}${address}`, { method: "POST", headers: posted, body: JSON.stringify(message) });
    return response.status === 202 ? next() : { status: response.status };
  };
};
const sseHeaders = { headers: { "content-type": "text/event-stream" } };

const ways: Readonly<Record<string, Way>> = { "Streamable HTTP": overHttp, WebSocket: overWebSocket, "HTTP+SSE": overSse };

async function ask(way: Way, harness: Harness, headers: Record<string, string>, tool: string, id: string) {
  const opened = await way(harness, headers);
  if (typeof opened === "number") return { status: opened };
  const made = modernRequest("tools/call", { name: tool, arguments: { message: "hello" } }, id);
  return opened(made.message, made.headers);
}

async function decisions({ gate }: Harness) {
  await gate.settled();
  const [extent] = await gate.log.extent(topics.calls);
  const records = await gate.log.read(topics.calls, { partition: 0, from: extent?.start ?? 0, recordsMax: 10_000 });
  return records.filter(({ type }) => type === "call_decided").map(({ value }) => value as unknown as Record<string, unknown>);
}

describe("whatever carries a call", () => {
  const policy = { policyId: "one", rules: [{ id: "echo", effect: "allow", match: { agents: "*", tools: "echo" } }] };

  test("the same callers are let in, the same calls are denied, and each is on the record", async (t) => {
    const harness = await stage(t, { era: "modern" }, { policies: [policy] });
    const { agentKey, upstream } = harness;
    for (const [name, way] of Object.entries(ways)) {
      const executed = upstream.executed.length;
      const refused: Readonly<Record<string, readonly [Record<string, string>, number]>> = {
        nobody: [{}, 401],
        "a wrong key": [bearer(altered(agentKey)), 401],
        "a token of no issuer": [bearer("eyJhbGciOiJub25lIn0.e30."), 401],
        "another scheme": [{ authorization: `Basic ${agentKey}` }, 401],
        "a foreign page": [{ ...bearer(agentKey), origin: "https://evil.example" }, 403],
      };
      for (const [who, [headers, status]] of Object.entries(refused)) {
        assert.equal((await ask(way, harness, headers, "echo", who))["status"], status, `${name}: ${who}`);
      }
      assert.equal(upstream.executed.length, executed);
      assert.match(JSON.stringify(await ask(way, harness, bearer(agentKey), "echo", "good")), /hello/, name);
      assert.match(JSON.stringify(await ask(way, harness, { "x-api-key": agentKey }, "echo", "good")), /hello/, name);
      assert.match(JSON.stringify(await ask(way, harness, bearer(agentKey), "wipe", "bad")), /may not call the tool wipe/, name);
      assert.equal(upstream.executed.length, executed + 2, name);
    }
    const calls = (await decisions(harness)).filter(({ method }) => method === "tools/call");
    const told = calls.map(({ transport, verdict }) => `${transport} ${verdict}`);
    const each = ["allow", "allow", "deny"];
    assert.deepEqual(
      told,
      ["http", "websocket", "http"].flatMap((transport) => each.map((verdict) => `${transport} ${verdict}`)),
    );
  });

  test("one limit counts them all together", async (t) => {
    const limits = [{ limitId: "three", callsMax: 3, windowMs: 600_000, per: ["agent"], match: { methods: "tools/call" } }];
    const harness = await stage(t, { era: "modern" }, { policies: [allowAll], limits });
    for (const [name, way] of Object.entries(ways)) {
      assert.match(JSON.stringify(await ask(way, harness, bearer(harness.agentKey), "echo", name)), /hello/, name);
    }
    for (const [name, way] of Object.entries(ways)) {
      const denied = JSON.stringify(await ask(way, harness, bearer(harness.agentKey), "echo", name));
      assert.doesNotMatch(denied, /hello/, name);
      assert.match(denied, /three|limit/, name);
    }
    assert.equal(harness.upstream.executed.length, 3);
  });
});

describe("connections that carry calls", () => {
  const conversations = (harness: Stage) => metric(harness, /^sluice_conversations (\d+)$/m);

  test("leave nothing behind, however they end", async (t) => {
    const harness = await stage(t, { era: "legacy" });
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };
    const opened = await Promise.all(
      Array.from({ length: 40 }, async (_, number) => {
        const client = await openWebSocket(`${harness.gate.httpUrl.replace("http", "ws")}/mcp/counting/ws`, {
          headers: bearer(harness.agentKey),
        });
        await client.ask({ jsonrpc: "2.0", id: number, method: "initialize", params });
        client.send({ jsonrpc: "2.0", method: "notifications/initialized" });
        return client;
      }),
    );
    assert.equal(await conversations(harness), 40);
    for (const [index, { socket }] of opened.entries()) {
      if (index % 3 === 0) socket.terminate();
      else if (index % 3 === 1) socket.close();
      else socket.send(Buffer.from("binary"));
    }
    await until("no connection is left", async () => (await conversations(harness)) === 0);
    await until("nor a session", async () => (await metric(harness, /^sluice_sessions (\d+)$/m)) === 0);
    await until(
      "nor a stream at the server",
      async () => (await metric(harness, /^sluice_upstream_in_flight\{.*"counting".*\} (\d+)$/m)) === 0,
    );
  });

  test("past their number for one caller are refused", async (t) => {
    const harness = await stage(t, { era: "modern" });
    const open = () =>
      openWebSocket(`${harness.gate.httpUrl.replace("http", "ws")}/mcp/counting/ws`, { headers: bearer(harness.agentKey) });
    const all = await Promise.all(Array.from({ length: 100 }, open));
    await assert.rejects(open(), /429/);
    assert.equal((await fetch(`${harness.gate.httpUrl}/mcp/counting/sse`, { headers: bearer(harness.agentKey) })).status, 429);
    all[0]?.socket.close();
    await until("one is free", async () => (await conversations(harness)) === 99);
    all[0] = await open();
    for (const { socket } of all) socket.terminate();
  });

  test("over HTTP+SSE end when the gate stops, with the calls in flight answered", async (t) => {
    const { tool, calls } = held();
    const harness = await stage(t, { era: "modern", tools: { slow: tool } });
    const answer = ask(overSse, harness, bearer(harness.agentKey), "slow", "1");
    await until("the call is executed", () => calls.length === 1);
    const stopped = harness.gate.close();
    calls[0]?.answer("in time");
    assert.match(JSON.stringify(await answer), /in time/);
    await stopped;
  });

  test("over HTTP+SSE are cut off where more and more answers wait for a reader that takes none", async (t) => {
    const big = "x".repeat(1024 * 1024);
    const harness = await stage(t, { era: "modern", tools: { big: ({ answer }) => answer(big) } });
    const { address, response } = await silentStream(t, harness);
    await until("the stream is cut off", async () => {
      const made = modernRequest("tools/call", { name: "big", arguments: {} }, Math.random().toString(36));
      const headers = { ...bearer(harness.agentKey), "content-type": "application/json" };
      await fetch(`${harness.gate.httpUrl}${address}`, { method: "POST", headers, body: JSON.stringify(made.message) });
      return (await conversations(harness)) === 0;
    });
    response.destroy();
  });
});

/** A stream whose first event is read, and nothing more. */
async function silentStream(t: TestContext, { gate, agentKey }: Harness) {
  const { promise, resolve } = Promise.withResolvers<{ address: string; response: IncomingMessage }>();
  const sent = request(`${gate.httpUrl}/mcp/counting/sse`, { headers: bearer(agentKey) }, (response) => {
    response.on("error", () => {});
    response.once("data", (chunk: Buffer) => {
      response.pause();
      resolve({ address: /data: (\S+)/.exec(chunk.toString())?.[1] ?? "", response });
    });
  });
  sent.on("error", () => {});
  sent.end();
  t.after(() => void sent.destroy());
  return promise;
}
