import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { connect } from "node:tls";
import { authority, type Pems } from "../../connectors/upstream/certificates.fixture.ts";
import { call, held, stage } from "./stage.ts";
import { until } from "./until.ts";
import { openWebSocket } from "./websocket-client.ts";

test("a gate takes over a new certificate while answers stream, and drops nothing", async (t) => {
  const trusted = authority();
  const folder = mkdtempSync(join(tmpdir(), "sluice-gate-tls-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const tls = { key: join(folder, "key.pem"), cert: join(folder, "cert.pem") };
  const write = ({ key, cert }: Pems) => {
    writeFileSync(tls.key, key);
    writeFileSync(tls.cert, cert);
  };
  write(trusted.issue());
  const { tool, calls } = held();
  const { gate, agentKey } = await stage(t, { era: "modern", tools: { slow: tool } }, { http: { port: 0, tls } });
  const port = Number(new URL(gate.httpUrl).port);
  assert.match(gate.httpUrl, /^https:/);
  const serial = async () => {
    const socket = connect({ host: "localhost", port, ca: trusted.cert });
    await once(socket, "secureConnect");
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  };
  const before = await serial();

  const made = call("slow");
  const headers = {
    ...made.headers,
    authorization: `Bearer ${agentKey}`,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
  };
  const sent = request({ host: "localhost", port, path: "/mcp/counting", method: "POST", ca: trusted.cert, headers });
  sent.end(JSON.stringify(made.message));
  await until("the call is executed", () => calls.length === 1);
  const stream = calls[0]?.stream();
  stream?.send({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "first" } });
  const [response] = await once(sent, "response");
  let text = "";
  response.on("data", (chunk: Buffer) => {
    text += chunk;
  });
  await until("the first event", () => text.includes("first"));
  const options = { headers: { authorization: `Bearer ${agentKey}` }, ca: Buffer.from(trusted.cert) };
  const socket = await openWebSocket(`wss://localhost:${port}/mcp/counting/ws`, options);

  write(trusted.issue());
  await until("new connections get the new certificate", async () => (await serial()) !== before);
  stream?.send({ jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text: "last" }] } });
  stream?.end();
  await once(response, "end");
  assert.match(text, /first[\s\S]*last/);
  assert.match(JSON.stringify(await socket.ask(call("echo", "over the old one", 2).message)), /over the old one/);
  socket.socket.close();
});
