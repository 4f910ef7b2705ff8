import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HttpReply } from "../../../domain/ports/http.ts";
import { createReplayBudget, ReplayStream, readEventId } from "./replay.ts";

/** A connection that keeps what it was sent; it can be slow, and go. */
function connection() {
  let text = "";
  let gone = () => {};
  let writable = () => {};
  const state = { ended: false, slow: false };
  const reply: HttpReply = {
    send() {},
    start() {},
    write(chunk) {
      text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      return !state.slow;
    },
    end() {
      state.ended = true;
    },
    onWritable(resume) {
      writable = resume;
    },
    onAbort(aborted) {
      gone = aborted;
    },
    aborted: false,
  };
  const events = () => [...text.matchAll(/id: (\S+)\ndata: ?(.*)\n/g)].map(([, id, data]) => [id, data]);
  return { reply, state, events, ids: () => events().map(([id]) => id), drop: () => gone(), drain: () => writable() };
}

const budgetOf = (bounds: Partial<Parameters<typeof createReplayBudget>[0]> = {}) =>
  createReplayBudget({ eventsMax: 8, bytesMax: 1_000, allBytesMax: 10_000, ...bounds });

describe("a stream that outlives its connections", () => {
  test("numbers its events, and sends those behind the one that was read last", () => {
    const stream = new ReplayStream("s", budgetOf(), () => 0);
    const first = connection();
    stream.attach(first.reply, { after: 0, primed: true });
    for (const data of ["a", "b"]) stream.send(data);
    first.drop();
    for (const data of ["c", "d"]) stream.send(data);
    assert.deepEqual(first.events(), [
      ["s-0", ""],
      ["s-1", "a"],
      ["s-2", "b"],
    ]);
    const second = connection();
    assert.equal(stream.attach(second.reply, { after: 1, primed: false }), true);
    stream.send("e");
    assert.deepEqual(second.events(), [
      ["s-2", "b"],
      ["s-3", "c"],
      ["s-4", "d"],
      ["s-5", "e"],
    ]);
  });

  test("that has ended is sent to its end again, and its connection is closed then", () => {
    const stream = new ReplayStream("s", budgetOf(), () => 0);
    stream.send("answer");
    stream.end();
    for (const after of [0, 0, 1]) {
      const again = connection();
      stream.attach(again.reply, { after, primed: false });
      assert.deepEqual([again.ids(), again.state.ended], [after === 0 ? ["s-1"] : [], true]);
    }
  });

  test("leaves an older connection for a newer one, whose end is not the older one's", () => {
    const stream = new ReplayStream("s", budgetOf(), () => 0);
    const [older, newer] = [connection(), connection()];
    stream.attach(older.reply, { after: 0, primed: false });
    stream.attach(newer.reply, { after: 0, primed: false });
    assert.equal(older.state.ended, true);
    older.drop();
    stream.send("a");
    assert.deepEqual([older.ids(), newer.ids()], [[], ["s-1"]]);
  });

  test("tells of a slow reader, and that nobody has to be waited for when it is gone", () => {
    const stream = new ReplayStream("s", budgetOf(), () => 0);
    const slow = connection();
    let resumed = 0;
    stream.onWritable(() => {
      resumed += 1;
    });
    stream.attach(slow.reply, { after: 0, primed: false });
    const before = resumed;
    slow.state.slow = true;
    assert.equal(stream.send("a"), false);
    slow.drain();
    assert.equal(resumed, before + 1);
    slow.drop();
    assert.equal(resumed, before + 2);
    assert.equal(stream.send("b"), true);
  });

  test("gives what nobody was sent to another stream, line breaks and all", () => {
    const stream = new ReplayStream("s", budgetOf(), () => 0);
    const reader = connection();
    stream.attach(reader.reply, { after: 0, primed: false });
    stream.send("a");
    reader.drop();
    stream.send('{"b":\n1}');
    assert.deepEqual(
      stream.takeUnsent().map((message) => Buffer.from(message).toString()),
      ['{"b":\n1}'],
    );
    assert.deepEqual(stream.takeUnsent(), []);
  });
});

describe("what is kept is bounded:", () => {
  test("the oldest events of a stream make room, and that some are missing is told", () => {
    const stream = new ReplayStream("s", budgetOf({ eventsMax: 3 }), () => 0);
    for (const data of "abcde") stream.send(data);
    const reader = connection();
    assert.equal(stream.attach(reader.reply, { after: 1, primed: false }), false);
    assert.deepEqual(reader.ids(), ["s-3", "s-4", "s-5"]);
  });

  test("the newest event stays, however large: it may be the answer", () => {
    const stream = new ReplayStream("s", budgetOf({ bytesMax: 100 }), () => 0);
    stream.send("a");
    stream.send("x".repeat(500));
    const reader = connection();
    stream.attach(reader.reply, { after: 0, primed: false });
    assert.deepEqual(reader.ids(), ["s-2"]);
  });

  test("of all streams those that were left first make room for the others", () => {
    const budget = budgetOf({ allBytesMax: 1_500 });
    const [first, second, third] = ["f", "s", "t"].map((id) => new ReplayStream(id, budget, () => 0));
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    const readers = [first, second, third].map((stream) => {
      const reader = connection();
      stream.attach(reader.reply, { after: 0, primed: false });
      return reader;
    });
    first.send("x".repeat(500));
    second.send("x".repeat(500));
    readers[1]?.drop();
    readers[0]?.drop();
    third.send("x".repeat(900));
    assert.ok(budget.usedBytes <= 1_500);
    const idsOf = (stream: ReplayStream) => {
      const reader = connection();
      stream.attach(reader.reply, { after: 0, primed: false });
      return reader.ids();
    };
    assert.deepEqual([idsOf(second), idsOf(first), idsOf(third)], [[], ["f-1"], ["t-1"]]);
    for (const stream of [first, second, third]) stream.discard();
    assert.equal(budget.usedBytes, 0);
    assert.equal(budget.idle.size, 0);
  });
});

test("ids of events are read back, and nothing else is taken for one", () => {
  assert.deepEqual(readEventId("a_b-1-27"), { stream: "a_b-1", sequence: 27 });
  for (const text of ["", "-", "-1", "a", "a-", "a-x", "a b-1", `${"a".repeat(65)}-1`, "a-1234567890123456", "a-1\n"])
    assert.equal(readEventId(text), undefined, text);
});
