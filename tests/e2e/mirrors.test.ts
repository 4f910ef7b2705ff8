import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startConformanceServer } from "../fixtures/conformance/http-server.ts";
import { type Asked, handshakeOf } from "../fixtures/handshake.ts";
import { sendJson, startPostServer } from "../fixtures/post-server.ts";
import { allowAll, answerOf, modernRequest, startGate } from "./harness.ts";
import { otherTransports, sdkClients } from "./real-clients.ts";
import { openSession } from "./stage.ts";

test("arguments that a server wants repeated in headers are, for clients that can't: of older revisions, and over WebSocket", async (t) => {
  const server = await startConformanceServer(["modern"]);
  t.after(() => server.close());
  const { gate, agentKey } = await startGate(t, { policies: [allowAll], servers: [{ name: "mirrors", url: server.url }] });
  const clients = { ...sdkClients, ...otherTransports };
  for (const [name, connect] of Object.entries(clients)) {
    for (const [path, tool] of [
      ["/mcp/mirrors", "test_x_mcp_header"],
      ["/mcp", "mirrors__test_x_mcp_header"],
    ] as const) {
      const client = await connect(`${gate.httpUrl}${path}`, agentKey);
      await client.tools();
      assert.equal(await client.call(tool, { region: " Ljubljana, Šiška " }), "Taken.", `${name} at ${path}`);
      await client.close();
    }
  }
});

interface Changing {
  readonly url: string;
  tools: readonly object[];
  /** The header that calls must have. */
  wanted: string;
  readonly calls: IncomingHttpHeaders[];
}

/** A server of the stateless revision whose tools change. */
async function startChanging(t: TestContext): Promise<Changing> {
  const calls: IncomingHttpHeaders[] = [];
  const { url, close } = await startPostServer((body, response, { headers }) => {
    const asked = JSON.parse(body.toString()) as Asked;
    const say = (status: number, message: object) => sendJson(response, status, { jsonrpc: "2.0", id: asked.id ?? null, ...message });
    const handshake = handshakeOf("modern", asked);
    if (handshake !== undefined) return say(200, handshake ?? {});
    const cached = { resultType: "complete", ttlMs: 0, cacheScope: "private" };
    if (asked.method === "tools/list") return say(200, { result: { ...cached, tools: changing.tools } });
    calls.push(headers);
    if (headers[changing.wanted] === undefined) say(400, { error: { code: -32020, message: "Header mismatch" } });
    else say(200, { result: { resultType: "complete", content: [{ type: "text", text: "taken" }] } });
  });
  t.after(close);
  const changing: Changing = { url, tools: [], wanted: "", calls };
  return changing;
}

const toolWith = (header: string, name = "place") => ({
  name,
  inputSchema: { type: "object", properties: { region: { type: "string", "x-mcp-header": header } } },
});

test("a server that wants other headers than it did is asked again, and headers of older clients are not passed on", async (t) => {
  const server = await startChanging(t);
  const harness = await startGate(t, { policies: [allowAll], servers: [{ name: "changing", url: server.url }] });
  const session = await openSession(harness, "/mcp/changing");
  const call = async () => {
    const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "place", arguments: { region: "eu" } } };
    const headers = { ...session, "mcp-param-zone": "forged" };
    return JSON.stringify(await answerOf(await harness.post("/mcp/changing", message, headers)));
  };
  server.tools = [toolWith("Region")];
  server.wanted = "mcp-param-region";
  assert.match(await call(), /taken/);
  assert.equal(server.calls.at(-1)?.["mcp-param-region"], "eu");
  assert.equal(server.calls.at(-1)?.["mcp-param-zone"], undefined);

  server.tools = [toolWith("Area")];
  server.wanted = "mcp-param-area";
  let answer = await call();
  assert.match(answer, /-32020/);
  answer = await call();
  assert.match(answer, /taken/);
});

test("a tool whose headers no client could send is hidden, and the others are not", async (t) => {
  const server = await startChanging(t);
  server.tools = [toolWith("Region\r\nEvil", "bad"), toolWith("Region", "good"), { name: "plain", inputSchema: { type: "object" } }];
  const harness = await startGate(t, { policies: [allowAll], servers: [{ name: "changing", url: server.url }] });
  for (const [path, prefix] of [
    ["/mcp/changing", ""],
    ["/mcp", "changing__"],
  ]) {
    const { message, headers } = modernRequest("tools/list");
    const answer = await answerOf(await harness.post(path ?? "", message, headers));
    const { tools } = answer["result"] as { readonly tools: readonly { readonly name: string }[] };
    assert.deepEqual(
      tools.map(({ name }) => name),
      [`${prefix}good`, `${prefix}plain`],
    );
  }
});

for (const era of ["legacy", "stdio"] as const) {
  test(`headers are held against arguments for a server that sees none (${era})`, async (t) => {
    const program = fileURLToPath(new URL("../fixtures/conformance/stdio-server.ts", import.meta.url));
    const http = era === "legacy" ? await startConformanceServer(["legacy"]) : undefined;
    if (http !== undefined) t.after(() => http.close());
    const definition = http === undefined ? { command: process.execPath, args: [program] } : { url: http.url };
    const harness = await startGate(t, { policies: [allowAll], servers: [{ name: "blind", ...definition }] });
    const list = modernRequest("tools/list");
    assert.match(await (await harness.post("/mcp/blind", list.message, list.headers)).text(), /x-mcp-header/);
    const { message, headers } = modernRequest("tools/call", { name: "test_x_mcp_header", arguments: { region: "eu" } });
    for (const [sent, status] of [
      [{ "mcp-param-region": "eu" }, 200],
      [{ "mcp-param-region": "us" }, 400],
      [{}, 400],
    ] as const) {
      const response = await harness.post("/mcp/blind", message, { ...headers, ...sent });
      const answer = await answerOf(response);
      assert.equal(response.status, status, JSON.stringify(answer));
      if (status === 400) assert.match(JSON.stringify(answer["error"]), /-32020/);
    }
  });
}
