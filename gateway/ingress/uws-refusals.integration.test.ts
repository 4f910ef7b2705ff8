import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpReply } from "../../domain/ports/http.ts";
import { type Client, dial, echo, eventually, get, post, serve, statusOf, whole } from "../routing/dialled-server.ts";

const smuggled = [
  { name: "two lengths", head: "Content-Length: 2\r\nContent-Length: 5\r\n" },
  { name: "two equal lengths", head: "Content-Length: 5\r\nContent-Length: 5\r\n" },
  { name: "a list of lengths", head: "Content-Length: 5, 5\r\n" },
  { name: "a length and an encoding", head: "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" },
  { name: "an encoding beside chunked", head: "Transfer-Encoding: gzip, chunked\r\n" },
  { name: "an unknown encoding", head: "Transfer-Encoding: identity\r\n" },
  { name: "two encodings", head: "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" },
  { name: "a signed length", head: "Content-Length: +5\r\n" },
  { name: "a negative length", head: "Content-Length: -5\r\n" },
  { name: "a hexadecimal length", head: "Content-Length: 0x5\r\n" },
  { name: "a length beyond all numbers", head: "Content-Length: 99999999999999999999\r\n" },
];
for (const { name, head } of smuggled) {
  for (const method of ["POST", "GET"]) {
    test(`${method} with ${name} is refused and the connection closed, so that no second request hides in the body`, async (t) => {
      let calls = 0;
      const server = await serve(t, (_, reply) => {
        calls++;
        reply.send(200, [], "");
      });
      const client = await dial(t, server);
      client.send(`${method} / HTTP/1.1\r\nHost: a\r\n${head}\r\nhello${get("/hidden")}`);
      assert.match(await client.closed(), /^(HTTP\/1.1 400 |$)/);
      const alone = await dial(t, server);
      alone.send(`${method} / HTTP/1.1\r\nHost: a\r\n${head}\r\n`);
      assert.match(await alone.closed(), /^HTTP\/1.1 400 /);
      assert.equal(calls, 0);
      assert.equal(server.inFlight(), 0);
    });
  }
}

