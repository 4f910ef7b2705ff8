import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "@elastic/elasticsearch";
import kafkajs from "kafkajs";
import { createCodec } from "../../connectors/avro/codec.ts";
import { openClient } from "../../connectors/elasticsearch/client.ts";
import { removeDataStream } from "../../connectors/elasticsearch/data-stream.fixture.ts";
import { dataStreamName } from "../../connectors/elasticsearch/index-template.ts";
import { openKafkaLog } from "../../connectors/kafka/event-log.ts";
import { type Fleet, type MemberName, memberNames, startFleet } from "../../deploy/fleet/fleet.ts";
import type { CallDecided, CallEnded } from "../../domain/events.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { createMetrics } from "../../gateway/operations/metrics.ts";
import { readToEnd } from "../../processors/runtime/read-to-end.ts";
import { type CountingServer, startCountingServer } from "../fixtures/counting-server.ts";
import { elasticsearch, ownKafka } from "../servers/for-test.ts";
import type { KafkaServer } from "../servers/kafka-server.ts";
import { modernRequest } from "./harness.ts";
import { inLetters } from "./seeded.ts";
import { until } from "./until.ts";

/** What the clients know of one call. */
interface Made {
  readonly token: string;
  readonly tool: string;
  readonly callId: string;
  readonly outcome: "answered" | "denied" | "refused" | "unknown";
}

interface Stage {
  readonly fleet: Fleet;
  readonly upstream: CountingServer;
  readonly prefix: string;
  readonly brokers: string;
  readonly made: Made[];
  /** Every event on the log is to be one document there. */
  readonly search: Client;
  readonly dataStream: string;
}

const gates = ["gate-1", "gate-2"] as const;
const waitMs = 60_000;
let tokens = 1_000_000;
/** The fleet's, for each topic. */
const partitionsMax = 4;

async function command({ fleet }: Pick<Stage, "fleet">, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${fleet.member("control").httpUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${fleet.keys?.administratorKey}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return text === "" ? {} : JSON.parse(text);
}

/** One call through a gate; nothing is known of one whose gate was killed or stands still. */
async function call({ fleet, made }: Stage, gate: MemberName, tool: string): Promise<Made> {
  const token = `token-${inLetters(++tokens)}`;
  const { message, headers } = modernRequest("tools/call", { name: tool, arguments: { message: token } });
  const accept = "application/json, text/event-stream";
  const response = await fetch(`${fleet.member(gate).httpUrl}/mcp/counting`, {
    method: "POST",
    headers: { authorization: `Bearer ${fleet.keys?.agentKey}`, "content-type": "application/json", accept, ...headers },
    body: JSON.stringify(message),
  }).catch(() => undefined);
  const text = await response?.text().catch(() => undefined);
  const callId = response?.headers.get("sluice-decision") ?? "";
  const one: Made = { token, tool, callId, outcome: outcomeOf(response?.status ?? 0, text ?? "", token) };
  made.push(one);
  return one;
}

function outcomeOf(status: number, text: string, token: string): Made["outcome"] {
  if (/may not call/.test(text)) return "denied";
  if (status === 200 && text.includes(token)) return "answered";
  return status === 503 || status === 429 ? "refused" : "unknown";
}

/** Calls through both gates, one of ten forbidden, until it is told to end. */
function traffic(stage: Stage): { end(): Promise<void> } {
  let isOver = false;
  const lanes = gates.map(async (gate, lane) => {
    for (let count = lane; !isOver; count += 1) {
      const { outcome } = await call(stage, gate, count % 10 === 0 ? "forbidden" : "echo");
      // A gate that is dead refuses at once: it is not to be asked thousands of times.
      if (outcome === "unknown") await pause(100);
    }
  });
  return {
    async end() {
      isOver = true;
      await Promise.all(lanes);
    },
  };
}

/** So many more calls are answered from now on. */
function moreAnswered({ made }: Stage, count: number, when: string): Promise<unknown> {
  const answered = () => made.filter(({ outcome }) => outcome === "answered").length;
  const before = answered();
  return until(`calls are answered ${when}`, () => answered() >= before + count, waitMs);
}

/** Answers how it is ended: before its broker is, which hooks that run in their order would end first. */
async function startStage(
  t: TestContext,
  { brokers, elasticsearchUrl }: { readonly brokers: string; readonly elasticsearchUrl: string },
): Promise<{ readonly stage: Stage; readonly end: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-stream-faults-"));
  const upstream = await startCountingServer({ era: "modern" });
  const prefix = `faults-${process.pid}.`;
  const onLine = (member: string, line: string) =>
    void (process.env["FLEET_LOG"] !== undefined && process.stderr.write(`${member} ${line}\n`));
  const namespace = `faults${process.pid}`;
  const environment = { SLUICE_KAFKA_TOPIC_PREFIX: prefix, SLUICE_ELASTICSEARCH_NAMESPACE: namespace };
  const fleet = await startFleet({ folder, brokers, elasticsearchUrl, demo: false, environment, onLine });
  const search = openClient({ urls: [elasticsearchUrl], credentials: null, ca: null, requestTimeoutMs: 10_000 });
  const dataStream = dataStreamName(namespace);
  t.after(async () => {
    await upstream.close();
    await removeDataStream(search, dataStream);
    await search.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const end = async () => {
    for (const name of memberNames) fleet.member(name).child.kill("SIGCONT");
    await fleet.stop();
  };
  const stage: Stage = { fleet, upstream, prefix, brokers, made: [], search, dataStream };
  return { stage, end };
}

async function prepare(stage: Stage): Promise<void> {
  const rules = [
    { id: "agents", effect: "allow", match: { roles: ["agent"] } },
    { id: "forbidden", effect: "deny", match: { tools: ["forbidden"] } },
  ];
  await until(
    "the control plane writes",
    () => command(stage, "POST", "/policies", { policyId: "agents", rules }).catch(() => false),
    waitMs,
  );
  await command(stage, "POST", "/gateway/servers", { name: "counting", upstreams: [{ url: stage.upstream.url }] });
  for (const gate of gates) {
    await until(`${gate} answers`, async () => (await call(stage, gate, "echo")).outcome === "answered", waitMs);
  }
}

/** Bytes that no schema of ours made, on every partition: calls follow them wherever they go. */
async function poison({ brokers, prefix }: Stage): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: brokers.split(","), logLevel: kafkajs.logLevel.NOTHING });
  const producer = client.producer();
  await producer.connect();
  const messages = Array.from({ length: partitionsMax }, (_, partition) => ({ partition, key: "acme/poison", value: "no event" }));
  await producer.send({ topic: `${prefix}${topics.calls.name}`, messages });
  await producer.disconnect();
}

