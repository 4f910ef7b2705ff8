import assert from "node:assert/strict";
import { test } from "node:test";
import { decidedRecord } from "../../processors/call-events.ts";
import type { CallDecided } from "../events.ts";
import { backTest } from "./back-test.ts";
import { compilePolicies, withShadows } from "./evaluate.ts";
import { parsePolicy } from "./parse.ts";
import { recordedCall, replay } from "./replay.ts";

function policiesOf(...inputs: readonly object[]) {
  return inputs.map((input, index) => ({
    entity: parsePolicy({ policyId: `p${index}`, ...input }, { organizationId: "acme", origin: "api" }),
    version: 1,
    offset: index,
  }));
}

const table = (...rules: readonly object[]) => compilePolicies(policiesOf({ rules }));
const allowAll = { id: "all", effect: "allow" };

let sequence = 0;
function decided(given: Partial<CallDecided> = {}): CallDecided {
  sequence += 1;
  const { value } = decidedRecord({ sequence, ...given });
  if (value === null) throw new Error("a record of a call has a value");
  return value as CallDecided;
}

test("flips are told by direction, rule, caller and tool, with counts and examples", () => {
  const test = backTest(table(allowAll), table(allowAll, { id: "no-send", effect: "deny", match: { tools: ["send"] } }));
  for (let index = 0; index < 5; index += 1) test.observe(decided({ name: "send" }));
  for (let index = 0; index < 3; index += 1) test.observe(decided({ name: "read" }));
  const { calls, same, flips, undecided } = test.report();
  assert.deepEqual([calls, same, undecided], [8, 3, []]);
  assert.equal(flips.length, 1);
  assert.partialDeepStrictEqual(flips[0], {
    direction: "allow-to-deny",
    rule: "p0/no-send",
    ruleInForce: "p0/all",
    userId: "ana",
    server: "everything",
    name: "send",
    count: 5,
  });
  assert.equal(flips[0]?.examples.length, 3);
});

test("a caller that invents names is told once past a thousand of them, and takes no place of others", () => {
  const test = backTest(table(), table(allowAll));
  for (let index = 0; index < 11_000; index += 1) test.observe(decided({ name: `tool-${index}`, verdict: "deny" }));
  const bob = { ...decided().principal, userId: "bob" };
  for (let index = 0; index < 5; index += 1) test.observe(decided({ principal: bob, name: "send", verdict: "deny" }));
  const { flips, flipsBeyond } = test.report();
  assert.deepEqual([flips.length, flipsBeyond], [1_002, 0]);
  assert.partialDeepStrictEqual(flips[0], { userId: "ana", server: "everything", method: "tools/call", name: null, count: 10_000 });
  assert.partialDeepStrictEqual(flips[1], { userId: "bob", name: "send", count: 5 });
});

test("what only the candidate allows is told by its rule, what nothing in it allows by the rule that allowed it", () => {
  const opening = backTest(table(), table(allowAll));
  opening.observe(decided({ verdict: "deny" }));
  assert.partialDeepStrictEqual(opening.report().flips[0], { direction: "deny-to-allow", rule: "p0/all" });
  const closing = backTest(table(allowAll), table());
  closing.observe(decided());
  assert.partialDeepStrictEqual(closing.report().flips[0], { direction: "allow-to-deny", rule: "p0/all" });
});

test("a rule that was taken out is named beside the one that decides without it", () => {
  const test = backTest(table(allowAll, { id: "no-send", effect: "deny", match: { tools: ["send"] } }), table(allowAll));
  test.observe(decided({ name: "send", verdict: "deny" }));
  assert.partialDeepStrictEqual(test.report().flips[0], { direction: "deny-to-allow", rule: "p0/all", ruleInForce: "p0/no-send" });
});

test("what hangs on missing arguments is the same only if it hangs on the same conditions", () => {
  const below = (amount: number) => table({ id: "small", effect: "allow", when: `args.amount < ${amount}` });
  const missing = { arguments: null, argumentsBytes: 20 };
  const unchanged = backTest(below(100), below(100));
  unchanged.observe(decided(missing));
  assert.partialDeepStrictEqual(unchanged.report(), { same: 1, undecided: [] });
  const changed = backTest(below(100), below(5));
  changed.observe(decided(missing));
  assert.partialDeepStrictEqual(changed.report(), { same: 0, undecided: [{ why: "arguments", rule: "p0/small", count: 1 }] });
  const guarded = backTest(below(100), table(allowAll, { id: "small", effect: "deny", when: "args.amount < 100" }));
  guarded.observe(decided(missing));
  assert.partialDeepStrictEqual(guarded.report(), { same: 0, undecided: [{ rule: "p0/small" }] });
});

test("a name of which something was taken out can't be decided again", () => {
  const test = backTest(table(allowAll), table(allowAll));
  test.observe(decided({ name: "mail [redacted]" }));
  assert.partialDeepStrictEqual(test.report(), { same: 0, undecided: [{ why: "name", rule: null, count: 1 }] });
});

