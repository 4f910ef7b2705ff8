import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { Fault } from "../domain/fault.ts";
import type { HttpHandler, HttpReply } from "../domain/ports/http.ts";
import type { Logger } from "../domain/ports/logger.ts";
import { type HttpServer, type ListenOptions, listen } from "./uws-server.ts";

const megabyte = 1024 * 1024;

interface Served extends HttpServer {
  readonly refused: string[];
  readonly errors: string[];
}

async function serve(t: TestContext, handler: HttpHandler, options: Partial<ListenOptions> = {}): Promise<Served> {
  const refused: string[] = [];
  const errors: string[] = [];
  const logger: Logger = { debug() {}, info() {}, warn() {}, error: (message) => errors.push(message) };
  const server = await listen({
    host: "127.0.0.1",
    port: 0,
    handler,
    bodyBytesMax: megabyte,
    bodyTimeoutMs: 15_000,
    callsInFlightMax: 1_000,
    replyBufferBytesMax: megabyte,
    replyStallMs: 60_000,
    trustedProxies: () => false,
    sweepMs: 10,
    onRefused: (reason) => refused.push(reason),
    logger,
    ...options,
  });
  t.after(() => server.close());
  return { ...server, refused, errors };
}

interface Client {
  readonly socket: Socket;
  send(text: string | Uint8Array): void;
  /** Everything received so far, once it satisfies the condition. Fails if the connection closes before. */
  until(condition: (received: string) => boolean): Promise<string>;
  /** Everything received, once the server has closed. */
  closed(): Promise<string>;
}

async function dial(t: TestContext, server: HttpServer): Promise<Client> {
  const socket = connect(server.port, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.on("error", () => {});
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
  });
  const over = once(socket, "close");
  await once(socket, "connect");
  return {
    socket,
    send: (text) => socket.write(text),
    async until(condition) {
      while (!condition(received)) {
        await Promise.race([once(socket, "data"), over]);
        if (socket.destroyed && !condition(received)) throw new Error(`closed after ${JSON.stringify(received.slice(0, 400))}`);
      }
      return received;
    },
    async closed() {
      await over;
      return received;
    },
  };
}

/** Polls a condition that no event tells about. */
async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const post = (path: string, body: string, headers = "") =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
const get = (path: string, headers = "") => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
const statusOf = (answer: string) => Number(answer.slice(9, 12));
const whole = (answer: string) => {
  const length = /content-length: (\d+)/i.exec(answer);
  return length !== null && answer.length >= answer.indexOf("\r\n\r\n") + 4 + Number(length[1]);
};
const echo: HttpHandler = (request, reply) => reply.send(200, ["content-type", "text/plain"], Buffer.from(request.body));

test("a request reaches the handler as it was sent, and its answer the client", async (t) => {
  const server = await serve(t, (request, reply) => {
    const { method, path, query, address } = request;
    reply.send(201, ["x-a", "1"], JSON.stringify({ method, path, query, address, twice: request.header("x-b"), all: request.headers() }));
  });
  const client = await dial(t, server);
  client.send(post("/a%20b/c?d=%20&e?f", "", "X-B: 1\r\nMcp-Param-Colour: red\r\nx-b: 2\r\n"));
  const answer = await client.until(whole);
  assert.equal(statusOf(answer), 201);
  assert.match(answer, /x-a: 1\r\n/);
  assert.deepEqual(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)), {
    method: "POST",
    path: "/a%20b/c",
    query: "d=%20&e?f",
    address: "127.0.0.1",
    twice: "1, 2",
    all: [
      ["host", "localhost"],
      ["content-length", "0"],
      ["x-b", "1"],
      ["mcp-param-colour", "red"],
      ["x-b", "2"],
    ],
  });
});

test("behind a trusted proxy the address is the one that it reports", async (t) => {
  const server = await serve(t, (request, reply) => reply.send(200, [], request.address), {
    trustedProxies: (address) => address === "127.0.0.1",
  });
  const client = await dial(t, server);
  client.send(get("/", "X-Forwarded-For: 198.51.100.1, 203.0.113.7\r\n"));
  assert.match(await client.until(whole), /\r\n\r\n203\.0\.113\.7$/);
});

