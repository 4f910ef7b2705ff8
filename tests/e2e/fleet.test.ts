import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import kafkajs from "kafkajs";
import { main } from "../../cli/main.ts";
import { createCodec } from "../../connectors/avro/codec.ts";
import { openClient } from "../../connectors/elasticsearch/client.ts";
import { removeDataStream } from "../../connectors/elasticsearch/data-stream.fixture.ts";
import { dataStreamName } from "../../connectors/elasticsearch/index-template.ts";
import { openKafkaLog } from "../../connectors/kafka/event-log.ts";
import { type Fleet, type MemberName, startFleet } from "../../deploy/fleet/fleet.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import { topics } from "../../domain/topics.ts";
import { createMetrics } from "../../gateway/operations/metrics.ts";
import { type CountingServer, startCountingServer } from "../fixtures/counting-server.ts";
import { ordinaryActivity } from "../fixtures/ordinary-activity.ts";
import { elasticsearch, kafka } from "../servers/for-test.ts";
import { modernRequest } from "./harness.ts";
import { until } from "./until.ts";

/** The outcomes of calls as their caller sees them. */
type Seen = "answered" | "denied" | "limited" | "unknown";

const gates = ["gate-1", "gate-2"] as const;
type Gate = (typeof gates)[number];

interface Stage {
  readonly fleet: Fleet;
  readonly upstream: CountingServer;
  readonly admin: string;
  readonly agent: string;
}

let stage: Stage | undefined;
let skipped: string | undefined;
const seen: Record<Seen, number> = { answered: 0, denied: 0, limited: 0, unknown: 0 };

function staged(t: TestContext): Stage | undefined {
  if (stage === undefined) t.skip(skipped ?? "the fleet did not start");
  return stage;
}

