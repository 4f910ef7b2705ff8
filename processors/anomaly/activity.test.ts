import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ActivityObserved, CallDecided, CallEnded } from "../../domain/events.ts";
import { topics } from "../../domain/topics.ts";
import { decidedRecord, endedRecord } from "../call-events.ts";
import { topologyDriver } from "../memory/topology-driver.ts";
import { changesOf } from "../processor.ts";
import { activity } from "./activity.ts";

const windowMs = 60_000;
const driver = () => topologyDriver([activity({ windowMs, graceMs: 5_000 })]);
type Driver = ReturnType<typeof driver>;

let sequence = 0;
function next(): number {
  sequence += 1;
  return sequence;
}
const decided = (given: Partial<CallDecided>) => decidedRecord({ sequence: next(), ...given });
const ended = (given: Partial<CallEnded>) => endedRecord({ sequence: next(), ...given });

function told(stage: Driver, nowMs: number): readonly ActivityObserved[] {
  stage.advance(nowMs);
  return stage.read(topics.activity).map(({ value }) => value as ActivityObserved);
}

test("what a caller did in a window is told once the window has ended and its grace is over", () => {
  const stage = driver();
  stage.pipe(topics.calls, decided({ timeMs: 1_000, argumentsBytes: 10 }));
  stage.pipe(topics.calls, ended({ timeMs: 1_500, durationMicros: 1_000 }));
  stage.pipe(topics.calls, decided({ timeMs: 2_000, name: "send", argumentsBytes: 99, address: "10.0.0.2" }));
  stage.pipe(topics.calls, ended({ timeMs: 2_500, name: "send", outcome: "tool-error", durationMicros: 2_000 }));
  stage.pipe(topics.calls, decided({ timeMs: 3_000, verdict: "deny", stage: "policy" }));
  stage.pipe(topics.calls, decided({ timeMs: 3_500, verdict: "deny", stage: "limit" }));
  assert.deepEqual(told(stage, 65_000), [], "it is closed at one tick, and told at the next");
  const [window, ...others] = told(stage, 67_500);
  assert.deepEqual(others, []);
  assert.partialDeepStrictEqual(window, {
    organizationId: "acme",
    userId: "ana",
    windowMs: 0,
    lengthMs: windowMs,
    calls: 4,
    denied: 1,
    limited: 1,
    failed: 1,
    addresses: ["127.0.0.1", "10.0.0.2"],
    order: [0, 1, 0, 0],
  });
  assert.deepEqual(
    window?.tools.map(({ name, calls, ended, failed, argumentBytesMax }) => [name, calls, ended, failed, argumentBytesMax]),
    [
      ["echo", 3, 1, 0, 10],
      ["send", 1, 1, 1, 99],
    ],
  );
  assert.equal(stage.state("activity").size, 3, "what was told is forgotten: seen, open and floor stay");
});

test("a gate whose clock is years ahead opens no window each minute: its calls count in the one that is open", () => {
  const stage = driver();
  const bob = { userId: "bob", agentId: null, roles: [], scopes: [], groups: [], credential: "key:b" };
  const year = 365 * 24 * 60 * 60_000;
  for (let minute = 0; minute < 100; minute += 1) {
    stage.pipe(topics.calls, decided({ timeMs: minute * windowMs + 1_000 }));
    stage.pipe(topics.calls, decided({ timeMs: year + minute * windowMs, principal: bob }));
    if (minute > 0) told(stage, minute * windowMs + 10_000);
  }
  const open = JSON.parse(stage.state("activity").get("open") ?? "[]") as readonly number[];
  assert.ok(open.length <= 3, `${open.length} windows are open`);
  assert.deepEqual(
    told(stage, 102 * windowMs).map(({ userId }) => userId),
    ["ana", "bob"],
  );
});

test("callers, agents and organizations are told apart", () => {
  const stage = driver();
  const principal = { userId: "ana", agentId: "coder", roles: [], scopes: [], groups: [], credential: "key:1" };
  stage.pipe(topics.calls, decided({ timeMs: 1 }));
  stage.pipe(topics.calls, decided({ timeMs: 1, principal }));
  stage.pipe(topics.calls, decided({ timeMs: 1, principal, organizationId: "other" }));
  assert.equal(told(stage, 70_000).length, 3);
});

test("handshakes and lists are no activity; resources are told by how they are read", () => {
  const stage = driver();
  stage.pipe(topics.calls, decided({ timeMs: 1, method: "initialize", name: null }));
  stage.pipe(topics.calls, decided({ timeMs: 1, method: "tools/list", name: null }));
  assert.deepEqual(told(stage, 70_000), []);
  stage.pipe(topics.calls, decided({ timeMs: 70_000, method: "resources/read", name: "file:///1" }));
  stage.pipe(topics.calls, decided({ timeMs: 70_000, method: "resources/read", name: "file:///2" }));
  assert.deepEqual(
    told(stage, 140_000)[0]?.tools.map(({ name, calls }) => [name, calls]),
    [["resources/read", 2]],
  );
});

