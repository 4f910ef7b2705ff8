import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import { createNotices, listChanged, resourceUpdated, withoutSubscriptionId, withSubscriptionId } from "./notices.ts";

function outlet() {
  const sent: string[] = [];
  const state = { isSlow: false };
  let resume = () => {};
  const notices = createNotices({
    send(message) {
      sent.push(Buffer.from(message).toString());
      return !state.isSlow;
    },
    onWritable(next) {
      resume = next;
    },
  });
  return { notices, sent, state, drain: () => resume() };
}

describe("notifications on their way to a client", () => {
  test("wait until they are let go, and come in their order then", () => {
    const { notices, sent } = outlet();
    notices.push("a", Buffer.from("1"));
    notices.push("b", Buffer.from("2"));
    assert.deepEqual(sent, []);
    notices.release();
    notices.push("a", Buffer.from("3"));
    assert.deepEqual(sent, ["1", "2", "3"]);
  });

  test("of each kind the last is kept for a reader who is slow, and nothing is sent until it reads again", () => {
    const { notices, sent, state, drain } = outlet();
    notices.release();
    state.isSlow = true;
    notices.push("a", Buffer.from("1"));
    for (const [key, text] of [
      ["a", "2"],
      ["b", "3"],
      ["a", "4"],
    ] as const)
      notices.push(key, Buffer.from(text));
    assert.deepEqual(sent, ["1"]);
    drain();
    assert.deepEqual(sent, ["1", "3"], "it is slow again at once");
    state.isSlow = false;
    drain();
    assert.deepEqual(sent, ["1", "3", "4"]);
  });

  test("a bounded number waits, the newest", () => {
    const { notices, sent } = outlet();
    for (let at = 0; at < 2_000; at += 1) notices.push(`key ${at}`, Buffer.from(String(at)));
    notices.release();
    assert.deepEqual([sent.length, sent[0], sent.at(-1)], [1_024, "976", "1999"]);
  });
});

describe("the id of a subscription", () => {
  const id = "io.modelcontextprotocol/subscriptionId";
  for (const { bytes, scanned } of [listChanged("tools"), resourceUpdated("a://b")]) {
    test(`is put into ${scanned.method}, in the place of another, and taken out again`, () => {
      const once = withSubscriptionId(bytes, scanned, "7");
      const again = scanMessage(once);
      assert.ok(again.kind !== "malformed");
      const twice = withSubscriptionId(once, again, '"other"');
      assert.equal(JSON.parse(Buffer.from(twice).toString()).params._meta[id], "other");
      const last = scanMessage(twice);
      assert.ok(last.kind !== "malformed");
      assert.deepEqual(JSON.parse(Buffer.from(withoutSubscriptionId(twice, last)).toString()), JSON.parse(Buffer.from(bytes).toString()));
    });
  }

  test("goes, and what else is there stays", () => {
    const bytes = Buffer.from(
      JSON.stringify({
        jsonrpc: "2.0",
        method: "notifications/resources/updated",
        params: { uri: "a", _meta: { [id]: 1, "com.example/x": 2 } },
      }),
    );
    const scanned = scanMessage(bytes);
    assert.ok(scanned.kind !== "malformed");
    assert.deepEqual(JSON.parse(Buffer.from(withoutSubscriptionId(bytes, scanned)).toString()).params, {
      uri: "a",
      _meta: { "com.example/x": 2 },
    });
  });
});
