import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Revision } from "./suite.ts";

export interface ClientScenario {
  readonly scenario: string;
  readonly toolCalls: readonly { readonly name: string; readonly arguments: Record<string, unknown> }[];
}

type Story = (client: Client, scenario: ClientScenario) => Promise<unknown>;

const lists: Story = (client) => client.listTools();

/** What each scenario wants to see a client do: all that are required of clients and are not about signing in. */
const stories: Readonly<Record<string, { readonly revisions: readonly Revision[]; readonly story: Story }>> = {
  initialize: { revisions: ["2025-11-25"], story: lists },
  "sse-retry": { revisions: ["2025-11-25"], story: (client) => client.callTool({ name: "test_reconnection", arguments: {} }) },
  "elicitation-sep1034-client-defaults": {
    revisions: ["2025-11-25"],
    story: (client) => client.callTool({ name: "test_client_elicitation_defaults", arguments: {} }),
  },
  tools_call: {
    revisions: ["2025-11-25", "2026-07-28"],
    async story(client) {
      await client.listTools();
      await client.callTool({ name: "add_numbers", arguments: { a: 5, b: 3 } });
    },
  },
  "request-metadata": { revisions: ["2026-07-28"], story: lists },
  "json-schema-ref-no-deref": { revisions: ["2026-07-28"], story: lists },
  "sep-2322-client-request-state": {
    revisions: ["2026-07-28"],
    async story(client) {
      for (const name of ["test_mrtr_echo_state", "test_mrtr_no_state", "test_mrtr_unrelated"])
        await client.callTool({ name, arguments: {} });
      // A result without its type passes as it is. The suite looks whether it is taken for a question; this client takes it for an error.
      await client.callTool({ name: "test_mrtr_no_result_type", arguments: {} }).catch(() => {});
    },
  },
  "http-standard-headers": {
    revisions: ["2026-07-28"],
    async story(client) {
      for (const { name } of (await client.listTools()).tools) await client.callTool({ name, arguments: {} });
      for (const { uri } of (await client.listResources()).resources) await client.readResource({ uri });
      for (const { name } of (await client.listPrompts()).prompts) await client.getPrompt({ name });
    },
  },
  "http-custom-headers": {
    revisions: ["2026-07-28"],
    async story(client, { toolCalls }) {
      await client.listTools();
      for (const call of toolCalls) await client.callTool(call);
    },
  },
  "http-invalid-tool-headers": {
    revisions: ["2026-07-28"],
    async story(client) {
      for (const { name } of (await client.listTools()).tools) await client.callTool({ name, arguments: { region: "eu", value: "a" } });
    },
  },
};

export function clientScenarios(revision: Revision): readonly string[] {
  return Object.keys(stories).filter((name) => stories[name]?.revisions.includes(revision));
}

/** Plays the scenario with a real client of the era at the endpoint. */
export async function playClient(url: string, key: string, era: string, scenario: ClientScenario): Promise<void> {
  const { story } = stories[scenario.scenario] ?? {};
  if (story === undefined) throw new Error(`there is no story for ${scenario.scenario}`);
  const mode = era === "legacy" ? ("legacy" as const) : { pin: "2026-07-28" };
  const capabilities = { elicitation: { form: { applyDefaults: true } }, sampling: {}, roots: {} };
  const client = new Client({ name: "conformance-client", version: "1" }, { versionNegotiation: { mode }, capabilities });
  const content: Record<string, boolean> = scenario.scenario.startsWith("sep-2322") ? { confirmed: true } : {};
  client.setRequestHandler("elicitation/create", () => ({ action: "accept", content }));
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization: `Bearer ${key}` } } });
  // The transport's own types are not written for exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  await story(client, scenario);
  await client.close();
}
