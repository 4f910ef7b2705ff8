import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { CallDecided, DecisionsReviewed } from "../../domain/events.ts";
import { parsePolicy } from "../../domain/policy/parse.ts";
import { topics } from "../../domain/topics.ts";
import { decidedRecord } from "../call-events.ts";
import { topologyDriver } from "../memory/topology-driver.ts";
import { changesOf } from "../processor.ts";
import { policyReview } from "./policy-review.ts";

const driver = () => topologyDriver([policyReview()]);
type Driver = ReturnType<typeof driver>;

const allowAll = [{ id: "all", effect: "allow" }];
const noSend = [...allowAll, { id: "no-send", effect: "deny", match: { tools: ["send"] } }];

interface Written {
  readonly version?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

function put(stage: Driver, timeMs: number, policyId: string, given: object | null, { version = 1, headers = {} }: Written = {}): void {
  const definition = given === null ? {} : parsePolicy({ policyId, ...given }, { organizationId: "acme", origin: "api" });
  const change = given === null ? "removed" : "put";
  const value = {
    id: `${timeMs}`,
    timeMs,
    organizationId: "acme",
    change,
    name: policyId,
    version,
    definition: JSON.stringify(definition),
  } as const;
  stage.pipe(topics.policies, { type: "policy_changed", key: `acme/${policyId}`, value, timestampMs: timeMs, headers });
}

let sequence = 0;
function decide(stage: Driver, given: Partial<CallDecided>): void {
  sequence += 1;
  stage.pipe(topics.calls, decidedRecord({ sequence, policyOffset: 1, ...given }));
}

function reviews(stage: Driver, nowMs = 1_000_000): readonly DecisionsReviewed[] {
  stage.advance(nowMs);
  return stage.read(topics.reviews).map(({ value }) => value as DecisionsReviewed);
}

test("decisions that stand to their policies are not told of", () => {
  const stage = driver();
  put(stage, 0, "p", { rules: noSend });
  decide(stage, { timeMs: 5_000, name: "read" });
  decide(stage, { timeMs: 5_000, name: "send", verdict: "deny", rule: "p/no-send" });
  decide(stage, { timeMs: 5_000, name: "send", verdict: "deny", stage: "limit" });
  assert.deepEqual(
    reviews(stage).map(({ finding, name }) => [finding, name]),
    [["contradicted", "send"]],
    "only the one that a limit refused, though the policies had denied it already",
  );
});

test("a policy may be named like what every object has", () => {
  const stage = driver();
  put(stage, 0, "constructor", { rules: noSend });
  decide(stage, { timeMs: 5_000, name: "read" });
  decide(stage, { timeMs: 5_000, name: "send" });
  assert.deepEqual(
    reviews(stage).map(({ finding, name, rule }) => [finding, name, rule]),
    [["contradicted", "send", "constructor/no-send"]],
  );
});

test("a decision that its policies contradict is told", () => {
  const stage = driver();
  put(stage, 0, "p", { rules: noSend });
  decide(stage, { timeMs: 5_000, name: "send", verdict: "allow" });
  const [review] = reviews(stage);
  assert.partialDeepStrictEqual(review, {
    finding: "contradicted",
    verdict: "allow",
    reviewedVerdict: "deny",
    rule: "p/no-send",
    count: 1,
  });
});

test("a gate that decides by what was replaced more than a second ago is told of, with how old it was", () => {
  const stage = driver();
  put(stage, 0, "p", { rules: allowAll });
  put(stage, 10_000, "p", { rules: noSend });
  decide(stage, { timeMs: 10_900, name: "send", policyOffset: 1 });
  assert.deepEqual(reviews(stage, 12_000), [], "a change may take a second");
  decide(stage, { timeMs: 13_500, name: "send", policyOffset: 1 });
  decide(stage, { timeMs: 14_000, name: "send", policyOffset: 1 });
  decide(stage, { timeMs: 14_000, name: "send", policyOffset: 2, verdict: "deny" });
  const [review, ...others] = reviews(stage);
  assert.partialDeepStrictEqual(review, {
    finding: "stale",
    verdict: "allow",
    reviewedVerdict: "deny",
    rule: "p/no-send",
    count: 2,
    staleMs: 4_000,
  });
  assert.deepEqual(others, []);
});

test("what the policies had no part in is not held against them", () => {
  const stage = driver();
  put(stage, 0, "p", { rules: noSend });
  decide(stage, { timeMs: 5_000, name: "send", verdict: "deny", stage: "limit", rule: "caller:ana/" });
  decide(stage, { timeMs: 5_000, name: "send", verdict: "deny", stage: "quarantine", rule: "server:everything" });
  decide(stage, { timeMs: 5_000, name: "read", verdict: "deny", stage: "fault" });
  assert.deepEqual(reviews(stage), []);
});

test("by policies of which a part is forgotten, nothing is contradicted and no shadow judged", () => {
  const stage = driver();
  put(stage, 0, "q", { shadow: true, rules: [{ id: "no-send", effect: "deny", match: { tools: ["other"] } }] });
  // Compaction, or many changes, left what came after the decision.
  put(stage, 60_000, "p", { rules: allowAll }, { version: 9 });
  decide(stage, { timeMs: 5_000, name: "send", policyOffset: 1, rule: "p/all" });
  assert.deepEqual(reviews(stage), []);
});

test("what a control process wrote after its time was in force at no gate, and decides nothing here", () => {
  const stage = driver();
  put(stage, 0, "p", { rules: allowAll }, { headers: { writer: "2" } });
  put(stage, 1_000, "p", { rules: noSend }, { headers: { writer: "1" } });
  decide(stage, { timeMs: 5_000, name: "send", policyOffset: 2 });
  assert.deepEqual(reviews(stage), []);
});

test("findings that are too many to be told apart are counted together", () => {
  const stage = driver();
  put(stage, 0, "p", { rules: noSend });
  for (let tool = 0; tool < 1_200; tool += 1) decide(stage, { timeMs: 5_000, name: `tool-${tool}`, verdict: "deny", rule: null });
  const told = reviews(stage);
  assert.equal(told.length, 1_001);
  assert.partialDeepStrictEqual(told.at(-1), { finding: "contradicted", userId: "", name: null, count: 200 });
});

test("a shadow whose conditions cost too much leaves a decision undecided", () => {
  const stage = driver();
  const numbers = JSON.stringify(Array.from({ length: 40 }, (_, index) => index));
  put(stage, 0, "p", { rules: allowAll });
  const when = `${numbers}.exists(a, ${numbers}.exists(b, a * b == -1))`;
  put(stage, 0, "q", { shadow: true, rules: [{ id: "costly", effect: "deny", when }] });
  decide(stage, { timeMs: 5_000, name: "send", policyOffset: 2 });
  const [review] = reviews(stage);
  assert.partialDeepStrictEqual(review, { finding: "shadow", reviewedVerdict: "undecided", rule: null });
});

test("what a shadow would decide otherwise is told by rule, caller and tool, and counted", () => {
  const stage = driver();
  put(stage, 0, "p", { rules: allowAll });
  put(stage, 0, "q", { shadow: true, rules: [{ id: "no-send", effect: "deny", match: { tools: ["send"] } }] });
  for (let call = 0; call < 7; call += 1) decide(stage, { timeMs: 5_000, name: "send", policyOffset: 2 });
  decide(stage, { timeMs: 5_000, name: "read", policyOffset: 2 });
  const [review, ...others] = reviews(stage);
  assert.partialDeepStrictEqual(review, { finding: "shadow", reviewedVerdict: "deny", rule: "q/no-send", name: "send", count: 7 });
  assert.equal(review?.examples.length, 3);
  assert.deepEqual(others, []);
  assert.deepEqual(
    [...stage.state("policy-review").keys()].sort(),
    ["known", "policies/acme", "seen/gate/1"],
    "what was told is forgotten",
  );
});

test("a decision waits for the policies that it was taken by, and is then held against those", () => {
  const stage = driver();
  put(stage, 0, "p", { rules: allowAll });
  decide(stage, { timeMs: 5_000, name: "send", verdict: "deny", policyOffset: 2, rule: "p/no-send" });
  assert.deepEqual(reviews(stage, 10_000), []);
  put(stage, 4_900, "p", { rules: noSend });
  assert.deepEqual(reviews(stage), []);
  assert.deepEqual([...stage.state("policy-review").keys()].sort(), ["known", "policies/acme", "seen/gate/1"]);
});

test("a decision that repeats is reviewed once, and its gate is forgotten when it has long been silent", () => {
  const stage = driver();
  put(stage, 0, "p", { rules: noSend });
  const record = decidedRecord({ sequence: 1, policyOffset: 1, timeMs: 5_000, name: "send", verdict: "allow" });
  stage.pipe(topics.calls, record);
  stage.pipe(topics.calls, record);
  assert.deepEqual(
    reviews(stage).map(({ count }) => count),
    [1],
  );
  stage.pipe(topics.calls, record);
  assert.deepEqual(reviews(stage, 50 * 3_600_000), []);
  assert.equal(stage.state("policy-review").has("seen/gate/1"), false);
});

test("a policy that was removed decides no more", () => {
  const stage = driver();
  put(stage, 0, "p", { rules: allowAll });
  put(stage, 1_000, "p", null);
  decide(stage, { timeMs: 5_000, verdict: "deny", policyOffset: 2, rule: null });
  assert.deepEqual(reviews(stage), []);
});

test("organizations are reviewed by their own policies", () => {
  const stage = driver();
  put(stage, 0, "p", { rules: allowAll });
  decide(stage, { timeMs: 5_000, organizationId: "globex", verdict: "deny", rule: null });
  assert.deepEqual(reviews(stage), []);
});

test("a replay finds the same, at once or one by one", () => {
  const call = fc.record({
    name: fc.constantFrom("send", "read"),
    verdict: fc.constantFrom("allow", "deny"),
    policyOffset: fc.integer({ min: 0, max: 2 }),
    timeMs: fc.nat({ max: 30_000 }),
  });
  fc.assert(
    fc.property(fc.array(call, { maxLength: 30 }), (calls) => {
      const processor = policyReview();
      const one = driver();
      put(one, 0, "p", { rules: allowAll });
      put(one, 10_000, "p", { rules: noSend });
      const before = new Map(one.state("policy-review"));
      const records = calls.map((given, index) => ({
        ...decidedRecord({ sequence: index + 1, ...given }),
        topic: "calls",
        partition: 0,
        offset: index,
      }));
      for (const record of records) one.pipe(topics.calls, record);
      const atOnce = new Map(before);
      for (const [key, value] of changesOf(processor.gather(before), records)) if (value !== null) atOnce.set(key, value);
      assert.deepEqual(atOnce, new Map(one.state("policy-review")));
    }),
    { numRuns: 60 },
  );
});
