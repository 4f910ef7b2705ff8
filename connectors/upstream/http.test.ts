import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { Fault } from "../../domain/fault.ts";
import type { Upstream, UpstreamRequest } from "../../domain/ports/upstream.ts";
import type { RemoteUpstreamDefinition } from "../../domain/server.ts";
import { openHttpUpstream } from "./http.ts";
import type { HttpUpstreamOptions } from "./http-target.ts";

const definition = (url: string, headers: Record<string, string> = {}): RemoteUpstreamDefinition => ({
  kind: "http",
  id: "one",
  url,
  headers,
  leaseUntilMs: null,
});

function open(
  context: TestContext,
  url: string,
  headers: Record<string, string> = {},
  options: Partial<HttpUpstreamOptions> = {},
): Upstream {
  const upstream = openHttpUpstream(definition(url, headers), { environment: () => undefined, ...options });
  context.after(() => upstream.close());
  return upstream;
}

function ask(upstream: Upstream, request: Partial<UpstreamRequest> = {}): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let status = 0;
  let body = "";
  upstream.exchange(
    {
      method: "POST",
      headers: [],
      body: Buffer.from("{}"),
      repeatable: false,
      answerTimeoutMs: 5_000,
      idleTimeoutMs: 5_000,
      totalTimeoutMs: 0,
      ...request,
    },
    {
      head(answer) {
        status = answer.status;
        body = `${answer.header("content-type") ?? ""} `;
      },
      data(chunk) {
        body += Buffer.from(chunk).toString();
      },
      end: () => resolve(`${status} ${body}`),
      fail: (fault, phase) => resolve(`${phase} ${fault.code}: ${fault.message}`),
    },
  );
  return promise;
}

async function serve(context: TestContext): Promise<{ url: string; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    request.resume();
    request.on("end", () => {
      response.setHeader("content-type", "application/json");
      response.end(`"${request.method}"`);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp?x=1`, seen };
}

test("a request has host, length and the configured headers, and never the caller's credentials", async (context) => {
  const { url, seen } = await serve(context);
  const upstream = open(context, url, { Authorization: `Bearer \${env:TOKEN}` }, { environment: (name) => `secret of ${name}` });
  const headers = [
    "content-type",
    "application/json",
    "authorization",
    "Bearer caller",
    "cookie",
    "a=b",
    "connection",
    "close",
    "mcp-session-id",
    "s",
  ];
  assert.equal(await ask(upstream, { headers }), '200 application/json "POST"');
  const [request] = seen;
  assert.equal(request?.url, "/mcp?x=1");
  assert.deepEqual(request?.headers, {
    host: new URL(url).host,
    "accept-encoding": "identity",
    authorization: "Bearer secret of TOKEN",
    "content-type": "application/json",
    "mcp-session-id": "s",
    "content-length": "2",
  });
});

test("the other methods go without a body", async (context) => {
  const { url, seen } = await serve(context);
  const upstream = open(context, url);
  assert.equal(await ask(upstream, { method: "GET", body: undefined }), '200 application/json "GET"');
  assert.equal(await ask(upstream, { method: "DELETE", body: undefined }), '200 application/json "DELETE"');
  assert.deepEqual(
    seen.map((request) => request.headers["content-length"]),
    [undefined, undefined],
  );
});

test("a header of a request that would break the head is refused before anything is sent", async (context) => {
  const { url, seen } = await serve(context);
  const upstream = open(context, url);
  assert.match(await ask(upstream, { headers: ["x", "a\r\nevil: 1"] }), /^unsent invalid/);
  assert.match(await ask(upstream, { headers: ["x y", "a"] }), /^unsent invalid/);
  assert.equal(seen.length, 0);
});

const unusable: readonly [name: string, url: string, headers: Record<string, string>][] = [
  ["another protocol", "file:///etc/passwd", {}],
  ["no url", "nonsense", {}],
  ["credentials in the url", "http://user:secret@localhost/", {}],
  ["a line break in a header", "http://localhost/", { x: "a\r\nb: c" }],
  ["a header name with a space", "http://localhost/", { "a b": "c" }],
  ["a header that is the gate's", "http://localhost/", { Host: "elsewhere" }],
  ["a variable that is not set", "http://localhost/", { x: `\${env:MISSING}` }],
];

for (const [name, url, headers] of unusable) {
  test(`a definition with ${name} is refused, and no value is told`, () => {
    assert.throws(
      () => openHttpUpstream(definition(url, headers), { environment: () => undefined }),
      (error) => error instanceof Fault && error.code === "invalid" && !error.message.includes("secret"),
    );
  });
}

test("a value from the environment may not break the head either", () => {
  assert.throws(
    () => openHttpUpstream(definition("http://localhost/", { x: `\${env:X}` }), { environment: () => "a\nb" }),
    (error) => error instanceof Fault && error.code === "invalid",
  );
});

test("addresses that must not be reached are not, by name or by number", async (context) => {
  const refused = /^unsent unavailable: the server's address is/;
  for (const url of [
    "http://169.254.169.254/",
    "http://[fe80::1]/",
    "http://2852039166/",
    "https://169.254.169.254/",
    "https://[::ffff:a9fe:a9fe]/",
  ]) {
    assert.match(await ask(open(context, url)), refused, url);
  }
  const rules = { addresses: { allowLoopback: false } };
  assert.match(await ask(open(context, "http://127.0.0.1:9/", {}, rules)), refused);
  assert.match(await ask(open(context, "http://localhost:9/", {}, rules)), refused);
  assert.match(await ask(open(context, "https://localhost:9/", {}, rules)), refused);
});
