import type * as Uws from "uWebSockets.js";
import { createRequire } from "node:module";

/**
 * The upstream of the bench: answers every request with the same JSON-RPC result of `argv[2]` bytes (700 unless told), echoing its id.
 * On uWebSockets.js and without parsing, so that it costs as little as a server in this process can. `/mcp` speaks the stateless revision,
 * `/legacy` 2025-11-25 with sessions. Prints its port as a line of JSON.
 */
const uws = createRequire(import.meta.url)("uWebSockets.js") as typeof Uws;
const answerBytes = Number(process.argv[2] ?? 700);
const front = '{"jsonrpc":"2.0","id":';

const meta = '"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"stub","version":"1"}}';
const discovered = `"result":{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"ttlMs":0,"cacheScope":"private",${meta}}}`;
const initialized = '"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"stub","version":"1"}}}';
const unknown = '"error":{"code":-32601,"message":"unknown method"}}';
const modernResult = padded('"result":{"resultType":"complete","content":[{"type":"text","text":"');
const legacyResult = padded('"result":{"content":[{"type":"text","text":"');

function padded(start: string): string {
  const end = '"}]}}';
  return `${start}${"x".repeat(Math.max(0, answerBytes - front.length - 9 - start.length - end.length))}${end}`;
}

function answerOf(path: string, body: string): string | undefined {
  const id = /"id":\s*("[^"]*"|\d+)/.exec(body)?.[1];
  if (id === undefined) return undefined;
  const isLegacy = path === "/legacy";
  let rest = isLegacy ? legacyResult : modernResult;
  if (body.includes('"method":"server/discover"')) rest = isLegacy ? unknown : discovered;
  else if (body.includes('"method":"initialize"')) rest = isLegacy ? initialized : unknown;
  return `${front}${id},${rest}`;
}

uws
  .App()
  .any("/*", (res, req) => {
    const path = req.getUrl();
    res.onAborted(() => {});
    res.onData((chunk, isLast) => {
      // Requests here fit into one packet; what does not is a mistake of the bench, and counts as a failed call.
      if (!isLast) return;
      const answer = answerOf(path, Buffer.from(chunk).toString("latin1"));
      if (answer === undefined) {
        res.writeStatus("202 Accepted").end();
        return;
      }
      res.writeHeader("content-type", "application/json");
      if (path === "/legacy" && answer.endsWith(initialized)) res.writeHeader("mcp-session-id", "bench");
      res.end(answer);
    });
  })
  .listen("127.0.0.1", 0, (socket) => {
    console.log(JSON.stringify({ port: socket ? uws.us_socket_local_port(socket) : 0 }));
  });
