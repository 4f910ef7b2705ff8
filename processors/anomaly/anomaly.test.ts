import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActivityObserved, AnomalyFound, RestrictionChanged, ToolActivity } from "../../domain/events.ts";
import { topics } from "../../domain/topics.ts";
import { randomOf } from "../../loadtest/anomaly/random.ts";
import { topologyDriver } from "../memory/topology-driver.ts";
import { anomaly } from "./anomaly.ts";
import type { Response, Responses } from "./respond.ts";

const lengthMs = 60_000;
const alertOnly: Responses = { caller: [], tool: [], server: [] };
const quarantine: Response = { strength: 1, action: "quarantine", lastsMs: 600_000, callsPerMinute: 0 };

function stageOf(responses = alertOnly) {
  const driver = topologyDriver([anomaly({ alertsPerDay: 1, settleMs: 20_000, responses })]);
  return {
    driver,
    window(minute: number, activities: readonly Partial<ActivityObserved>[]): void {
      for (const given of activities) driver.pipe(topics.activity, observed(minute, given));
      driver.advance((minute + 2) * lengthMs);
    },
    found: () => driver.read(topics.anomalies).map(({ value }) => value as AnomalyFound),
    restricted: () => driver.read(topics.restrictions).map(({ value }) => value as RestrictionChanged),
  };
}

function observed(minute: number, given: Partial<ActivityObserved>) {
  const windowMs = minute * lengthMs;
  const value: ActivityObserved = {
    id: `window/${windowMs}/${given.organizationId ?? "acme"}/${given.userId ?? "ana"}`,
    timeMs: windowMs + lengthMs,
    organizationId: "acme",
    windowMs,
    lengthMs,
    userId: "ana",
    agentId: null,
    calls: 3,
    denied: 0,
    limited: 0,
    failed: 0,
    addresses: ["10.0.0.1"],
    tools: [tool({ calls: given.calls ?? 3 })],
    order: [],
    ...given,
  };
  return { type: "activity_observed", key: value.organizationId, value, timestampMs: value.timeMs } as const;
}

function tool(given: Partial<ToolActivity> = {}): ToolActivity {
  const ended = given.calls ?? 3;
  return {
    server: "files",
    name: "read",
    calls: 3,
    denied: 0,
    failed: 0,
    ended,
    durationLogs: ended * 7,
    argumentBytesMax: 100,
    bytes: 900,
    costUnits: 3,
    ...given,
  };
}

const users = ["ana", "bob", "cyd", "dan", "eve", "fay", "gus", "hal"];

/** Ordinary minutes of eight callers, by chance but always the same. */
function ordinary(stage: ReturnType<typeof stageOf>, minutes: number, from = 0): number {
  const random = randomOf(5);
  for (let minute = from; minute < from + minutes; minute += 1) {
    stage.window(
      minute,
      users.map((userId) => busy(userId, 2 + random.poisson(3))),
    );
  }
  return from + minutes;
}

function busy(userId: string, calls: number): Partial<ActivityObserved> {
  return { userId, calls, tools: [tool({ calls, ended: calls, durationLogs: calls * 7 })] };
}

test("a cold start accuses nobody, whatever is done", () => {
  const stage = stageOf({ ...alertOnly, caller: [quarantine] });
  for (let minute = 0; minute < 20; minute += 1) stage.window(minute, [{ calls: 5_000, failed: 4_000 }]);
  assert.deepEqual([stage.found(), stage.restricted()], [[], []]);
});

test("the alerts of a day are not spent in its first hour: an organization that begins is not taken for one that is quiet", () => {
  const stage = stageOf({ ...alertOnly, caller: [quarantine] });
  const random = randomOf(2);
  const twenty = Array.from({ length: 20 }, (_, index) => `user-${index}`);
  for (let minute = 0; minute < 60; minute += 1) {
    const some = (userId: string) => ({ ...busy(userId, 2 + random.poisson(3)), denied: random.next() < 0.03 ? 1 : 0 });
    stage.window(minute, twenty.map(some));
  }
  assert.deepEqual(stage.found(), []);
});

