import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Awaited, MessageReply } from "./message-reply.ts";

const request: Awaited = { idRaw: "1", isModern: true, isAwaited: true, resumedInVain: null };
const json = ["content-type", "application/json"];
const stream = ["content-type", "text/event-stream"];

function played(awaited = request, takes: () => boolean = () => true) {
  const told: string[] = [];
  const abandoned: string[] = [];
  let finished = 0;
  const reply = new MessageReply(
    {
      emit(message) {
        told.push(typeof message === "string" ? message : Buffer.from(message).toString("utf8"));
        return takes();
      },
      finished() {
        finished += 1;
      },
      abandoned: (sessionId) => void abandoned.push(sessionId),
    },
    awaited,
  );
  return { reply, told, abandoned, finished: () => finished };
}

test("a JSON answer is one message, whole or in parts; an empty one is none", () => {
  const whole = played();
  whole.reply.send(200, json, '{"id":1}');
  assert.deepEqual([whole.told, whole.finished()], [['{"id":1}'], 1]);
  const parts = played();
  parts.reply.start(200, json);
  for (const part of ['{"id"', ":", "1}"]) parts.reply.write(part);
  assert.deepEqual(parts.told, []);
  parts.reply.end();
  assert.deepEqual([parts.told, parts.finished()], [['{"id":1}'], 1]);
  const empty = played();
  empty.reply.send(202, [], "");
  assert.deepEqual([empty.told, empty.finished()], [[], 1]);
});

test("each event of a stream is a message, however the stream is cut; comments and empty events are none", () => {
  const messages = fc.array(
    fc.jsonValue().map((value) => JSON.stringify(value)),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(messages, fc.array(fc.nat(300), { maxLength: 6 }), (texts, cuts) => {
      const { reply, told } = played();
      const bytes = Buffer.from(`:alive\n\nid: 0\ndata:\n\n${texts.map((text) => `event: message\ndata: ${text}\n\n`).join(":\n\n")}`);
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((one, other) => one - other), bytes.length];
      reply.start(200, stream);
      for (let index = 1; index < places.length; index += 1) reply.write(bytes.subarray(places[index - 1], places[index]));
      reply.end();
      assert.deepEqual(told, texts);
      assert.equal(reply.lastEventId, "0");
    }),
  );
});

test("refusals of messages that have no answer are told to nobody", () => {
  const { reply, told, finished } = played({ ...request, idRaw: null, isAwaited: false });
  reply.send(400, json, '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}}');
  assert.deepEqual([told, finished()], [[], 1]);
});

test("cancelling calls back once, ends the reply, and lets nothing more through", () => {
  const { reply, told, abandoned, finished } = played();
  let aborted = 0;
  reply.onAbort(() => {
    aborted += 1;
  });
  reply.cancel();
  reply.cancel();
  reply.send(200, [...json, "mcp-session-id", "late"], "{}");
  reply.write("x");
  reply.end();
  reply.onAbort(() => {
    aborted += 1;
  });
  assert.deepEqual([aborted, told, finished()], [2, [], 1]);
  assert.deepEqual(abandoned, ["late"], "a session that was opened for nobody is told");
});

test("a slow client holds the writer back until it has caught up", () => {
  let takes = false;
  const { reply } = played(request, () => takes);
  let resumed = 0;
  reply.start(200, stream);
  reply.onWritable(() => {
    resumed += 1;
  });
  assert.equal(reply.write("data: 1\n\n"), false);
  takes = true;
  reply.drained();
  reply.drained();
  assert.equal(resumed, 1);
  assert.equal(reply.write("data: 2\n\n"), true);
});

test("what a client withdrew is not told to it any more", () => {
  const { reply, told, finished } = played();
  reply.start(200, stream);
  reply.write("data: 1\n\n");
  reply.silenced = true;
  reply.write("data: 2\n\n");
  reply.end();
  assert.deepEqual([told, finished()], [["1"], 1]);
});