test("a body in pieces, of known and of unknown length, is whole when the handler sees it", async (t) => {
  const server = await serve(t, echo);
  const body = "0123456789".repeat(30_000);
  const known = await dial(t, server);
  known.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 7)}`);
  await eventually(() => server.inFlight() === 1);
  known.send(body.slice(7, 100_000));
  known.send(body.slice(100_000));
  assert.ok((await known.until(whole)).endsWith(`\r\n\r\n${body}`));

  const chunked = await dial(t, server);
  chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (let at = 0; at < body.length; at += 50_000) chunked.send(`${(50_000).toString(16)}\r\n${body.slice(at, at + 50_000)}\r\n`);
  chunked.send("0\r\n\r\n");
  assert.ok((await chunked.until(whole)).endsWith(`\r\n\r\n${body}`));
});

test("the body is gone once the handler has returned", async (t) => {
  const lengths: number[] = [];
  const server = await serve(t, async (request, reply) => {
    lengths.push(request.body.length);
    await Promise.resolve();
    lengths.push(request.body.length);
    reply.send(200, [], "");
  });
  const client = await dial(t, server);
  client.send(post("/", "hello"));
  await client.until(whole);
  assert.deepEqual(lengths, [5, 0]);
});

test("a connection is used again, and requests sent together are answered in turn", async (t) => {
  const server = await serve(t, echo);
  const client = await dial(t, server);
  client.send(post("/", "first"));
  await client.until((text) => text.endsWith("first"));
  client.send(post("/", "second") + post("/", "third") + get("/"));
  const answers = await client.until((text) => text.split("HTTP/1.1 200").length === 5 && text.endsWith("\r\n\r\n"));
  assert.ok(answers.indexOf("second") < answers.indexOf("third"));
  assert.equal(server.inFlight(), 0);
});

test("a second request while the first is still being answered ends the connection, and nothing else", async (t) => {
  let aborted = 0;
  const server = await serve(t, (_, reply) => reply.onAbort(() => aborted++));
  const client = await dial(t, server);
  client.send(get("/a") + get("/b"));
  await client.closed();
  assert.equal(aborted, 1);
  assert.equal(server.inFlight(), 0);
});

test("HEAD and the statuses without a body send none, and the connection stays usable", async (t) => {
  const server = await serve(t, (request, reply) => {
    if (request.path === "/empty") reply.send(204, [], "");
    else if (request.path === "/stream") {
      reply.start(200, ["content-type", "text/event-stream"]);
      reply.write("data: 1\n\n");
      reply.end();
    } else reply.send(200, [], "ümlaut".repeat(request.path === "/large" ? 20_000 : 1));
  });
  const client = await dial(t, server);
  const head = (path: string) => `HEAD ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
  client.send(head("/") + head("/large") + head("/stream") + get("/empty") + get("/last"));
  const answers = await client.until((text) => /\xc3\xbcmlaut$/.test(text));
  const heads = answers.split("HTTP/1.1 ").slice(1);
  assert.deepEqual(
    heads.map((answer) => answer.slice(0, 3)),
    ["200", "200", "200", "204", "200"],
  );
  assert.match(heads[0] ?? "", /content-length: 7\r\n/);
  assert.match(heads[1] ?? "", /content-length: 140000\r\n/);
  assert.doesNotMatch(heads[3] ?? "", /content-length/i);
  for (const answer of heads.slice(0, 4)) assert.ok(answer.endsWith("\r\n\r\n"));
});

