import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, type RequestOptions, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { WebSocket } from "ws";
import { authority, type Pems } from "../../connectors/upstream/certificates.fixture.ts";
import { Fault } from "../../domain/fault.ts";
import type { HttpHandler, HttpReply } from "../../domain/ports/http.ts";
import { eventually, serve } from "../routing/dialled-server.ts";

const trusted = authority();
const [first, second] = [trusted.issue(), trusted.issue()];

/** The files of a server's certificate, which the test replaces. */
function files(t: TestContext, pems: Pems) {
  const folder = mkdtempSync(join(tmpdir(), "sluice-ingress-tls-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [keyFile, certFile, clientCaFile] = ["key.pem", "cert.pem", "ca.pem"].map((name) => join(folder, name)) as [string, string, string];
  const write = ({ key, cert }: Pems) => {
    writeFileSync(keyFile, key);
    writeFileSync(certFile, cert);
  };
  write(pems);
  writeFileSync(clientCaFile, trusted.cert);
  return { tls: { keyFile, certFile }, clientCaFile, write };
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** The serial number of the server's certificate. */
  readonly serial: string;
}

function get(port: number, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host: "localhost", port, ca: trusted.cert, agent: false, ...options }, (response) => {
      const { serialNumber } = (response.socket as TLSSocket).getPeerCertificate() as DetailedPeerCertificate;
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text, serial: serialNumber }));
      response.on("error", reject);
    })
      .on("error", reject)
      .end();
  });
}

test("a new certificate counts for new connections; streams, kept connections and WebSockets of the old one go on", async (t) => {
  const { tls, write } = files(t, first);
  let stream: HttpReply | undefined;
  const handler: HttpHandler = ({ path }, reply) => {
    if (path === "/ws")
      reply.upgrade?.("mcp", (connection) => ({
        message: (bytes) => void connection.send(Buffer.from(bytes)),
        writable() {},
        closed() {},
      }));
    else if (path === "/stream") {
      stream = reply;
      reply.start(200, ["content-type", "text/event-stream"]);
      reply.onAbort(() => {});
    } else reply.send(200, [], "whole");
  };
  const server = await serve(t, handler, { tls });
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: trusted.cert });
  t.after(() => agent.destroy());
  const before = await get(server.port, { agent });
  const streaming = get(server.port, { path: "/stream" });
  await eventually(() => stream !== undefined);
  const socket = new WebSocket(`wss://localhost:${server.port}/ws`, "mcp", { ca: trusted.cert });
  t.after(() => socket.terminate());
  await once(socket, "open");
  stream?.write("data: before\n\n");

  write(second);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  server.renewCertificate();
  const after = await get(server.port);
  assert.notEqual(after.serial, before.serial);
  assert.equal((await get(server.port, { agent })).serial, before.serial, "a kept connection keeps its certificate");
  stream?.write("data: after\n\n");
  stream?.end();
  const streamed = await streaming;
  assert.equal(streamed.serial, before.serial);
  assert.match(streamed.text, /data: before\n\ndata: after\n\n$/);
  agent.destroy();

  // Of the old certificate only the WebSocket is left, and it stays.
  t.mock.timers.tick(5_000);
  socket.send("still here");
  assert.equal(String((await once(socket, "message"))[0]), "still here");
  assert.equal((await get(server.port)).serial, after.serial);
});

test("what can't be used changes nothing, and says so", async (t) => {
  const { tls, write } = files(t, first);
  const server = await serve(t, (_, reply) => reply.send(200, [], "whole"), { tls });
  const { serial } = await get(server.port);
  const bad: readonly (readonly [string, Pems])[] = [
    ["the key of another certificate", { key: second.key, cert: first.cert }],
    ["no PEM", { key: first.key, cert: "nonsense" }],
    ["nothing at all", { key: "", cert: "" }],
    ["an expired one", trusted.issue({ expired: true })],
  ];
  for (const [what, pems] of bad) {
    write(pems);
    assert.throws(
      () => server.renewCertificate(),
      (reason) => reason instanceof Fault && reason.code === "invalid" && reason.field === "http.tls",
      what,
    );
    assert.equal((await get(server.port)).serial, serial, what);
  }
  rmSync(tls.certFile);
  assert.throws(() => server.renewCertificate(), Fault);
  write(second);
  server.renewCertificate();
  assert.notEqual((await get(server.port)).serial, serial);
});

test("no connection is lost while certificates change again and again", async (t) => {
  const { tls, write } = files(t, first);
  const server = await serve(t, (_, reply) => reply.send(200, [], "whole"), { tls });
  let answered = 0;
  const serials = new Set<string>();
  const callers = Array.from({ length: 8 }, async () => {
    for (let call = 0; call < 15; call += 1) {
      const { status, serial } = await get(server.port);
      assert.equal(status, 200);
      serials.add(serial);
      answered += 1;
    }
  });
  for (let change = 0; answered < 100; change += 1) {
    write(change % 2 === 0 ? second : first);
    server.renewCertificate();
    const seen = answered;
    await eventually(() => answered > seen + 4 || answered === 120);
  }
  await Promise.all(callers);
  assert.equal(answered, 120);
  assert.equal(serials.size, 2);
});

test("below TLS 1.2 nobody is let in", async (t) => {
  const server = await serve(t, (_, reply) => reply.send(200, [], "whole"), { tls: files(t, first).tls });
  const ciphers = "DEFAULT@SECLEVEL=0";
  const old = connect({ host: "localhost", port: server.port, ca: trusted.cert, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers });
  const [reason] = await once(old, "error");
  assert.match(reason.code, /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/);
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    assert.equal((await get(server.port, { minVersion: version, maxVersion: version })).status, 200, version);
  }
});

test("with a client authority only its certificates are let in, over HTTP and WebSocket", async (t) => {
  const { tls, clientCaFile } = files(t, first);
  let handled = 0;
  const server = await serve(
    t,
    (_, reply) => {
      handled += 1;
      reply.send(200, [], "whole");
    },
    { tls: { ...tls, clientCaFile } },
  );
  const stranger = authority("a stranger").issue();
  assert.equal((await get(server.port)).status, 403);
  await assert.rejects(get(server.port, stranger), /alert|ECONNRESET|EPIPE|socket hang up/i);
  const socket = new WebSocket(`wss://localhost:${server.port}/`, "mcp", { ca: trusted.cert });
  socket.on("error", () => {});
  const [, response] = await once(socket, "unexpected-response");
  assert.equal(response.statusCode, 403);
  assert.equal(handled, 0);
  assert.equal((await get(server.port, trusted.issue())).status, 200);
});
