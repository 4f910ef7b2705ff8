import assert from "node:assert/strict";
import { test } from "node:test";
import { banner } from "./banner.ts";

const addresses = { httpUrl: "http://127.0.0.1:8080", grpcAddress: "127.0.0.1:9090", dataFolder: "/data/.sluice" };
const firstStart = { administratorKey: "sluice_administrator", agentKey: "sluice_agent" };

test("the first start shows where everything is and both keys; later ones no key", () => {
  const first = banner({ ...addresses, firstStart, demo: true });
  for (const shown of ["/mcp", "/health", "/metrics", "127.0.0.1:9090", "/data/.sluice", "sluice_administrator", "sluice_agent"]) {
    assert.ok(first.includes(shown), shown);
  }
  assert.doesNotMatch(banner({ ...addresses, demo: true }), /sluice_a/);
});

test("the curl line is a tools/call whose headers mirror its body", () => {
  const text = banner({ ...addresses, firstStart, demo: true });
  const lines = text.slice(text.indexOf("curl -s"), text.indexOf("MCP Inspector"));
  const headers = new Map([...lines.matchAll(/-H "([^:]+): ([^"]+)"/g)].map(([, name = "", value = ""]) => [name, value]));
  const body = JSON.parse(/-d '(.*)'/.exec(lines)?.[1] ?? "");
  assert.equal(headers.get("Mcp-Method"), body.method);
  assert.equal(headers.get("Mcp-Name"), body.params.name);
  assert.equal(headers.get("MCP-Protocol-Version"), body.params._meta["io.modelcontextprotocol/protocolVersion"]);
  assert.equal(headers.get("Authorization"), "Bearer sluice_agent");
});

test("the entries for editors are JSON that holds the key, or the name of the variable that does", () => {
  const entries = (text: string) =>
    text
      .split("\n")
      .filter((line) => line.startsWith("  {"))
      .map((line) => JSON.stringify(JSON.parse(line)));
  for (const entry of entries(banner({ ...addresses, firstStart }))) assert.match(entry, /Bearer sluice_agent/);
  const later = entries(banner(addresses));
  assert.equal(later.length, 3);
  for (const entry of later) assert.match(entry, /\$\{(?:env:)?SLUICE_API_KEY\}/);
});
