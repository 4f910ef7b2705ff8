import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../domain/fault.ts";
import type { HttpReply } from "../../domain/ports/http.ts";
import type { Outcome, RelayOptions } from "./outcome.ts";
import { createRelay } from "./relay.ts";

/** A reply that writes down what it is told, and a relay onto it. */
function relayTo(options: Partial<RelayOptions> = {}) {
  const said: string[] = [];
  const outcomes: Outcome[] = [];
  const text = (bytes: Uint8Array | string) => (typeof bytes === "string" ? bytes : new TextDecoder().decode(bytes));
  const reply: HttpReply = {
    send: (status, _headers, body) => said.push(`send ${status} ${text(body)}`),
    start: (status) => said.push(`start ${status}`),
    write(chunk) {
      said.push(`write ${text(chunk)}`);
      return true;
    },
    end: () => said.push("end"),
    onWritable() {},
    onAbort() {},
    aborted: false,
  };
  const relay = createRelay({
    reply,
    idRaw: "1",
    callId: "c1",
    era: null,
    headers: () => [],
    rewrite: null,
    strict: false,
    onOutcome(outcome) {
      outcomes.push(outcome);
      return undefined;
    },
    ...options,
  });
  const answer = (status: number, type: string) =>
    relay.sink.head({ status, header: (name) => (name === "content-type" ? type : undefined) });
  const data = (chunk: string) => relay.sink.data(new TextEncoder().encode(chunk));
  return { relay, said, outcomes, answer, data };
}

const result = '{"jsonrpc":"2.0","id":1,"result":{}}';

test("a JSON answer goes through byte for byte, and its outcome is told", () => {
  const { relay, said, outcomes, answer, data } = relayTo();
  const odd = ' { "jsonrpc" : "2.0", "id":1 , "result":{ "a" : "\\u00e9" } } ';
  answer(200, "application/json");
  data(odd.slice(0, 10));
  data(odd.slice(10));
  relay.sink.end();
  assert.deepEqual(said, [`send 200 ${odd}`]);
  assert.deepEqual(outcomes, [{ outcome: "ok", status: 200, errorCode: null, responseBytes: odd.length }]);
});

const outcomes: readonly { body: string; status: number; outcome: string; errorCode: number | null }[] = [
  { body: result, status: 200, outcome: "ok", errorCode: null },
  { body: '{"jsonrpc":"2.0","id":1,"result":{"isError":true,"content":[]}}', status: 200, outcome: "tool-error", errorCode: null },
  { body: '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}', status: 200, outcome: "rpc-error", errorCode: -32602 },
  { body: "<html>", status: 404, outcome: "upstream-error", errorCode: null },
];
for (const { body, status, outcome, errorCode } of outcomes) {
  test(`the answer ${status} ${body} is recorded as ${outcome}`, () => {
    const { relay, outcomes: told, answer, data } = relayTo();
    answer(status, "application/json");
    data(body);
    relay.sink.end();
    assert.deepEqual([told[0]?.outcome, told[0]?.errorCode], [outcome, errorCode]);
  });
}

for (const status of [500, 503, 401, 403]) {
  test(`an upstream's ${status} is no fault of the client's: it becomes an error of the gate`, () => {
    const { relay, said, answer, data } = relayTo();
    answer(status, "application/json");
    data("secret of the upstream");
    relay.sink.end();
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /^send 503 .*"id":1.*HTTP status/);
    assert.doesNotMatch(said[0] ?? "", /secret/);
  });
}

test("a stream goes through as it comes, each chunk at once", () => {
  const { relay, said, outcomes: told, answer, data } = relayTo();
  answer(200, "text/event-stream");
  data("event: message\ndata: {}\n");
  assert.deepEqual(said, ["start 200", "write event: message\ndata: {}\n"]);
  data(`\ndata: ${result}\n\n`);
  assert.deepEqual(
    told.map(({ outcome }) => outcome),
    ["ok"],
    "the end is recorded with the final event",
  );
  relay.sink.end();
  assert.equal(said.at(-1), "end");
});