test("a caller that runs away is found, with evidence, and restricted where that is the response", () => {
  const stage = stageOf({ ...alertOnly, caller: [quarantine] });
  const minute = ordinary(stage, 120);
  assert.deepEqual(stage.found(), []);
  for (let more = 0; more < 3; more += 1)
    stage.window(minute + more, [...users.slice(1).map((userId) => busy(userId, 5)), busy("ana", 400)]);
  const [first, ...others] = stage.found();
  assert.partialDeepStrictEqual(first, { target: "caller:ana/", detector: "rate", action: "quarantine", userId: "ana" });
  assert.match(first?.evidence[0] ?? "", /^400 calls in 60 s; usual are about \d/);
  assert.ok((first?.strength ?? 0) >= 1);
  assert.deepEqual(others, [], "the minutes that follow are the same episode");
  const [restriction] = stage.restricted();
  assert.partialDeepStrictEqual(restriction, {
    change: "imposed",
    target: "caller:ana/",
    action: "quarantine",
    by: `anomaly:${first?.id}`,
  });
  assert.equal((restriction?.expiresAtMs ?? 0) - (restriction?.sinceMs ?? 0), 600_000);
  assert.doesNotMatch(restriction?.reason ?? "", /400/, "the caller is not told what is usual");
});

test("a rise that everybody shares is nobody's", () => {
  const stage = stageOf();
  const minute = ordinary(stage, 120);
  for (let more = 0; more < 5; more += 1)
    stage.window(
      minute + more,
      users.map((userId) => busy(userId, 60)),
    );
  assert.deepEqual(
    stage.found().filter(({ detector }) => detector === "rate"),
    [],
  );
});

test("a server that becomes slow for all is found as the server, not as its callers", () => {
  const stage = stageOf();
  const minute = ordinary(stage, 200);
  stage.found();
  for (let more = 0; more < 20; more += 1) {
    stage.window(
      minute + more,
      users.map((userId) => ({ ...busy(userId, 4), tools: [tool({ calls: 4, ended: 4, durationLogs: 4 * 10 })] })),
    );
  }
  const targets = stage.found().map(({ target, detector }) => `${target} ${detector}`);
  assert.ok(targets.includes("server:files latency"), targets.join(", "));
  assert.ok(targets.every((target) => !target.startsWith("caller:")));
});

const quarantineAll: Responses = { caller: [quarantine], tool: [quarantine], server: [quarantine] };

/** Of `calls` calls of a tool, so many that failed. */
function failing(userId: string, calls: number, failed: number, given: Partial<ToolActivity> = {}): Partial<ActivityObserved> {
  return { userId, calls, failed, tools: [tool({ calls, ended: calls, failed, durationLogs: calls * 7, ...given })] };
}

test("a caller that is new among others is told of, whatever it does, and restricted only once it is known", () => {
  const stage = stageOf(quarantineAll);
  const minute = ordinary(stage, 120);
  const window = (more: number) => stage.window(minute + more, [...users.map((userId) => busy(userId, 5)), failing("ian", 400, 400)]);
  for (let more = 0; more < 20; more += 1) window(more);
  assert.deepEqual(stage.restricted(), []);
  assert.deepEqual([...new Set(stage.found().map(({ target, action }) => `${target} ${action}`))], ["caller:ian/ alert"]);
  for (let more = 20; more < 60; more += 1) stage.window(minute + more, [...users.map((userId) => busy(userId, 5)), busy("ian", 5)]);
  stage.window(minute + 60, [...users.map((userId) => busy(userId, 5)), busy("ian", 40_000)]);
  assert.deepEqual(
    stage.restricted().map(({ target, action }) => `${target} ${action}`),
    ["caller:ian/ quarantine"],
  );
});

test("a caller that becomes known in the course of an anomaly is restricted then", () => {
  const stage = stageOf(quarantineAll);
  const minute = ordinary(stage, 120);
  for (let more = 0; more < 15; more += 1) stage.window(minute + more, [...users.map((userId) => busy(userId, 5)), busy("ian", 5)]);
  for (let more = 15; more < 25; more += 1)
    stage.window(minute + more, [...users.map((userId) => busy(userId, 5)), failing("ian", 20, 13 + more / 5)]);
  assert.deepEqual(
    stage.found().map(({ target, action }) => `${target} ${action}`),
    ["caller:ian/ alert", "caller:ian/ quarantine"],
  );
});

test("a tool and a server that are new block nobody and accuse nobody, whatever becomes of their calls", () => {
  const stage = stageOf(quarantineAll);
  const minute = ordinary(stage, 120);
  for (let more = 0; more < 30; more += 1)
    stage.window(
      minute + more,
      users.map((userId) => ({ ...failing(userId, 5, more % 2 === 0 ? 5 : 1, { server: "new", name: "run" }) })),
    );
  assert.deepEqual(stage.restricted(), []);
  assert.deepEqual(
    [...new Set(stage.found().map(({ action }) => action))].filter((action) => action !== "alert"),
    [],
  );
  assert.deepEqual(
    stage.found().filter(({ targetKind }) => targetKind === "caller"),
    [],
  );
});

