import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { CallDecided } from "../../domain/events.ts";
import { topics } from "../../domain/topics.ts";
import { type CountingServer, startCountingServer } from "../fixtures/counting-server.ts";
import { allowAll, answerOf, type Harness, modernRequest, startGate } from "./harness.ts";
import { callOver, outcomes, stage } from "./stage.ts";

const policies = [
  {
    policyId: "agents",
    rules: [
      { id: "some-tools", effect: "allow", match: { agents: "*", tools: ["echo", "count"] } },
      { id: "no-secrets", effect: "deny", match: { tools: "count" }, when: 'args.message == "secret"', reason: "secrets are not counted" },
    ],
  },
];
const limits = [{ limitId: "two-echoes", callsMax: 2, windowMs: 60_000, per: ["user"], match: { tools: "echo" } }];

async function decided({ gate }: Harness): Promise<readonly CallDecided[]> {
  await gate.settled();
  const [extent] = await gate.log.extent(topics.calls);
  const records = await gate.log.read(topics.calls, { partition: 0, from: extent?.start ?? 0, recordsMax: 1_000 });
  return records.filter(({ type }) => type === "call_decided").map(({ value }) => value as CallDecided);
}

const refusals = [
  { why: "no rule allows", tool: "erase", message: "hello", status: 200, stage: "policy", rule: null },
  { why: "a rule denies for its arguments", tool: "count", message: "secret", status: 200, stage: "policy", rule: "agents/no-secrets" },
  { why: "is over a limit", tool: "echo", message: "third", status: 429, stage: "limit", rule: "two-echoes" },
] as const;

interface Scene {
  readonly harness: Harness;
  readonly upstream: CountingServer;
  call(tool: string, message: string): Promise<Response>;
}

async function scene(t: TestContext, era: "modern" | "legacy", endpoint: "/mcp" | "/mcp/counting"): Promise<Scene> {
  const upstream = await startCountingServer({ era });
  t.after(() => upstream.close());
  const harness = await startGate(t, { policies, limits, servers: [{ name: "counting", url: upstream.url }] });
  const prefix = endpoint === "/mcp" ? "counting__" : "";
  return {
    harness,
    upstream,
    call(tool, message) {
      const made = modernRequest("tools/call", { name: `${prefix}${tool}`, arguments: { message } });
      return harness.post(endpoint, made.message, made.headers);
    },
  };
}

async function assertRefused(response: Response, { why, status, rule }: (typeof refusals)[number]): Promise<void> {
  const text = await response.text();
  assert.equal(response.status, status, `${why}: ${text}`);
  assert.match(response.headers.get("sluice-decision") ?? "", /^.{20,}$/, why);
  assert.equal(response.headers.has("retry-after"), status === 429, why);
  assert.match(text, status === 429 ? /"code":429/ : /"isError":true/, why);
  assert.ok(text.includes(rule ?? "no policy allows"), text);
}

const places = (["modern", "legacy"] as const).flatMap((era) =>
  (["/mcp", "/mcp/counting"] as const).map((endpoint) => ({ era, endpoint })),
);

describe("what the gate denies reaches no server", () => {
  for (const { era, endpoint } of places) {
    test(`on ${endpoint} in front of a ${era} server`, async (t) => {
      const { harness, upstream, call } = await scene(t, era, endpoint);
      for (const message of ["first", "second"])
        assert.match(JSON.stringify(await answerOf(await call("echo", message))), new RegExp(message));
      for (const refusal of refusals) await assertRefused(await call(refusal.tool, refusal.message), refusal);

      const executed = upstream.executed.map(({ tool, arguments: args }) => `${tool} ${String(args["message"])}`);
      assert.deepEqual(executed, ["echo first", "echo second"]);
      const calls = (await decided(harness)).filter(({ method }) => method === "tools/call");
      const seen = calls.map(({ verdict, stage, rule, name }) => ({ verdict, stage, rule, name }));
      const allowed = { verdict: "allow", stage: "policy", rule: "agents/some-tools", name: "echo" };
      assert.deepEqual(seen, [
        allowed,
        allowed,
        ...refusals.map(({ tool, stage, rule }) => ({ verdict: "deny", stage, rule, name: tool })),
      ]);
    });
  }

  test("a stranger, and a caller without any grant, learn nothing of a server", async (t) => {
    const upstream = await startCountingServer({ era: "modern" });
    t.after(() => upstream.close());
    const harness = await startGate(t, { servers: [{ name: "counting", url: upstream.url }] });
    const probes = upstream.received.length;
    const { message, headers } = modernRequest("tools/list");

    const stranger = await harness.post("/mcp/counting", message, { ...headers, authorization: "" });
    assert.equal(stranger.status, 401);
    assert.match(stranger.headers.get("www-authenticate") ?? "", /resource_metadata="http:.*\/mcp\/counting"/);
    const denied = await answerOf(await harness.post("/mcp/counting", message, headers));
    assert.equal((denied["error"] as { code: number }).code, 403);
    const merged = await answerOf(await harness.post("/mcp", message, headers));
    assert.doesNotMatch(JSON.stringify(merged), /counting/);

    assert.equal(upstream.executed.length, 0);
    assert.deepEqual(
      upstream.received.slice(probes).filter(({ method }) => method === "tools/list"),
      [],
    );
  });
});

test("what is secret in a name is in no record of the call, and both of them count under the same name", async (t) => {
  const harness = await stage(t, { era: "modern" });
  const name = "send to ana@example.com";
  await (await callOver(harness, name)).text();
  const [ended] = await outcomes(harness);
  const [last] = (await decided(harness)).filter(({ method }) => method === "tools/call");
  assert.deepEqual([last?.name, ended?.name], ["send to [redacted]", "send to [redacted]"]);
});

test("nor is it in the reason of a denial", async (t) => {
  const harness = await stage(
    t,
    { era: "modern" },
    { policies: [{ ...allowAll, rules: [{ id: "echo", effect: "allow", match: { tools: "echo" } }] }] },
  );
  assert.match(
    await (await callOver(harness, "send to ana@example.com")).text(),
    /no policy allows tools\/call of send to ana@example\.com/,
  );
  const [denied] = await decided(harness);
  assert.equal(denied?.reason, "no policy allows tools/call of send to [redacted] on the server counting");
});
