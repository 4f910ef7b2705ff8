import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createCodec } from "../../connectors/avro/codec.ts";
import { openEmbeddedStore } from "../../connectors/embedded/store.ts";
import { findGaps } from "../../domain/audit-gaps.ts";
import type { CallDecided, CallEnded } from "../../domain/events.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { type CountingServer, type Execution, startCountingServer } from "../fixtures/counting-server.ts";
import { type GateProcess, type Ready, startGateProcess, writeConfig } from "./gate-process.ts";
import { allowAll, modernRequest } from "./harness.ts";
import { inLetters, type Random, seeded } from "./seeded.ts";

/** Over all lanes; each lane is a gate, a data folder and a server of its own, so that both cores have work. */
const killsMax = 100;
const clientsPerLane = 6;

/** A call that was answered with a result before its gate was killed. */
interface Answered {
  readonly token: string;
  readonly callId: string;
}

interface Lane {
  readonly era: "modern" | "legacy";
  readonly folder: string;
  readonly configFile: string;
  readonly upstream: CountingServer;
  readonly answered: Answered[];
  /** How long each start took, from the word to begin to the first line of the banner, in milliseconds. */
  readonly startsMs: number[];
  agentKey: string;
  tokens: number;
  /** Called with each execution. */
  onExecution: () => void;
}

async function openLane(folder: string, era: "modern" | "legacy"): Promise<Lane> {
  const tools = {
    echo({ arguments: { message }, answer }: Execution) {
      lane.onExecution();
      answer(String(message));
    },
  };
  const upstream = await startCountingServer({ era, tools });
  const configFile = join(folder, `${era}.yaml`);
  writeConfig(configFile, {
    http: { port: 0, loopDelayMsMax: 60_000 },
    grpc: { port: 0 },
    data: { folder: join(folder, era) },
    audit: { mode: "strict" },
    log: { level: "error" },
    policies: [allowAll],
    servers: [{ name: "counting", url: upstream.url }],
  });
  const lane: Lane = {
    era,
    folder: join(folder, era),
    configFile,
    upstream,
    answered: [],
    startsMs: [],
    agentKey: "",
    tokens: 0,
    onExecution() {},
  };
  return lane;
}

const stand = ({ configFile }: Lane): GateProcess => startGateProcess(["serve", "--config", configFile], { standsBy: true });

async function begin(lane: Lane, gate: GateProcess): Promise<Ready> {
  const beganAt = performance.now();
  gate.begin();
  const ready = await gate.ready();
  lane.startsMs.push(performance.now() - beganAt);
  // Keys are shown once: a start that was killed before it could show them is not counted as the first (see `crashes`).
  if (ready.agentKey !== "") lane.agentKey = ready.agentKey;
  return ready;
}

interface Reply {
  readonly status: number;
  readonly callId: string;
  readonly sessionId: string;
  readonly text: string;
}

/** Rejects where the connection breaks. */
function post(agent: Agent, url: string, message: object, headers: Readonly<Record<string, string>>): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify(message);
    const asked = request(
      url,
      { method: "POST", agent, headers: { ...headers, "content-length": Buffer.byteLength(body) } },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => {
          const header = (name: string) => String(response.headers[name] ?? "");
          if (!response.complete) reject(new Error("the answer broke off"));
          else resolve({ status: response.statusCode ?? 0, callId: header("sluice-decision"), sessionId: header("mcp-session-id"), text });
        });
        response.on("error", reject);
      },
    );
    asked.on("error", reject);
    asked.end(body);
  });
}

/** A machine that has other things to do makes the gate late, and it says so: the call was not made. */
const isBusy = ({ status, text }: Reply) => status === 503 && text.includes("retryAfterMs");

type Headers = Readonly<Record<string, string>>;

async function openSession(agent: Agent, url: string, headers: Headers): Promise<Headers> {
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "crash", version: "1" } };
  for (;;) {
    const opened = await post(agent, url, { jsonrpc: "2.0", id: 0, method: "initialize", params }, headers);
    if (isBusy(opened)) continue;
    assert.equal(opened.status, 200, opened.text);
    return { "mcp-session-id": opened.sessionId, "mcp-protocol-version": "2025-11-25" };
  }
}