async function recorded({
  brokers,
  prefix,
}: Stage): Promise<{ readonly calls: readonly (CallDecided | CallEnded)[]; readonly letters: number }> {
  const options = {
    brokers: brokers.split(","),
    clientId: "checker",
    tls: false,
    topicPrefix: prefix,
    partitionsMax,
    logger: silentLogger,
  };
  const log = openKafkaLog({ ...options, codec: createCodec(), metrics: createMetrics() });
  const once = new Map<string, CallDecided | CallEnded>();
  for (const { partition } of await log.extent(topics.calls)) {
    // The poison is passed.
    for await (const { records } of readToEnd(log, topics.calls, { partition, from: 0, recordsMax: 1_000 }, () => {})) {
      for (const { value } of records as readonly StoredRecord<"call_decided" | "call_ended">[])
        if (value !== null) once.set(value.id, value);
    }
  }
  const letters = (await log.extent(topics.deadLetters)).reduce((sum, { start, end }) => sum + end - start, 0);
  await log.close();
  return { calls: [...once.values()], letters };
}

/** Holds what clients, the server, the log and the counters say against each other. */
async function check(stage: Stage): Promise<string> {
  const { made, upstream } = stage;
  const { calls, letters } = await recorded(stage);
  const allowed = calls.filter((one): one is CallDecided => "verdict" in one && one.verdict === "allow" && one.server === "counting");
  const denied = calls.filter((one) => "verdict" in one && one.verdict === "deny" && one.server === "counting");
  const allowedIds = new Set(allowed.map(({ callId }) => callId));
  const endedIds = new Set(calls.flatMap((one) => ("outcome" in one ? [one.callId] : [])));
  const executions = Map.groupBy(upstream.executed, (one) => String(one.arguments["message"]));

  for (const { token, tool, callId, outcome } of made) {
    const times = executions.get(token)?.length ?? 0;
    assert.ok(times <= 1, `${token} was executed ${times} times`);
    if (outcome === "answered")
      assert.ok(times === 1 && allowedIds.has(callId) && endedIds.has(callId), `${token} was answered: ${callId}`);
    if (outcome === "denied" || outcome === "refused" || tool === "forbidden") assert.equal(times, 0, `${token} was ${outcome}`);
  }
  // Arguments are recorded, so that each execution can be found among what was allowed.
  const allowedText = allowed.map((one) => one.arguments ?? "").join("\n");
  for (const token of executions.keys()) assert.ok(allowedText.includes(token), `${token} was executed, and no allow is on the log`);
  assert.ok(letters > 0, "the poison is a dead letter");

  const counted = async () => {
    const { byTool } = (await command(stage, "GET", "/admin/stats")) as { byTool: { name: string; calls: number; denied: number }[] };
    const of = byTool.filter(({ name }) => name.startsWith("counting/"));
    return [of.reduce((sum, one) => sum + one.calls, 0), of.reduce((sum, one) => sum + one.denied, 0)] as const;
  };
  const expected = [allowed.length, denied.length];
  await until(`usage comes to ${expected}`, async () => (await counted()).every((count, index) => count >= (expected[index] ?? 0)), waitMs);
  assert.deepEqual(await counted(), expected, "usage is what the log adds up to");
  await checkDocuments(stage, calls);
  return `${made.length} calls, ${upstream.executed.length} executed, ${allowed.length} allowed, ${denied.length} denied`;
}

