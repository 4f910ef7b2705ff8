import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Exchange, Upstream } from "../../domain/ports/upstream.ts";
import { openHttpUpstream } from "./http.ts";
import type { TlsOptions } from "./http-target.ts";

/** A key and its certificate, made for this run. */
function certificate(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), "sluice-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  execFileSync("openssl", ["req", "-x509", ...curve, "-keyout", key, "-out", cert, ...names], { stdio: "ignore" });
  const pems = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  rmSync(folder, { recursive: true });
  return pems;
}

const pems = certificate();

async function serve(context: TestContext, handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createTlsServer(pems, handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}/mcp`;
}

function open(context: TestContext, url: string, tls: TlsOptions = { ca: pems.cert }): Upstream {
  const options = { environment: () => undefined, tls, connectTimeoutMs: 2_000 };
  const upstream = openHttpUpstream(
    { kind: "http", id: "one", url, headers: { authorization: "Bearer own" }, leaseUntilMs: null },
    options,
  );
  context.after(() => upstream.close());
  return upstream;
}

function ask(upstream: Upstream, answerTimeoutMs = 5_000, onData: (exchange: Exchange) => void = () => {}): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = "";
  const exchange: Exchange = upstream.exchange(
    {
      method: "POST",
      headers: ["authorization", "Bearer caller", "mcp-session-id", "s"],
      body: Buffer.from("{}"),
      repeatable: false,
      answerTimeoutMs,
      idleTimeoutMs: 5_000,
      totalTimeoutMs: 0,
    },
    {
      head: (answer) => {
        text = `${answer.status} ${answer.header("content-type") ?? ""} `;
      },
      data(chunk) {
        text += Buffer.from(chunk).toString();
        onData(exchange);
      },
      end: () => resolve(text),
      fail: (fault, phase) => resolve(`${phase} ${fault.code}`),
    },
  );
  return promise;
}

test("a call over TLS goes through with the configured headers only", async (context) => {
  const url = await serve(context, ({ headers }, response) => {
    response.setHeader("content-type", "text/plain");
    response.end(`${headers.authorization} ${headers["mcp-session-id"]} ${headers["accept-encoding"]} ${headers["content-length"]}`);
  });
  assert.equal(await ask(open(context, url)), "200 text/plain Bearer own s identity 2");
});

test("a certificate that nobody vouches for, or for another name, is refused before anything is sent", async (context) => {
  let requests = 0;
  const url = await serve(context, () => {
    requests += 1;
  });
  assert.equal(await ask(open(context, url, {})), "unsent unavailable");
  assert.equal(await ask(open(context, url, { ca: pems.cert, servername: "elsewhere.example" })), "unsent unavailable");
  assert.equal(requests, 0);
});

const refusals: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "a redirect": (response) => response.writeHead(307, { location: "https://elsewhere.example/" }).end(),
  "an encoded answer": (response) => response.writeHead(200, { "content-encoding": "gzip" }).end("x"),
  "no answer": (response) => response.destroy(),
};

for (const [name, answer] of Object.entries(refusals)) {
  test(`${name} over TLS is unavailable`, async (context) => {
    const url = await serve(context, (_request, response) => answer(response));
    assert.equal(await ask(open(context, url)), "sent unavailable");
  });
}

test("an answer over TLS that breaks off, one that does not come, and a paused one", async (context) => {
  const url = await serve(context, ({ headers }, response) => {
    if (headers["mcp-session-id"] === "s")
      response.writeHead(200, { "content-length": "9" }).write("half", () => setImmediate(() => response.destroy()));
  });
  assert.equal(await ask(open(context, url)), "answering unavailable");
  const silent = await serve(context, () => {});
  assert.equal(await ask(open(context, silent), 50), "sent timeout");
  const slow = await serve(context, (_request, response) => {
    response.write("one ");
    setImmediate(() => response.end("two"));
  });
  const text = await ask(open(context, slow), 5_000, (exchange) => {
    exchange.pause();
    setImmediate(() => exchange.resume());
  });
  assert.equal(text, "200  one two");
});

test("a plain server behind an https url is unavailable", async (context) => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  assert.equal(await ask(open(context, `https://localhost:${(server.address() as AddressInfo).port}/`)), "unsent unavailable");
});
