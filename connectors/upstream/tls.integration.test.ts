import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { Fault } from "../../domain/fault.ts";
import type { RemoteUpstreamDefinition, UpstreamTls } from "../../domain/server.ts";
import { authority } from "./certificates.fixture.ts";
import { type HostOptions, sseHost, streamableHost, webSocketHost } from "./contract/hosts.ts";
import { request, send } from "./exchange.fixture.ts";
import { openUpstream } from "./open.ts";

const trusted = authority();
const stranger = authority("another authority");
const own = trusted.issue();
const client = trusted.issue({ names: "DNS:gate" });

const kinds = {
  http: { scheme: "https", host: streamableHost },
  sse: { scheme: "https", host: sseHost },
  websocket: { scheme: "wss", host: webSocketHost },
} as const;
type Kind = keyof typeof kinds;

function open(t: TestContext, kind: Kind, port: number, tls: UpstreamTls | undefined, environment: Readonly<Record<string, string>> = {}) {
  const definition: RemoteUpstreamDefinition = {
    kind,
    id: "one",
    url: `${kinds[kind].scheme}://localhost:${port}/mcp`,
    headers: {},
    leaseUntilMs: null,
    ...(tls === undefined ? {} : { tls }),
  };
  const upstream = openUpstream(definition, { environment: (name) => environment[name], connectTimeoutMs: 2_000, prewarm: 0 });
  t.after(() => upstream.close());
  return upstream;
}

async function host(t: TestContext, kind: Kind, options: HostOptions): Promise<number> {
  const started = await kinds[kind].host(options);
  t.after(() => started.close());
  return started.port;
}

const initialize = () => ({ message: request(0, "initialize", {}) });

for (const kind of Object.keys(kinds) as Kind[]) {
  describe(`${kind} over TLS`, () => {
    test("an authority of one's own is trusted, and says why others are not", async (t) => {
      const port = await host(t, kind, { tls: own });
      assert.equal((await send(open(t, kind, port, { ca: trusted.cert }), initialize()).answer).status, 200);
      const failures: readonly (readonly [number, UpstreamTls | undefined, RegExp])[] = [
        [port, undefined, /authority that is not trusted/],
        [port, { ca: stranger.cert }, /authority that is not trusted/],
        [port, { ca: trusted.cert, serverName: "elsewhere.example" }, /for another host/],
        [await host(t, kind, { tls: trusted.issue({ expired: true }) }), { ca: trusted.cert }, /has expired/],
        [await host(t, kind, { tls: trusted.issue({ names: "DNS:elsewhere.example" }) }), { ca: trusted.cert }, /for another host/],
        [await host(t, kind, {}), { ca: trusted.cert }, /does not speak TLS/],
      ];
      for (const [at, tls, why] of failures) {
        const { fault, phase } = await send(open(t, kind, at, tls), initialize()).answer;
        assert.match(fault?.message ?? "", why);
        assert.deepEqual([fault?.code, phase], ["unavailable", "unsent"]);
      }
    });

    test("the name in the certificate may be told", async (t) => {
      const port = await host(t, kind, { tls: trusted.issue({ names: "DNS:mcp.internal" }) });
      const upstream = open(t, kind, port, { ca: trusted.cert, serverName: "mcp.internal" });
      assert.equal((await send(upstream, initialize()).answer).status, 200);
    });

    test("a server that demands a client certificate gets it, its key from the environment", async (t) => {
      const port = await host(t, kind, { tls: { ...own, ca: trusted.cert, requestCert: true } });
      const tls = { ca: trusted.cert, cert: client.cert, key: `\${env:CLIENT_KEY}` };
      const upstream = open(t, kind, port, tls, { CLIENT_KEY: client.key });
      assert.equal((await send(upstream, initialize()).answer).status, 200);
      const { fault } = await send(open(t, kind, port, { ca: trusted.cert }), initialize()).answer;
      assert.match(fault?.message ?? "", /client certificate|closed the connection/);
    });

    test("files are read again when they change", async (t) => {
      const folder = mkdtempSync(join(tmpdir(), "sluice-upstream-tls-"));
      t.after(() => rmSync(folder, { recursive: true }));
      const ca = join(folder, "ca.pem");
      writeFileSync(ca, stranger.cert);
      const port = await host(t, kind, { tls: own });
      const upstream = open(t, kind, port, { ca });
      assert.match((await send(upstream, initialize()).answer).fault?.message ?? "", /not trusted/);
      writeFileSync(ca, `${trusted.cert}\n`);
      for (let status = 0; status !== 200; ) {
        // A pause between attempts is the adapters' own: while it lasts they say so.
        const answer = await send(upstream, initialize()).answer;
        assert.match(answer.fault?.message ?? "keeps ending", /keeps ending/);
        status = answer.status;
        await new Promise((resolve) => setImmediate(resolve));
      }
    });

    test("a file that is not there is told, and a key that is nowhere refused", async (t) => {
      const port = await host(t, kind, { tls: own });
      const { fault, phase } = await send(open(t, kind, port, { ca: "/nowhere/ca.pem" }), initialize()).answer;
      assert.match(fault?.message ?? "", /\/nowhere\/ca\.pem can't be read/);
      assert.deepEqual([fault?.code, phase], ["unavailable", "unsent"]);
      const tls = { cert: client.cert, key: `\${env:NOWHERE}` };
      assert.throws(
        () => open(t, kind, port, tls),
        (reason) => reason instanceof Fault && reason.field === "tls.key",
      );
    });
  });
}

test("credentials go nowhere but where a stream of HTTP+SSE was opened", async (t) => {
  const stolen: unknown[] = [];
  const thief = createServer((incoming, response) => {
    stolen.push(incoming.headers.authorization);
    response.end();
  }).listen(0, "127.0.0.1");
  t.after(() => thief.close());
  await new Promise((resolve) => thief.once("listening", resolve));
  const endpoint = `http://127.0.0.1:${(thief.address() as AddressInfo).port}/steal`;
  for (const address of [endpoint, "//127.0.0.1:1/steal", "http://[bad"]) {
    const server = await sseHost({ endpoint: address });
    t.after(() => server.close());
    const url = `http://localhost:${server.port}/sse`;
    const definition: RemoteUpstreamDefinition = {
      kind: "sse",
      id: "one",
      url,
      headers: { authorization: "Bearer own" },
      leaseUntilMs: null,
    };
    const upstream = openUpstream(definition, { environment: () => undefined, prewarm: 0 });
    t.after(() => upstream.close());
    const { fault, phase } = await send(upstream, initialize()).answer;
    assert.match(fault?.message ?? "", /not of its own origin/);
    assert.equal(phase, "unsent");
  }
  assert.deepEqual(stolen, []);
});
