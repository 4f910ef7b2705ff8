import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import https from "node:https";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Fault } from "../../domain/fault.ts";
import type { HttpHandler, HttpReply } from "../../domain/ports/http.ts";
import { dial, echo, eventually, get, post, serve, statusOf, whole } from "../routing/dialled-server.ts";

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

// A key of nobody: made for this test, valid for localhost until 2126.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgF/OTRFd0auPXXlh2
Gi0V9Et9H0lrHWwd+D2nDk8w/EyhRANCAAQ4No1b3dk0d3ziwO/reW/5iTh8LvoP
/ZvIDbcij0Ox7FCnIIejWgGW/uMZs9iRfd3sOUWuYKJeagehLnkZMgfM
-----END PRIVATE KEY-----
`;
const certificate = `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUFuekb1jgmmlFs+blGLm7RgNLWbMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA0MzYxNVoYDzIxMjYxMDI4
MDQzNjE1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ4No1b3dk0d3ziwO/reW/5iTh8LvoP/ZvIDbcij0Ox7FCnIIejWgGW
/uMZs9iRfd3sOUWuYKJeagehLnkZMgfMo1MwUTAdBgNVHQ4EFgQUfUlOcngysjR2
MZmyRd8Or2JnFU4wHwYDVR0jBBgwFoAUfUlOcngysjR2MZmyRd8Or2JnFU4wDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAgusp7+W/9U2akLwvhGo6
LdrlY0EIQyImdhr3gwcNwN0CIAmM4uxuUynlvT0Xinu8pU0hr1fO8YloFzYZnFEG
Q4So
-----END CERTIFICATE-----
`;

test("over TLS requests are served, large and streamed answers arrive whole", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "sluice-tls-"));
  t.after(() => rm(folder, { recursive: true }));
  const tls = { keyFile: join(folder, "key.pem"), certFile: join(folder, "cert.pem") };
  await writeFile(tls.keyFile, key);
  await writeFile(tls.certFile, certificate);
  const large = "0123456789".repeat(500_000);
  const server = await serve(
    t,
    (request, reply) => {
      if (request.path !== "/stream") return reply.send(200, [], request.path === "/large" ? large : Buffer.from(request.body));
      reply.start(200, ["content-type", "text/event-stream"]);
      for (let at = 0; at < large.length; at += 10_000) reply.write(large.slice(at, at + 10_000));
      reply.end();
    },
    { tls },
  );
  const ask = (path: string, body: string) =>
    new Promise<string>((resolve, reject) => {
      const request = https.request({
        port: server.port,
        host: "127.0.0.1",
        path,
        method: "POST",
        ca: certificate,
        servername: "localhost",
        agent: false,
      });
      request.on("error", reject).on("response", async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve(Buffer.concat(chunks).toString());
      });
      request.end(body);
    });
  assert.equal(await ask("/", "hello"), "hello");
  assert.ok((await ask("/", large.slice(0, 900_000))) === large.slice(0, 900_000));
  assert.ok((await ask("/large", "")) === large);
  assert.ok((await ask("/stream", "")) === large);
  assert.equal(server.inFlight(), 0);
});

test("a server is started again at once where the last one closed connections, and never beside one that listens", async (t) => {
  const port = await freePort();
  const first = await serve(t, echo, { port });
  const client = await dial(t, first);
  client.send(post("/", "x"));
  await client.until(whole);
  // It closes first, so that the connection lingers on its side (TIME_WAIT).
  first.close();
  await client.closed();
  const second = await serve(t, echo, { port });
  await assert.rejects(serve(t, echo, { port }), /the port is taken/);
  const again = await dial(t, second);
  again.send(post("/", "x"));
  assert.equal(statusOf(await again.until(whole)), 200);
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
