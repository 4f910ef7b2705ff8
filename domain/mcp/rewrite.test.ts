import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { memberRange, rawText } from "./json-text.ts";
import {
  toModernResult,
  withId,
  withName,
  withParamsMeta,
  withProgressToken,
  withRequestMeta,
  withResultMeta,
  withSenderId,
  withTraceparent,
} from "./rewrite.ts";
import { type Scanned, scanMessage } from "./scan.ts";
import { insertMember, splice } from "./splice.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Members = Readonly<Record<string, unknown>>;

function rewritten(message: string | Members, change: (bytes: Uint8Array, scanned: Scanned) => Uint8Array): Record<string, Members> {
  const bytes = encoder.encode(typeof message === "string" ? message : JSON.stringify(message));
  const scanned = scanMessage(bytes);
  assert.notEqual(scanned.kind, "malformed");
  const changed = change(bytes, scanned as Scanned);
  assert.notEqual(scanMessage(changed).kind, "malformed");
  return JSON.parse(decoder.decode(changed));
}

const request = (params: unknown, method = "tools/call") => ({
  jsonrpc: "2.0",
  id: 1,
  method,
  ...(params === undefined ? {} : { params }),
});

test("edits are made where they belong, in any order", () => {
  const edited = splice(encoder.encode("abcdef"), [
    { start: 4, end: 5, text: "E!" },
    { start: 0, end: 0, text: "<" },
    { start: 1, end: 3, text: new Uint8Array() },
    { start: 0, end: 0, text: "-" },
    { start: 6, end: 6, text: ">" },
  ]);
  assert.equal(decoder.decode(edited), "<-adE!f>");
});

test("edits that overlap or lie outside are a bug", () => {
  const bytes = encoder.encode("abc");
  for (const edits of [
    [
      { start: 0, end: 2, text: "xxxx" },
      { start: 1, end: 3, text: "xxxx" },
    ],
    [{ start: 2, end: 4, text: "" }],
    [{ start: 2, end: 1, text: "" }],
  ]) {
    assert.throws(() => splice(bytes, edits), RangeError);
  }
});

test("splicing does what slicing does", () => {
  const rough = fc.array(fc.tuple(fc.nat(30), fc.nat(30), fc.uint8Array({ maxLength: 5 })), { maxLength: 4 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), rough, (bytes, places) => {
      // Rising places, taken two by two, make edits that don't overlap.
      const rising = places
        .flatMap(([start, end]) => [Math.min(start, bytes.length), Math.min(end, bytes.length)])
        .sort((one, other) => one - other);
      const edits = places.map(([, , text], index) => ({ start: rising[index * 2] ?? 0, end: rising[index * 2 + 1] ?? 0, text }));
      let expected = [...bytes];
      for (const { start, end, text } of [...edits].reverse()) expected = [...expected.slice(0, start), ...text, ...expected.slice(end)];
      assert.deepEqual([...splice(bytes, edits)], expected);
    }),
  );
});

test("a member is put into any object, be it empty", () => {
  for (const text of ["{}", "{ }", '{"a":1}', '{ "a" : {} }']) {
    const bytes = encoder.encode(text);
    const inserted = insertMember(bytes, { start: 0, end: bytes.length }, '"new":[1]');
    assert.deepEqual(JSON.parse(decoder.decode(inserted)), { ...JSON.parse(text), new: [1] });
  }
});

test("a member is found by its name, wherever it stands", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), fc.string(), (object, other) => {
      const bytes = encoder.encode(JSON.stringify(object));
      for (const name of [...Object.keys(object), other]) {
        const range = memberRange(bytes, { start: 0, end: bytes.length }, name);
        const isThere = Object.hasOwn(JSON.parse(JSON.stringify(object)), name);
        assert.equal(range !== null, isThere);
        if (range !== null) assert.deepEqual(JSON.parse(rawText(bytes, range)), JSON.parse(JSON.stringify(object[name])));
      }
    }),
  );
});

test("an id is replaced as raw JSON, and what has none stays", () => {
  assert.deepEqual(
    rewritten(request({ name: "a" }), (bytes, scanned) => withId(bytes, scanned, '"g-7"')),
    { ...request({ name: "a" }), id: "g-7" },
  );
  const notification = { jsonrpc: "2.0", method: "notifications/initialized" };
  assert.deepEqual(
    rewritten(notification, (bytes, scanned) => withId(bytes, scanned, "5")),
    notification,
  );
});

const targets = [
  ["tools/call", { uri: "u", name: "old" }, { uri: "u", name: "new" }],
  ["resources/read", { uri: "old", name: "n" }, { uri: "new", name: "n" }],
  ["tasks/get", { taskId: "old" }, { taskId: "new" }],
  ["completion/complete", { ref: { type: "ref/prompt", name: "old" } }, { ref: { type: "ref/prompt", name: "new" } }],
  ["completion/complete", { ref: { type: "ref/resource", uri: "old" } }, { ref: { type: "ref/resource", uri: "new" } }],
  ["tools/list", { name: "old" }, { name: "old" }],
  ["tools/call", { arguments: { name: "old" } }, { arguments: { name: "old" } }],
] as const;

