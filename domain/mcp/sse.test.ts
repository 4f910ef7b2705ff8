import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../fault.ts";
import { createSseParser, formatSse } from "./sse.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

interface Seen {
  readonly event: string;
  readonly id: string | null;
  readonly data: string;
}

function parse(chunks: readonly Uint8Array[], eventBytesMax = 10_000): { events: Seen[]; raw: string } {
  const events: Seen[] = [];
  let raw = "";
  const parser = createSseParser({
    eventBytesMax,
    onEvent(found) {
      raw += decoder.decode(found.raw);
      if (found.hasData) events.push({ event: found.event, id: found.id, data: decoder.decode(found.data) });
    },
  });
  for (const chunk of chunks) parser.push(chunk);
  return { events, raw };
}

/** The standard's algorithm over the whole text. */
function reference(text: string): Seen[] {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  // What follows the last line end is no line yet.
  lines.pop();
  const events: Seen[] = [];
  let data: string[] = [];
  let event = "";
  let id: string | null = null;
  for (const line of lines) {
    if (line === "") {
      if (data.length > 0) events.push({ event: event || "message", id, data: data.join("\n") });
      data = [];
      event = "";
      id = null;
      continue;
    }
    const match = /^([^:]*):? ?(.*)$/s.exec(line);
    const [, field = "", value = ""] = match ?? [];
    if (field === "data") data.push(value);
    else if (field === "event") event = value;
    else if (field === "id" && !value.includes("\0")) id = value;
  }
  return events;
}

const streams: Readonly<Record<string, string>> = {
  "one event": 'data: {"a":1}\n\n',
  "names and ids": "event: ping\nid: 7\ndata: x\n\nid: 8\ndata: y\n\n",
  "an event without space after the colon": "data:x\nevent:y\n\n",
  "two spaces after the colon": "data:  x\n\n",
  "data of several lines": "data: a\ndata: b\ndata\ndata:\n\n",
  "data that is empty": "id: 1\ndata:\n\n",
  "a block without data": ": alive\n\nevent: x\n\nretry: 10\n\ndata: y\n\n",
  "every kind of line end": "data: a\r\n\r\ndata: b\r\rdata: c\n\ndata: d\r\n\ndata: e\n\r\ndata: f\r\n\rdata: g\n\n",
  "data of several lines that end in CR and LF": "data: a\r\ndata: b\r\n\r\ndata: c\rdata: d\r\r",
  "a byte order mark": "\ufeffdata: x\n\n\ufeffdata: y\n\n",
  "a byte order mark alone on its line": "\ufeff\ndata: x\n\n",
  "empty lines between": "\n\n\r\r\n\ndata: x\n\n\n\n",
  "an id with a NUL": "id: a\0b\ndata: x\n\n",
  "fields that mean nothing": "datas: x\ndat: y\nDATA: z\nfoo\ndata: w\n\n",
  "a stream that ends within an event": "data: x\n\ndata: y\n",
  "a stream that ends within a line end": "data: x\r\n\r",
  "characters beyond ASCII": "data: hällo → 😀\n\n",
};

for (const [name, text] of Object.entries(streams)) {
  test(`a stream is read as the standard reads it, however it is cut: ${name}`, () => {
    const bytes = encoder.encode(text);
    const expected = reference(text);
    assert.deepEqual(parse([bytes]).events, expected);
    assert.deepEqual(parse(Array.from(bytes, (byte) => Uint8Array.of(byte))).events, expected);
    for (let cut = 0; cut <= bytes.length; cut += 1)
      assert.deepEqual(parse([bytes.subarray(0, cut), bytes.subarray(cut)]).events, expected);
  });
}

test("any stream in any chunks is read as the standard reads it, and its raw blocks read the same", () => {
  const piece = fc.constantFrom(
    "data: a",
    "data:",
    "data",
    "event: e",
    "id: 1",
    ": c",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    "\r\n\r\n",
    "x",
    "é",
    "\ufeff",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(40), { maxLength: 8 }), (pieces, cuts) => {
      const text = pieces.join("");
      const bytes = encoder.encode(text);
      const places = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort((one, other) => one - other);
      const { events, raw } = parse(places.slice(1).map((end, index) => bytes.subarray(places[index], end)));
      assert.deepEqual(events, reference(text));
      assert.deepEqual(reference(raw), events);
    }),
    { numRuns: 1_000 },
  );
});

