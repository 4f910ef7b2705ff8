import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpHandler, HttpReply } from "../../domain/ports/http.ts";
import { dial, eventually, get, post, serve, whole } from "../routing/dialled-server.ts";

const megabyte = 1024 * 1024;

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

test("an event stream that ends while the server stops ends as it should", async (t) => {
  let reply: HttpReply | undefined;
  const server = await serve(t, (_, held) => {
    reply = held;
    reply.start(200, ["content-type", "text/event-stream"]);
    reply.write("data: 1\n\n");
  });
  const client = await dial(t, server);
  client.send(get("/"));
  await client.until((text) => text.includes("data: 1\n\n"));
  server.stopAccepting();
  reply?.write("data: last\n\n");
  reply?.end();
  const all = await client.until((text) => text.endsWith("0\r\n\r\n"));
  assert.match(all, /\r\ndata: last\n\n\r\n0\r\n\r\n$/);
  assert.doesNotMatch(all.slice(all.indexOf("data: 1")), /connection/i);
  await server.drained();
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