test("a stream that ends without its answer is an upstream's error", () => {
  const { relay, outcomes: told, answer, data } = relayTo();
  answer(200, "text/event-stream");
  data(": hello\n\n");
  relay.sink.end();
  assert.deepEqual(
    told.map(({ outcome }) => outcome),
    ["upstream-error"],
  );
});

for (const type of ["application/json", "text/event-stream"]) {
  test(`strict: no final byte of ${type} leaves before its record is durable`, async () => {
    const durable = Promise.withResolvers<void>();
    const { relay, said, answer, data } = relayTo({ strict: true, onOutcome: () => durable.promise });
    const isStream = type === "text/event-stream";
    answer(200, type);
    if (isStream) data('data: {"jsonrpc":"2.0","method":"notifications/progress","params":{}}\n\n');
    data(isStream ? `data: ${result}\n\n` : result);
    relay.sink.end();
    await new Promise(setImmediate);
    assert.equal(said.join("").includes('"result"'), false);
    assert.equal(said.join("").includes("progress"), isStream, "what is not final does not wait");
    durable.resolve();
    await new Promise(setImmediate);
    assert.equal(said.join("").includes('"result"'), true);
    assert.equal(said.at(-1), isStream ? "end" : `send 200 ${result}`);
  });

  test(`strict: an outcome that cannot be recorded takes the place of ${type}`, async () => {
    const { relay, said, answer, data } = relayTo({
      strict: true,
      onOutcome: () => Promise.reject(new Fault("unavailable", "the log is away")),
    });
    answer(200, type);
    data(type === "text/event-stream" ? `data: ${result}\n\n` : result);
    relay.sink.end();
    await new Promise(setImmediate);
    assert.equal(said.join("").includes('"result"'), false);
    assert.match(said.join(""), /the log is away/);
  });
}

test("a failure before the answer is an error with its status; after the stream began it is its last event", () => {
  const fresh = relayTo();
  fresh.relay.sink.fail(new Fault("timeout", "too late"), "sent");
  assert.match(fresh.said[0] ?? "", /^send 504 .*too late/);
  assert.equal(fresh.outcomes[0]?.outcome, "timeout");

  const begun = relayTo();
  begun.answer(200, "text/event-stream");
  begun.relay.sink.fail(new Fault("unavailable", "it broke off"), "answering");
  assert.match(begun.said.join(""), /write \n\n.*it broke off/s, "an event that was cut is closed first");
  assert.equal(begun.said.at(-1), "end");
});

test("events are rewritten one by one, and an answer taken over is not relayed", () => {
  const rewriting = relayTo({ rewrite: (message) => new TextEncoder().encode(new TextDecoder().decode(message).replace("{}", '{"x":1}')) });
  rewriting.answer(200, "text/event-stream");
  rewriting.data(`data: ${result}\n\n`);
  assert.match(rewriting.said[1] ?? "", /"x":1/);

  const taken = relayTo({ onHead: () => true });
  taken.answer(404, "application/json");
  taken.data(result);
  taken.relay.sink.end();
  taken.relay.sink.fail(new Fault("timeout", "late"), "sent");
  assert.deepEqual([taken.said, taken.outcomes], [[], []]);
});

for (const [type, body, said] of [
  ["application/json", result, ["send 500"]],
  ["text/event-stream", `data: ${result}\n\n`, ["start 200", "write ", "end"]],
] as const) {
  for (const strict of [true, false]) {
    test(`a bug on the way costs the call and nothing else: ${type}, ${strict ? "strict" : "buffered"}`, async () => {
      const thrown: unknown[] = [];
      const bug = new TypeError("a bug of ours");
      const {
        relay,
        said: heard,
        answer,
        data,
      } = relayTo({
        strict,
        rewrite() {
          throw bug;
        },
        onOutcome: () => Promise.resolve(),
        onThrown: (reason) => void thrown.push(reason),
      });
      answer(200, type);
      data(body);
      relay.sink.end();
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(thrown, [bug]);
      assert.ok(
        said.every((start, at) => heard[at]?.startsWith(start)),
        heard.join(" | "),
      );
      assert.match(heard.join(), /-32603/);
    });
  }
}
