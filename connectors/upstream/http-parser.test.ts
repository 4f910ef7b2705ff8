import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createResponseParser } from "./http-parser.ts";

interface Seen {
  outcome: string;
  status: number | undefined;
  body: string;
  keepAlive: boolean | undefined;
  surplus: number;
  refusal: string;
}

/** Feeds the answer in the given pieces, through one read buffer that is written over each time, as sockets do. */
function parse(pieces: readonly Buffer[], ended = false): Seen {
  const seen: Seen = { outcome: "more", status: undefined, body: "", keepAlive: undefined, surplus: 0, refusal: "" };
  const parser = createResponseParser(
    {
      head(head) {
        seen.status = head.status;
        seen.keepAlive = head.keepAlive;
        return true;
      },
      data(chunk) {
        seen.body += Buffer.from(chunk).toString("latin1");
      },
    },
    { headBytesMax: 1024 },
  );
  const shared = Buffer.alloc(64 * 1024);
  for (const piece of pieces) {
    piece.copy(shared);
    seen.outcome = parser.push(shared, piece.length);
    shared.fill(0x0a);
    if (seen.outcome !== "more") break;
  }
  if (seen.outcome === "more" && ended && parser.finish()) seen.outcome = "complete";
  seen.surplus = parser.surplus;
  seen.refusal = parser.refusal;
  return seen;
}

const whole = (text: string) => [Buffer.from(text, "latin1")];

const good = [
  { name: "a length", text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", body: "hello" },
  { name: "no reason phrase", text: "HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nhi", body: "hi" },
  { name: "a length of nothing", text: "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n", body: "", status: 202 },
  {
    name: "chunks",
    text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n, my world\r\n0\r\n\r\n",
    body: "hello, my world",
  },
  {
    name: "chunks with trailers",
    text: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx-sum: 1\r\ny: 2\r\n\r\n",
    body: "a",
  },
  {
    name: "interim answers first",
    text: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx",
    body: "x",
  },
  { name: "204 without a body", text: "HTTP/1.1 204 No Content\r\n\r\n", body: "", status: 204 },
  {
    name: "304 with the length of what it left out",
    text: "HTTP/1.1 304 Not Modified\r\ncontent-length: 7\r\n\r\n",
    body: "",
    status: 304,
  },
  { name: "repeated ordinary headers", text: "HTTP/1.1 200 OK\r\nset-cookie: a\r\nset-cookie: b\r\ncontent-length: 1\r\n\r\nx", body: "x" },
];

for (const { name, text, body, status = 200 } of good) {
  test(`an answer with ${name} is read, however its bytes are cut`, () => {
    const bytes = Buffer.from(text, "latin1");
    const expected = { outcome: "complete", status, body, keepAlive: true, surplus: 0, refusal: "" };
    assert.deepEqual(parse([bytes]), expected);
    assert.deepEqual(parse([...bytes].map((byte) => Buffer.from([byte]))), expected);
    for (let cut = 1; cut < bytes.length; cut += 1) assert.deepEqual(parse([bytes.subarray(0, cut), bytes.subarray(cut)]), expected);
  });
}

test("an answer may be cut in any number of pieces", () => {
  const bytes = Buffer.from(
    "HTTP/1.1 200 OK\r\nx: y\r\ntransfer-encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n3\r\nxyz\r\n0\r\nt: u\r\n\r\n",
    "latin1",
  );
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 }), (cuts) => {
      const places = [0, ...cuts.sort((one, other) => one - other), bytes.length];
      const pieces = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
      assert.equal(parse(pieces).body, "0123456789abcdefxyz");
    }),
  );
});

const refusedAnswers: Readonly<Record<string, string>> = {
  "both a length and chunks": "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n",
  "two lengths": "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\n",
  "a list of lengths": "HTTP/1.1 200 OK\r\ncontent-length: 5, 5\r\n\r\n",
  "a signed length": "HTTP/1.1 200 OK\r\ncontent-length: +5\r\n\r\n",
  "a length beyond all measure": "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
  "another transfer encoding": "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
  "chunks in HTTP/1.0": "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
  "a bare LF behind the status": "HTTP/1.1 200 OK\ncontent-length: 0\r\n\r\n",
  "a head of bare LFs": "HTTP/1.1 200 OK\ncontent-length: 0\n\n",
  "a bare CR in a value": "HTTP/1.1 200 OK\r\nx: a\rb\r\n\r\n",
  "a NUL in a value": "HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n",
  "a folded line": "HTTP/1.1 200 OK\r\nx: a\r\n b\r\n\r\n",
  "a space before the colon": "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n",
  "a line without a colon": "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
  "another protocol": "SSH-2.0-OpenSSH_9.6\r\n",
  "another version": "HTTP/2.0 200 OK\r\n\r\n",
  "a status of two digits": "HTTP/1.1 20 OK\r\n\r\n",
  "a switch of protocols": "HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n",
  "too many interim answers": "HTTP/1.1 100 Continue\r\n\r\n".repeat(9),
  "a head beyond the bound": `HTTP/1.1 200 OK\r\nx: ${"y".repeat(2000)}\r\n\r\n`,
  "a chunk without a size": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n",
  "a chunk of a size in words": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfive\r\n",
  "a chunk size with 0x": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0x5\r\nhello\r\n",
  "a chunk size beyond all measure": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n",
  "a chunk that is longer than it says": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhello\r\n",
  "a chunk ended by a bare LF": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\n",
  "a chunk size ended by a bare LF": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\nhello\r\n",
  "a chunk extension without end": `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;${"x".repeat(300)}`,
  "trailers without end": `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${"x: y\r\n".repeat(300)}`,
  "trailers of bare LFs": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: y\n\n",
};

