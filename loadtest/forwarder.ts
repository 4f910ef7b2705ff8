import type * as Uws from "uWebSockets.js";
import { createRequire } from "node:module";
import { connect, type Socket } from "node:net";

/**
 * The bare forwarder that the gate is measured against: uWebSockets.js in front, a pool of raw sockets behind,
 * no authentication, no decision, no record, no bounds. What a gateway in Node costs before it does anything.
 * Forwards to the port in `argv[2]`; prints its own as a line of JSON.
 */
const uws = createRequire(import.meta.url)("uWebSockets.js") as typeof Uws;
const upstreamPort = Number(process.argv[2]);
const idle: Upstream[] = [];
const noBytes: Buffer = Buffer.alloc(0);
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

interface Upstream {
  readonly socket: Socket;
  pending: Buffer;
  answered: (body: Buffer) => void;
}

function open(): Upstream {
  const onread = {
    buffer: readBuffer,
    callback: (count: number): boolean => {
      received(upstream, readBuffer.subarray(0, count));
      return true;
    },
  };
  const socket = connect({ port: upstreamPort, host: "127.0.0.1", noDelay: true, onread });
  const upstream: Upstream = { socket, pending: noBytes, answered: () => {} };
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    const place = idle.indexOf(upstream);
    if (place !== -1) idle.splice(place, 1);
  });
  return upstream;
}

function received(upstream: Upstream, chunk: Buffer): void {
  const bytes = upstream.pending.length === 0 ? chunk : Buffer.concat([upstream.pending, chunk]);
  const end = bytes.indexOf("\r\n\r\n");
  const length = end < 0 ? 0 : Number(/content-length: (\d+)/i.exec(bytes.toString("latin1", 0, end))?.[1] ?? 0);
  if (end < 0 || bytes.length < end + 4 + length) {
    upstream.pending = Buffer.from(bytes);
    return;
  }
  upstream.pending = noBytes;
  idle.push(upstream);
  upstream.answered(bytes.subarray(end + 4, end + 4 + length));
}

uws
  .App()
  .post("/*", (res, req) => {
    let gone = false;
    const method = req.getHeader("mcp-method");
    const name = req.getHeader("mcp-name");
    res.onAborted(() => {
      gone = true;
    });
    res.onData((chunk, isLast) => {
      if (!isLast) return;
      const upstream = idle.pop() ?? open();
      upstream.answered = (answer) => {
        if (gone) return;
        res.cork(() => {
          res.writeHeader("content-type", "application/json").end(answer);
        });
      };
      const head = `POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nmcp-method: ${method}\r\nmcp-name: ${name}\r\ncontent-length: ${chunk.byteLength}\r\n\r\n`;
      const request = Buffer.allocUnsafe(head.length + chunk.byteLength);
      request.write(head, 0, "latin1");
      request.set(new Uint8Array(chunk), head.length);
      upstream.socket.write(request);
    });
  })
  .listen("127.0.0.1", 0, (socket) => {
    console.log(JSON.stringify({ port: socket ? uws.us_socket_local_port(socket) : 0 }));
  });
