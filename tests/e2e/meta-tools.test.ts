import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { CallDecided } from "../../domain/events.ts";
import { topics } from "../../domain/topics.ts";
import { type ListingServer, startListingServer, tool } from "../fixtures/listing-server.ts";
import { allowAll, type Harness, startGate } from "./harness.ts";
import { ownClients, ownSdk2, type ToolResult } from "./real-clients.ts";

const endpoint = ({ gate }: Harness, path: string) => `${gate.httpUrl}${path}`;
const sdk2 = (harness: Harness, path: string) => ownSdk2(endpoint(harness, path), harness.agentKey);

const office = [
  tool("send_mail", "Sends an e-mail to one or more people."),
  tool("create_event", "Plans a meeting and invites the people who take part."),
  tool("delete_event", "Calls a meeting off."),
  tool("read_secret", "Reads a secret of the meeting room."),
];

interface Scene extends Harness {
  readonly modern: ListingServer;
  readonly old: ListingServer;
}

async function scene(t: TestContext, settings: Readonly<Record<string, unknown>>): Promise<Scene> {
  const modern = await startListingServer("modern", { tools: office });
  const old = await startListingServer("legacy", {
    tools: [tool("convert_currency", "Converts an amount of money from one currency to another.")],
  });
  t.after(() => Promise.all([modern.close(), old.close()]));
  const servers = [
    { name: "office", url: modern.url },
    { name: "money", url: old.url },
  ];
  return { ...(await startGate(t, { policies: [allowAll], servers, ...settings })), modern, old };
}

const secretive = {
  policyId: "no-secrets",
  rules: [{ id: "no", effect: "deny", match: { tools: "read_secret" }, reason: "it is a secret" }],
};

async function decidedCalls({ gate }: Harness): Promise<readonly CallDecided[]> {
  await gate.settled();
  const found: CallDecided[] = [];
  for (const [partition, extent] of (await gate.log.extent(topics.calls)).entries()) {
    const records = await gate.log.read(topics.calls, { partition, from: extent?.start ?? 0, recordsMax: 10_000 });
    for (const { type, value } of records) if (type === "call_decided") found.push(value as CallDecided);
  }
  return found.filter(({ method }) => method === "tools/call");
}

const foundNames = ({ structuredContent }: ToolResult) => (structuredContent["tools"] as { name: string }[]).map(({ name }) => name);