for (const [name, text] of Object.entries(refusedAnswers)) {
  test(`an answer with ${name} is refused, however its bytes are cut`, () => {
    const bytes = Buffer.from(text, "latin1");
    assert.equal(parse([bytes]).outcome, "refused");
    assert.notEqual(parse([bytes]).refusal, "");
    assert.equal(parse([...bytes].map((byte) => Buffer.from([byte]))).outcome, "refused");
  });
}

const notReused: Readonly<Record<string, string>> = {
  "connection: close": "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
  "HTTP/1.0": "HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",
  "204 with a length": "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n",
};

for (const [name, text] of Object.entries(notReused)) {
  test(`behind an answer with ${name} the connection is not used again`, () => {
    assert.equal(parse(whole(text)).outcome, "complete");
    assert.equal(parse(whole(text)).keepAlive, false);
  });
}

test("an answer without a length ends with its connection, and only there", () => {
  const text = "HTTP/1.1 200 OK\r\n\r\nall that comes";
  assert.deepEqual(parse(whole(text), true), {
    outcome: "complete",
    status: 200,
    body: "all that comes",
    keepAlive: false,
    surplus: 0,
    refusal: "",
  });
  assert.equal(parse(whole(text)).outcome, "more");
  assert.equal(parse(whole("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nbroken"), true).outcome, "more");
});

test("bytes behind an answer are counted, not read", () => {
  assert.equal(parse(whole("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n\r\n")).surplus, 19);
});

test("whatever comes, the parser neither throws nor hangs", () => {
  const likely = fc.constantFrom(
    "HTTP/1.1 200 OK",
    "\r\n",
    "\n",
    "content-length: 3",
    "transfer-encoding: chunked",
    "0",
    "3",
    "abc",
    ":",
    " ",
    "\0",
  );
  const mixed = fc.array(fc.oneof(likely, fc.string()), { maxLength: 30 }).map((parts) => Buffer.from(parts.join(""), "latin1"));
  const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(fc.array(fc.oneof(mixed, bytes), { maxLength: 5 }), (pieces) => {
      parse(pieces, true);
    }),
    { numRuns: 300 },
  );
});

const cutsOf = fc.array(fc.nat(600), { maxLength: 8 });

/** The bytes in pieces that end at these places. */
function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((one, other) => one - other), bytes.length];
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
}

const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 8 });
const extension = fc.constantFrom("", ";a", ";a=b", '; q="1"');

function chunked(parts: readonly Uint8Array[], extensions: string, upper: boolean): Buffer {
  const size = (length: number) => (upper ? length.toString(16).toUpperCase() : `0${length.toString(16)}`);
  return Buffer.concat([
    Buffer.from("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
    ...parts.flatMap((part) => [Buffer.from(`${size(part.length)}${extensions}\r\n`), part, Buffer.from("\r\n")]),
    Buffer.from("0\r\n\r\n"),
  ]);
}

test("any chunks of any bytes are put together as they were, and are never whole before their end", () => {
  fc.assert(
    fc.property(bodies, extension, fc.boolean(), cutsOf, fc.nat(), (parts, extensions, upper, cuts, end) => {
      const bytes = chunked(parts, extensions, upper);
      const seen = parse(cutAt(bytes, cuts));
      assert.equal(seen.outcome, "complete");
      assert.equal(seen.body, Buffer.concat(parts).toString("latin1"));
      const truncated = parse(cutAt(bytes.subarray(0, end % bytes.length), cuts), true);
      assert.equal(truncated.outcome, "more", "what broke off is not taken for whole");
      assert.ok(seen.body.startsWith(truncated.body));
    }),
    { numRuns: 500 },
  );
});

test("whatever an answer says, it says the same however it is cut", () => {
  const broken = fc
    .tuple(bodies, extension, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }))
    .map(([parts, extensions, flips]) => {
      const bytes = chunked(parts, extensions, true);
      for (const [place, value] of flips) bytes[place % bytes.length] = value;
      return bytes;
    });
  fc.assert(
    fc.property(broken, cutsOf, (bytes, cuts) => {
      const { outcome, status, body } = parse([bytes], true);
      const other = parse(cutAt(bytes, cuts), true);
      assert.deepEqual([other.outcome, other.status], [outcome, status]);
      // What was in front of the place where the rules are broken may have been told or not.
      if (outcome !== "refused") assert.equal(other.body, body);
    }),
    { numRuns: 1_000 },
  );
});

test("an answer that never gets to the point is refused before it fills the memory", () => {
  for (const endless of ["x: yyyyyyyy\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "y"]) {
    const pieces = [Buffer.from("HTTP/1.1 200 OK\r\n"), ...Array.from({ length: 2_000 }, () => Buffer.from(endless))];
    assert.equal(parse(pieces).outcome, "refused", endless);
  }
});