/** POSTs to the REST interface of the control plane. */
async function command(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const { fleet, admin } = stage ?? assert.fail();
  const response = await fetch(`${fleet.member("control").httpUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${admin}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return text === "" ? {} : JSON.parse(text);
}

/** One call of a tool through a gate: what its caller sees of it. Counted, unless the key is refused. */
async function callThrough(gate: Gate, tool: string, key = stage?.agent): Promise<Seen | "unauthenticated"> {
  const { fleet } = stage ?? assert.fail();
  const { message, headers } = modernRequest("tools/call", { name: tool, arguments: { message: "hello" } });
  const made = { authorization: `Bearer ${key}`, "content-type": "application/json", accept: "application/json, text/event-stream" };
  const response = await fetch(`${fleet.member(gate).httpUrl}/mcp/counting`, {
    method: "POST",
    headers: { ...made, ...headers },
    body: JSON.stringify(message),
  }).catch(() => undefined);
  if (response?.status === 401) return "unauthenticated";
  const text = (await response?.text().catch(() => undefined)) ?? "";
  const outcome = outcomeOf(response?.status ?? 0, text);
  seen[outcome] += 1;
  return outcome;
}

function outcomeOf(status: number, text: string): Seen {
  if (status === 429 || /over the limit|no quota/.test(text)) return "limited";
  if (/may not call/.test(text)) return "denied";
  return status === 200 && /hello/.test(text) ? "answered" : "unknown";
}

async function readiness(name: MemberName): Promise<Record<string, { readonly ok: boolean; readonly detail: string }>> {
  const response = await fetch(`${stage?.fleet.member(name).httpUrl}/health`);
  const { checks } = (await response.json()) as { checks: { name: string; ok: boolean; detail: string }[] };
  return Object.fromEntries(checks.map(({ name: check, ...rest }) => [check, rest]));
}

/** The partitions of a processor that a process says are its own. */
async function partitionsOf(name: MemberName, processor: string): Promise<readonly string[]> {
  const detail = (await readiness(name))[`processor ${processor}`]?.detail ?? "";
  return /^partitions ([\d, ]+);/.exec(detail)?.[1]?.split(", ") ?? [];
}

/** What the processes say, for whoever looks into a failure: `FLEET_LOG=1`. */
const log = (member: string, line: string) => void (process.env["FLEET_LOG"] !== undefined && process.stderr.write(`${member} ${line}\n`));

/** One action of each kind of event that analysts search. */
const searched = ["call-decided", "call-ended", "policies.put", "anomaly-found", "restriction-imposed"];

const everyPartition = ["0", "1", "2", "3"];
const allow = { id: "agents", effect: "allow", match: { roles: ["agent"] } };

/** What the usage that was counted says of all calls of tools so far. */
async function counted(): Promise<{ readonly calls: number; readonly denied: number; readonly limited: number }> {
  const { byTool } = (await command("GET", "/admin/stats")) as { byTool: { calls: number; denied: number; limited: number }[] };
  const sum = (field: "calls" | "denied" | "limited") => byTool.reduce((total, tool) => total + tool[field], 0);
  return { calls: sum("calls"), denied: sum("denied"), limited: sum("limited") };
}

async function untilCounted(): Promise<void> {
  const expected = { calls: seen.answered, denied: seen.denied, limited: seen.limited };
  const matches = async () => {
    const found = await counted();
    return found.calls >= expected.calls && found.denied >= expected.denied && found.limited >= expected.limited && found;
  };
  const found = await until(`usage comes to ${JSON.stringify(expected)}`, matches, 30_000);
  // A call whose gate was killed under it may have been made all the same.
  assert.ok(found.calls <= expected.calls + seen.unknown, `${JSON.stringify(found)} counts nothing twice: ${JSON.stringify(seen)}`);
  assert.deepEqual([found.denied, found.limited], [expected.denied, expected.limited]);
}

describe("five processes on a real Kafka and Elasticsearch", { concurrency: 1 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-fleet-"));
  const prefix = `fleet-${process.pid}-${Date.now()}.`;
  const namespace = `fleet${process.pid}`;
  let search: ReturnType<typeof openClient> | undefined;
  let address = "";
  let upstream: CountingServer | undefined;

  before(async () => {
    const skip = (reason: string) => {
      skipped = reason;
    };
    // A hook can't be skipped; its tests are.
    const brokers = await kafka({ skip } as unknown as TestContext);
    if (brokers === undefined) return;
    address = brokers;
    upstream = await startCountingServer({ era: "modern" });
    const elasticsearchUrl = await elasticsearch({ skip } as unknown as TestContext);
    if (elasticsearchUrl === undefined) return;
    // Only what is rarer than anything that these tests do by the way leads to a quarantine.
    const responses = JSON.stringify([{ strength: 1_000_000, action: "quarantine", lastsMs: 600_000 }]);
    const environment = {
      SLUICE_KAFKA_TOPIC_PREFIX: prefix,
      SLUICE_ELASTICSEARCH_NAMESPACE: namespace,
      SLUICE_ANOMALIES_WINDOW_MS: "1000",
      SLUICE_ANOMALIES_SETTLE_MS: "1000",
      SLUICE_ANOMALIES_RESPONSES_CALLER: responses,
    };
    const fleet = await startFleet({ folder, brokers, elasticsearchUrl, demo: false, environment, onLine: log });
    search = openClient({ urls: [elasticsearchUrl], credentials: null, ca: null, requestTimeoutMs: 10_000 });
    const { administratorKey: admin = "", agentKey: agent = "" } = fleet.keys ?? {};
    stage = { fleet, upstream, admin, agent };
    await until("one control process writes", async () => (await readiness("control"))["control"]?.detail === "commands are taken");
    await command("POST", "/policies", { policyId: "agents", rules: [allow] });
    await command("POST", "/gateway/servers", { name: "counting", upstreams: [{ url: upstream.url }] });
  });
  after(async () => {
    await stage?.fleet.stop();
    await upstream?.close();
    if (search !== undefined) await removeDataStream(search, dataStreamName(namespace));
    await search?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("calls pass through both gates, and a session that one gate opened goes on at the other", async (t) => {
    const { fleet, agent } = staged(t) ?? {};
    if (fleet === undefined) return;
    for (const gate of gates) {
      await until(`${gate} knows the server`, async () => (await callThrough(gate, "echo")) === "answered");
    }
    const post = (gate: Gate, body: object, headers: Readonly<Record<string, string>> = {}) =>
      fetch(`${fleet.member(gate).httpUrl}/mcp`, {
        method: "POST",
        headers: {
          ...{ authorization: `Bearer ${agent}`, "content-type": "application/json", accept: "application/json, text/event-stream" },
          ...headers,
        },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...body }),
      });
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "fleet", version: "1" } };
    const opened = await post("gate-1", { method: "initialize", params });
    assert.equal(opened.status, 200, await opened.text());
    const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "", "mcp-protocol-version": "2025-11-25" };
    const listed = await post("gate-2", { method: "tools/list" }, session);
    const text = await listed.text();
    assert.equal(listed.status, 200, text);
    assert.match(text, /counting__echo/);
  });

  test("a change of policy is in force on both gates within a second", async (t) => {
    if (staged(t) === undefined) return;
    const put = (rules: readonly object[]) => command("PUT", "/policies/agents", { rules });
    const deny = { id: "no-echo", effect: "deny", match: { tools: ["echo"] } };
    for (const [rules, outcome] of [
      [[allow, deny], "denied"],
      [[allow], "answered"],
    ] as const) {
      await put(rules);
      const startedAt = performance.now();
      await Promise.all(
        gates.map((gate) => until(`${gate}: ${outcome}`, async () => (await callThrough(gate, "echo")) === outcome, 1_000)),
      );
      t.diagnostic(`${outcome} on both gates after ${Math.round(performance.now() - startedAt)} ms`);
    }
  });

  test("a key that is revoked is refused by both gates within a second", async (t) => {
    if (staged(t) === undefined) return;
    const { key, secret } = (await command("POST", "/auth/api-keys", { title: "short", userId: "demo", roles: ["agent"] })) as {
      key: { keyId: string };
      secret: string;
    };
    const callWith = (gate: Gate) => callThrough(gate, "echo", secret);
    await Promise.all(gates.map((gate) => until(`${gate} knows the key`, async () => (await callWith(gate)) === "answered")));
    await command("DELETE", `/auth/api-keys/${key.keyId}`);
    const startedAt = performance.now();
    await Promise.all(gates.map((gate) => until(`${gate}: revoked`, async () => (await callWith(gate)) === "unauthenticated", 1_000)));
    t.diagnostic(`refused by both gates after ${Math.round(performance.now() - startedAt)} ms`);
  });

  test("who is quarantined is refused by both gates, until an administrator releases them", async (t) => {
    if (staged(t) === undefined) return;
    const target = { kind: "caller", userId: "demo" };
    const restriction = await command("POST", "/admin/restrictions", { target, action: "quarantine", reason: "a test" });
    await Promise.all(gates.map((gate) => until(`${gate}: denied`, async () => (await callThrough(gate, "echo")) === "denied", 1_000)));
    const { restrictions } = (await command("GET", "/admin/restrictions")) as { restrictions: { id: string }[] };
    assert.equal(restrictions.length, 1, JSON.stringify(restriction));
    await command("DELETE", `/admin/restrictions/${encodeURIComponent(restrictions[0]?.id ?? "")}`);
    await Promise.all(gates.map((gate) => until(`${gate}: released`, async () => (await callThrough(gate, "echo")) === "answered", 1_000)));
  });

  test("an agent that runs away ends in quarantine on both gates, and all of it can be searched in Elasticsearch", async (t) => {
    if (staged(t) === undefined) return;
    const agentId = "runaway";
    // Before it calls for the first time: what is told of a caller later than that is not taken any more.
    const kafkaLog = openKafkaLog({
      ...{ brokers: address.split(","), clientId: "history", tls: false, topicPrefix: prefix, partitionsMax: everyPartition.length },
      ...{ codec: createCodec(), metrics: createMetrics(), logger: silentLogger },
    });
    await kafkaLog.append(topics.activity, ordinaryActivity({ userId: "demo", agentId, seconds: 60 }));
    await kafkaLog.close();
    const { secret } = (await command("POST", "/auth/api-keys", { title: agentId, userId: "demo", agentId, roles: ["agent"] })) as {
      secret: string;
    };
    const call = (gate: Gate) => callThrough(gate, "echo", secret);
    await Promise.all(gates.map((gate) => until(`${gate} knows the key`, async () => (await call(gate)) === "answered")));
    // It does not stop by itself: on a slow machine one burst is spread over several windows.
    const burst = () => Promise.all(Array.from({ length: 300 }, (_, index) => call(gates[index % 2] ?? "gate-1")));
    const isQuarantined = async () => (await burst()).slice(-gates.length).every((outcome) => outcome === "denied");
    await until("both gates deny it", isQuarantined, 60_000);

    const { anomalies } = (await command("GET", "/admin/anomalies")) as {
      anomalies: { target: string; detector: string; action: string }[];
    };
    const found = anomalies.find(({ target }) => target === `caller:demo/${agentId}`);
    assert.partialDeepStrictEqual(found, { detector: "rate", action: "quarantine" });
    const documents = async (action: string) => {
      const query = { bool: { filter: [{ term: { "organization.id": "default" } }, { term: { "event.action": action } }] } };
      const answer = await search?.search({ index: dataStreamName(namespace), query, ignore_unavailable: true, allow_no_indices: true });
      return answer?.hits.hits.length ?? 0;
    };
    for (const action of searched) await until(`${action} can be searched`, async () => (await documents(action)) > 0, 30_000);
    await command("DELETE", `/admin/restrictions/${encodeURIComponent(`caller:demo/${agentId}`)}`);
  });

  test("a limit is shared by both gates", async (t) => {
    if (staged(t) === undefined) return;
    await command("POST", "/limits", { limitId: "few", callsMax: 10, windowMs: 600_000, match: { tools: ["limited"] } });
    // A change is answered when the control plane has it; the gates have it a moment later.
    for (const gate of gates) await until(`${gate} has read the limit`, async () => (await readiness(gate))["views"]?.ok);
    const outcomes: string[] = [];
    const answered = () => outcomes.filter((outcome) => outcome === "answered").length;
    await until("as many are answered as the limit admits", async () => {
      for (const gate of gates) outcomes.push(await callThrough(gate, "limited"));
      return answered() >= 10;
    });
    outcomes.push(...(await Promise.all(gates.flatMap((gate) => Array.from({ length: 10 }, () => callThrough(gate, "limited"))))));
    const admitted = answered();
    // `gates × max(1, floor(callsMax × share / gates))` may go on credit that nothing is left to pay for.
    assert.ok(admitted >= 10 && admitted <= 12, `${admitted} were admitted where 10 are the limit`);
  });

  test("a processor that is killed leaves its partitions to the other, and nothing is counted twice", async (t) => {
    const { fleet } = staged(t) ?? {};
    if (fleet === undefined) return;
    const both = async () => [...(await partitionsOf("processors-1", "usage")), ...(await partitionsOf("processors-2", "usage"))].sort();
    await until("the partitions are shared out", async () => (await both()).join() === everyPartition.join());
    assert.ok((await partitionsOf("processors-1", "usage")).length > 0);
    const traffic = (async () => {
      for (let index = 0; index < 150; index += 1) await callThrough(gates[index % 2] ?? "gate-1", "echo");
    })();
    fleet.member("processors-1").child.kill("SIGKILL");
    await fleet.member("processors-1").ended;
    await until(
      "the other owns all of them",
      async () => (await partitionsOf("processors-2", "usage")).join() === everyPartition.join(),
      30_000,
    );
    await traffic;
    await untilCounted();
    await fleet.restart("processors-1");
    await until("they are shared out again", async () => (await partitionsOf("processors-1", "usage")).length > 0, 30_000);
    for (let index = 0; index < 20; index += 1) await callThrough("gate-1", "echo");
    await untilCounted();
  });

  test("a processor that stands still until it is taken for dead, and wakes up, counts nothing twice", async (t) => {
    const { fleet } = staged(t) ?? {};
    if (fleet === undefined) return;
    const sleeper = fleet.member("processors-2").child;
    const traffic = (async () => {
      for (let index = 0; index < 60; index += 1) await callThrough(gates[index % 2] ?? "gate-1", "echo");
    })();
    sleeper.kill("SIGSTOP");
    t.after(() => sleeper.kill("SIGCONT"));
    await until(
      "the other owns all of them",
      async () => (await partitionsOf("processors-1", "usage")).join() === everyPartition.join(),
      30_000,
    );
    await traffic;
    await untilCounted();
    sleeper.kill("SIGCONT");
    await until("it has a share again", async () => (await partitionsOf("processors-2", "usage")).length > 0, 30_000);
    for (let index = 0; index < 20; index += 1) await callThrough("gate-2", "echo");
    await untilCounted();
  });

  test("a record that nobody can decode becomes a dead letter, and the partition goes on", async (t) => {
    const { admin } = staged(t) ?? {};
    if (admin === undefined) return;
    const client = new kafkajs.Kafka({ brokers: [address], logLevel: kafkajs.logLevel.NOTHING });
    const producer = client.producer();
    await producer.connect();
    await producer.send({
      topic: `${prefix}calls`,
      messages: [0, 1, 2, 3].map((partition) => ({ partition, key: "poison", value: "poison" })),
    });
    await producer.disconnect();
    for (const gate of gates) assert.equal(await callThrough(gate, "echo"), "answered");
    await untilCounted();

    const sluice = async (...args: string[]) => {
      let out = "";
      const stdout = { write: (text: string) => (out += text) };
      const environment = { SLUICE_GRPC: stage?.fleet.member("control").grpcAddress, SLUICE_API_KEY: admin };
      assert.equal(
        await main(["dead-letters", ...args, "--json"], {
          stdout,
          stderr: { write: (text) => process.stderr.write(text) },
          environment,
          folder,
        }),
        0,
      );
      return JSON.parse(out);
    };
    type Letter = { readonly id: string; readonly processor: string; readonly state: string; readonly refusals: number };
    const letters = (): Promise<Letter[]> => sluice("list", "--processor", "usage", "--state", "any");
    const found = await until("each partition has its letter", async () => (await letters()).length === 4 && letters(), 20_000);
    const [{ id } = assert.fail()] = found;
    assert.deepEqual(await sluice("retry", id), { ids: [id] });
    const isTried = async () => (await letters()).some((letter) => letter.id === id && letter.refusals === 2 && letter.state === "refused");
    await until("it was tried again, in vain", isTried, 20_000);
  });

  test("while one gate is dead the other goes on, and what it had answered is counted", async (t) => {
    const { fleet } = staged(t) ?? {};
    if (fleet === undefined) return;
    const traffic = Promise.all(
      gates.map(async (gate) => {
        for (let index = 0; index < 60; index += 1) await callThrough(gate, "echo");
      }),
    );
    fleet.member("gate-2").child.kill("SIGKILL");
    await fleet.member("gate-2").ended;
    assert.equal(await callThrough("gate-1", "echo"), "answered");
    await traffic;
    await fleet.restart("gate-2");
    await until("the gate is back", async () => (await callThrough("gate-2", "echo")) === "answered");
    await untilCounted();
  });

  test("without its control plane a gate goes on, and changes wait for it", async (t) => {
    const { fleet } = staged(t) ?? {};
    if (fleet === undefined) return;
    fleet.member("control").child.kill("SIGKILL");
    await fleet.member("control").ended;
    for (const gate of gates) assert.equal(await callThrough(gate, "echo"), "answered");
    await fleet.restart("control");
    await until("it writes again", async () => (await readiness("control"))["control"]?.detail === "commands are taken", 30_000);
    await command("PUT", "/policies/agents", { rules: [allow], description: "after the crash" });
    await untilCounted();
  });
});