test("trouble that everybody has is the server's, and no caller's", () => {
  const stage = stageOf(quarantineAll);
  const minute = ordinary(stage, 200);
  for (let more = 0; more < 3; more += 1)
    stage.window(
      minute + more,
      users.map((userId) => failing(userId, 5, 3)),
    );
  assert.deepEqual(
    stage.found().map(({ target, detector }) => `${target} ${detector}`),
    ["server:files failures"],
    "and its tools' because of it, which is told once",
  );
  assert.deepEqual(
    stage.restricted().map(({ target }) => target),
    ["server:files"],
  );
});

test("a tool that is forbidden to everybody is nobody's trouble", () => {
  const stage = stageOf(quarantineAll);
  const minute = ordinary(stage, 120);
  for (let more = 0; more < 5; more += 1) {
    const denied = users.map((userId) => ({
      userId,
      calls: 5,
      denied: 5,
      tools: [tool({ calls: 5, denied: 5, ended: 0, durationLogs: 0 })],
    }));
    stage.window(minute + more, denied);
  }
  assert.deepEqual([stage.found(), stage.restricted()], [[], []]);
});

test("trouble that one caller has is the caller's, and no tool's", () => {
  const stage = stageOf(quarantineAll);
  const minute = ordinary(stage, 120);
  for (let more = 0; more < 3; more += 1) {
    const slow = 40 * 12;
    stage.window(minute + more, [...users.slice(1).map((userId) => busy(userId, 5)), failing("ana", 40, 40, { durationLogs: slow })]);
  }
  assert.deepEqual([...new Set(stage.found().map(({ target }) => target))], ["caller:ana/"]);
  assert.deepEqual([...new Set(stage.restricted().map(({ target }) => target))], ["caller:ana/"]);
});

test("the trouble of one user's agents is no tool's, and excuses none of them", () => {
  const stage = stageOf(quarantineAll);
  const minute = ordinary(stage, 200);
  const agents = ["one", "two", "three"].map((agentId) => ({ ...failing("ana", 12, 0), agentId }));
  for (let more = 0; more < 40; more += 1) stage.window(minute + more, [...users.slice(1).map((userId) => busy(userId, 5)), ...agents]);
  stage.found();
  const troubled = agents.map((agent) => ({ ...agent, ...failing("ana", 12, 12) }));
  for (let more = 40; more < 43; more += 1) stage.window(minute + more, [...users.slice(1).map((userId) => busy(userId, 5)), ...troubled]);
  assert.deepEqual([...new Set(stage.found().map(({ target }) => target))].sort(), [
    "caller:ana/one",
    "caller:ana/three",
    "caller:ana/two",
  ]);
});

test("a tool that only one caller uses is told of, and restricts nobody", () => {
  const stage = stageOf({ ...quarantineAll, caller: [] });
  const alone = { server: "own", name: "run" };
  const window = (minute: number, failed: number) =>
    stage.window(minute, [...users.slice(1).map((userId) => busy(userId, 5)), failing("ana", 12, failed, alone)]);
  for (let minute = 0; minute < 120; minute += 1) window(minute, 0);
  for (let minute = 120; minute < 123; minute += 1) window(minute, 12);
  const found = stage.found().filter(({ server }) => server === "own");
  assert.deepEqual(
    found.map(({ target, action }) => `${target} ${action}`),
    ["server:own alert"],
  );
  assert.deepEqual(stage.restricted(), []);
});

test("whoever goes on when its restriction has ended is restricted again, and not before", () => {
  const stage = stageOf({ ...alertOnly, caller: [quarantine] });
  const minute = ordinary(stage, 120);
  const others = users.slice(1).map((userId) => busy(userId, 5));
  for (let more = 0; more < 13; more += 1) stage.window(minute + more, more === 0 || more > 11 ? [...others, busy("ana", 400)] : others);
  assert.deepEqual(
    stage.restricted().map(({ target, sinceMs }) => [target, Math.floor(sinceMs / lengthMs) - minute]),
    [
      ["caller:ana/", 1],
      ["caller:ana/", 13],
    ],
  );
});

