import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { CallDecided } from "../../domain/events.ts";
import { createRedactor } from "../../domain/redact.ts";
import { topics } from "../../domain/topics.ts";
import { type CountingServer, startCountingServer } from "../fixtures/counting-server.ts";
import { type Draft, type Mutation, wireOf } from "../fixtures/draft.ts";
import { credentialMutations, framingMutations, headerMutations, lineMutations } from "../fixtures/http-mutations.ts";
import { messageMutations } from "../fixtures/message-mutations.ts";
import { dial } from "./dial.ts";
import { answerOf, type Harness, modernRequest, startGate } from "./harness.ts";
import { inLetters, type Random, seeded } from "./seeded.ts";

const requestsMax = 10_000;
/** Requests at once, each on a connection of its own. */
const lanes = 16;

/** The agent may do everything but call one tool. */
const policies = [
  {
    policyId: "fuzz",
    rules: [
      { id: "everything", effect: "allow", match: { agents: "*" } },
      { id: "nobody", effect: "deny", match: { methods: "tools/call", tools: ["forbidden", "*__forbidden"] } },
    ],
  },
];

interface Target extends Harness {
  readonly servers: readonly CountingServer[];
  /** Headers of a session on each endpoint. */
  readonly sessions: Map<string, Readonly<Record<string, string>>>;
}

async function openTarget(t: TestContext): Promise<Target> {
  const servers = [await startCountingServer({ era: "modern" }), await startCountingServer({ era: "legacy" })] as const;
  t.after(() => Promise.all(servers.map((server) => server.close())));
  const harness = await startGate(t, {
    policies,
    servers: [
      { name: "counting", url: servers[0].url },
      { name: "old", url: servers[1].url },
    ],
  });
  const target = { ...harness, servers, sessions: new Map() };
  await openSessions(target);
  return target;
}

/** Mutated requests end sessions, too, so new ones are opened from time to time. */
async function openSessions({ post, sessions }: Target): Promise<void> {
  for (const path of ["/mcp", "/mcp/counting", "/mcp/old"]) {
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "fuzz", version: "1" } };
    const opened = await post(path, { jsonrpc: "2.0", id: 1, method: "initialize", params });
    assert.equal(opened.status, 200, await opened.text());
    sessions.set(path, { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "", "mcp-protocol-version": "2025-11-25" });
  }
}

/** A good request: both eras, every endpoint, mostly calls. */
function goodDraft({ agentKey, sessions }: Target, token: string, random: Random): Draft {
  const path = random.pick(["/mcp", "/mcp/counting", "/mcp/old"]);
  const method = random.pick([
    "tools/call",
    "tools/call",
    "tools/call",
    "tools/call",
    "tools/list",
    "initialize",
    "server/discover",
    "ping",
  ]);
  const name = path === "/mcp" ? random.pick(["counting__echo", "old__echo"]) : "echo";
  const params = method === "tools/call" ? { name, arguments: { message: token } } : {};
  const isModern = random.next() < 0.5;
  const modern = modernRequest(method, params, token);
  const opening = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "fuzz", version: "1" } };
  const legacyMessage = { jsonrpc: "2.0", id: token, method, params: method === "initialize" ? opening : params };
  const headers = {
    host: "127.0.0.1",
    authorization: `Bearer ${agentKey}`,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    ...(isModern ? modern.headers : method === "initialize" ? {} : sessions.get(path)),
  };
  return {
    method: "POST",
    path,
    version: "HTTP/1.1",
    headers: Object.entries(headers),
    body: Buffer.from(JSON.stringify(isModern ? modern.message : legacyMessage)),
    framing: "length",
    lineEnd: "\r\n",
  };
}

/** Groups are chosen from equally often: those with more ways to go wrong stand here more than once. */
const mutations: readonly (readonly Mutation[])[] = [
  lineMutations,
  ...[headerMutations, headerMutations],
  credentialMutations,
  ...[messageMutations, messageMutations, messageMutations],
  framingMutations,
];

/** One to three mutations, and what they are called. */
function mutate(draft: Draft, random: Random): string {
  const applied: string[] = [];
  for (let count = random.integer(1, 3); count > 0; count -= 1) {
    const mutation = random.pick(random.pick(mutations));
    mutation.apply(draft, random);
    applied.push(mutation.name);
  }
  return applied.join(", ");
}

const statusLine = /HTTP\/1\.1 (\d{3}) /g;

/** Whether an answer other than an interim one is complete; what goes on for ever counts as soon as its head is there. */
function isWhole(received: string): boolean {
  const start = received.search(/HTTP\/1\.1 [2-5]/);
  const end = received.indexOf("\r\n\r\n", start);
  if (start === -1 || end === -1) return false;
  const head = received.slice(start, end).toLowerCase();
  const length = /content-length: (\d+)/.exec(head);
  if (length !== null) return received.length >= end + 4 + Number(length[1]) || head.startsWith("http/1.1 204");
  return !head.includes("transfer-encoding: chunked") || head.includes("text/event-stream") || received.endsWith("0\r\n\r\n");
}

/** A request that never ends, or whose end the gate can't know, gets so long: then the client hangs up. */
const patienceMs = 60;

/** Sends the bytes and answers the statuses that came back; none where the gate just hung up. */
async function attempt(httpUrl: string, wire: Buffer, isHead: boolean): Promise<readonly number[]> {
  const client = await dial(httpUrl);
  const { socket } = client;
  const over = Promise.withResolvers<void>();
  const patience = setTimeout(over.resolve, patienceMs);
  socket.on("data", () => {
    if (isWhole(client.received()) || isHead) over.resolve();
  });
  socket.on("close", () => over.resolve());
  client.send(wire);
  await over.promise;
  clearTimeout(patience);
  // A reset leaves no connection in TIME_WAIT behind: thousands of them would use up the ports.
  socket.resetAndDestroy();
  return [...client.received().matchAll(statusLine)].map(([, status]) => Number(status));
}

