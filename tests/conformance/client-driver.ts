import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from "@modelcontextprotocol/client";
import { z } from "zod";
import { allowAll, startGate } from "../e2e/harness.ts";

/**
 * The client that the suite tests: a gate with the given URL as its server, and a real client that does through it what the scenario
 * is about. What reaches the suite is what the gate sends.
 *
 *     MCP_CONFORMANCE_SCENARIO=… node client-driver.ts {legacy|modern} {url}
 */
const [, , era = "modern", url = ""] = process.argv;
const scenario = process.env["MCP_CONFORMANCE_SCENARIO"] ?? "";

const contextSchema = z.object({
  toolCalls: z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) })).default([]),
});
const { toolCalls } = contextSchema.parse(JSON.parse(process.env["MCP_CONFORMANCE_CONTEXT"] ?? "{}"));

type Story = (client: Client2) => Promise<unknown>;

const listed: Story = (client) => client.listTools();

/** What each scenario wants to see a client do. */
const stories: Readonly<Record<string, Story>> = {
  initialize: listed,
  "json-schema-ref-no-deref": listed,
  "request-metadata": listed,
  tools_call: async (client) => {
    await client.listTools();
    await client.callTool({ name: "add_numbers", arguments: { a: 5, b: 3 } });
  },
  "elicitation-sep1034-client-defaults": (client) => client.callTool({ name: "test_client_elicitation_defaults", arguments: {} }),
  "sse-retry": (client) => client.callTool({ name: "test_reconnection", arguments: {} }),
  "sep-2322-client-request-state": async (client) => {
    for (const name of ["test_mrtr_echo_state", "test_mrtr_no_state", "test_mrtr_unrelated"])
      await client.callTool({ name, arguments: {} });
    // A result without its type passes as it is. The suite looks whether it is taken for a question; this client takes it for an error.
    await client.callTool({ name: "test_mrtr_no_result_type", arguments: {} }).catch(() => {});
  },
  "http-standard-headers": async (client) => {
    for (const { name } of (await client.listTools()).tools) await client.callTool({ name, arguments: {} });
    for (const { uri } of (await client.listResources()).resources) await client.readResource({ uri });
    for (const { name } of (await client.listPrompts()).prompts) await client.getPrompt({ name });
  },
  "http-custom-headers": async (client) => {
    await client.listTools();
    for (const call of toolCalls) await client.callTool(call);
  },
  "http-invalid-tool-headers": async (client) => {
    for (const { name } of (await client.listTools()).tools) await client.callTool({ name, arguments: { region: "eu", value: "a" } });
  },
};

async function play(): Promise<void> {
  const story = stories[scenario];
  if (story === undefined) throw new Error(`there is no story for ${scenario}`);
  const closing: (() => Promise<void>)[] = [];
  const cleanup = { after: (close: () => Promise<void>) => void closing.push(close) } as Parameters<typeof startGate>[0];
  const { gate, agentKey } = await startGate(cleanup, { policies: [allowAll], servers: [{ name: "tested", url }] });
  const mode = era === "legacy" ? ("legacy" as const) : { pin: "2026-07-28" };
  const capabilities = { elicitation: { form: { applyDefaults: true } }, sampling: {}, roots: {} };
  const client = new Client2({ name: "conformance-driver", version: "1" }, { versionNegotiation: { mode }, capabilities });
  client.setRequestHandler("elicitation/create", () => ({
    action: "accept",
    content: scenario.startsWith("sep-2322") ? { confirmed: true } : {},
  }));
  const authorized = { requestInit: { headers: { authorization: `Bearer ${agentKey}` } } };
  const transport = new Transport2(new URL(`${gate.httpUrl}/mcp/tested`), authorized);
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  await story(client);
  await client.close();
  for (const close of closing) await close();
}

await play();