test("an anomaly that becomes strong enough for a harder response has it, and once", () => {
  const throttle: Response = { strength: 1, action: "throttle", lastsMs: 600_000, callsPerMinute: 6 };
  const stage = stageOf({ ...alertOnly, caller: [throttle, { ...quarantine, strength: 1_000_000 }] });
  const minute = ordinary(stage, 120);
  const others = users.slice(1).map((userId) => busy(userId, 5));
  for (const [more, calls] of [80, 400, 400, 400].entries()) stage.window(minute + more, [...others, busy("ana", calls)]);
  const [first, second, ...more] = stage.found();
  assert.deepEqual([first?.action, second?.action, more], ["throttle", "quarantine", []]);
  assert.ok((second?.strength ?? 0) < 20 * (first?.strength ?? 0), "it did not grow by far");
  assert.deepEqual(
    stage.restricted().map(({ action }) => action),
    ["throttle", "quarantine"],
  );
});

test("what is wrong with a server over hours is told once, and what is wrong with it in another way as well", () => {
  const stage = stageOf();
  const minute = ordinary(stage, 200);
  stage.found();
  const all = (given: Partial<ToolActivity>) =>
    users.map((userId) => ({ ...busy(userId, 4), tools: [tool({ calls: 4, ended: 4, ...given })] }));
  for (const more of [0, 1, 2, 3, 120, 121, 122, 123]) stage.window(minute + more, all({ durationLogs: 4 * 10 }));
  for (const more of [200, 201]) stage.window(minute + more, all({ durationLogs: 4 * 7, failed: 3 }));
  assert.deepEqual(
    stage.found().map(({ target, detector }) => `${target} ${detector}`),
    ["server:files latency", "server:files failures"],
  );
});

test("whoever an administrator released is not restricted again at once, and still told of", () => {
  const stage = stageOf({ ...alertOnly, caller: [quarantine] });
  const minute = ordinary(stage, 120);
  stage.window(minute, [...users.slice(1).map((userId) => busy(userId, 5)), busy("ana", 400)]);
  const [imposed] = stage.restricted();
  assert.ok(imposed !== undefined);
  const released: RestrictionChanged = { ...imposed, change: "released", by: "user:root", timeMs: (minute + 2) * lengthMs };
  stage.driver.pipe(topics.restrictions, {
    type: "restriction_changed",
    key: "acme/caller",
    value: released,
    timestampMs: released.timeMs,
  });
  stage.found();
  stage.window(minute + 40, [...users.slice(1).map((userId) => busy(userId, 5)), busy("ana", 900)]);
  assert.deepEqual(
    stage.found().map(({ target, action }) => [target, action]),
    [["caller:ana/", "alert"]],
  );
  assert.deepEqual(stage.restricted(), []);
});

/** A restriction on Ana, by whomever. */
function restriction(timeMs: number, given: Partial<RestrictionChanged>) {
  const value: RestrictionChanged = {
    ...{ id: "r", timeMs, organizationId: "acme", change: "imposed", targetKind: "caller", target: "caller:ana/" },
    ...{ userId: "ana", agentId: null, server: null, name: null, action: "quarantine", callsPerMinute: 0 },
    ...{ reason: "", evidence: "[]", by: "user:root", sinceMs: timeMs, expiresAtMs: timeMs + 3_600_000 },
    ...given,
  };
  return { type: "restriction_changed", key: "acme/caller:ana/", value, timestampMs: timeMs } as const;
}

test("whoever goes on when the respite after a release is over, or what an administrator imposed, is restricted then", () => {
  for (const [act, given] of [
    ["released", { change: "released" }],
    ["throttled", { action: "throttle", callsPerMinute: 500, expiresAtMs: 360 * lengthMs }],
  ] as const) {
    const stage = stageOf({ ...alertOnly, caller: [quarantine] });
    const minute = ordinary(stage, 300);
    stage.driver.pipe(topics.restrictions, restriction(minute * lengthMs, given));
    for (let more = 0; more < 90; more += 1) {
      stage.window(minute + more, [...users.slice(1).map((userId) => busy(userId, 5)), busy("ana", more % 25 === 0 ? 900 : 5)]);
    }
    const [first] = stage.restricted().map(({ sinceMs }) => Math.floor(sinceMs / lengthMs) - minute);
    assert.ok(first !== undefined && first >= 60, `${act}: ${first}`);
  }
});