describe("a large catalogue is searched instead of listed", () => {
  for (const [what, connect] of Object.entries(ownClients)) {
    test(what, async (t) => {
      const harness = await scene(t, { policies: [allowAll, secretive], aggregation: { metaTools: "always" } });
      const client = await connect(endpoint(harness, "/mcp"), harness.agentKey);
      assert.deepEqual(
        (await client.listTools()).tools.map(({ name }) => name),
        ["call_tool", "describe_tool", "search_tools"],
      );

      const found = await client.callTool({ name: "search_tools", arguments: { query: "plan a meeting" } });
      assert.equal(foundNames(found)[0], "office__create_event");
      assert.ok(!foundNames(found).includes("office__read_secret"), "what the caller may not see is not found");
      assert.equal(found.structuredContent["searched"], 4);
      assert.deepEqual(JSON.parse(found.content[0]?.text ?? ""), found.structuredContent);

      const described = await client.callTool({ name: "describe_tool", arguments: { name: "money__convert_currency" } });
      const { name, inputSchema } = described.structuredContent["tool"] as { name: string; inputSchema: object };
      assert.deepEqual([name, inputSchema], ["money__convert_currency", office[0]?.["inputSchema"]]);
      const hidden = await client.callTool({ name: "describe_tool", arguments: { name: "office__read_secret" } });
      assert.ok(hidden.isError === true && /no such tool/.test(hidden.content[0]?.text ?? ""));

      for (const [server, called] of [
        ["money", "convert_currency"],
        ["office", "send_mail"],
      ] as const) {
        const answer = await client.callTool({
          name: "call_tool",
          arguments: { name: `${server}__${called}`, arguments: { message: "ü" } },
        });
        assert.equal(answer.content[0]?.text, `${called} {"message":"ü"}`);
      }
      const refused = await client.callTool({ name: "call_tool", arguments: { name: "office__read_secret", arguments: {} } });
      assert.ok(refused.isError === true && /it is a secret/.test(refused.content[0]?.text ?? ""));
      await client.close();

      const calls = await decidedCalls(harness);
      assert.deepEqual(
        calls.map(({ server, name: tool, verdict, arguments: args }) => [server, tool, verdict, args]),
        [
          ["money", "convert_currency", "allow", '{"message":"ü"}'],
          ["office", "send_mail", "allow", '{"message":"ü"}'],
          ["office", "read_secret", "deny", "{}"],
        ],
      );
    });
  }

  test("a call of it counts for the limit of the tool that it calls, and looking for tools for none", async (t) => {
    const harness = await scene(t, {
      aggregation: { metaTools: "always" },
      limits: [{ limitId: "one", callsMax: 1, windowMs: 60_000, match: { methods: "tools/call" } }],
    });
    const client = await sdk2(harness, "/mcp");
    for (let turn = 0; turn < 3; turn += 1) await client.callTool({ name: "search_tools", arguments: { query: "mail" } });
    await client.callTool({ name: "call_tool", arguments: { name: "office__send_mail" } });
    await assert.rejects(client.callTool({ name: "call_tool", arguments: { name: "office__send_mail" } }));
    await client.close();
  });

  test("when the caller has more tools than the configured number, if it is automatic", async (t) => {
    const harness = await scene(t, { policies: [allowAll, secretive], aggregation: { metaTools: "auto", metaToolsAbove: 4 } });
    const names = async () => {
      const client = await sdk2(harness, "/mcp");
      const { tools } = await client.listTools();
      await client.close();
      return tools.map(({ name }) => name);
    };
    assert.equal((await names()).length, 4, "four that may be seen");
    harness.modern.has.tools = [...office, tool("another")];
    assert.deepEqual(await names(), ["call_tool", "describe_tool", "search_tools"]);
  });

  test("at a virtual server that says so, under the names that it gives", async (t) => {
    const virtual = {
      name: "desk",
      metaTools: "always",
      tools: [{ server: "office", pick: "create_event", name: "invite", description: "Asks people to tea." }],
    };
    const harness = await scene(t, { virtualServers: [virtual] });
    const client = await sdk2(harness, "/mcp/v/desk");
    const found = await client.callTool({ name: "search_tools", arguments: { query: "tea" } });
    assert.deepEqual(foundNames(found), ["invite"]);
    assert.match(
      (await client.callTool({ name: "call_tool", arguments: { name: "invite", arguments: {} } })).content[0]?.text ?? "",
      /^create_event/,
    );
    await assert.rejects(client.callTool({ name: "call_tool", arguments: { name: "send_mail", arguments: {} } }));
    await client.close();

    const plain = await sdk2(harness, "/mcp");
    await assert.rejects(plain.callTool({ name: "search_tools", arguments: { query: "tea" } }), "and nowhere else");
    await plain.close();
  });

  test("what is wrong with the arguments is told to the model", async (t) => {
    const client = await sdk2(await scene(t, { aggregation: { metaTools: "always" } }), "/mcp");
    const wrong: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
      ["search_tools", {}, /query must be a text/],
      ["search_tools", { query: "x".repeat(2_000) }, /query must be a text/],
      ["search_tools", { query: "mail", limit: 1_000 }, /limit must be/],
      ["search_tools", { query: "mail", other: 1 }, /other is not an argument/],
      ["describe_tool", { name: 5 }, /name must be/],
      ["call_tool", { arguments: {} }, /name must be/],
      ["call_tool", { name: "office__send_mail", arguments: [] }, /arguments must be an object/],
      ["call_tool", { name: "call_tool", arguments: { name: "call_tool" } }, /can't be called by call_tool/],
    ];
    for (const [name, args, says] of wrong) {
      const answer = await client.callTool({ name, arguments: args });
      assert.ok(answer.isError === true && says.test(answer.content[0]?.text ?? ""), JSON.stringify([name, args, answer.content]));
    }
    await client.close();
  });
});