for (const [method, params, expected] of targets) {
  test(`the target of ${method} is replaced: ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(rewritten(request(params, method), (bytes, scanned) => withName(bytes, scanned, "new"))["params"], expected);
  });
}

test("a name is written as JSON, whatever is in it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 50 }), (name) => {
      assert.equal(rewritten(request({ name: "old" }), (bytes, scanned) => withName(bytes, scanned, name))["params"]?.["name"], name);
    }),
  );
});

const envelope = { protocolVersion: "2026-07-28", clientInfoJson: '{"name":"c","version":"1"}', clientCapabilitiesJson: "{}" };
const asMembers = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "c", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

for (const params of [
  undefined,
  {},
  { name: "a" },
  { name: "a", _meta: {} },
  { _meta: { progressToken: 5, x: 1 }, name: "a" },
  { _meta: asMembers },
]) {
  test(`a legacy request is given its envelope: params ${JSON.stringify(params)}`, () => {
    const changed = rewritten(request(params), (bytes, scanned) => withRequestMeta(bytes, scanned, { ...envelope, logLevel: "info" }));
    const before = (params ?? {}) as { readonly _meta?: object };
    const meta = { ...before._meta, ...asMembers, "io.modelcontextprotocol/logLevel": "info" };
    assert.deepEqual(changed, { ...request({ ...before, _meta: meta }) });
  });
}

test("a client that said nothing of itself is not spoken for", () => {
  const changed = rewritten(request({}), (bytes, scanned) => withRequestMeta(bytes, scanned, { ...envelope, clientInfoJson: null }));
  assert.equal(Object.hasOwn((changed["params"]?.["_meta"] ?? {}) as object, "io.modelcontextprotocol/clientInfo"), false);
});

test("a trace is added or replaced, and the rest of _meta stays", () => {
  for (const meta of [{}, { traceparent: "old", a: 1 }, { a: 1 }]) {
    const changed = rewritten(request({ _meta: meta }), (bytes, scanned) => withTraceparent(bytes, scanned, "00-1"));
    assert.deepEqual(changed["params"]?.["_meta"], { ...meta, traceparent: "00-1" });
  }
});

test("a member of _meta whose name is escaped is replaced, not doubled", () => {
  const text = '{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{"trac\\u0065parent":"old"}}}';
  const changed = rewritten(text, (bytes, scanned) => withParamsMeta(bytes, scanned, [["traceparent", '"new"']]));
  assert.deepEqual(changed["params"], { _meta: { traceparent: "new" } });
});

test("a legacy result becomes a modern one, and what it says already stays", () => {
  const result = (members: Members) => ({ jsonrpc: "2.0", id: 1, result: members });
  const modern = (members: Members, method: string) =>
    rewritten(result(members), (bytes, scanned) => toModernResult(bytes, scanned, method, { ttlMs: 7, cacheScope: "private" }))["result"];
  assert.deepEqual(modern({}, "tools/call"), { resultType: "complete" });
  assert.deepEqual(modern({ tools: [] }, "tools/list"), { tools: [], resultType: "complete", ttlMs: 7, cacheScope: "private" });
  assert.deepEqual(modern({ ttlMs: 1, cacheScope: "public", resultType: "complete" }, "tools/list"), {
    ttlMs: 1,
    cacheScope: "public",
    resultType: "complete",
  });
  assert.deepEqual(modern({ resultType: "input_required" }, "resources/read"), { resultType: "input_required" });
  const error = { jsonrpc: "2.0", id: 1, error: { code: 1, message: "" } };
  assert.deepEqual(
    rewritten(error, (bytes, scanned) => toModernResult(bytes, scanned, "tools/list", { ttlMs: 7, cacheScope: "private" })),
    error,
  );
});

test("a sender's own id stands for its progress token, too, and the token alone is put back", () => {
  const call = { jsonrpc: "2.0", id: "a", method: "tools/call", params: { name: "x", _meta: { progressToken: "p", other: 1 } } };
  const put = rewritten(call, (bytes, scanned) => withSenderId(bytes, scanned, "17"));
  assert.deepEqual([put["id"], put["params"]], [17, { name: "x", _meta: { progressToken: 17, other: 1 } }]);
  const plain = rewritten({ jsonrpc: "2.0", id: 1, method: "ping" }, (bytes, scanned) => withSenderId(bytes, scanned, "17"));
  assert.deepEqual(plain, { jsonrpc: "2.0", id: 17, method: "ping" });

  const notice = { jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: 17, progress: 0.5 } };
  const back = rewritten(notice, (bytes, scanned) => withProgressToken(bytes, scanned, '"p"'));
  assert.deepEqual(back["params"], { progressToken: "p", progress: 0.5 });
  const other = { jsonrpc: "2.0", method: "notifications/message", params: {} };
  assert.deepEqual(
    rewritten(other, (bytes, scanned) => withProgressToken(bytes, scanned, '"p"')),
    other,
  );
});

test("a result names its decision", () => {
  for (const result of [{}, { _meta: {} }, { _meta: { a: 1 }, content: [] }]) {
    const changed = rewritten({ jsonrpc: "2.0", id: 1, result }, (bytes, scanned) =>
      withResultMeta(bytes, scanned, [["dev.sluice/decision", '{"id":"d"}']]),
    );
    assert.deepEqual(changed["result"], {
      ...result,
      _meta: { ...(result as { _meta?: object })._meta, "dev.sluice/decision": { id: "d" } },
    });
  }
});