/** Calls one after the other until the gate is gone. Half of the clients speak the stateless revision, half hold a session. */
async function callUntilGone(lane: Lane, { httpUrl }: Ready, agent: Agent, client: number): Promise<void> {
  const headers = {
    authorization: `Bearer ${lane.agentKey}`,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
  };
  const merged = client % 3 === 0;
  const url = `${httpUrl}${merged ? "/mcp" : "/mcp/counting"}`;
  const name = merged ? "counting__echo" : "echo";
  const isModern = client % 2 === 0;
  const session = isModern ? {} : await openSession(agent, url, headers);
  for (let id = 1; ; id += 1) {
    lane.tokens += 1;
    const token = `token-${inLetters(lane.tokens)}`;
    const params = { name, arguments: { message: token } };
    const modern = modernRequest("tools/call", params, id);
    const message = isModern ? modern.message : { jsonrpc: "2.0", id, method: "tools/call", params };
    const reply = await post(agent, url, message, { ...headers, ...(isModern ? modern.headers : session) });
    if (isBusy(reply)) continue;
    assert.equal(reply.status, 200, reply.text);
    assert.ok(reply.text.includes(token), `${client} asked ${token} and was told ${reply.text}`);
    lane.answered.push({ token, callId: reply.callId });
  }
}

const isBroken = (reason: unknown) => !(reason instanceof assert.AssertionError);

/**
 * Load until the kill, which comes within `graceMs` of the life's `executions`th execution: so it hits a gate at work, however fast the machine.
 * What a client sees that is no broken connection fails the test.
 */
