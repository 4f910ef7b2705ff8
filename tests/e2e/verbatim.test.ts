import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { spelledObject, spelledString, spelledValue } from "../fixtures/spelled-json.ts";
import { startVerbatimServer, type VerbatimServer } from "../fixtures/verbatim-server.ts";
import { allowAll, type Harness, modernRequest, startGate } from "./harness.ts";
import { type Random, randomFrom, seeded } from "./seeded.ts";
import { bothEras, openSession } from "./stage.ts";

type Era = (typeof bothEras)[number];

const rounds = 150;

/** A client of one era at a server of one. */
interface Meeting extends Harness {
  readonly upstream: VerbatimServer;
  readonly client: Era;
  readonly headers: Readonly<Record<string, string>>;
}

async function meet(
  t: TestContext,
  client: Era,
  server: Era,
  audit: "strict" | "buffered",
  policies: readonly object[] = [allowAll],
): Promise<Meeting> {
  const upstream = await startVerbatimServer(server);
  t.after(() => upstream.close());
  const harness = await startGate(t, { policies, servers: [{ name: "verbatim", url: upstream.url }], audit: { mode: audit } });
  const modern = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "echo" };
  return { ...harness, upstream, client, headers: client === "modern" ? modern : await openSession(harness, "/mcp/verbatim") };
}

/** A call, spelled as no serializer would, and its arguments as they are spelled. */
function spelledCall(random: Random, era: Era, idJson: string): { readonly text: string; readonly args: string } {
  const args = spelledObject(random, { message: spelledValue(random, 3), other: spelledValue(random, 3) });
  const envelope = {
    "io.modelcontextprotocol/protocolVersion": '"2026-07-28"',
    "io.modelcontextprotocol/clientCapabilities": spelledObject(random, {}),
    "vendor/key": spelledValue(random, 2),
  };
  const meta = era === "modern" ? { _meta: spelledObject(random, envelope) } : {};
  const params = spelledObject(random, { name: spelledString(random, "echo"), arguments: args, ...meta, more: spelledValue(random, 1) });
  return { text: spelledObject(random, { jsonrpc: '"2.0"', id: idJson, method: spelledString(random, "tools/call"), params }), args };
}

/** What a result holds, spelled; all that the modern era requires is there, so that nothing has to be added. */
function spelledResult(random: Random): string {
  const content = `[${spelledObject(random, { type: '"text"', text: spelledString(random, "é→😀") })}]`;
  const added = { resultType: '"complete"', vendor: spelledValue(random, 2) };
  return spelledObject(random, { content, structuredContent: spelledValue(random, 3), ...added });
}

const message = (random: Random, idJson: string, result: string) => spelledObject(random, { jsonrpc: '"2.0"', id: idJson, result });

/** The bytes in pieces, cut anywhere but within the two bytes of one line end. */
function cut(random: Random, text: string): readonly Uint8Array[] {
  const bytes = Buffer.from(text);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    let end = Math.min(bytes.length, at + random.integer(1, bytes.length));
    if (bytes[end - 1] === 0x0d && bytes[end] === 0x0a) end += 1;
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  return chunks;
}

/** A stream in the words of its server: comments, fields nobody knows, any line end, a notice before the answer. */
function spelledStream(random: Random, answer: string): string {
  const end = random.pick(["\n", "\r\n", "\r"]);
  const notice = spelledObject(random, {
    jsonrpc: '"2.0"',
    method: '"notifications/message"',
    params: spelledObject(random, { level: '"info"', data: spelledValue(random, 2) }),
  });
  const data = (json: string) => `data:${random.pick(["", " "])}${json}${end}`;
  const blocks = [
    `: a comment${end}${end}`,
    `event: message${end}id: ${random.integer(1, 99)}${end}${data(notice)}${end}`,
    `retry: 1000${end}unknown: field${end}${data(answer)}${end}`,
    `:${end}${end}`,
  ];
  return blocks.join("");
}

/** The comment with which a stream opens where its head came before its first event: the server's own streams don't begin so here. */
const opening = /^:\n\n/;

