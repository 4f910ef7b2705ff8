import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { SkillsClient } from "@modelcontextprotocol/client/ext/skills";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { memorySkillFiles, SkillsExtension } from "@modelcontextprotocol/server/ext/skills";
import { z } from "zod";
import { allowAll, type Harness, startGate } from "./harness.ts";

const manifest = (name: string) => `---\nname: ${name}\ndescription: How to ${name}.\n---\n\nDo it, and check: äöü \u2713\n`;
const page = "ui://clock/page.html";

/** A server with skills and an app. */
async function startExtended(t: TestContext): Promise<string> {
  const skills = await SkillsExtension.load(
    memorySkillFiles({
      "review/SKILL.md": manifest("review"),
      "review/references/LIST.md": "one\r\ntwo\n",
      "secret/SKILL.md": manifest("secret"),
    }),
  );
  const handler = createMcpHandler(
    () => {
      const server = new McpServer(
        { name: "extended", version: "1.0.0" },
        { capabilities: { extensions: { "io.modelcontextprotocol/ui": {} } } },
      );
      skills.attach(server);
      const _meta = { ui: { resourceUri: page, visibility: ["model", "app"] } };
      server.registerTool("clock", { inputSchema: z.object({}), _meta }, () => ({ content: [{ type: "text", text: "noon" }] }));
      const content = { uri: page, mimeType: "text/html;profile=mcp-app", text: "<html></html>", _meta: { ui: { csp: {} } } };
      server.registerResource("page", page, {}, () => ({ contents: [content] }));
      return server;
    },
    { legacy: "reject" },
  );
  const handle = toNodeHandler(handler);
  const http = createServer((request, response) => void handle(request as Parameters<typeof handle>[0], response));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    http.close();
    http.closeAllConnections();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
}

async function connected(t: TestContext, { gate, agentKey }: Harness, path: string, mode: "legacy" | { pin: string }): Promise<Client> {
  const client = new Client({ name: "extended", version: "1" }, { versionNegotiation: { mode } });
  const requestInit = { headers: { authorization: `Bearer ${agentKey}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${gate.httpUrl}${path}`), { requestInit }));
  t.after(() => client.close());
  return client;
}

const modes = { "2026-07-28": { pin: "2026-07-28" }, "2025-11-25": "legacy" } as const;

for (const [revision, mode] of Object.entries(modes)) {
  describe(`extensions of a server reach clients of ${revision}:`, () => {
    test("skills are listed, got and read, and their digests hold", async (t) => {
      const servers = [{ name: "extended", url: await startExtended(t) }];
      const harness = await startGate(t, { policies: [allowAll], servers });
      const client = await connected(t, harness, "/mcp/extended", mode);
      const skills = new SkillsClient(client);
      assert.ok(skills.supported);
      const { skills: entries } = await skills.list();
      assert.deepEqual(
        entries.map(({ uri }) => uri),
        ["skill://review/SKILL.md", "skill://secret/SKILL.md"],
      );
      const { skill } = await skills.get("skill://review/SKILL.md");
      const file = await skills.read(skill, "references/LIST.md");
      assert.deepEqual([file.verified, Buffer.from(file.bytes).toString()], [true, "one\r\ntwo\n"]);
      assert.match((await skills.read(skill)).body ?? "", /äöü \u2713/);
    });

    test("policies decide on skills by their URIs, in lists and one by one", async (t) => {
      const servers = [{ name: "extended", url: await startExtended(t) }];
      const rules = [{ id: "review", effect: "allow", match: { agents: ["*"], resources: ["skill://review/*"] } }];
      const harness = await startGate(t, { policies: [{ policyId: "skills", rules }], servers });
      const skills = new SkillsClient(await connected(t, harness, "/mcp/extended", mode));
      const { skills: entries } = await skills.list();
      assert.deepEqual(
        entries.map(({ uri }) => uri),
        ["skill://review/SKILL.md"],
      );
      const [review] = entries;
      assert.ok(review !== undefined && (await skills.read(review, "references/LIST.md")).verified);
      await assert.rejects(skills.get("skill://secret/SKILL.md"), /may not/);
    });

    for (const [path, tool] of [
      ["/mcp/extended", "clock"],
      ["/mcp", "extended__clock"],
    ] as const) {
      test(`apps pass as they are at ${path}`, async (t) => {
        const servers = [{ name: "extended", url: await startExtended(t) }];
        const harness = await startGate(t, { policies: [allowAll], servers });
        const client = await connected(t, harness, path, mode);
        const { tools } = await client.listTools();
        assert.deepEqual(tools.find(({ name }) => name === tool)?._meta, { ui: { resourceUri: page, visibility: ["model", "app"] } });
        const { contents } = await client.readResource({ uri: page });
        assert.deepEqual(contents[0]?._meta, { ui: { csp: {} } });
      });
    }
  });
}