async function loadAndKill(lane: Lane, gate: GateProcess, ready: Ready, random: Random): Promise<void> {
  let left = random.integer(1, 60);
  const graceMs = random.integer(0, 10);
  lane.onExecution = () => {
    left -= 1;
    if (left === 0) setTimeout(() => gate.child.kill("SIGKILL"), graceMs);
  };
  const agent = new Agent({ keepAlive: true });
  const clients = Array.from({ length: clientsPerLane }, (_, client) =>
    callUntilGone(lane, ready, agent, client).catch((reason: unknown) => {
      if (!isBroken(reason)) throw reason;
    }),
  );
  const outcomes = await Promise.allSettled([...clients, gate.ended]);
  agent.destroy();
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

/** Kills the lane's gate again and again; the next one stands by meanwhile. Every tenth is killed while it starts. */
async function crashes(lane: Lane, kills: number, random: Random, started: Set<GateProcess>): Promise<void> {
  const standBy = () => {
    const gate = stand(lane);
    started.add(gate);
    void gate.ended.then(() => started.delete(gate));
    return gate;
  };
  let next = standBy();
  for (let kill = 0; kill < kills; kill += 1) {
    const gate = next;
    next = standBy();
    if (kill % 10 === 9) {
      gate.begin();
      setTimeout(() => gate.child.kill("SIGKILL"), random.integer(10, 300));
      await gate.ended;
    } else await loadAndKill(lane, gate, await begin(lane, gate), random);
  }
  const ready = await begin(lane, next);
  await oneGoodCall(lane, ready);
  next.child.kill("SIGTERM");
  assert.deepEqual(await next.ended, { code: 0, signal: null }, next.errors());
}

async function oneGoodCall(lane: Lane, ready: Ready): Promise<void> {
  const { message, headers } = modernRequest("tools/call", { name: "echo", arguments: { message: "token-last" } });
  const response = await fetch(`${ready.httpUrl}/mcp/counting`, {
    method: "POST",
    headers: { ...headers, authorization: `Bearer ${lane.agentKey}`, "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(message),
  });
  assert.match(await response.text(), /token-last/);
  lane.answered.push({ token: "token-last", callId: response.headers.get("sluice-decision") ?? "" });
}

interface Recorded {
  readonly decided: readonly CallDecided[];
  readonly ended: readonly CallEnded[];
  /** Records that repeat the id of an earlier one. */
  readonly repeats: number;
}

async function recorded(log: EventLog): Promise<Recorded> {
  const all: StoredRecord<"call_decided" | "call_ended">[] = [];
  for (const { partition, start, end } of await log.extent(topics.calls)) {
    for (let from = start; from < end; from = (all.at(-1)?.offset ?? end) + 1) {
      all.push(...(await log.read(topics.calls, { partition, from, recordsMax: 5_000 })));
    }
  }
  const events = new Map(all.map(({ type, value }) => [value?.id, { type, value }]));
  const ofType = (wanted: string) => [...events.values()].filter(({ type }) => type === wanted).map(({ value }) => value);
  return {
    decided: ofType("call_decided") as CallDecided[],
    ended: ofType("call_ended") as CallEnded[],
    repeats: all.length - events.size,
  };
}

const tokenOf = ({ arguments: text }: CallDecided) => /"(token-[a-z]+)"/.exec(text ?? "")?.[1];

function unique<Value>(what: string, values: readonly Value[]): Set<Value> {
  const set = new Set(values);
  assert.equal(set.size, values.length, `${what} stands twice`);
  return set;
}

async function verify(lane: Lane): Promise<Recorded> {
  const { log, close } = await openEmbeddedStore({ folder: lane.folder, codec: createCodec() });
  const records = await recorded(log);
  await close();
  const { decided, ended } = records;

  const allowed = decided.filter(({ verdict }) => verdict === "allow");
  const executed = unique(
    "an execution",
    lane.upstream.executed.map(({ arguments: { message } }) => String(message)),
  );
  const intents = unique(
    "an intent",
    allowed.map(tokenOf).filter((token) => token !== undefined),
  );
  for (const token of executed) assert.ok(intents.has(token), `${token} was executed and has no durable intent`);

  unique(
    "a decision",
    decided.map(({ callId }) => callId),
  );
  const outcomes = new Map(ended.map((event) => [event.callId, event]));
  unique(
    "an outcome",
    ended.map(({ callId }) => callId),
  );
  const intentOf = new Map(allowed.map((event) => [event.callId, tokenOf(event)]));
  for (const { token, callId } of lane.answered) {
    assert.equal(outcomes.get(callId)?.outcome, "ok", `${token} was answered and has no durable outcome`);
    assert.equal(intentOf.get(callId), token, "the answer names the decision of its own call");
    assert.ok(executed.has(token));
  }
  for (const { callId } of ended) assert.ok(intentOf.has(callId), "an outcome has a decision");

  // In strict mode records become durable in order, so that a kill cuts off the end of a sequence and leaves no hole in it.
  assert.deepEqual(findGaps([...decided, ...ended]), []);
  return records;
}

test(`a gate that is killed ${killsMax} times under load loses no intent and no outcome, and starts again by itself`, async (t) => {
  const random = seeded("crash");
  const folder = mkdtempSync(join(tmpdir(), "sluice-crash-"));
  const started = new Set<GateProcess>();
  const lanes = await Promise.all([openLane(folder, "modern"), openLane(folder, "legacy")]);
  t.after(async () => {
    for (const { child } of started) child.kill("SIGKILL");
    await Promise.all([...started].map(({ ended }) => ended));
    await Promise.all(lanes.map(({ upstream }) => upstream.close()));
    rmSync(folder, { recursive: true, force: true });
  });
  await Promise.all(lanes.map((lane) => crashes(lane, killsMax / lanes.length, random, started)));

  for (const lane of lanes) {
    const { decided, ended, repeats } = await verify(lane);
    const startMs = lane.startsMs.toSorted((a, b) => a - b)[Math.floor(lane.startsMs.length / 2)] ?? 0;
    t.diagnostic(
      `${lane.era} server: ${lane.upstream.executed.length} executed, ${lane.answered.length} answered, ${decided.length} decisions and ` +
        `${ended.length} outcomes on the log, ${repeats} repeats, start ${Math.round(startMs)} ms (median)`,
    );
    assert.ok(lane.answered.length > 10 * (killsMax / lanes.length), "there was load");
  }
});
