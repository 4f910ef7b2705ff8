import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readChannelMessage } from "./channel-message.ts";
import { readJsonValue, replaceJsonValue } from "./json-splice.ts";
import { createLineFramer } from "./lines.ts";

test("lines come whole, however their bytes are cut", () => {
  const line = fc.string().map((text) => text.replaceAll(/[\r\n]/g, ""));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat({ max: 200 }), { maxLength: 8 }), fc.constantFrom("\n", "\r\n"), (lines, cuts, end) => {
      const bytes = Buffer.from(lines.map((each) => each + end).join(""));
      const seen: string[] = [];
      const framer = createLineFramer(
        10_000,
        (each) => seen.push(each.toString()),
        () => assert.fail("no line is too long"),
      );
      const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((one, other) => one - other), bytes.length];
      for (let index = 1; index < places.length; index += 1) framer.push(bytes.subarray(places[index - 1], places[index]));
      assert.deepEqual(seen, lines);
    }),
  );
});

test("a line beyond the bound is left out, told once, and the next one is read", () => {
  const seen: string[] = [];
  const framer = createLineFramer(
    4,
    (line) => seen.push(line.toString()),
    (start) => seen.push(`too long: ${start.toString()}`),
  );
  for (const chunk of ["ab\nabc", "defgh", "ij\n1234\n12345\nx\n"]) framer.push(Buffer.from(chunk));
  assert.deepEqual(seen, ["ab", "too long: abcd", "1234", "too long: 1234", "x"]);
});

test("a value inside JSON is replaced where it stands, and nothing else changes", () => {
  const space = fc.constantFrom("", " ", "\t", " \r\n ");
  fc.assert(
    fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), space, (id, params, gap) => {
      const rest = JSON.stringify({ ...params, _meta: { progressToken: id, 'a"b': [1] } }, null, gap === "" ? 0 : 1);
      const json = (value: string) => `{${gap}"params"${gap}:${rest}${gap},${gap}"id"${gap}:${gap}${value}${gap}}`;
      const text = Buffer.from(json(JSON.stringify(id)));
      assert.equal(replaceJsonValue(text, ["id"], "42").toString(), json("42"));
      assert.equal(readJsonValue(text, ["id"]), JSON.stringify(id));
      const deep = replaceJsonValue(text, ["params", "_meta", "progressToken"], '"new"');
      assert.equal((JSON.parse(deep.toString()) as { params: { _meta: { progressToken: unknown } } }).params._meta.progressToken, "new");
      assert.equal(replaceJsonValue(text, ["params", "nowhere", "at all"], "1"), text);
    }),
  );
});

test("escaped names are the names that they mean, and the last of a repeated name counts", () => {
  assert.equal(replaceJsonValue(Buffer.from('{"\\u0069d":1,"id":2}'), ["id"], "3").toString(), '{"\\u0069d":1,"id":3}');
  assert.equal(replaceJsonValue(Buffer.from('{"\\u0069d":1}'), ["id"], "3").toString(), '{"\\u0069d":3}');
});

test("whatever is spliced, nothing throws or hangs", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.string(), (bytes, tail) => {
      replaceJsonValue(Buffer.concat([Buffer.from('{"a":{"b":'), bytes, Buffer.from(tail)]), ["a", "b"], "1");
    }),
  );
});

const messages: readonly [text: string, kind: string | undefined, idKey?: string][] = [
  ['{"jsonrpc":"2.0","id":1,"method":"ping"}', "request", "1"],
  ['{"jsonrpc":"2.0","id":"1","method":"ping"}', "request", '"1"'],
  ['{"jsonrpc":"2.0","method":"notifications/initialized"}', "notification"],
  ['{"jsonrpc":"2.0","id":1,"result":{}}', "response", "1"],
  ['{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}', "response"],
  ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', undefined],
  ['{"id":1,"method":"ping"}', undefined],
  ['{"jsonrpc":"2.0","id":1}', undefined],
  ["listening on port 3000", undefined],
  ["", undefined],
];

for (const [text, kind, idKey] of messages) {
  test(`${text === "" ? "nothing" : text} is ${kind ?? "no message"}`, () => {
    const message = readChannelMessage(Buffer.from(text));
    assert.equal(message?.kind, kind);
    assert.equal(message?.idKey, idKey);
  });
}

/** What a framer must say of bytes, by the definition: lines end with LF, a CR before it is left out, long ones are told by their beginning. */
function reference(bytes: Buffer, bytesMax: number): string[] {
  const lines = bytes.toString("latin1").split("\n").slice(0, -1);
  return lines.map((line) => (line.length > bytesMax ? `too long: ${line.slice(0, bytesMax)}` : `line: ${line.replace(/\r$/, "")}`));
}

test("any bytes, cut anywhere, are framed by their line ends alone, and a long line holds up none behind it", () => {
  const piece = fc.oneof(
    fc.constantFrom("\n", "\r\n", "\r", "\n\n").map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 30 }),
  );
  const bytes = fc.array(piece, { maxLength: 30 }).map((parts) => Buffer.concat(parts));
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(600), { maxLength: 10 }), fc.integer({ min: 1, max: 40 }), (stream, cuts, bytesMax) => {
      const seen: string[] = [];
      const framer = createLineFramer(
        bytesMax,
        (line) => seen.push(`line: ${line.toString("latin1")}`),
        (start) => seen.push(`too long: ${start.toString("latin1")}`),
      );
      const places = [0, ...cuts.filter((cut) => cut < stream.length).sort((one, other) => one - other), stream.length];
      for (let index = 1; index < places.length; index += 1) framer.push(stream.subarray(places[index - 1], places[index]));
      // A line without its end is told as too long as soon as it is.
      const expected = reference(stream, bytesMax);
      assert.deepEqual(seen.slice(0, expected.length), expected);
      assert.ok(seen.length <= expected.length + 1);
      assert.ok(seen.slice(expected.length).every((rest) => rest.startsWith("too long")));
    }),
    { numRuns: 2_000 },
  );
});

test("a line without end keeps no more than its bound", () => {
  const held: number[] = [];
  const framer = createLineFramer(
    1_000,
    () => assert.fail("it never ends"),
    (start) => held.push(start.length),
  );
  for (let count = 0; count < 10_000; count += 1) framer.push(Buffer.alloc(100, 0x61));
  assert.deepEqual(held, [1_000]);
});

test("no bytes at all make a message throw, and only UTF-8 makes one", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      readChannelMessage(bytes);
    }),
  );
  const bad = Buffer.concat([Buffer.from('{"jsonrpc":"2.0","id":1,"method":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
  assert.equal(readChannelMessage(bad), undefined);
});
