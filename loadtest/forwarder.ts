import uws from "uWebSockets.js";
import { connect, type Socket } from "node:net";

/**
 * The bare forwarder that the gate is measured against: uWebSockets.js in front, a pool of raw sockets behind,
 * no authentication, no decision, no record. What a Node gateway costs before it does anything.
 */
const upstreamPort = Number(process.argv[2]);
const idle: Upstream[] = [];
const headEnd = Buffer.from("\r\n\r\n");

interface Upstream {
  readonly socket: Socket;
  answer: ((body: Buffer) => void) | undefined;
}

function open(): Upstream {
  const socket = connect({ port: upstreamPort, host: "127.0.0.1", noDelay: true });
  const upstream: Upstream = { socket, answer: undefined };
  let pending: Buffer = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const end = pending.indexOf(headEnd);
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(pending.toString("latin1", 0, end))?.[1] ?? 0);
    if (pending.length < end + 4 + length) return;
    const body = pending.subarray(end + 4, end + 4 + length);
    pending = Buffer.alloc(0);
    const { answer } = upstream;
    idle.push(upstream);
    answer?.(body);
  });
  return upstream;
}

const app = uws.App();
app.post("/*", (res, req) => {
  let gone = false;
  const method = req.getHeader("mcp-method");
  const name = req.getHeader("mcp-name");
  res.onAborted(() => {
    gone = true;
  });
  res.onData((chunk, last) => {
    if (!last) return;
    const body = Buffer.from(chunk);
    const upstream = idle.pop() ?? open();
    upstream.answer = (answer) => {
      if (gone) return;
      res.cork(() => res.writeStatus("200 OK").writeHeader("content-type", "application/json").end(answer));
    };
    const head = `POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nmcp-method: ${method}\r\nmcp-name: ${name}\r\n`;
    upstream.socket.write(Buffer.concat([Buffer.from(`${head}content-length: ${body.length}\r\n\r\n`, "latin1"), body]));
  });
});
app.listen("127.0.0.1", 0, (socket) => {
  console.log(JSON.stringify({ port: socket ? uws.us_socket_local_port(socket) : 0 }));
});
process.on("disconnect", () => process.exit(0));
