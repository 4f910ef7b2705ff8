import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { UpstreamRequest, UpstreamSink } from "../../../domain/ports/upstream.ts";
import type { RoutedServer } from "../../routing/router.ts";
import { createSealer } from "../../sealing/sealer.ts";
import type { UpstreamSession } from "../upstream-session.ts";
import { createParkedCalls } from "./parked-calls.ts";
import { PooledCall } from "./pooled-call.ts";
import { openState } from "./request-state.ts";

const minuteMs = 60_000;
const owner = "acme/ana/desk";
const stateRequest = { owner, server: "asking", method: "tools/call", name: "ask", argumentsDigest: "" };
const request: UpstreamRequest = {
  method: "POST",
  headers: [],
  body: new TextEncoder().encode('{"jsonrpc":"2.0","id":7,"method":"tools/call"}'),
  repeatable: false,
  answerTimeoutMs: minuteMs,
  idleTimeoutMs: minuteMs,
  totalTimeoutMs: 0,
};
const streamHead = { status: 200, header: (name: string) => (name === "content-type" ? "text/event-stream" : undefined) };

/** A server with one call in flight; what else it is told is kept. */
function stage(t: TestContext, callsPerCallerMax = 10) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const clock = { nowMs: 0 };
  const pass = (ms: number) => {
    clock.nowMs += ms;
    t.mock.timers.tick(ms);
  };
  const said: Record<string, unknown>[] = [];
  const sinks: UpstreamSink[] = [];
  let cancelled = 0;
  const exchange = ({ body }: UpstreamRequest, sink: UpstreamSink) => {
    const message = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
    if (message["method"] === "tools/call") sinks.push(sink);
    else {
      said.push(message);
      queueMicrotask(() => {
        sink.head({ status: 202, header: () => undefined });
        sink.end();
      });
    }
    const cancel = () => {
      cancelled += 1;
    };
    return { upstreamId: "u", cancel, pause() {}, resume() {} };
  };
  // As much of both as a call takes.
  const routed = { exchange } as unknown as RoutedServer;
  const session = { upstreamId: "u", sessionId: "s", protocolVersion: "2025-11-25" } as UpstreamSession;
  const sealer = createSealer({ secrets: [new Uint8Array(32).fill(1)], nowMs: () => clock.nowMs });
  const parked = createParkedCalls({ sealer, address: () => "http://here", callsMax: 100, callsPerCallerMax });

  /** Makes the call; answers what the client heard, message by message, and how it ended. */
  const call = () => {
    const asker = parked.asker({ owner, mayAsk: true, request: () => stateRequest });
    const pooled = new PooledCall({ routed, session, idRaw: "7", declared: { elicitation: {} }, nowMs: () => clock.nowMs, asker });
    const client = listener();
    pooled.start(request, client.sink, { progress: true, messages: true });
    const server = sinks.at(-1) as UpstreamSink;
    server.head(streamHead);
    const say = (message: object) => server.data(new TextEncoder().encode(`data: ${JSON.stringify(message)}\n\n`));
    const asks = (id: number) => {
      say({ jsonrpc: "2.0", id, method: "elicitation/create", params: { message: "?" } });
      pass(25);
    };
    return { client, say, asks, end: () => server.end() };
  };
  const stateOf = (text: string) => {
    const state = openState(sealer, stateRequest, /"requestState":"([^"]+)"/.exec(text)?.[1] ?? "");
    assert.ok(state?.kind === "parked");
    return { owner, id: state.id, round: state.round, wanted: { progress: true, messages: true } };
  };
  return { parked, call, pass, said, stateOf, cancelled: () => cancelled };
}

function listener() {
  const heard = { text: "", ended: false, fault: "" };
  const sink: UpstreamSink = {
    head() {},
    data(chunk) {
      heard.text += new TextDecoder().decode(chunk);
    },
    end() {
      heard.ended = true;
    },
    fail(fault) {
      heard.fault = fault.message;
    },
  };
  return { heard, sink };
}

describe("a call that waits for its client", () => {
  test("is withdrawn at the server when nobody comes back in ten minutes, and frees its place", async (t) => {
    const { parked, call, pass, said, stateOf, cancelled } = stage(t);
    const { client, asks } = call();
    asks(0);
    assert.ok(client.heard.ended);
    const back = stateOf(client.heard.text);
    assert.equal(parked.count(), 1);
    pass(10 * minuteMs - 1);
    assert.deepEqual(said, []);
    pass(1);
    assert.deepEqual(
      said.map((message) => message["result"] ?? message["method"]),
      [{ action: "cancel" }, "notifications/cancelled"],
    );
    assert.equal(cancelled(), 1);
    assert.equal(parked.count(), 0);
    assert.throws(() => parked.find({ ...back, answers: new Map() }), /no call waits/);
  });

  test("is not late while it waits: the server's deadline begins anew with the answers", async (t) => {
    const { parked, call, pass, said, stateOf } = stage(t);
    const { client, asks } = call();
    pass(minuteMs - 1_000);
    asks(0);
    pass(9 * minuteMs);
    const again = listener();
    parked.find({ ...stateOf(client.heard.text), answers: new Map([["q1", '{"action":"accept"}']]) })(again.sink);
    assert.deepEqual(said[0]?.["result"], { action: "accept" });
    pass(minuteMs - 1);
    assert.equal(again.heard.fault, "");
    pass(1);
    assert.match(again.heard.fault, /did not answer in time/);
  });

  test("is told of once: what comes while nobody listens is there for who comes back", (t) => {
    const { parked, call, stateOf, end, say } = withMessages(stage(t));
    const back = { ...stateOf(call.client.heard.text), answers: new Map<string, string>() };
    say({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: 1, progress: 1 } });
    say({ jsonrpc: "2.0", id: 7, result: { content: [] } });
    end();
    const again = listener();
    parked.find(back)(again.sink);
    assert.match(again.heard.text, /progress.*\n\n.*"result"/s);
    assert.ok(again.heard.ended);
    assert.throws(() => parked.find(back), /no call waits/);
    assert.equal(parked.count(), 0);
  });

  test("finds no place beyond the caller's bound: the server hears at once that its question has no answer", (t) => {
    const { parked, call, said } = stage(t, 1);
    call().asks(0);
    const second = call();
    second.asks(1);
    assert.deepEqual(
      said.map((message) => [message["id"], message["result"]]),
      [[1, { action: "cancel" }]],
    );
    assert.equal(second.client.heard.ended, false, "the call itself goes on");
    assert.equal(parked.count(), 1);
  });

  test("waits for nothing any more when the server takes its question back", (t) => {
    const { call, pass, parked } = stage(t);
    const { client, say } = call();
    say({ jsonrpc: "2.0", id: 0, method: "elicitation/create", params: { message: "?" } });
    say({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 0 } });
    pass(25);
    assert.equal(parked.count(), 0);
    assert.equal(client.heard.text, "");
  });

  test("is withdrawn when the gate stops", (t) => {
    const { call, parked, said } = stage(t);
    call().asks(0);
    parked.close();
    assert.equal(parked.count(), 0);
    assert.equal(said.at(-1)?.["method"], "notifications/cancelled");
  });
});

function withMessages({ call, ...rest }: ReturnType<typeof stage>) {
  const made = call();
  made.asks(0);
  return { ...rest, call: made, say: made.say, end: made.end };
}