const throttle: Response = { strength: 1, action: "throttle", lastsMs: 60_000, callsPerMinute: 6 };
const standing: readonly (readonly [string, Partial<RestrictionChanged>, Response, string])[] = [
  ["an administrator's quarantine", {}, throttle, "alert"],
  ["an administrator's throttle", { action: "throttle", callsPerMinute: 60 }, quarantine, "alert"],
  ["a quarantine that was found necessary before", { by: "anomaly:1" }, throttle, "alert"],
  ["a throttle that lets fewer calls pass", { by: "anomaly:1", action: "throttle", callsPerMinute: 2 }, throttle, "alert"],
  ["a throttle, by a quarantine", { by: "anomaly:1", action: "throttle", callsPerMinute: 6 }, quarantine, "quarantine"],
  [
    "a throttle that ends sooner",
    { by: "anomaly:1", action: "throttle", callsPerMinute: 6, expiresAtMs: 122 * 60_000 },
    throttle,
    "throttle",
  ],
  ["what has ended", { expiresAtMs: 1 }, throttle, "throttle"],
];
for (const [name, given, response, action] of standing) {
  test(`an anomaly ${action === "alert" ? "never takes the place of" : "takes the place of"} ${name}`, () => {
    const stage = stageOf({ ...alertOnly, caller: [response] });
    const minute = ordinary(stage, 120);
    stage.driver.pipe(topics.restrictions, restriction(minute * lengthMs, given));
    stage.window(minute, [...users.slice(1).map((userId) => busy(userId, 5)), busy("ana", 400)]);
    assert.deepEqual(
      stage.found().map((found) => found.action),
      [action],
    );
    assert.deepEqual(
      stage.restricted().map((imposed) => imposed.action),
      action === "alert" ? [] : [action],
    );
  });
}