const idOf = (body: string) => /"(?:i|\\u0069)(?:d|\\u0064)"\s*:\s*("(?:[^"\\]|\\.)*"|\d+)/.exec(body)?.[1] ?? "";

for (const era of bothEras) {
  for (const audit of ["strict", "buffered"] as const) {
    test(`between ${era} client and server every byte is the other's: requests, JSON, streams (${audit})`, async (t) => {
      const random = seeded(`verbatim, ${era}`);
      const meeting = await meet(t, era, era, audit);
      for (let round = 0; round < rounds; round += 1) {
        const idJson = random.pick([`${round}`, spelledString(random, `é${round}`)]);
        const { text } = spelledCall(random, era, idJson);
        const json = message(random, idJson, spelledResult(random));
        const isStream = round % 2 === 1;
        const answer = isStream ? spelledStream(random, json) : json;
        const contentType = isStream ? "text/event-stream" : "application/json";
        meeting.upstream.answerWith(() => ({ contentType, chunks: cut(random, answer) }));
        const response = await meeting.post("/mcp/verbatim", text, meeting.headers);
        assert.equal((await response.text()).replace(opening, ""), answer);
        assert.equal(response.status, 200);
        assert.equal(meeting.upstream.bodies.at(-1)?.toString(), text);
      }
    });
  }
}

for (const client of bothEras) {
  const server = client === "modern" ? "legacy" : "modern";
  test(`between a ${client} client and a ${server} server only id and envelope change: what was asked and answered is byte for byte the same`, async (t) => {
    const random = seeded(`verbatim, ${client} to ${server}`);
    const meeting = await meet(t, client, server, "buffered");
    for (let round = 0; round < rounds; round += 1) {
      const { text, args } = spelledCall(random, client, `${round}`);
      const result = spelledResult(random);
      meeting.upstream.answerWith((body) => {
        const json = message(random, idOf(body), result);
        const isStream = round % 2 === 1;
        return {
          contentType: isStream ? "text/event-stream" : "application/json",
          chunks: cut(random, isStream ? spelledStream(random, json) : json),
        };
      });
      const answer = await (await meeting.post("/mcp/verbatim", text, meeting.headers)).text();
      assert.ok(answer.includes(result), `${answer}\nholds\n${result}`);
      const asked = meeting.upstream.bodies.at(-1)?.toString() ?? "";
      assert.ok(asked.includes(args), `${asked}\nholds\n${args}`);
    }
  });
}

test("a list is the server's, byte for byte, but for what the caller may not see and the scope of its cache", async (t) => {
  const random = seeded("verbatim, lists");
  const hidden = { id: "hidden", effect: "deny", match: { tools: "hidden*" } };
  const meeting = await meet(t, "modern", "modern", "buffered", [{ policyId: "all", rules: [...allowAll.rules, hidden] }]);
  for (let round = 0; round < rounds; round += 1) {
    // Another question each time: what was answered to this one may be kept.
    const { message: asked, headers } = modernRequest("tools/list", { cursor: String(round) });
    const tool = (name: string) =>
      spelledObject(random, { name: spelledString(random, name), inputSchema: '{"type":"object"}', _meta: spelledValue(random, 2) });
    const tools = Array.from({ length: random.integer(0, 6) }, (_, at) => {
      const isHidden = random.next() < 0.4;
      return { isHidden, json: tool(`${isHidden ? "hidden" : "shown"}${at}`) };
    });
    const list = spelledObject(random, { tools: "[TOOLS]", ttlMs: "1e3", cacheScope: '"SCOPE"', resultType: '"complete"' });
    const answer = (shown: typeof tools, scope: string) =>
      message(randomFrom(round), "1", list.replace("TOOLS", shown.map(({ json }) => json).join(",")).replace("SCOPE", scope));
    const chunks = cut(random, answer(tools, "public"));
    meeting.upstream.answerWith(() => ({ contentType: "application/json", chunks }));
    const response = await meeting.post("/mcp/verbatim", asked, headers);
    assert.equal(
      await response.text(),
      answer(
        tools.filter(({ isHidden }) => !isHidden),
        "private",
      ),
    );
  }
});