test("conditions that cost too much leave a decision undecided, and take a bounded time", () => {
  const numbers = JSON.stringify(Array.from({ length: 45 }, (_, index) => index));
  const when = `${numbers}.exists(a, ${numbers}.exists(b, a * b == -1))`;
  const costly = (rules: number) =>
    table(allowAll, ...Array.from({ length: rules }, (_, index) => ({ id: `r${index}`, effect: "deny", when })));
  const cheap = backTest(table(allowAll), costly(1));
  cheap.observe(decided());
  assert.equal(cheap.report().same, 1);
  const test = backTest(table(allowAll), costly(15));
  test.observe(decided());
  assert.partialDeepStrictEqual(test.report(), { same: 0, undecided: [{ why: "cost", rule: null, count: 1 }] });
  assert.equal(costly(15).decide(recordedCall(decided())).verdict, "allow", "the gate itself has no such bound");
});

test("arguments that were recorded decide; where they were taken out, what hangs on them is undecided and the rest is not", () => {
  const limited = table(
    { id: "small", effect: "allow", match: { tools: ["pay"] }, when: "args.amount < 100" },
    { id: "read", effect: "allow", match: { tools: ["read"] } },
  );
  const judge = (given: Partial<CallDecided>) => replay(limited, recordedCall(decided(given)));
  assert.deepEqual(judge({ name: "pay", arguments: '{"amount":5}', argumentsBytes: 12 }), { verdict: "allow", rule: "p0/small" });
  assert.deepEqual(judge({ name: "pay", arguments: '{"amount":500}', argumentsBytes: 14 }), { verdict: "deny", rule: null });
  for (const gone of ['{"amount":"[redacted]"}', '{"[cut]":2}', null]) {
    assert.partialDeepStrictEqual(judge({ name: "pay", arguments: gone, argumentsBytes: 20 }), { verdict: "undecided", rule: "p0/small" });
    assert.equal(judge({ name: "read", arguments: gone, argumentsBytes: 20 }).verdict, "allow");
    assert.equal(judge({ name: "other", arguments: gone, argumentsBytes: 20 }).verdict, "deny");
  }
});

test("a denial that may hang on missing arguments leaves undecided what is allowed otherwise", () => {
  const guarded = table(allowAll, { id: "no-big", effect: "deny", when: "args.amount > 100" });
  const call = recordedCall(decided({ arguments: null, argumentsBytes: 20 }));
  assert.partialDeepStrictEqual(replay(guarded, call), { verdict: "undecided", rule: "p0/no-big" });
  const closed = table({ id: "no-big", effect: "deny", when: "args.amount > 100" });
  assert.equal(replay(closed, call).verdict, "deny", "nothing allows it, whatever the arguments were");
});

test("with its arguments there, a replay decides as the gate does", () => {
  const rules = table(allowAll, { id: "night", effect: "deny", when: "now.getHours() < 6 && address.startsWith('10.')" });
  for (const timeMs of [Date.UTC(2026, 0, 1, 3), Date.UTC(2026, 0, 1, 12)]) {
    for (const address of ["10.0.0.1", "192.0.2.1"]) {
      const call = recordedCall(decided({ timeMs, address }));
      assert.equal(replay(rules, call).verdict, rules.decide(call).verdict);
    }
  }
});

test("decisions that no policy took are left out, and one over its limit was allowed by the policies", () => {
  const test = backTest(table(allowAll), table());
  test.observe(decided({ verdict: "deny", stage: "quarantine" }));
  test.observe(decided({ verdict: "deny", stage: "limit" }));
  const { calls, flips, changedSince } = test.report();
  assert.deepEqual([calls, flips.length, changedSince], [1, 1, 0]);
});

test("decisions that today's policies would not take as they were taken are counted apart", () => {
  const test = backTest(table(), table());
  test.observe(decided({ verdict: "allow" }));
  const { changedSince, same } = test.report();
  assert.deepEqual([changedSince, same], [1, 1]);
});

test("a shadow changes nothing, and is what would be if it were in force", () => {
  const policies = policiesOf(
    { rules: [allowAll] },
    { shadow: true, replaces: "p0", rules: [{ id: "read", effect: "allow", match: { tools: ["read"] } }] },
  );
  const live = compilePolicies(policies);
  const shadow = compilePolicies(withShadows(policies) ?? []);
  const call = recordedCall(decided({ name: "send" }));
  assert.deepEqual([live.decide(call).verdict, shadow.decide(call).verdict], ["allow", "deny"]);
  assert.equal(withShadows(policiesOf({ rules: [allowAll] })), undefined);
  const added = policiesOf({ rules: [allowAll] }, { shadow: true, rules: [{ id: "no", effect: "deny" }] });
  assert.equal(compilePolicies(withShadows(added) ?? []).decide(call).rule, "p1/no");
});

test("only a shadow replaces another policy", () => {
  assert.throws(() => policiesOf({ replaces: "p1", rules: [] }), { field: "replaces" });
  assert.throws(() => policiesOf({ shadow: true, replaces: "p0", rules: [] }), { field: "replaces" });
});