test("raw blocks are the stream, byte for byte, up to its last whole block", () => {
  const text = streams["a block without data"] ?? "";
  assert.equal(parse([encoder.encode(`${text}data: rest`)]).raw, text);
});

test("a block beyond the bound is refused, in one chunk or in many", () => {
  const isTooLarge = (reason: unknown) => reason instanceof Fault && reason.code === "too-large";
  const bytes = encoder.encode(`data: ${"x".repeat(100)}\n\n`);
  assert.equal(parse([bytes], bytes.length).events.length, 1);
  assert.throws(() => parse([bytes], bytes.length - 1), isTooLarge);
  assert.throws(
    () =>
      parse(
        Array.from(bytes, (byte) => Uint8Array.of(byte)),
        bytes.length - 1,
      ),
    isTooLarge,
  );
  assert.throws(() => parse([encoder.encode("x".repeat(200))], 100), isTooLarge);
});

test("a large event in small chunks costs no more than its length", () => {
  const chunk = new Uint8Array(1024).fill(0x78);
  const chunks = [encoder.encode("data: "), ...Array.from({ length: 2_000 }, () => chunk), encoder.encode("\n\n")];
  assert.equal(parse(chunks, 4_000_000).events[0]?.data.length, 2_000 * 1024);
});

test("what is formatted is read back", () => {
  fc.assert(
    fc.property(fc.string(), fc.option(fc.stringMatching(/^[a-z]+$/)), fc.option(fc.stringMatching(/^[ -~]*$/)), (text, event, id) => {
      const [seen] = parse([formatSse(text, { event, id })]).events;
      const expected = {
        event: event ?? "message",
        id: id === null ? null : id.replace(/^ /, " "),
        data: text.replaceAll(/\r\n|\r/g, "\n"),
      };
      assert.deepEqual(seen, expected);
    }),
    { numRuns: 200 },
  );
  assert.equal(decoder.decode(formatSse("{}")), "data: {}\n\n");
  assert.equal(decoder.decode(formatSse(encoder.encode('{\n"a":1}'), { event: "message", id: "4" })), 'id: 4\ndata: {\ndata: "a":1}\n\n');
  assert.throws(() => formatSse("x", { id: "a\nb" }));
});

test("any bytes, invalid UTF-8 too, are read the same however they are cut, or are refused as too large", () => {
  const likely = fc.constantFrom(..."data: id: event: retry: \n \r \r\n \n\n \ufeff \0".split(" ")).map((text) => encoder.encode(text));
  const bytes = fc.array(fc.oneof(likely, fc.uint8Array({ maxLength: 20 })), { maxLength: 30 }).map((parts) => concatenated(parts));
  const outcome = (chunks: readonly Uint8Array[]) => {
    try {
      return parse(chunks, 64);
    } catch (reason) {
      assert.ok(reason instanceof Fault && reason.code === "too-large");
      return "too-large";
    }
  };
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(400), { maxLength: 8 }), (stream, cuts) => {
      const places = [...new Set([0, ...cuts.filter((cut) => cut < stream.length), stream.length])].sort((one, other) => one - other);
      const whole = outcome([stream]);
      const cut = outcome(places.slice(1).map((end, index) => stream.subarray(places[index], end)));
      // Raw blocks may lack the LF of a CRLF that a chunk ended within.
      const told = (seen: typeof whole) => (seen === "too-large" ? seen : seen.events);
      assert.deepEqual(told(cut), told(whole));
    }),
    { numRuns: 2_000 },
  );
});

test("data passes byte for byte, whatever its bytes are", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const data = bytes.map((byte) => (byte === 0x0a || byte === 0x0d ? 0x20 : byte));
      const seen: Uint8Array[] = [];
      const parser = createSseParser({ eventBytesMax: 1_000, onEvent: (event) => void seen.push(Uint8Array.from(event.data)) });
      parser.push(concatenated([encoder.encode("data: "), data, encoder.encode("\n\n")]));
      assert.deepEqual(seen, [data]);
    }),
  );
});

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
