import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallDecided } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import { topics } from "../../domain/topics.ts";
import { admin, controlFixture, nobody, startMs } from "../control.fixture.ts";
import type { BackTestProgress } from "./review-commands.ts";

const allowAll = { policyId: "all", rules: [{ id: "everything", effect: "allow" }] };
const noSend = { policyId: "extra", rules: [{ id: "no-send", effect: "deny", match: { tools: ["send"] } }] };

function decision(sequence: number, given: Partial<CallDecided> = {}): CallDecided {
  return {
    ...{ id: `gate/1/${sequence}`, callId: `call-${sequence}`, timeMs: startMs - 1_000, organizationId: "acme" },
    ...{ gateway: "gate", epoch: 1, sequence, address: "127.0.0.1", transport: "http", protocol: "2026-07-28" },
    principal: { userId: "ana", agentId: null, roles: [], scopes: [], groups: [], credential: "key:1" },
    ...{ method: "tools/call", server: "mail", serverLabels: {}, virtualServer: null, name: "send" },
    ...{ arguments: null, argumentsBytes: 0, traceparent: null },
    ...{ verdict: "allow", stage: "policy", rule: "all/everything", policyVersion: 1, reason: "" },
    ...{ policyOffset: 1, serverOffset: 0, audit: "strict" },
    ...given,
  };
}

async function stageOf(decisions: readonly CallDecided[]) {
  const fixture = await controlFixture();
  await fixture.control.putPolicy(admin, allowAll);
  const records = decisions.map((value) => ({ type: "call_decided", key: "k", value, timestampMs: value.timeMs }) as const);
  await fixture.log.append(topics.calls, records);
  return fixture;
}

async function last(progress: AsyncIterable<BackTestProgress>): Promise<BackTestProgress | undefined> {
  let told: BackTestProgress | undefined;
  for await (const one of progress) told = one;
  return told;
}

const wish = { definitions: [noSend], alone: false, signal: new AbortController().signal };

test("an organization's own decisions of the time that is asked for are replayed, and no others", async () => {
  const { control } = await stageOf([
    decision(1),
    decision(2, { organizationId: "globex" }),
    decision(3, { timeMs: startMs - 9 * 24 * 60 * 60_000 }),
  ]);
  const { report } = (await last(control.testPolicies(admin, wish))) ?? {};
  assert.partialDeepStrictEqual(report, { calls: 1, same: 0, flips: [{ direction: "allow-to-deny", rule: "extra/no-send", count: 1 }] });
  await assert.rejects(last(control.testPolicies(nobody, wish)), { code: "denied" });
});

test("without records there is an empty report", async () => {
  const { control } = await stageOf([]);
  assert.partialDeepStrictEqual(await last(control.testPolicies(admin, wish)), {
    recordsTotal: 0,
    report: { calls: 0, same: 0, flips: [], undecided: [], unreadable: 0 },
  });
});

test("what is wrong with a candidate is told with its place among them, and no id comes twice", async () => {
  const { control } = await stageOf([]);
  const refused = (definitions: readonly object[]) => last(control.testPolicies(admin, { ...wish, definitions }));
  const broken = { policyId: "broken", rules: [{ id: "r", effect: "allow", when: "args.a ===" }] };
  await assert.rejects(refused([noSend, broken]), { code: "invalid", field: "definitions[1].rules[0].when", message: /syntax error/ });
  await assert.rejects(refused([noSend, allowAll, noSend]), { code: "invalid", field: "definitions[2].policyId" });
  await assert.rejects(refused([]), { code: "invalid", field: "definitions" });
});

test("records that can't be decoded are passed over and counted", async () => {
  const { control, log } = await stageOf([decision(1), decision(2), decision(3)]);
  const read = log.read.bind(log);
  log.read = async (topic, place) => {
    const records = await read(topic, place);
    if (topic.name === "calls" && records.some(({ offset }) => offset === 1)) throw new Fault("invalid", "the record can't be decoded");
    return records;
  };
  const { report } = (await last(control.testPolicies(admin, wish))) ?? {};
  assert.partialDeepStrictEqual(report, { calls: 2, unreadable: 1 });
  const { entries } = await control.queryAudit(admin, {
    sinceMs: undefined,
    untilMs: undefined,
    filter: { userId: "ana", kinds: ["decided"] },
  });
  assert.deepEqual(
    entries.map(({ event }) => event.id),
    ["gate/1/3", "gate/1/1"],
  );
});

/** Nothing that any call fits, and a millisecond or so to find that out. */
const costly = Array.from({ length: 6 }, (_, index) => ({
  id: `r${index}`,
  effect: "deny",
  when: "[1,2,3,4,5,6,7,8].exists(a, [1,2,3,4,5,6,7,8].exists(b, a * b == -1))",
}));
const heavy = { ...wish, definitions: [{ policyId: "heavy", rules: costly }] };

test("while a back-test computes, this thread has time for others", async () => {
  const { control } = await stageOf(Array.from({ length: 100 }, (_, index) => decision(index + 1)));
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  const progress = control.testPolicies(admin, heavy)[Symbol.asyncIterator]();
  setImmediate(turn);
  assert.equal((await progress.next()).value?.recordsRead, 100);
  isOver = true;
  assert.ok(turns > 4, `${turns} turns`);
});

test("a back-test that nobody waits for any longer ends", async () => {
  const { control } = await stageOf(Array.from({ length: 400 }, (_, index) => decision(index + 1)));
  const leaving = new AbortController();
  setImmediate(() => leaving.abort());
  assert.equal(await last(control.testPolicies(admin, { ...heavy, signal: leaving.signal })), undefined);
});
