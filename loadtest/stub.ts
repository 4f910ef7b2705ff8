import { createServer } from "node:net";

/**
 * The upstream of the load tests: answers every POST with the same JSON-RPC result of `responseBytes`, echoing the request's id.
 * Raw sockets and no parsing beyond the head, so that it costs a few microseconds a call. Prints its port as a line of JSON.
 * `server/discover` is answered as a server of the stateless revision does.
 */
const responseBytes = Number(process.argv[2] ?? 700);
const headEnd = Buffer.from("\r\n\r\n");

const discovered = JSON.stringify({
  resultType: "complete",
  supportedVersions: ["2026-07-28"],
  capabilities: { tools: {} },
  ttlMs: 0,
  cacheScope: "private",
});
const padding = "x".repeat(Math.max(0, responseBytes - 120));
const result = `{"resultType":"complete","content":[{"type":"text","text":"${padding}"}]}`;

function answer(head: string, body: string): string {
  const id = /"id":\s*("[^"]*"|\d+)/.exec(body)?.[1] ?? "null";
  const json = `{"jsonrpc":"2.0","id":${id},"result":${head.includes("server/discover") ? discovered : result}}`;
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
}

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  let pending: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      const end = pending.indexOf(headEnd);
      if (end < 0) return;
      const head = pending.toString("latin1", 0, end);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      const bodyEnd = end + 4 + length;
      if (pending.length < bodyEnd) return;
      socket.write(answer(head, pending.toString("latin1", end + 4, bodyEnd)));
      pending = pending.subarray(bodyEnd);
    }
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(JSON.stringify({ port: typeof address === "object" ? address?.port : 0 }));
});
process.on("disconnect", () => process.exit(0));
