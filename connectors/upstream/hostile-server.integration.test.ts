import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import fc from "fast-check";
import type { RemoteUpstreamDefinition } from "../../domain/server.ts";
import { createCoarseClock } from "./coarse-clock.ts";
import { messagesOf, request, send } from "./exchange.fixture.ts";
import { openUpstream } from "./open.ts";

/** A server that says these bytes behind its head, whatever it is asked. */
async function hostile(t: TestContext, kind: "websocket" | "sse", say: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (chunk) => {
      const [, key = ""] = /sec-websocket-key: (.*)\r\n/i.exec(chunk.toString("latin1")) ?? [];
      const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
      const head =
        kind === "websocket"
          ? `101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\nsec-websocket-protocol: mcp`
          : "200 OK\r\ncontent-type: text/event-stream";
      socket.write(`HTTP/1.1 ${head}\r\n\r\n`);
      // Behind the first message, so that somebody waits for what comes.
      if (kind === "websocket") socket.once("data", () => say(socket));
      else say(socket);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const url = `${kind === "websocket" ? "ws" : "http"}://127.0.0.1:${port}/`;
  const definition: RemoteUpstreamDefinition = { kind, id: "one", url, headers: {}, leaseUntilMs: null };
  const upstream = openUpstream(definition, { environment: () => undefined, prewarm: 0, clock: createCoarseClock({ stepMs: 5 }) });
  t.after(() => upstream.close());
  return upstream;
}

const initialize = request(0, "initialize", {});
const frame = (first: number, payload: Buffer) => {
  const size = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from([first, ...size]), payload]);
};
const answer = Buffer.from('{"jsonrpc":"2.0","id":0,"result":{}}');

describe("a hostile server over WebSocket", () => {
  const refused: Readonly<Record<string, Buffer>> = {
    "a message of more than 16 MiB": Buffer.from([0x81, 127, 0, 0, 0, 0, 1, 0, 0, 1]),
    "a length beyond all measure": Buffer.from([0x81, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255]),
    "a compressed message": frame(0xc1, answer),
    "a masked message": Buffer.from([0x81, 0x80, 1, 2, 3, 4]),
    "text that is no UTF-8": frame(0x81, Buffer.from([0xff, 0xfe])),
    "a binary message": frame(0x82, answer),
    "a continuation of nothing": frame(0x80, answer),
    "an unknown opcode": frame(0x83, answer),
    "a ping that is too long": frame(0x89, Buffer.alloc(126)),
    "nothing but the end": Buffer.alloc(0),
    "half a frame, and the end": frame(0x81, answer).subarray(0, 9),
  };
  for (const [what, bytes] of Object.entries(refused)) {
    test(`${what} fails the call, and nothing else`, async (t) => {
      const upstream = await hostile(t, "websocket", (socket) => {
        if (/the end$/.test(what)) socket.end(bytes);
        else socket.write(bytes);
      });
      const { fault, phase } = await send(upstream, { message: initialize }).answer;
      assert.deepEqual([fault?.code, phase], ["unavailable", "sent"]);
    });
  }

  test("whatever it sends, cut anywhere, is a failure or the answer, and answers come whole", async (t) => {
    let bytes = Buffer.alloc(0);
    let cut = 0;
    const upstream = await hostile(t, "websocket", (socket) => {
      socket.write(bytes.subarray(0, cut));
      setImmediate(() => socket.end(bytes.subarray(cut)));
    });
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 30 }).map((piece) => Buffer.from(piece)),
      fc.uint8Array({ maxLength: 30 }).map((piece) => frame(0x81, Buffer.from(piece))),
      fc.constant(frame(0x89, Buffer.from("ping"))),
      fc.constant(frame(0x81, answer)),
      fc.nat(answer.length).map((at) => Buffer.concat([frame(0x01, answer.subarray(0, at)), frame(0x80, answer.subarray(at))])),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(noise, { maxLength: 4 }), fc.nat(200), async (pieces, place) => {
        bytes = Buffer.concat(pieces);
        cut = Math.min(place, bytes.length);
        const { status, text, fault } = await send(upstream, { message: initialize }).answer;
        if (fault === undefined) assert.deepEqual([status, messagesOf(text)], [200, [JSON.parse(answer.toString())]]);
        else assert.equal(fault.code, "unavailable");
      }),
      { numRuns: 60 },
    );
  });
});

describe("a hostile server over HTTP+SSE", () => {
  test("an event without end is cut off at its bound, before it fills the memory", async (t) => {
    let written = 0;
    const upstream = await hostile(t, "sse", (socket) => {
      const chunk = Buffer.alloc(1024 * 1024, 0x61);
      const more = () => {
        if (socket.destroyed) return;
        written += chunk.length;
        socket.write(chunk, more);
      };
      socket.write("data: ");
      more();
    });
    const { fault, phase } = await send(upstream, { message: initialize }).answer;
    assert.match(fault?.message ?? "", /larger than/);
    assert.equal(phase, "unsent");
    assert.ok(written < 32 * 1024 * 1024, `${written} bytes were taken`);
  });

  for (const [what, text] of Object.entries({
    "an address that is none": "event: endpoint\ndata: http://[\n\n",
    "an address elsewhere": "event: endpoint\ndata: https://elsewhere.example/\n\n",
    "the end before an address": "event: message\ndata: {}\n\n",
  })) {
    test(`${what} fails the call before anything is sent`, async (t) => {
      const upstream = await hostile(t, "sse", (socket) => socket.end(text));
      const { fault, phase } = await send(upstream, { message: initialize }).answer;
      assert.deepEqual([fault?.code, phase], ["unavailable", "unsent"]);
    });
  }
});
