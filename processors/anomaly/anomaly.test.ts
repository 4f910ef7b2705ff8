import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActivityObserved, AnomalyFound, RestrictionChanged, ToolActivity } from "../../domain/events.ts";
import { topics } from "../../domain/topics.ts";
import { randomOf } from "../../loadtest/anomaly/random.ts";
import { topologyDriver } from "../topology-driver.ts";
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
  stage.driver.advance((minute + 200) * lengthMs);
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
  for (const [more, calls] of [20, 4_000].entries()) {
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