/** Every decision and every end on the log is one document. */
async function checkDocuments({ search, dataStream }: Stage, calls: readonly (CallDecided | CallEnded)[]): Promise<void> {
  const counted = async (action: string) => {
    await search.indices.refresh({ index: dataStream });
    return (await search.count({ index: dataStream, query: { term: { "event.action": action } } })).count;
  };
  const decisions = calls.filter((one) => "verdict" in one).length;
  const expected = { "call-decided": decisions, "call-ended": calls.length - decisions };
  for (const [action, count] of Object.entries(expected)) {
    await until(`${count} documents of ${action}`, async () => (await counted(action)) >= count, waitMs);
    assert.equal(await counted(action), count, `each ${action} is one document`);
  }
}

test("whatever is killed or stands still under load, nothing acknowledged is lost or counted twice", { timeout: 300_000 }, async (t) => {
  const [kafka, elasticsearchUrl] = [await ownKafka(t), await elasticsearch(t)];
  if (kafka === undefined || elasticsearchUrl === undefined) return;
  const { stage, end } = await startStage(t, { brokers: kafka.address, elasticsearchUrl });
  try {
    await prepare(stage);
    await endure(stage, kafka);
    t.diagnostic(await check(stage));
  } finally {
    await end();
  }
});

async function killAndRestart(fleet: Fleet, name: MemberName): Promise<void> {
  fleet.member(name).child.kill("SIGKILL");
  await fleet.member(name).ended;
  await fleet.restart(name);
}

/** Everything that is killed or stands still, one after the other. */
async function endure(stage: Stage, kafka: KafkaServer): Promise<void> {
  const { fleet } = stage;
  const load = traffic(stage);
  await moreAnswered(stage, 20, "before anything happens");

  kafka.process().signal("SIGSTOP");
  await moreAnswered(stage, 20, "while the broker stands still");
  kafka.process().signal("SIGCONT");
  await moreAnswered(stage, 20, "when it goes on");
  await poison(stage);

  fleet.member("processors-1").child.kill("SIGSTOP");
  fleet.member("gate-1").child.kill("SIGSTOP");
  await moreAnswered(stage, 20, "while a processor and a gate stand still");
  fleet.member("gate-1").child.kill("SIGCONT");

  await Promise.all((["processors-1", "processors-2", "control"] as const).map((name) => killAndRestart(fleet, name)));
  await killAndRestart(fleet, "processors-2");
  fleet.member("gate-2").child.kill("SIGKILL");
  await fleet.member("gate-2").ended;
  await moreAnswered(stage, 10, "while a gate is dead");
  await fleet.restart("gate-2");

  kafka.process().signal("SIGKILL");
  await kafka.process().ended;
  await moreAnswered(stage, 20, "while there is no broker");
  await kafka.restart();
  await moreAnswered(stage, 20, "when there is one again");
  await load.end();

  // What the gates had in their spools is on the log when it is their last.
  const isDirect = async (gate: MemberName) => {
    const { checks } = (await (await fetch(`${fleet.member(gate).httpUrl}/health`)).json()) as { checks: { name: string; ok: boolean }[] };
    return checks.every(({ ok }) => ok);
  };
  for (const gate of gates) await until(`${gate} is well`, () => isDirect(gate).catch(() => false), waitMs);
}