test("OPTIONS reaches the handler like any other method", async (t) => {
  const server = await serve(t, (request, reply) => reply.send(204, ["allow", request.method], ""));
  const client = await dial(t, server);
  client.send("OPTIONS /x HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.match(await client.until((text) => text.endsWith("\r\n\r\n")), /^HTTP\/1.1 204 .*allow: OPTIONS/s);
});

test("Expect: 100-continue is answered before the body", async (t) => {
  const server = await serve(t, echo);
  const client = await dial(t, server);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  await client.until((text) => text.startsWith("HTTP/1.1 100 "));
  client.send("hi");
  assert.match(await client.until((text) => text.endsWith("hi")), /HTTP\/1.1 200 /);
});

// --- What is malformed, too large, too slow or too much ---

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

// --- Clients that go away ---

test("a client may go away at any point of a request without a trace left behind", async (t) => {
  const reached: string[] = [];
  const server = await serve(t, (request, reply) => {
    reached.push(request.path);
    reply.onAbort(() => reached.push(`aborted ${request.path}`));
    if (request.path !== "/stream") return;
    reply.start(200, ["content-type", "text/event-stream"]);
    reply.write("data: 1\n\n");
  });
  const points = [
    { name: "in the head", text: "POST / HTTP/1.1\r\nHost: a\r\nConte", reaches: [] },
    { name: "before the body", text: "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n", reaches: [] },
    { name: "in the body", text: "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello", reaches: [] },
    { name: "in a chunk", text: "POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello", reaches: [] },
    { name: "before the answer", text: post("/call", "hello"), reaches: ["/call", "aborted /call"] },
    { name: "in a stream", text: get("/stream"), reaches: ["/stream", "aborted /stream"] },
  ];
  for (const { name, text, reaches } of points) {
    for (const leave of ["end", "resetAndDestroy"] as const) {
      reached.length = 0;
      const client = await dial(t, server);
      client.send(text);
      if (name === "in a stream") await client.until((received) => received.includes("data: 1"));
      else if (reaches.length > 0) await eventually(() => reached.length > 0);
      else if (name !== "in the head") await eventually(() => server.inFlight() === 1);
      client.socket[leave]();
      await client.closed();
      await eventually(() => server.inFlight() === 0 && reached.length === reaches.length);
      assert.deepEqual(reached, reaches, `${name}, ${leave}`);
    }
  }
  assert.deepEqual(server.errors, []);
});

test("a reply is safe to use after the client is gone, and after it was sent", async (t) => {
  const replies: HttpReply[] = [];
  const server = await serve(t, (request, reply) => {
    replies.push(reply);
    reply.onAbort(() => {});
    if (request.path === "/sent") reply.send(200, [], "once");
    if (request.path === "/stream") reply.start(200, ["content-type", "text/event-stream"]);
  });
  for (const path of ["/open", "/stream"]) {
    const client = await dial(t, server);
    client.send(get(path));
    await eventually(() => server.inFlight() === 1);
    client.socket.resetAndDestroy();
    await eventually(() => server.inFlight() === 0);
  }
  const client = await dial(t, server);
  client.send(get("/sent"));
  await client.until(whole);

  let late = 0;
  for (const reply of replies) {
    reply.send(200, [], "again");
    reply.start(200, []);
    assert.equal(reply.write("x"), true);
    reply.onWritable(() => {});
    reply.onAbort(() => late++);
    reply.end();
  }
  assert.deepEqual(
    replies.map((reply) => reply.aborted),
    [true, true, false],
  );
  assert.equal(late, 2, "who asks after the abort is told at once");
  client.send(get("/sent"));
  assert.equal((await client.until((text) => text.split("once").length === 3)).includes("again"), false);
});

test("two hundred requests that are broken off at once leave nothing in flight", async (t) => {
  let aborted = 0;
  const server = await serve(t, async (request, reply) => {
    reply.onAbort(() => aborted++);
    if (request.path === "/stream") {
      reply.start(200, ["content-type", "text/event-stream"]);
      reply.write("data: 1\n\n");
    }
    await new Promise(() => {});
  });
  const clients = await Promise.all(Array.from({ length: 200 }, () => dial(t, server)));
  clients.forEach((client, index) => {
    client.send(index % 2 === 0 ? post("/call", "hello") : get("/stream"));
  });
  await eventually(() => server.inFlight() === 200);
  for (const client of clients) client.socket.resetAndDestroy();
  await eventually(() => server.inFlight() === 0);
  assert.equal(aborted, 200);
});

// --- Handlers that misbehave ---

const misbehaving: readonly { name: string; handler: HttpHandler; status: number; logged: number }[] = [
  {
    name: "that throws",
    handler: () => {
      throw new Error("secret detail");
    },
    status: 500,
    logged: 1,
  },
  { name: "that rejects", handler: () => Promise.reject(new Error("secret detail")), status: 500, logged: 1 },
  { name: "that rejects later", handler: () => new Promise((_, reject) => setImmediate(reject, "secret detail")), status: 500, logged: 1 },
  { name: "that returns without an answer", handler: () => {}, status: 500, logged: 1 },
  { name: "whose promise ends without an answer", handler: () => Promise.resolve(), status: 500, logged: 1 },
  {
    name: "that throws a refusal",
    handler: () => {
      throw new Fault("limited", "too fast", { retryAfterMs: 2_500 });
    },
    status: 429,
    logged: 0,
  },
  {
    name: "that throws after it answered",
    handler: (_, reply) => {
      reply.send(200, [], "fine");
      throw new Error("secret detail");
    },
    status: 200,
    logged: 1,
  },
  {
    name: "that answers twice",
    handler: (_, reply) => {
      reply.send(200, [], "first");
      reply.send(500, [], "second");
      reply.start(500, []);
    },
    status: 200,
    logged: 0,
  },
  {
    name: "whose header would break out of its line",
    handler: (_, reply) => reply.send(200, ["x-a", "b\r\nset-cookie: c", "x-d", "e"], "fine"),
    status: 200,
    logged: 1,
  },
];
for (const { name, handler, status, logged } of misbehaving) {
  test(`a handler ${name} is answered ${status} and the next request served`, async (t) => {
    const server = await serve(t, (request, reply) => (request.path === "/next" ? reply.send(200, [], "next") : handler(request, reply)));
    const client = await dial(t, server);
    client.send(get("/"));
    const answer = await client.until(whole);
    assert.equal(statusOf(answer), status);
    assert.doesNotMatch(answer, /secret detail|set-cookie/);
    assert.equal(server.errors.length, logged);
    client.send(get("/next"));
    await client.until((text) => text.endsWith("next"));
    assert.equal(server.inFlight(), 0);
  });
}

test("a handler that fails in the middle of a stream breaks it off visibly", async (t) => {
  const server = await serve(t, async (_, reply) => {
    reply.start(200, ["content-type", "text/event-stream"]);
    reply.write("data: 1\n\n");
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error("broken");
  });
  const client = await dial(t, server);
  client.send(get("/"));
  const answer = await client.closed();
  assert.match(answer, /data: 1/);
  assert.doesNotMatch(answer, /\r\n0\r\n\r\n$/);
  assert.equal(server.inFlight(), 0);
});

test("what a handler's callbacks throw is logged and harms nobody", async (t) => {
  const server = await serve(t, (_, reply) =>
    reply.onAbort(() => {
      throw new Error("callback");
    }),
  );
  const client = await dial(t, server);
  client.send(get("/"));
  await eventually(() => server.inFlight() === 1);
  client.socket.resetAndDestroy();
  await eventually(() => server.errors.length === 1);
});

// --- Streams ---

test("an answer in parts that is complete at once is sent with its length", async (t) => {
  const server = await serve(t, (_, reply) => {
    reply.start(200, ["content-type", "application/json"]);
    reply.write('{"a":');
    reply.write("1}");
    reply.end();
  });
  const client = await dial(t, server);
  client.send(get("/"));
  assert.match(await client.until(whole), /Content-Length: 7\r\n\r\n{"a":1}$/);
});

test("an event stream's head is sent at once, its events as they come, its end as a last chunk", async (t) => {
  let reply: HttpReply | undefined;
  const server = await serve(t, (_, held) => {
    reply = held;
    reply.start(200, ["content-type", "text/event-stream"]);
  });
  const client = await dial(t, server);
  client.send(get("/"));
  const head = await client.until((text) => text.includes("\r\n\r\n"));
  assert.match(head, /x-accel-buffering: no\r\n/);
  reply?.write("data: 1\n\n");
  await client.until((text) => text.includes("data: 1\n\n"));
  reply?.write("data: 2\n\n");
  reply?.end();
  await client.until((text) => text.includes("data: 2\n\n") && text.endsWith("0\r\n\r\n"));
  assert.equal(server.inFlight(), 0);
});

test("a quiet event stream gets comments, never inside an event", async (t) => {
  let reply: HttpReply | undefined;
  const server = await serve(
    t,
    (_, held) => {
      reply = held;
      reply.start(200, ["content-type", "text/event-stream"]);
      reply.write("data: half");
    },
    { keepAliveMs: 20 },
  );
  const client = await dial(t, server);
  client.send(get("/"));
  await client.until((text) => text.includes("data: half"));
  // A second stream on the same server tells that the time for a comment has passed several times.
  const other = await dial(t, server);
  const first = reply;
  other.send(get("/"));
  await eventually(() => reply !== first);
  reply?.write(" whole\r\n\r\n");
  await other.until((text) => text.split(":\n\n").length > 3);
  assert.equal((await client.until(() => true)).includes(":\n\n"), false);
  first?.write("\n\n");
  await client.until((text) => text.includes(":\n\n"));
});

/** The payload of a chunked answer. */
function unchunk(answer: string): string {
  let rest = answer.slice(answer.indexOf("\r\n\r\n") + 4);
  let payload = "";
  for (;;) {
    const size = Number.parseInt(rest, 16);
    const start = rest.indexOf("\r\n") + 2;
    if (!(size > 0)) return payload;
    payload += rest.slice(start, start + size);
    rest = rest.slice(start + size + 2);
  }
}

for (const { name, chunkBytes } of [
  { name: "ten writes of a megabyte", chunkBytes: megabyte },
  { name: "fifteen hundred events of which few fit a cork", chunkBytes: 7_000 },
  { name: "a hundred thousand small events", chunkBytes: 104 },
]) {
  test(`a slow reader holds its writer back and then gets every byte: ${name}`, async (t) => {
    let resumed = 0;
    let heldBack = 0;
    const total = Math.floor((10 * megabyte) / chunkBytes);
    const chunk = `data: ${"x".repeat(chunkBytes - 8)}\n\n`;
    const server = await serve(t, (_, reply) => {
      let sent = 0;
      const pump = () => {
        while (sent < total) {
          sent++;
          if (!reply.write(chunk)) {
            heldBack++;
            return;
          }
        }
        reply.end();
      };
      reply.start(200, ["content-type", "text/event-stream"]);
      reply.onWritable(() => {
        resumed++;
        pump();
      });
      pump();
    });
    const client = await dial(t, server);
    client.socket.pause();
    client.send(get("/"));
    await eventually(() => heldBack > 0);
    assert.equal(server.inFlight(), 1);
    client.socket.resume();
    const payload = unchunk(await client.until((text) => text.endsWith("\r\n0\r\n\r\n")));
    assert.ok(payload === chunk.repeat(total), `${payload.length} of ${total * chunkBytes} bytes`);
    assert.equal(resumed, heldBack);
    assert.equal(server.inFlight(), 0);
  });
}

test("the tail of a burst reaches a slow reader though nothing more is ever written", async (t) => {
  const server = await serve(t, (_, reply) => {
    reply.start(200, ["content-type", "text/event-stream"]);
    reply.write(`data: ${"x".repeat(10 * megabyte)}\n\n`);
    reply.onAbort(() => {});
  });
  const client = await dial(t, server);
  client.socket.pause();
  client.send(get("/"));
  await eventually(() => server.inFlight() === 1);
  client.socket.resume();
  const payload = unchunk(`${await client.until((text) => text.length > 10 * megabyte && text.endsWith("\n\n"))}\r\n0\r\n\r\n`);
  assert.equal(payload.replaceAll(":\n\n", "").length, 10 * megabyte + 8);
});

for (const { name, handler } of [
  {
    name: "a stream",
    handler: ((_, reply) => {
      reply.start(200, ["content-type", "text/event-stream"]);
      reply.write("x".repeat(20 * megabyte));
    }) satisfies HttpHandler,
  },
  { name: "a large answer", handler: ((_, reply) => reply.send(200, [], "x".repeat(20 * megabyte))) satisfies HttpHandler },
]) {
  test(`a reader of ${name} that takes nothing for too long is cut off`, async (t) => {
    let aborted = 0;
    const server = await serve(
      t,
      (request, reply) => {
        reply.onAbort(() => aborted++);
        handler(request, reply);
      },
      { replyStallMs: 50 },
    );
    const client = await dial(t, server);
    client.socket.pause();
    client.send(get("/"));
    await eventually(() => server.refused.length === 1);
    assert.deepEqual(server.refused, ["stalled-reader"]);
    assert.equal(aborted, 1);
    assert.equal(server.inFlight(), 0);
  });
}

test("a large answer arrives whole at a slow reader, counts as in flight until then, and the connection lives on", async (t) => {
  const body = Buffer.alloc(10 * megabyte, "0123456789");
  const server = await serve(t, (request, reply) => reply.send(200, [], request.path === "/" ? body : "next"));
  const client = await dial(t, server);
  client.socket.pause();
  client.send(get("/"));
  await eventually(() => server.inFlight() === 1);
  client.socket.resume();
  const answer = await client.until(whole);
  assert.ok(answer.slice(answer.indexOf("\r\n\r\n") + 4) === body.toString("latin1"));
  assert.equal(server.inFlight(), 0);
  client.send(get("/next"));
  await client.until((text) => text.endsWith("next"));
});

// --- Opening and closing ---

test("a taken port is an error that names the option", async (t) => {
  const server = await serve(t, echo);
  await assert.rejects(serve(t, echo, { port: server.port }), (fault: Fault) => {
    assert.equal(fault.code, "conflict");
    assert.match(fault.message, /taken/);
    assert.match(`${fault.field}`, /--port or http\.port/);
    return true;
  });
});

test("an address that is not ours is an error that names the option", async (t) => {
  await assert.rejects(serve(t, echo, { host: "203.0.113.1", port: 18_443 }), { code: "conflict", field: "--host or http.host" });
});

test("unusable TLS files are an error that names them", async (t) => {
  const tls = { keyFile: "/nowhere/key.pem", certFile: "/nowhere/cert.pem" };
  await assert.rejects(serve(t, echo, { tls }), { code: "invalid", field: "http.tls" });
});

test("a graceful stop takes no new connections, finishes what is in flight and then is drained", async (t) => {
  let reply: HttpReply | undefined;
  const server = await serve(t, (_, held) => {
    reply = held;
    held.onAbort(() => {});
  });
  const client = await dial(t, server);
  client.send(get("/"));
  await eventually(() => reply !== undefined);
  server.stopAccepting();
  let drained = false;
  const draining = server.drained().then(() => {
    drained = true;
  });
  const late = connect(server.port, "127.0.0.1");
  const [refusal] = (await once(late, "error")) as [NodeJS.ErrnoException];
  assert.equal(refusal.code, "ECONNREFUSED");
  assert.equal(drained, false);
  reply?.send(200, [], "last words");
  await draining;
  const answer = await client.closed();
  assert.match(answer, /connection: close/i);
  assert.ok(answer.endsWith("last words"));
});

test("closing aborts what is in flight", async (t) => {
  let aborted = 0;
  const server = await serve(t, (_, reply) => reply.onAbort(() => aborted++));
  const client = await dial(t, server);
  client.send(get("/"));
  await eventually(() => server.inFlight() === 1);
  server.close();
  await server.drained();
  await client.closed();
  assert.equal(aborted, 1);
  server.close();
});