test("what a restriction refused is no activity: it is not held against the callers of a server in quarantine", () => {
  const stage = driver();
  stage.pipe(topics.calls, decided({ timeMs: 1 }));
  stage.pipe(topics.calls, decided({ timeMs: 2, verdict: "deny", stage: "quarantine", rule: "server:everything" }));
  stage.pipe(topics.calls, decided({ timeMs: 3, verdict: "deny", stage: "limit", rule: "caller:ana/" }));
  stage.pipe(topics.calls, decided({ timeMs: 4, verdict: "deny", stage: "limit", rule: "a-limit" }));
  stage.pipe(topics.calls, decided({ timeMs: 5, verdict: "deny", stage: "policy" }));
  const [window] = told(stage, 70_000);
  assert.partialDeepStrictEqual(window, { calls: 3, denied: 1, limited: 1, tools: [{ name: "echo", calls: 3, denied: 1 }] });
});

test("whoever asks for many tools hides none that is forwarded, and nothing that is spent", () => {
  const stage = driver();
  for (let tool = 0; tool < 100; tool += 1) stage.pipe(topics.calls, decided({ timeMs: 1, name: `bogus-${tool}`, verdict: "deny" }));
  stage.pipe(topics.calls, decided({ timeMs: 2, name: "costly" }));
  stage.pipe(topics.calls, ended({ timeMs: 3, name: "costly", costUnits: 20 }));
  for (let tool = 0; tool < 300; tool += 1) stage.pipe(topics.calls, ended({ timeMs: 4, name: `made-up-${tool}` }));
  for (let server = 0; server < 100; server += 1) stage.pipe(topics.calls, ended({ timeMs: 5, server: `server-${server}`, name: "x" }));
  const [window] = told(stage, 70_000);
  const sum = (field: "calls" | "ended" | "costUnits") => (window?.tools ?? []).reduce((all, tool) => all + tool[field], 0);
  assert.deepEqual([sum("calls"), sum("ended"), sum("costUnits")], [101, 401, 420]);
  assert.partialDeepStrictEqual(
    window?.tools.find(({ name }) => name === "costly"),
    { ended: 1, costUnits: 20 },
  );
  assert.ok((window?.tools.length ?? 0) <= 321);
  assert.deepEqual(
    window?.tools
      .filter(({ name }) => name === "")
      .map(({ server, calls, ended: forwarded }) => [server, calls, forwarded])
      .slice(0, 1),
    [["everything", 37, 110]],
  );
  assert.equal(window?.tools.filter(({ server, name }) => server === "" && name === "").length, 1);
});

test("what comes late is counted in the oldest window that is open, and nothing is lost", () => {
  const stage = driver();
  stage.pipe(topics.calls, decided({ timeMs: 1 }));
  assert.equal(told(stage, 70_000)[0]?.calls, 1);
  stage.pipe(topics.calls, decided({ timeMs: 59_999 }));
  const [late] = told(stage, 140_000);
  assert.equal(late?.windowMs, windowMs);
  assert.equal(late?.calls, 1);
});

test("repeats count once, and at once or one by one is the same", () => {
  const call = fc.record({
    user: fc.constantFrom("ana", "bob"),
    tool: fc.constantFrom("a", "b", "c"),
    timeMs: fc.integer({ min: 0, max: 300_000 }),
  });
  fc.assert(
    fc.property(fc.array(call, { maxLength: 60 }), fc.array(fc.nat({ max: 59 }), { maxLength: 10 }), (calls, repeated) => {
      const records = calls.map(({ user, tool, timeMs }, index) =>
        decidedRecord({
          sequence: index + 1,
          timeMs,
          name: tool,
          principal: { userId: user, agentId: null, roles: [], scopes: [], groups: [], credential: "k" },
        }),
      );
      const again = repeated.flatMap((index) => records[index] ?? []);
      const stage = driver();
      for (const record of [...records, ...again]) stage.pipe(topics.calls, record);
      const windows = told(stage, 1_000_000);
      assert.equal(
        windows.reduce((sum, { calls: count }) => sum + count, 0),
        calls.length,
      );
      const stored = [...records, ...again].map((record, offset) => ({ ...record, topic: "calls", partition: 0, offset }));
      const atOnce = changesOf(activity({ windowMs, graceMs: 5_000 }).gather(new Map()), stored);
      const other = driver();
      for (const record of [...records, ...again]) other.pipe(topics.calls, record);
      assert.deepEqual(new Map([...atOnce].sort()), new Map([...other.state("activity")].sort()));
    }),
    { numRuns: 60 },
  );
});

test("a window that is told again, by an owner to whom more had come meanwhile, is told as before", () => {
  const { step } = activity({ windowMs, graceMs: 5_000 });
  const state = new Map<string, string>();
  const take = (input: Parameters<typeof step>[1]) => {
    const { changes, emit } = step(state, input);
    for (const [key, value] of changes) {
      if (value === null) state.delete(key);
      else state.set(key, value);
    }
    return emit.map(({ record }) => record.value as ActivityObserved);
  };
  const call = (offset: number) => ({ ...decided({ timeMs: 1 }), topic: "calls", partition: 0, offset }) as const;
  take(call(0) as never);
  take({ type: "tick", timestampMs: 66_000 });
  const before = new Map(state);
  const first = take({ type: "tick", timestampMs: 68_500 });
  state.clear();
  for (const [key, value] of before) state.set(key, value);
  take(call(1) as never);
  const again = take({ type: "tick", timestampMs: 69_000 });
  assert.deepEqual(
    again.map((told) => ({ ...told, timeMs: 0 })),
    first.map((told) => ({ ...told, timeMs: 0 })),
  );
});
