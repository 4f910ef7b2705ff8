import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { call, handClock, ok, open, serve } from "./http-client.fixture.ts";

test("one request after the other goes over one connection, each as one head and body", async (context) => {
  const texts: string[] = [];
  const { port, counts } = await serve(context, ({ socket, text }) => {
    texts.push(text);
    socket.write(ok);
  });
  const client = open(context, port);
  for (let index = 0; index < 5; index += 1) assert.equal((await call(client).result).body, "ok");
  assert.deepEqual(counts, { connections: 1, requests: 5 });
  assert.equal(texts[0], "POST /mcp HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}");
  assert.equal(client.idle, 1);
});

test("calls at once get connections of their own up to the bound; the others wait, and past the queue's bound are refused", async (context) => {
  const held: Socket[] = [];
  const { port, counts } = await serve(context, ({ socket }) => {
    held.push(socket);
    if (held.length === 2) for (const each of held.splice(0)) each.write(ok);
  });
  const client = open(context, port, { connectionsMax: 2, queueMax: 2 });
  const calls = [1, 2, 3, 4, 5].map(() => call(client).result);
  const results = await Promise.all(calls);
  assert.deepEqual(
    results.map(({ body, fault, phase }) => [body, fault?.code, fault?.retryAfterMs, phase]),
    [
      ["ok", undefined, undefined, undefined],
      ["ok", undefined, undefined, undefined],
      ["ok", undefined, undefined, undefined],
      ["ok", undefined, undefined, undefined],
      ["", "unavailable", 1_000, "unsent"],
    ],
  );
  assert.deepEqual(counts, { connections: 2, requests: 4 });
});

const deaths = [
  {
    name: "a repeatable request on a reused connection that dies is sent once more",
    warm: true,
    repeatable: true,
    requests: 3,
    body: "ok",
    phase: undefined,
  },
  {
    name: "a request that must not be repeated is not, even on a reused connection",
    warm: true,
    repeatable: false,
    requests: 2,
    body: "",
    phase: "sent",
  },
  { name: "on a fresh connection nothing is repeated", warm: false, repeatable: true, requests: 1, body: "", phase: "sent" },
];

for (const { name, warm, repeatable, requests, body, phase } of deaths) {
  test(name, async (context) => {
    let died = false;
    const { port, counts } = await serve(context, ({ socket, onConnection }) => {
      if (died || (warm && onConnection === 1)) socket.write(ok);
      else {
        died = true;
        socket.destroy();
      }
    });
    const client = open(context, port);
    if (warm) await call(client).result;
    const result = await call(client, { repeatable }).result;
    assert.equal(result.body, body);
    assert.equal(result.phase, phase);
    assert.equal(counts.requests, requests);
  });
}

test("a request that was sent again and fails again is not sent a third time", async (context) => {
  let warm = true;
  const { port, counts } = await serve(context, ({ socket }) => {
    if (warm) socket.write(ok);
    else socket.destroy();
    warm = false;
  });
  const client = open(context, port);
  await call(client).result;
  const { fault, phase } = await call(client, { repeatable: true }).result;
  assert.equal(fault?.code, "unavailable");
  assert.equal(phase, "sent");
  assert.equal(counts.requests, 3);
});

test("a connection that the server closed while it was idle is not used", async (context) => {
  const { port, counts } = await serve(context, ({ socket }) => socket.end(ok));
  const client = open(context, port);
  for (let index = 0; index < 3; index += 1) {
    assert.equal((await call(client).result).body, "ok");
    while (client.connections > 0) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(counts, { connections: 3, requests: 3 });
});

test("an idle connection is closed before the server would, also if the server says a shorter time", async (context) => {
  const clock = handClock();
  const { port } = await serve(context, ({ socket }) => socket.write(ok.replace("\r\n\r\n", "\r\nKeep-Alive: timeout=3, max=5\r\n\r\n")));
  const client = open(context, port, { clock });
  await call(client).result;
  clock.move(1_999);
  assert.equal(client.idle, 1);
  clock.move(1);
  assert.equal(client.connections, 0);
});

test("bytes that nobody asked for end the connection", async (context) => {
  const { port, counts } = await serve(context, ({ socket }) => socket.write(ok + ok));
  const client = open(context, port);
  assert.equal((await call(client).result).body, "ok");
  assert.equal((await call(client).result).body, "ok");
  assert.equal(counts.connections, 2);
});

test("a withdrawn exchange ends its connection and says nothing more", async (context) => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { port } = await serve(context, ({ socket }) => {
    socket.on("close", () => resolve());
    arrive();
  });
  const client = open(context, port);
  const { exchange, result } = call(client);
  let over = false;
  void result.then(() => {
    over = true;
  });
  await arrived;
  exchange.cancel();
  await closed;
  assert.equal(over, false);
  assert.equal(client.connections, 0);
});

