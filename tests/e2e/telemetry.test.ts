import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { topics } from "../../domain/topics.ts";
import { allowAll, answerOf, modernRequest, startGate } from "./harness.ts";

/** A local HTTP server that keeps the bodies it is sent, by path. */
async function listener(t: { after(run: () => void): void }, answer: (body: Buffer) => string) {
  const bodies: { readonly path: string; readonly body: Buffer }[] = [];
  let arrived = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    bodies.push({ path: request.url ?? "", body });
    response.writeHead(200, { "content-type": "application/json" }).end(answer(body));
    arrived.resolve();
    arrived = Promise.withResolvers();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const find = async (path: string, text: string): Promise<Buffer> => {
    for (;;) {
      const found = bodies.find((sent) => sent.path === path && sent.body.includes(text));
      if (found !== undefined) return found.body;
      await arrived.promise;
    }
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies, find };
}

const traceId = "0af7651916cd43dd8448eb211c80319c";
const parentId = "b7ad6b7169203331";

test("a call's trace goes from the client through the gate to the server, the events and the collector", { timeout: 60_000 }, async (t) => {
  const collector = await listener(t, () => "{}");
  const upstream = await listener(t, (body) => {
    const { id, method } = JSON.parse(body.toString());
    const result = method === "server/discover" ? { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } } : { content: [] };
    return JSON.stringify({ jsonrpc: "2.0", id, result: { resultType: "complete", ...result } });
  });
  const { gate, post } = await startGate(t, {
    policies: [allowAll],
    servers: [{ name: "traced", url: `${upstream.url}/mcp` }],
    telemetry: { endpoint: collector.url, sampleRatio: 1, metricsIntervalMs: 1_000 },
  });

  const { message, headers } = modernRequest("tools/call", { name: "echo", arguments: {} });
  const { params } = message as { params: { _meta: Record<string, unknown> } };
  params._meta["traceparent"] = `00-${traceId}-${parentId}-01`;
  const response = await post("/mcp/traced", message, headers);
  assert.equal(response.status, 200, JSON.stringify(await answerOf(response)));

  const forwarded = JSON.parse((await upstream.find("/mcp", "tools/call")).toString());
  const carried: string = forwarded.params._meta.traceparent;
  assert.match(carried, new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  assert.notEqual(carried.split("-")[2], parentId, "the gate's own span is the server's parent");

  await gate.settled();
  const [decided] = await gate.log.read(topics.calls, { partition: 0, from: 0, recordsMax: 10 });
  assert.equal((decided?.value as { traceparent: string } | undefined)?.traceparent, carried);

  const spans = await collector.find("/v1/traces", "tools/call echo");
  for (const id of [traceId, parentId, carried.split("-")[2] ?? ""]) assert.ok(spans.includes(Buffer.from(id, "hex")), id);
  for (const attribute of ["mcp.method.name", "gen_ai.tool.name", "mcp.protocol.version"]) assert.ok(spans.includes(attribute), attribute);
  assert.ok(await collector.find("/v1/metrics", "mcp.server.operation.duration"));
});
