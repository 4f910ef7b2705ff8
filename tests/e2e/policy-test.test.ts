import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { main } from "../../cli/main.ts";
import { operator } from "../../registry/actor.ts";
import { allowAll, type Harness } from "./harness.ts";
import { callOver, stage } from "./stage.ts";
import { until } from "./until.ts";

const actor = operator("default", "file");

/** Runs a command of `sluice` against the gate, and tells what it printed. */
async function sluice(
  harness: Harness,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly errors: string }> {
  const [out, errors]: [string[], string[]] = [[], []];
  const code = await main(args, {
    stdout: { write: (text: string) => void out.push(text) },
    stderr: { write: (text: string) => void errors.push(text) },
    environment: { SLUICE_GRPC: harness.gate.grpcAddress, SLUICE_URL: harness.gate.httpUrl, SLUICE_API_KEY: harness.administratorKey },
    folder: harness.folder,
  });
  return { code, out: out.join(""), errors: errors.join("") };
}

async function called(t: TestContext, policies: readonly object[] = []) {
  const harness = await stage(t, { era: "modern" }, { policies: [allowAll, ...policies] });
  for (let call = 0; call < 3; call += 1) await (await callOver(harness, "send")).text();
  await (await callOver(harness, "read")).text();
  await harness.gate.settled();
  return harness;
}

const candidate = `
policyId: all
rules:
  - { id: everything, effect: allow, match: { agents: "*" } }
  - { id: no-send, effect: deny, match: { tools: send } }
  - { id: no-secret, effect: deny, match: { tools: read }, when: 'args.message == "secret"' }
`;

test("a candidate is held against what was decided, and nothing is changed", async (t) => {
  const harness = await called(t);
  writeFileSync(join(harness.folder, "candidate.yaml"), candidate);
  const { code, out, errors } = await sluice(harness, "policy", "test", "candidate.yaml", "--since", "7d");
  assert.equal(code, 0, errors);
  assert.match(out, /^\d+ decisions replayed: \d+ would be the same\.$/m);
  assert.match(out, /^allow to deny +3 +all\/no-send +all\/everything +demo\/demo-agent +counting\/send/m);
  assert.doesNotMatch(out, /counting\/read/);
  assert.equal((await callOver(harness, "send")).status, 200);
  assert.equal((await sluice(harness, "policies", "test", "candidate.yaml", "--fail-on-flips")).code, 1);
});

test("the report is JSON for machines, and a wrong candidate is refused with its place", async (t) => {
  const harness = await called(t);
  writeFileSync(join(harness.folder, "candidate.yaml"), candidate);
  const { out } = await sluice(harness, "policy", "test", "candidate.yaml", "--json");
  assert.partialDeepStrictEqual(JSON.parse(out), {
    flips: [{ direction: "allow-to-deny", rule: "all/no-send", count: 3, name: "send" }],
    undecided: [],
  });
  writeFileSync(join(harness.folder, "wrong.yaml"), candidate.replace("args.message ==", "args.message ==" + "="));
  const { code, errors } = await sluice(harness, "policy", "test", "wrong.yaml");
  assert.equal(code, 2);
  assert.match(errors, /rules\[2\]\.when/);
});

test("what a shadow would decide otherwise is told while calls go on as before", async (t) => {
  const shadow = { policyId: "next", shadow: true, rules: [{ id: "no-send", effect: "deny", match: { tools: ["send"] } }] };
  const harness = await called(t, [shadow]);
  assert.match(await (await callOver(harness, "send")).text(), /hello/);
  await until(
    "the shadow is told of",
    async () => (await harness.gate.control.listReviews(actor, { finding: "shadow" })).entries.length > 0,
  );
  const { out } = await sluice(harness, "policies", "reviews", "--finding", "shadow", "--json");
  assert.partialDeepStrictEqual(JSON.parse(out), [
    { finding: "shadow", verdict: "allow", reviewedVerdict: "deny", rule: "next/no-send", name: "send" },
  ]);
});

test("a change of policies leaves no decision stale, and none contradicted", async (t) => {
  const harness = await called(t);
  await harness.gate.control.putPolicy(actor, {
    policyId: "extra",
    rules: [{ id: "no-send", effect: "deny", match: { tools: ["send"] } }],
  });
  assert.match(await (await callOver(harness, "send")).text(), /denied by the rule extra\/no-send/);
  await harness.gate.control.putPolicy(actor, { policyId: "watch", shadow: true, rules: [{ id: "none", effect: "deny" }] });
  await (await callOver(harness, "read")).text();
  // The shadow's finding comes after everything that was decided before.
  await until(
    "the shadow is told of",
    async () => (await harness.gate.control.listReviews(actor, { finding: "shadow" })).entries.length > 0,
  );
  const found = (await harness.gate.control.listReviews(actor)).entries.map(({ finding }) => finding);
  assert.ok(!found.includes("stale") && !found.includes("contradicted"), found.join(", "));
});