test("a withdrawn exchange that waits for a connection is never sent", async (context) => {
  const held: Socket[] = [];
  const { port, counts } = await serve(context, ({ socket }) => held.push(socket));
  const client = open(context, port, { connectionsMax: 1 });
  const first = call(client);
  const second = call(client);
  second.exchange.cancel();
  assert.equal(client.queued, 0);
  while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
  held[0]?.write(ok);
  await first.result;
  assert.equal(counts.requests, 1);
});

test("a slow reader stops the server, and gets every byte in the end", async (context) => {
  const bodyBytes = 32 * 1024 * 1024;
  let drained = false;
  const { port } = await serve(context, ({ socket }) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${bodyBytes}\r\n\r\n`);
    socket.write(Buffer.alloc(bodyBytes), () => {
      drained = true;
    });
  });
  const client = open(context, port);
  const { promise, resolve } = Promise.withResolvers<void>();
  let got = 0;
  let pauses = 0;
  const exchange = client.exchange(
    "POST / HTTP/1.1\r\nhost: x\r\n",
    { method: "POST", headers: [], body: undefined, repeatable: false, answerTimeoutMs: 5_000, idleTimeoutMs: 5_000, totalTimeoutMs: 0 },
    {
      head() {},
      data(chunk) {
        got += chunk.length;
        if (pauses > 0) return;
        pauses += 1;
        exchange.pause();
        // Whatever else the loop has to do comes first: the paused socket must not read in the meantime.
        let turns = 0;
        const wait = () => {
          turns += 1;
          if (turns < 200) return setImmediate(wait);
          assert.equal(drained, false);
          assert.ok(got < bodyBytes);
          return exchange.resume();
        };
        wait();
      },
      end: resolve,
      fail: (fault) => assert.fail(fault.message),
    },
  );
  await promise;
  assert.equal(got, bodyBytes);
});

const timeouts = [
  { name: "no answer", sends: "", moves: [9_999, 1], code: "timeout", phase: "sent" },
  { name: "an answer that stops", sends: ok.slice(0, -1), moves: [4_999, 1], code: "timeout", phase: "answering" },
];

for (const { name, sends, moves, code, phase } of timeouts) {
  test(`${name} is given up at its deadline and not before`, async (context) => {
    const clock = handClock();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const { port } = await serve(context, ({ socket }) => {
      if (sends !== "") socket.write(sends);
      arrive();
    });
    const client = open(context, port, { clock, connectTimeoutMs: 0 });
    let headSeen = false;
    const { promise: result, resolve } = Promise.withResolvers<[string, string]>();
    client.exchange(
      "POST / HTTP/1.1\r\nhost: x\r\n",
      { method: "POST", headers: [], body: undefined, repeatable: true, answerTimeoutMs: 10_000, idleTimeoutMs: 5_000, totalTimeoutMs: 0 },
      {
        head() {
          headSeen = true;
        },
        data() {},
        end: () => assert.fail("it ended"),
        fail: (fault, at) => resolve([fault.code, at]),
      },
    );
    await arrived;
    while (sends !== "" && !headSeen) await new Promise((done) => setImmediate(done));
    clock.move(moves[0] ?? 0);
    assert.equal(client.connections, 1);
    clock.move(moves[1] ?? 0);
    assert.deepEqual(await result, [code, phase]);
    assert.equal(client.connections, 0);
  });
}

test("the total bound counts while bytes keep coming", async (context) => {
  const clock = handClock();
  const { port } = await serve(context, ({ socket }) => socket.write("HTTP/1.1 200 OK\r\n\r\nx"));
  const client = open(context, port, { clock, connectTimeoutMs: 0 });
  const { result } = call(client, { totalTimeoutMs: 3_000, idleTimeoutMs: 0 });
  clock.move(2_999);
  assert.equal(client.connections, 1);
  clock.move(1);
  assert.equal((await result).fault?.code, "timeout");
});

test("nobody listening is unavailable, and nothing was sent", async (context) => {
  const { port, server } = await serve(context, () => {});
  await new Promise((resolve) => server.close(resolve));
  const { fault, phase } = await call(open(context, port)).result;
  assert.equal(fault?.code, "unavailable");
  assert.equal(phase, "unsent");
});

const unusable = [
  { name: "a redirect", answer: "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n", phase: "sent" },
  { name: "an encoded answer", answer: "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\nx", phase: "sent" },
  { name: "garbage", answer: "220 smtp ready\r\n", phase: "sent" },
  { name: "a broken chunk", answer: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", phase: "answering" },
];

for (const { name, answer, phase } of unusable) {
  test(`${name} is unavailable, and its connection is dropped`, async (context) => {
    const { port, counts } = await serve(context, ({ socket }) => socket.write(answer));
    const client = open(context, port);
    const result = await call(client, { repeatable: true }).result;
    assert.equal(result.fault?.code, "unavailable");
    assert.equal(result.phase, phase);
    assert.equal(client.connections, 0);
    assert.equal(counts.requests, 1);
  });
}

test("a sink that throws fails its exchange and harms no other", async (context) => {
  const { port } = await serve(context, ({ socket }) => socket.write(ok));
  const client = open(context, port);
  const { promise, resolve } = Promise.withResolvers<string>();
  client.exchange(
    "POST / HTTP/1.1\r\nhost: x\r\n",
    { method: "POST", headers: [], body: undefined, repeatable: false, answerTimeoutMs: 0, idleTimeoutMs: 0, totalTimeoutMs: 0 },
    {
      head() {},
      data() {
        throw new TypeError("a bug");
      },
      end() {},
      fail: (fault) => resolve(fault.code),
    },
  );
  assert.equal(await promise, "internal");
  assert.equal((await call(client).result).body, "ok");
});

test("closing fails what is in flight as unavailable", async (context) => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { port } = await serve(context, () => arrive());
  const client = open(context, port, { connectionsMax: 1 });
  const calls = [call(client).result, call(client).result];
  await arrived;
  client.close();
  const results = await Promise.all([...calls, call(client).result]);
  assert.deepEqual(
    results.map(({ fault, phase }) => [fault?.code, phase]),
    [
      ["unavailable", "sent"],
      ["unavailable", "unsent"],
      ["unavailable", "unsent"],
    ],
  );
});

test("a reader who withdraws in the middle of an answer leaves nothing behind for the requests that wait", async (context) => {
  const { port, counts } = await serve(context, ({ socket }) => socket.write(ok));
  const client = open(context, port, { connectionsMax: 1 });
  const exchange = client.exchange(
    "POST / HTTP/1.1\r\nhost: x\r\n",
    { method: "POST", headers: [], body: undefined, repeatable: false, answerTimeoutMs: 0, idleTimeoutMs: 0, totalTimeoutMs: 0 },
    {
      head() {},
      data: () => exchange.cancel(),
      end: () => assert.fail("it was withdrawn"),
      fail: () => assert.fail("it was withdrawn"),
    },
  );
  const waiting = await Promise.all([call(client).result, call(client).result]);
  assert.deepEqual(
    waiting.map(({ body }) => body),
    ["ok", "ok"],
  );
  assert.deepEqual(counts, { connections: 2, requests: 3 });
  assert.deepEqual([client.connections, client.idle], [1, 1]);
});
