import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { definitionsOf } from "../definitions/entities.ts";
import { demoDefinition, startDemoServer } from "./demo.ts";

const context = { organizationId: "default", origin: "demo", audit: "strict", folder: "/" } as const;

function refuse(path: readonly (string | number)[], fault: Error): never {
  throw new assert.AssertionError({ message: `${path.join(".")}: ${fault.message}` });
}

async function isOpen(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

/** Waits until the port is closed, for as long as the test runner allows. */
async function closed(port: number): Promise<void> {
  while (await isOpen("127.0.0.1", port)) await new Promise(setImmediate);
}

test("the demo is made of definitions that the gate takes, and names tools that the server has", async (t) => {
  const server = await startDemoServer();
  t.after(() => server.close());
  const { policies, limits, servers } = definitionsOf(demoDefinition({ httpUpstreamUrl: server.url }), context, refuse);
  assert.deepEqual(
    servers.map(({ name }) => name),
    ["everything", "everything-http"],
  );

  const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const post = (body: object, more = {}) =>
    fetch(server.url, { method: "POST", headers: { ...headers, ...more }, body: JSON.stringify({ jsonrpc: "2.0", ...body }) });
  const opened = await post({
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } },
  });
  await opened.text();
  const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" };
  await (await post({ method: "notifications/initialized" }, session)).text();
  const listed = await (await post({ id: 2, method: "tools/list", params: {} }, session)).text();
  const message =
    listed
      .split("\n")
      .find((line) => line.startsWith('data: {"result"'))
      ?.slice(6) ?? "{}";
  const there = new Set((JSON.parse(message).result.tools as { name: string }[]).map(({ name }) => name));
  const named = [...(policies[0]?.rules ?? []), ...limits].flatMap(({ match }) => match.tools ?? []);
  assert.ok(named.length > 5);
  for (const tool of named) assert.ok(there.has(tool), `${tool} is a tool of the server`);
});

test("the demo's server is on loopback only and ends when it is closed", async () => {
  const server = await startDemoServer();
  const port = Number(new URL(server.url).port);
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === "IPv4" && !address.internal);
  if (outside !== undefined) assert.equal(await isOpen(outside.address, port), false);
  assert.equal(await isOpen("127.0.0.1", port), true);
  await server.close();
  assert.equal(await isOpen("127.0.0.1", port), false);
});

test("the demo's server ends with the gate, even if that is killed", async () => {
  const code = `const { url } = await (await import(${JSON.stringify(new URL("./demo.ts", import.meta.url).href)})).startDemoServer();
    process.stdout.write(url); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  const [url] = await once(parent.stdout, "data");
  parent.kill("SIGKILL");
  await once(parent, "exit");
  await closed(Number(new URL(String(url)).port));
});
