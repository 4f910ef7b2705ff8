import assert from "node:assert/strict";
import { test } from "node:test";
import { demoAgent } from "../../cli/demo/demo.ts";
import { topics } from "../../domain/topics.ts";
import { operator } from "../../registry/actor.ts";
import { ordinaryActivity } from "../fixtures/ordinary-activity.ts";
import { call, callOver, stage } from "./stage.ts";
import { until } from "./until.ts";

const { userId, agentId } = demoAgent;
const target = { kind: "caller", userId, agentId };
const targetId = `caller:${userId}/${agentId}`;
const actor = operator("default", "file");

test("a caller in quarantine is denied from the moment that it is answered, and passes again when released", async (t) => {
  const harness = await stage(t, { era: "modern" });
  assert.equal((await callOver(harness, "echo")).status, 200);
  await harness.gate.control.imposeRestriction(actor, { target, action: "quarantine", reason: "the key was leaked" });
  const denied = await callOver(harness, "echo");
  assert.match(await denied.text(), /in quarantine: the key was leaked \(rule caller:/);
  assert.equal(harness.upstream.executed.length, 1);
  await harness.gate.control.releaseRestriction(actor, targetId);
  assert.match(await (await callOver(harness, "echo")).text(), /hello/);
});

test("a quarantined tool leaves the others of its server alone", async (t) => {
  const harness = await stage(t, { era: "modern" });
  await harness.gate.control.imposeRestriction(actor, { target: { kind: "tool", server: "counting", name: "echo" }, action: "quarantine" });
  assert.match(await (await callOver(harness, "echo")).text(), /the tool is in quarantine/);
  assert.match(await (await callOver(harness, "other")).text(), /hello/);
});

test("a step-up is asked for by a challenge, and a key issued since passes", async (t) => {
  const harness = await stage(t, { era: "modern" });
  await harness.gate.control.imposeRestriction(actor, { target, action: "step-up" });
  const asked = await callOver(harness, "echo");
  assert.equal(asked.status, 401);
  assert.match(asked.headers.get("www-authenticate") ?? "", /error="insufficient_user_authentication".*max_age="\d+"/);
  const { secret } = await harness.gate.control.issueKey(actor, { title: "again", userId, agentId, roles: [], scopes: [], groups: [] });
  const { message, headers } = call("echo");
  const again = await harness.post("/mcp/counting", message, { ...headers, authorization: `Bearer ${secret}` });
  assert.match(await again.text(), /hello/);
});

test("a throttled caller is told when to come back", async (t) => {
  const harness = await stage(t, { era: "modern" });
  await harness.gate.control.imposeRestriction(actor, { target, action: "throttle", callsPerMinute: 2 });
  const statuses = [await callOver(harness, "echo"), await callOver(harness, "echo"), await callOver(harness, "echo")];
  assert.deepEqual(
    statuses.map(({ status }) => status),
    [200, 200, 429],
  );
  assert.match(statuses[2]?.headers.get("retry-after") ?? "", /^\d+$/);
});

test("an agent that runs away is found and put into quarantine by itself, with evidence, until it is released", async (t) => {
  const responses = { caller: [{ strength: 1_000, action: "quarantine", lastsMs: 600_000 }] };
  const harness = await stage(t, { era: "modern" }, { anomalies: { windowMs: 1_000, settleMs: 500, responses } });
  await harness.gate.log.append(topics.activity, ordinaryActivity({ userId, agentId, seconds: 60 }));
  // It does not stop by itself: on a slow machine one burst is spread over several windows.
  const burst = () => Promise.all(Array.from({ length: 300 }, () => callOver(harness, "echo").then((response) => response.arrayBuffer())));
  await until("the agent is restricted", async () => {
    await burst();
    return (await harness.gate.control.listRestrictions(actor)).entries.length > 0;
  });

  const [restriction] = (await harness.gate.control.listRestrictions(actor)).entries;
  assert.partialDeepStrictEqual(restriction, { action: "quarantine", target });
  const [anomaly] = (await harness.gate.control.listAnomalies(actor)).entries;
  assert.partialDeepStrictEqual(anomaly, { target: targetId, detector: "rate", action: "quarantine" });
  assert.match(anomaly?.evidence[0] ?? "", /calls in 1 s; usual are about \d/);
  await until("the gate goes by it", async () => /in quarantine/.test(await (await callOver(harness, "echo")).text()));
  await harness.gate.control.releaseRestriction(actor, targetId);
  assert.match(await (await callOver(harness, "echo")).text(), /hello/);
});
