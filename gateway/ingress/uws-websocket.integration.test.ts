import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { WebSocket } from "ws";
import type { HttpHandler } from "../../domain/ports/http.ts";
import type { WebSocketConnection } from "../../domain/ports/websocket.ts";
import { eventually, type Served, serve } from "../routing/dialled-server.ts";

/** Opens every request as a WebSocket; what the test does with it is up to `listen`. */
function upgrading(
  open: (connection: WebSocketConnection) => { message?: (bytes: Uint8Array) => void; writable?: () => void; closed?: () => void },
): HttpHandler {
  return (_, reply) => reply.upgrade?.("mcp", (connection) => ({ message() {}, writable() {}, closed() {}, ...open(connection) }));
}

async function dialSocket(t: TestContext, server: Served): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/`, "mcp");
  t.after(() => socket.terminate());
  socket.on("error", () => {});
  await once(socket, "open");
  return socket;
}

/** A raw connection behind the handshake: frames go out as they are written. */
async function rawSocket(t: TestContext, server: Served): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.on("error", () => {});
  socket.write(
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mcp\r\n\r\n",
  );
  const [head] = await once(socket, "data");
  assert.match(String(head), /^HTTP\/1\.1 101 [\s\S]*sec-websocket-protocol: mcp/i);
  return socket;
}

/** A frame of a client (RFC 6455 §5.2), masked with zeros. */
function frame(opcode: number, payload: Buffer, fin = true): Buffer {
  const first = (fin ? 0x80 : 0) | opcode;
  const length = payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from([first, ...length, 0, 0, 0, 0]), payload]);
}

test("messages arrive whole and in order, however their frames are cut, and large answers as well", async (t) => {
  const seen: string[] = [];
  const server = await serve(
    t,
    upgrading((connection) => ({
      message(bytes) {
        seen.push(Buffer.from(bytes).toString());
        connection.send(Buffer.from(bytes));
      },
    })),
  );
  const raw = await rawSocket(t, server);
  const text = "grüße, 世界";
  const whole = frame(1, Buffer.from(text));
  for (const byte of whole) raw.write(Uint8Array.of(byte));
  raw.write(Buffer.concat([frame(1, Buffer.from("in "), false), frame(9, Buffer.from("ping")), frame(0, Buffer.from("parts"))]));
  await eventually(() => seen.length === 2);
  assert.deepEqual(seen, [text, "in parts"]);

  const client = await dialSocket(t, server);
  const received: string[] = [];
  client.on("message", (data) => received.push(String(data)));
  const sent = [1, 15_000, 16_384, 70_000, 900_000].map((length) => "x".repeat(length));
  for (const message of sent) client.send(message);
  await eventually(() => received.length === sent.length);
  assert.deepEqual(received, sent);
});

test("what breaks the protocol ends its own connection only: reserved bits, invalid UTF-8, a frame without end", async (t) => {
  const closed: number[] = [];
  const server = await serve(
    t,
    upgrading(() => ({ closed: () => void closed.push(1) })),
  );
  const hostile = [
    Buffer.from([0xf1, 0x80, 0, 0, 0, 0]),
    Buffer.from([0x83, 0x80, 0, 0, 0, 0]),
    frame(1, Buffer.from([0xff, 0xfe, 0x80])),
    frame(0, Buffer.from("a continuation of nothing")),
    frame(9, Buffer.alloc(126)),
    Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
  ];
  for (const bytes of hostile) {
    const raw = await rawSocket(t, server);
    const ended = once(raw, "close");
    raw.write(bytes);
    await ended;
  }
  const truncated = await rawSocket(t, server);
  truncated.end(frame(1, Buffer.from("half")).subarray(0, 8));
  await eventually(() => closed.length === hostile.length + 1);
  const alive = await dialSocket(t, server);
  assert.equal(alive.readyState, WebSocket.OPEN);
  assert.deepEqual(server.errors, []);
});

test("a slow reader holds its sender back, loses nothing, and goes on where it reads again", async (t) => {
  let connection: WebSocketConnection | undefined;
  let writable = 0;
  const server = await serve(
    t,
    upgrading((open) => {
      connection = open;
      return {
        writable() {
          writable += 1;
        },
      };
    }),
  );
  const client = await dialSocket(t, server);
  const received: number[] = [];
  client.on("message", (data) => received.push(Number(String(data).slice(0, 6))));
  client.pause();
  let sent = 0;
  const send = () => connection?.send(String(sent++).padStart(6, "0").padEnd(60_000, "."));
  while (send() !== false);
  assert.equal(writable, 0);
  client.resume();
  await eventually(() => writable === 1);
  await eventually(() => received.length === sent);
  assert.deepEqual(
    received,
    Array.from({ length: sent }, (_, index) => index),
  );
});

test("one that is sent more and more regardless, one that takes nothing, and one that only pings, are closed", async (t) => {
  let connection: WebSocketConnection | undefined;
  let closed: number = 0;
  const handler = upgrading((open) => {
    connection = open;
    return {
      closed() {
        closed += 1;
      },
    };
  });
  const flooded = await serve(t, handler);
  const first = await dialSocket(t, flooded);
  first.pause();
  const big = "x".repeat(500_000);
  for (let count = 0; count < 100 && closed === 0; count += 1) connection?.send(big);
  assert.equal(closed, 1);
  assert.deepEqual(flooded.refused, ["stalled-reader"]);
  const code = once(first, "close");
  first.resume();
  assert.equal((await code)[0], 1013);

  const impatient = await serve(t, handler, { replyStallMs: 50 });
  const second = await dialSocket(t, impatient);
  second.pause();
  while (connection?.send(big) !== false);
  await eventually(() => closed === 2);
  assert.deepEqual(impatient.refused, ["stalled-reader"]);

  const pinged = await serve(t, handler, { replyBufferBytesMax: 16_384 });
  const raw = await rawSocket(t, pinged);
  raw.pause();
  const pings = Buffer.concat(Array.from({ length: 2_000 }, () => frame(9, Buffer.alloc(120))));
  while (closed < 3) await new Promise((resolve) => raw.write(pings, resolve));
  assert.ok(pinged.refused.length <= 1);
});

test("a socket counts until it is closed, and closing the server says 1001", async (t) => {
  const server = await serve(
    t,
    upgrading(() => ({})),
    { webSocketsMax: 2 },
  );
  const clients = [await dialSocket(t, server), await dialSocket(t, server)];
  const third = new WebSocket(`ws://127.0.0.1:${server.port}/`, "mcp");
  third.on("error", () => {});
  const [, response] = await once(third, "unexpected-response");
  assert.equal(response.statusCode, 503);
  let drained = false;
  void server.drained().then(() => {
    drained = true;
  });
  const codes = Promise.all(clients.map(async (client) => (await once(client, "close"))[0]));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(drained, false);
  server.close();
  assert.deepEqual(await codes, [1001, 1001]);
  assert.equal(drained, true);
});

