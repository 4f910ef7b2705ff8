import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startDemoServer } from "../../cli/demo/demo.ts";
import { startModernServer } from "../fixtures/modern-server.ts";
import { allowAll, type Harness, startGate } from "./harness.ts";
import { inspect, sdkClients } from "./real-clients.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const everything = join(root, "node_modules/@modelcontextprotocol/server-everything/dist/index.js");

async function gateWithServers(t: Parameters<typeof startGate>[0]): Promise<Harness> {
  const modern = await startModernServer();
  t.after(() => modern.close());
  const http = await startDemoServer();
  t.after(() => http.close());
  return startGate(t, {
    policies: [allowAll],
    servers: [
      { name: "over-stdio", command: process.execPath, args: [everything, "stdio"] },
      { name: "over-http", url: http.url },
      { name: "modern", url: modern.url },
    ],
  });
}

describe("real clients list and call through the gate", () => {
  for (const [name, connect] of Object.entries(sdkClients)) {
    test(name, async (t) => {
      const { gate, agentKey } = await gateWithServers(t);

      for (const server of ["over-stdio", "over-http", "modern"]) {
        const client = await connect(`${gate.httpUrl}/mcp/${server}`, agentKey);
        assert.ok((await client.tools()).includes("echo"), `${server} lists its tools by their own names`);
        assert.equal(await client.call("echo", { message: "hello" }), "Echo: hello", server);
        await client.close();
      }

      const merged = await connect(`${gate.httpUrl}/mcp`, agentKey);
      const tools = await merged.tools();
      for (const server of ["over-stdio", "over-http", "modern"]) {
        assert.ok(tools.includes(`${server}__echo`), `the merged list has ${server}`);
        assert.equal(await merged.call(`${server}__echo`, { message: "hello" }), "Echo: hello", server);
      }
      await merged.close();
    });
  }

  test("the Inspector CLI", async (t) => {
    const { gate, agentKey } = await gateWithServers(t);
    const at = (path: string, ...options: string[]) => inspect(`${gate.httpUrl}${path}`, agentKey, ...options);

    assert.match(await at("/mcp", "--method", "tools/list"), /over-http__echo/);
    assert.match(await at("/mcp/over-http", "--method", "tools/list"), /"echo"/);
    const call = ["--method", "tools/call", "--tool-name", "over-http__echo", "--tool-arg", "message=hello"];
    assert.match(await at("/mcp", ...call), /Echo: hello/);
  });
});