const malformed = [
  { name: "no host", text: "GET / HTTP/1.1\r\n\r\n" },
  { name: "two hosts", text: "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" },
  { name: "a space before the colon", text: "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n" },
  { name: "a folded header", text: "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n" },
  { name: "a control character in a value", text: "GET / HTTP/1.1\r\nHost: a\r\nX: y\u0001\r\n\r\n" },
  { name: "bare line feeds", text: "GET / HTTP/1.1\nHost: a\n\n" },
  { name: "HTTP/1.0", text: "GET / HTTP/1.0\r\nHost: a\r\n\r\n" },
  { name: "a TLS greeting", text: "\u0016\u0003\u0001\u0002\u0000\u0001\u0000" },
  { name: "a chunk size that is none", text: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n" },
];
for (const { name, text } of malformed) {
  test(`${name}: the server says so and hangs up without calling the handler`, async (t) => {
    const server = await serve(t, () => assert.fail("the handler was called"));
    const client = await dial(t, server);
    client.send(text);
    assert.match(await client.closed(), /^HTTP\/1.1 (400|505) /);
    assert.equal(server.inFlight(), 0);
  });
}

/** A request whose head, with its empty line, has exactly so many bytes. */
function headOf(bytes: number): string {
  const start = "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: ";
  return `${start}${"x".repeat(bytes - start.length - 4)}\r\n\r\n`;
}

test("a head of 16 KiB is served, a larger one answered 431 and closed, in one piece and in several", async (t) => {
  const server = await serve(t, (request, reply) => reply.send(200, [], String(request.header("authorization").length)));
  const fits = await dial(t, server);
  fits.send(headOf(16 * 1024));
  assert.equal(statusOf(await fits.until(whole)), 200);

  const large = await dial(t, server);
  large.send(headOf(16 * 1024 + 200));
  assert.equal(statusOf(await large.closed()), 431);

  const inPieces = await dial(t, server);
  inPieces.socket.setNoDelay(true);
  const text = headOf(40_000);
  for (let at = 0; at < text.length && !inPieces.socket.destroyed; at += 5_000) {
    inPieces.send(text.slice(at, at + 5_000));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.match(await inPieces.closed(), /^(HTTP\/1.1 431 |$)/);
});

test("98 headers are served, more than a hundred answered 431", async (t) => {
  const server = await serve(t, (request, reply) => reply.send(200, [], String(request.headers().length)));
  const many = (count: number) => get("/", Array.from({ length: count - 1 }, (_, index) => `x-${index}: 1\r\n`).join(""));
  const fits = await dial(t, server);
  fits.send(many(98));
  assert.match(await fits.until(whole), /\r\n\r\n98$/);
  const over = await dial(t, server);
  over.send(many(120));
  assert.equal(statusOf(await over.closed()), 431);
});

test("a declared length over the bound is answered 413 before any of the body came", async (t) => {
  const server = await serve(t, () => assert.fail("the handler was called"), { bodyBytesMax: 1000 });
  const client = await dial(t, server);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
  const answer = await client.until(whole);
  assert.equal(statusOf(answer), 413);
  assert.match(answer, /"detail":"the body is larger than 1000 bytes"/);
  assert.deepEqual(server.refused, ["too-large"]);
  assert.equal(server.inFlight(), 0);
});

test("a body of exactly the bound is taken", async (t) => {
  const server = await serve(t, echo, { bodyBytesMax: 1000 });
  const client = await dial(t, server);
  client.send(post("/", "x".repeat(1000)));
  assert.equal(statusOf(await client.until(whole)), 200);
});

test("a chunked body over the bound is answered 413: once it ends, or at twice the bound if it does not", async (t) => {
  const server = await serve(t, () => assert.fail("the handler was called"), { bodyBytesMax: 1000 });
  const chunk = `${(600).toString(16)}\r\n${"x".repeat(600)}\r\n`;
  const head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const ending = await dial(t, server);
  ending.send(`${head}${chunk}${chunk}0\r\n\r\n`);
  assert.equal(statusOf(await ending.until(whole)), 413);

  const endless = await dial(t, server);
  endless.send(head + chunk.repeat(10));
  assert.match(await endless.closed(), /^(HTTP\/1.1 413 |$)/);
  assert.deepEqual(server.refused, ["too-large", "too-large"]);
});

test("a body that does not arrive in time is answered 408 and the connection closed", async (t) => {
  const server = await serve(t, () => assert.fail("the handler was called"), { bodyTimeoutMs: 50 });
  const nothing = await dial(t, server);
  nothing.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
  const half = await dial(t, server);
  half.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
  const chunked = await dial(t, server);
  chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  for (const client of [nothing, half, chunked]) assert.equal(statusOf(await client.closed()), 408);
  assert.deepEqual(server.refused, ["slow-body", "slow-body", "slow-body"]);
  assert.equal(server.inFlight(), 0);
});

test("one request more than may be in flight is answered 503 with Retry-After", async (t) => {
  const open: HttpReply[] = [];
  const server = await serve(
    t,
    (_, reply) => {
      open.push(reply);
      reply.onAbort(() => {});
    },
    { callsInFlightMax: 2 },
  );
  const clients = await Promise.all([dial(t, server), dial(t, server), dial(t, server)]);
  for (const client of clients.slice(0, 2)) client.send(get("/"));
  await eventually(() => open.length === 2);
  clients[2]?.send(post("/", "hello"));
  const answer = await (clients[2] as Client).until(whole);
  assert.equal(statusOf(answer), 503);
  assert.match(answer, /retry-after: 1\r\n/);
  for (const reply of open) reply.send(200, [], "");
  assert.equal(server.inFlight(), 0);
  clients[2]?.send(get("/"));
  await eventually(() => open.length === 3);
});

test("unfinished bodies are held up to one bound for all requests, then refused with 503", async (t) => {
  const server = await serve(t, echo, { bodiesBytesMax: 300_000 });
  const half = (client: Client) => client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n${"x".repeat(200_000)}`);
  const first = await dial(t, server);
  half(first);
  await eventually(() => server.inFlight() === 1);
  const second = await dial(t, server);
  half(second);
  assert.match(await second.closed(), /^(HTTP\/1.1 503 |$)/);
  assert.deepEqual(server.refused, ["overloaded"]);
});