test("restrictions, releases and episodes that are over are forgotten", () => {
  const stage = stageOf({ ...alertOnly, caller: [quarantine] });
  const minute = ordinary(stage, 120);
  stage.window(minute, [...users.slice(1).map((userId) => busy(userId, 5)), busy("ana", 400)]);
  stage.driver.pipe(topics.restrictions, restriction(minute * lengthMs, { target: "caller:bob/", change: "released" }));
  const kept = () => [...stage.driver.state("anomaly").keys()].filter((key) => /^(?:restricted|released|episode)\//.test(key)).sort();
  assert.deepEqual(kept(), ["episode/acme/caller:ana/", "released/acme/caller:bob/", "restricted/acme/caller:ana/"]);
  stage.driver.advance((minute + 600) * lengthMs);
  assert.deepEqual(kept(), []);
});

test("once an administrator has restricted the target anew, the respite of the release before is over", () => {
  const stage = stageOf({ ...alertOnly, caller: [quarantine] });
  const minute = ordinary(stage, 120);
  const nowMs = minute * lengthMs;
  stage.driver.pipe(topics.restrictions, restriction(nowMs, { change: "released" }));
  stage.driver.pipe(topics.restrictions, restriction(nowMs + 1, { expiresAtMs: nowMs + 10 }));
  stage.window(minute, [...users.slice(1).map((userId) => busy(userId, 5)), busy("ana", 400)]);
  assert.deepEqual(
    stage.restricted().map(({ target, action }) => [target, action]),
    [["caller:ana/", "quarantine"]],
  );
});

test("what is told late of a target is not taken for what restricts it now", () => {
  const stage = stageOf({ ...alertOnly, caller: [throttle] });
  const minute = ordinary(stage, 120);
  const nowMs = minute * lengthMs;
  stage.driver.pipe(topics.restrictions, restriction(nowMs, { change: "released", timeMs: nowMs - 7_200_000, sinceMs: 0 }));
  stage.driver.pipe(topics.restrictions, restriction(nowMs - 7_200_001, { by: "anomaly:1", expiresAtMs: nowMs + 3_600_000 }));
  stage.window(minute, [...users.slice(1).map((userId) => busy(userId, 5)), busy("ana", 400)]);
  assert.deepEqual(
    stage.restricted().map(({ action }) => action),
    ["throttle"],
  );
});

test("a window that is told again, before or after it is judged, counts once", () => {
  const run = (again: boolean) => {
    const stage = stageOf({ ...alertOnly, caller: [quarantine] });
    const minute = ordinary(stage, 120);
    for (let more = 0; more < 4; more += 1) {
      const window = [...users.slice(1).map((userId) => busy(userId, 5)), busy("ana", 5 + 100 * more)];
      stage.window(minute + more, again ? [...window, ...window] : window);
      if (again) stage.window(minute + more, window);
    }
    return [stage.found(), stage.restricted(), stage.driver.state("anomaly")];
  };
  assert.deepEqual(run(true), run(false));
});

test("of two restrictions of a target that are found at once the later window's is the later one", () => {
  const stage = stageOf({
    ...alertOnly,
    caller: [
      { ...quarantine, action: "throttle", callsPerMinute: 5 },
      { ...quarantine, strength: 100 },
    ],
  });
  const minute = ordinary(stage, 120);
  for (const [more, calls] of [28, 4_000].entries()) {
    for (const activity of [...users.slice(1).map((userId) => busy(userId, 5)), busy("ana", calls)])
      stage.driver.pipe(topics.activity, observed(minute + more, activity));
  }
  stage.driver.advance((minute + 4) * lengthMs);
  const restricted = stage.restricted();
  assert.deepEqual(
    restricted.map(({ action }) => action),
    ["throttle", "quarantine"],
  );
  assert.ok((restricted[0]?.sinceMs ?? 0) < (restricted[1]?.sinceMs ?? 0));
});

/** A caller that calls names of tools, each for the first time. */
function inventing(minute: number, count: number, isDenied: boolean): Partial<ActivityObserved> {
  const outcome = isDenied ? { denied: 1, ended: 0 } : { failed: 1, ended: 1 };
  const tools = Array.from({ length: count }, (_, index) =>
    tool({ name: `tool-${minute}-${index}`, calls: 1, durationLogs: 7, ...outcome }),
  );
  return { userId: "mal", calls: count, [isDenied ? "denied" : "failed"]: count, tools };
}

test("a caller that invents names of tools does not fill the state", () => {
  const stage = stageOf();
  const known = () => [...stage.driver.state("anomaly").keys()].filter((key) => key.startsWith("tool/")).sort();
  for (let minute = 0; minute < 3; minute += 1) stage.window(minute, [busy("ana", 3), inventing(minute, 256, false)]);
  assert.deepEqual(known(), ["tool/acme/server:files", "tool/acme/tool:files/read"]);
  const answered = (name: string) => tool({ name, calls: 1, ended: 1, durationLogs: 7 });
  for (let minute = 3; minute < 11; minute += 1) {
    const tools = Array.from({ length: 256 }, (_, index) => answered(`made-${minute}-${index}`));
    stage.window(minute, [{ userId: "mal", calls: 256, tools }]);
  }
  assert.equal(known().length, 2_000, "nor one that is answered, whatever it calls");
  stage.driver.advance(9 * 24 * 60 * lengthMs);
  assert.deepEqual(known(), ["tool/acme/server:files"], "and what was hardly called is soon forgotten");
});

test("a caller that invents names of tools does not hide how large arguments usually are for tools that come later", () => {
  const stage = stageOf({ ...alertOnly, caller: [quarantine] });
  for (let minute = 0; minute < 35; minute += 1) stage.window(minute, [inventing(minute, 64, true)]);
  const minute = ordinary(stage, 50, 35);
  const opening = (userId: string, argumentBytesMax: number) => ({
    ...busy(userId, 4),
    tools: [tool({ calls: 3 }), tool({ server: "vault", name: "open", calls: 1, ended: 1, durationLogs: 7, argumentBytesMax })],
  });
  for (let more = 0; more < 30; more += 1)
    stage.window(
      minute + more,
      users.slice(1, 4).map((userId) => opening(userId, 100)),
    );
  stage.found();
  stage.window(minute + 30, [...users.slice(1).map((userId) => busy(userId, 4)), opening("ana", 5_000_000)]);
  assert.deepEqual(
    stage.found().map(({ target, detector }) => `${target} ${detector}`),
    ["caller:ana/ size"],
  );
});

test("organizations are judged apart", () => {
  const stage = stageOf();
  const minute = ordinary(stage, 120);
  stage.window(minute, [{ ...busy("ana", 4_000), organizationId: "other" }]);
  assert.deepEqual(stage.found(), [], "the other one is new: its callers are not held against those of acme");
});

test("replaying the same records, in any order within a window, finds the same", () => {
  const run = (reversed: boolean) => {
    const stage = stageOf({ ...alertOnly, caller: [quarantine] });
    const random = randomOf(9);
    for (let minute = 0; minute < 130; minute += 1) {
      const activities = users.map((userId) => busy(userId, 2 + random.poisson(minute === 125 && userId === "bob" ? 300 : 3)));
      stage.window(minute, reversed ? [...activities].reverse() : activities);
    }
    // What waits in a window has the order in which it came; nothing waits at the end.
    return [stage.found(), stage.restricted(), stage.driver.state("anomaly")];
  };
  assert.deepEqual(run(true), run(false));
});