/**
 * What may come back: success where the mutation left the request good, an interim answer, a refusal that blames the client.
 * 503 is the gate's own bound, reached; 505 is what a request line deserves that names no version of HTTP (RFC 9110 §15.6.6),
 * and what the native server says to one that it can't read at all.
 */
function isFitting(status: number): boolean {
  return (
    status === 100 ||
    status === 200 ||
    status === 202 ||
    status === 204 ||
    (status >= 400 && status < 500) ||
    status === 503 ||
    status === 505
  );
}

async function assertGood(target: Target): Promise<void> {
  for (const path of ["/mcp/counting", "/mcp/old"]) {
    const { message, headers } = modernRequest("tools/call", { name: "echo", arguments: { message: "good" } });
    const response = await target.post(path, message, headers);
    const answer = await answerOf(response);
    assert.equal(response.status, 200, JSON.stringify(answer));
    assert.match(JSON.stringify(answer), /"good"/);
  }
}

interface Tally {
  readonly byStatus: Map<number, number>;
  hungUp: number;
}

async function fuzz(target: Target, random: Random): Promise<Tally> {
  const tally: Tally = { byStatus: new Map(), hungUp: 0 };
  let made = 0;
  const judge = (statuses: readonly number[], what: string) => {
    if (statuses.length === 0) tally.hungUp += 1;
    for (const status of statuses) {
      assert.ok(isFitting(status), `${status} for ${what}`);
      tally.byStatus.set(status, (tally.byStatus.get(status) ?? 0) + 1);
    }
  };
  const lane = async () => {
    while (made < requestsMax) {
      made += 1;
      const number = made;
      const draft = goodDraft(target, `token-${inLetters(number)}`, random);
      const applied = mutate(draft, random);
      const wire = wireOf(draft, random);
      const statuses = await attempt(target.gate.httpUrl, wire, draft.method === "HEAD");
      judge(statuses, `${applied}:\n${wire.toString("latin1").slice(0, 3_000)}`);
      if (number % 200 === 0) await openSessions(target);
      if (number % 500 === 0) await assertGood(target);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return tally;
}

async function decisions({ gate }: Harness): Promise<readonly CallDecided[]> {
  await gate.settled();
  const found: CallDecided[] = [];
  for (const { partition, start, end } of await gate.log.extent(topics.calls)) {
    for (let from = start; from < end; from += 5_000) {
      const records = await gate.log.read(topics.calls, { partition, from, recordsMax: 5_000 });
      for (const { type, value } of records) if (type === "call_decided" && value !== null) found.push(value as CallDecided);
    }
  }
  return found;
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

/** What the gate asks servers for itself: handshakes, health, merged lists, and notices that a client is gone. */
const ownQuestions: ReadonlySet<string> = new Set(["server/discover", "initialize", "notifications/initialized", "ping", "tools/list"]);

async function assertAllDecided(target: Target): Promise<void> {
  const allowed = (await decisions(target)).filter(({ verdict }) => verdict === "allow");
  const executed = target.servers.flatMap((server) => server.executed);
  assert.equal(executed.filter(({ tool }) => tool.includes("forbidden")).length, 0, "a forbidden tool was never called");

  const redactor = createRedactor();
  const message = /"message":"(token-[a-z]+)"/;
  const intents = countBy(
    allowed.filter(({ method }) => method === "tools/call"),
    (decided) => `${decided.name} ${message.exec(decided.arguments ?? "")?.[1] ?? "?"}`,
  );
  for (const [call, count] of countBy(
    executed,
    ({ tool, arguments: args }) => `${redactor.text(tool)} ${message.exec(JSON.stringify(args))?.[1] ?? "?"}`,
  )) {
    assert.ok(count <= (intents.get(call) ?? 0), `${call} was executed ${count} times and decided ${intents.get(call) ?? 0} times`);
  }

  // Where a client's stream was allowed, the gate itself listens at the server for what it has to tell there.
  const decided = countBy(allowed, ({ method }) => (method === "stream/open" ? "subscriptions/listen" : method));
  const others = target.servers
    .flatMap((server) => server.received)
    .filter(({ method }) => !ownQuestions.has(method) && !method.startsWith("HTTP "))
    .filter(({ params }) => params["reason"] !== "the client withdrew");
  for (const [method, count] of countBy(others, (received) => received.method)) {
    assert.ok(
      count <= (decided.get(method) ?? 0),
      `${method} reached a server ${count} times and was decided ${decided.get(method) ?? 0} times`,
    );
  }
}

test(`${requestsMax} mutated requests leave the gate alive, get fitting answers, and reach no server undecided`, async (t) => {
  const random = seeded("fuzz");
  const target = await openTarget(t);
  await assertGood(target);
  const tally = await fuzz(target, random);
  await assertGood(target);
  await assertAllDecided(target);
  const executed = target.servers.reduce((sum, server) => sum + server.executed.length, 0);
  const statuses = [...tally.byStatus].sort(([one], [other]) => one - other).map(([status, count]) => `${status}: ${count}`);
  t.diagnostic(`${statuses.join(", ")}, hung up: ${tally.hungUp}; ${executed} calls executed`);
  assert.ok(tally.byStatus.size > 8, "the mutations reach many refusals");
});
