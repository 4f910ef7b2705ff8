import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { operator } from "../../registry/actor.ts";
import type { Era } from "../fixtures/handshake.ts";
import { startShufflingServer } from "../fixtures/shuffling-server.ts";
import { allowAll, type Harness, modernRequest, startGate } from "./harness.ts";
import { type Random, seeded } from "./seeded.ts";

/** Two callers, each with four places from which to call. */
const callers = ["alice", "bob"] as const;
const placesEach = 4;

/** A round is eight calls at once with one id, from two callers: sixteen times a call of one meets a call of the other. */
const meetingsPerRound = placesEach * placesEach;

interface Way {
  readonly client: Era;
  readonly server: Era;
  readonly transport: "http" | "stdio";
  readonly rounds: number;
  /** Calls of a round that come together at one place of the server. */
  readonly together: number;
}

const ways: readonly Way[] = [
  { client: "modern", server: "modern", transport: "http", rounds: 150, together: 8 },
  { client: "legacy", server: "legacy", transport: "http", rounds: 100, together: 8 },
  { client: "modern", server: "legacy", transport: "http", rounds: 100, together: 8 },
  { client: "legacy", server: "modern", transport: "http", rounds: 75, together: 8 },
  // One process for all callers, one for the session that the gate holds for a caller, one for each session of a client's own.
  { client: "modern", server: "modern", transport: "stdio", rounds: 100, together: 8 },
  { client: "modern", server: "legacy", transport: "stdio", rounds: 60, together: 4 },
  { client: "legacy", server: "legacy", transport: "stdio", rounds: 40, together: 1 },
];

/** Where a caller calls from. */
interface Place {
  readonly caller: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function serverOf(t: TestContext, { server, transport }: Way, random: Random): Promise<object> {
  if (transport === "stdio") {
    const program = fileURLToPath(new URL("../fixtures/shuffling-stdio.ts", import.meta.url));
    return { name: "shuffling", command: process.execPath, args: [program, server, String(random.integer(0, 1e9))], processesMax: 16 };
  }
  const { url, close } = await startShufflingServer(server, random);
  t.after(close);
  return { name: "shuffling", url };
}

async function keyOf({ gate }: Harness, userId: string): Promise<string> {
  const actor = operator("default", "file");
  await gate.control.putUser(actor, { userId, roles: [] });
  return (await gate.control.issueKey(actor, { userId, agentId: userId, title: userId })).secret;
}

async function placeOf(harness: Harness, caller: string, key: string, client: Era): Promise<Place> {
  const authorization = `Bearer ${key}`;
  if (client === "modern") return { caller, headers: { authorization } };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: caller, version: "1" } };
  const opened = await harness.post("/mcp/shuffling", { jsonrpc: "2.0", id: 0, method: "initialize", params }, { authorization });
  assert.equal(opened.status, 200, await opened.text());
  const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "", "mcp-protocol-version": "2025-11-25" };
  const headers = { authorization, ...session };
  assert.equal((await harness.post("/mcp/shuffling", { jsonrpc: "2.0", method: "notifications/initialized" }, headers)).status, 202);
  return { caller, headers };
}

/** One call of a round, and all that its caller gets to see. */
async function callFrom(harness: Harness, place: Place, { client, together }: Way, id: string | number, token: string): Promise<string> {
  const params = { name: "echo", arguments: { token, together } };
  const modern = modernRequest("tools/call", params, id);
  const message =
    client === "modern"
      ? withProgress(modern.message as Message)
      : { jsonrpc: "2.0", id, method: "tools/call", params: { ...params, _meta: { progressToken: "p" } } };
  const headers = client === "modern" ? { ...place.headers, ...modern.headers } : place.headers;
  const response = await harness.post("/mcp/shuffling", message, headers);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return text;
}

interface Message {
  readonly params: { readonly _meta: object };
}

function withProgress(message: Message): object {
  return { ...message, params: { ...message.params, _meta: { ...message.params._meta, progressToken: "p" } } };
}

/** Every message is for this call: its id, its progress token, and nobody else's words. */
function assertOwn(text: string, id: string | number, token: string): void {
  const messages = text.startsWith("{")
    ? [JSON.parse(text)]
    : text
        .split("\n")
        .filter((line) => line.startsWith("data:") && line.trim() !== "data:")
        .map((line) => JSON.parse(line.slice(5)));
  const answers = messages.filter(({ method }) => method === undefined);
  assert.equal(answers.length, 1, text);
  assert.equal(answers[0].id, id, text);
  assert.equal(answers[0].result?.content?.[0]?.text, token, text);
  for (const { method, params } of messages) if (method !== undefined) assert.equal(params.progressToken, "p", text);
  const heard = text.match(/(?:alice|bob)-\d+-\d+/g) ?? [];
  assert.deepEqual([...new Set(heard)], [token], text);
}

function shuffled<Item>(random: Random, items: readonly Item[]): readonly Item[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

test("the ways make ten thousand meetings of two callers with equal ids", () => {
  assert.equal(
    ways.reduce((sum, { rounds }) => sum + rounds * meetingsPerRound, 0),
    10_000,
  );
});

for (const way of ways) {
  const meetings = way.rounds * meetingsPerRound;
  test(`two ${way.client} callers with equal ids at once on a ${way.server} server over ${way.transport} never see each other's answers: ${meetings} times`, async (t) => {
    const random = seeded(`isolation, ${way.client} to ${way.server} over ${way.transport}`);
    const harness = await startGate(t, {
      policies: [allowAll],
      audit: { mode: "buffered" },
      servers: [await serverOf(t, way, random)],
    });
    const places: Place[] = [];
    for (const caller of callers) {
      const key = await keyOf(harness, caller);
      for (let place = 0; place < placesEach; place += 1) places.push(await placeOf(harness, caller, key, way.client));
    }
    for (let round = 0; round < way.rounds; round += 1) {
      const id = random.pick([round, `${round}`, 1, "1", 7]);
      await Promise.all(
        shuffled(random, [...places.entries()]).map(async ([at, place]) => {
          const token = `${place.caller}-${at}-${round}`;
          assertOwn(await callFrom(harness, place, way, id, token), id, token);
        }),
      );
    }
  });
}