test("a handler that throws ends its connection, and is logged", async (t) => {
  const server = await serve(t, (_, reply) =>
    reply.upgrade?.("mcp", () => {
      throw new Error("bug");
    }),
  );
  const client = new WebSocket(`ws://127.0.0.1:${server.port}/`, "mcp");
  assert.equal((await once(client, "close"))[0], 1011);
  assert.deepEqual(server.errors, ["a handler's callback threw"]);
});

test("messages of any length, in any fragments, masks and packets, with pings between, arrive as they were", async (t) => {
  const received: string[] = [];
  const server = await serve(
    t,
    upgrading(() => ({ message: (bytes) => void received.push(Buffer.from(bytes).toString("utf8")) })),
  );
  const message = fc.tuple(fc.string({ unit: "grapheme", maxLength: 300 }), fc.integer({ min: 1, max: 40 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(message, fc.array(fc.nat(1_000), { maxLength: 4 }), fc.boolean()), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(3_000), { maxLength: 8 }),
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      async (messages, packets, mask) => {
        received.length = 0;
        const frames = messages.flatMap(([[text, times], cuts, pings]) => fragments(Buffer.from(text.repeat(times)), cuts, pings));
        const bytes = Buffer.concat(frames.map(({ opcode, payload, fin }) => masked(opcode, payload, fin, mask)));
        const raw = await rawSocket(t, server);
        raw.resume();
        const places = [0, ...packets.filter((place) => place < bytes.length).sort((one, other) => one - other), bytes.length];
        for (let index = 1; index < places.length; index += 1) {
          await new Promise((resolve) => raw.write(bytes.subarray(places[index - 1], places[index]), resolve));
        }
        await eventually(() => received.length === messages.length);
        assert.deepEqual(
          received,
          messages.map(([[text, times]]) => text.repeat(times)),
        );
        raw.destroy();
      },
    ),
    { numRuns: 60 },
  );
  assert.deepEqual(server.errors, []);
});

test("no bytes behind a handshake end the server, and none make a message that is no UTF-8", async (t) => {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let open = 0;
  const server = await serve(
    t,
    upgrading(() => {
      open += 1;
      return {
        message: (bytes) => void decoder.decode(bytes),
        closed() {
          open -= 1;
        },
      };
    }),
  );
  const noise = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.nat(255), fc.nat(255), fc.uint8Array({ maxLength: 20 }))
        .map(([first, second, rest]) => Uint8Array.of(first, second, ...rest)),
      fc.uint8Array({ maxLength: 30 }).map((payload) => masked(1, Buffer.from(payload), true, Uint8Array.of(1, 2, 3, 4))),
    ),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(noise, async (pieces) => {
      const raw = await rawSocket(t, server);
      raw.resume();
      raw.end(Buffer.concat(pieces));
      await eventually(() => open === 0);
    }),
    { numRuns: 150 },
  );
  assert.deepEqual(server.errors, []);
  assert.equal((await dialSocket(t, server)).readyState, WebSocket.OPEN);
});

test("a connection that answers no pings is cut after its idle time, one that does goes on", async (t) => {
  let closed = 0;
  const server = await serve(
    t,
    upgrading(() => ({
      closed() {
        closed += 1;
      },
    })),
    { webSocketIdleSeconds: 8 },
  );
  const alive = await dialSocket(t, server);
  let pings = 0;
  alive.on("ping", () => {
    pings += 1;
  });
  const silent = await rawSocket(t, server);
  silent.resume();
  await once(silent, "close");
  assert.ok(pings > 0);
  assert.equal(alive.readyState, WebSocket.OPEN);
  assert.equal(closed, 1);
});

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly fin: boolean;
}

/** One text message in fragments that end at these places. */
function fragments(text: Buffer, cuts: readonly number[], pings: boolean): Frame[] {
  const places = [0, ...cuts.filter((cut) => cut < text.length).sort((one, other) => one - other), text.length];
  return places.slice(1).flatMap((place, index) => {
    const part = { opcode: index === 0 ? 1 : 0, payload: text.subarray(places[index], place), fin: index === places.length - 2 };
    return pings ? [{ opcode: 9, payload: Buffer.from("ping"), fin: true }, part] : [part];
  });
}

function masked(opcode: number, payload: Buffer, fin: boolean, mask: Uint8Array): Buffer {
  const { length } = payload;
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
  const hidden = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode, ...size, ...mask]), hidden]);
}
