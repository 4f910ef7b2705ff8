import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../domain/fault.ts";
import type { Metrics } from "../../domain/ports/metrics.ts";
import { call, type Started, server, upstream, world } from "./router.fixture.ts";

test("a server is found by its organization and name, and by no other", () => {
  const { router } = world();
  router.replace([server("b", []), server("a", []), server("a", [], "other")]);
  assert.equal(router.find("acme", "a")?.server.organizationId, "acme");
  assert.equal(router.find("other", "a")?.server.organizationId, "other");
  for (const [organizationId, name] of [
    ["acme", "c"],
    ["nobody", "a"],
    ["acme", "__proto__"],
    ["constructor", "name"],
    ["acme/a", ""],
  ] as const) {
    assert.equal(router.find(organizationId, name), undefined);
  }
  assert.deepEqual(
    router.list("acme").map((routed) => routed.server.name),
    ["a", "b"],
  );
});

test("calls go to the upstream with the fewest in flight", () => {
  const { router, started } = world();
  router.replace([server("s", [upstream("one"), upstream("two")])]);
  const routed = router.find("acme", "s");
  for (let index = 0; index < 3; index += 1) call(routed);
  const [first, second] = started;
  assert.notEqual(first?.upstream, second?.upstream);
  second?.answer();
  call(routed);
  assert.equal(started.at(-1)?.upstream, second?.upstream);
  assert.deepEqual(
    router
      .states()
      .map(({ inFlight }) => inFlight)
      .sort(),
    [1, 2],
  );
});

test("an answer passes through as it comes", () => {
  const { router, started } = world();
  router.replace([server("s", [upstream("one")])]);
  const { seen, exchange } = call(router.find("acme", "s"));
  assert.equal(exchange.upstreamId, "one");
  exchange.pause();
  exchange.resume();
  started[0]?.answer();
  exchange.cancel();
  assert.deepEqual(seen, ["200", "x", "end"]);
  assert.deepEqual(started[0]?.told, ["pause", "resume"]);
});

const retries: readonly [
  name: string,
  options: { repeatable?: boolean; pinned?: string },
  fails: readonly Parameters<Started["fail"]>[],
  tries: number,
][] = [
  ["what was not sent is tried on another", {}, [["unsent"]], 2],
  ["what was sent is not", {}, [["sent"]], 1],
  ["what was sent and may be repeated is", { repeatable: true }, [["sent"]], 2],
  ["an answer that broke off is not", { repeatable: true }, [["answering"]], 1],
  ["at most two more are tried", { repeatable: true }, [["unsent"], ["sent"], ["unsent"]], 3],
  ["a pinned call stays where its session is", { repeatable: true, pinned: "two" }, [["unsent"]], 1],
  ["what took too long is not tried elsewhere", { repeatable: true }, [["sent", "timeout"]], 1],
  ["a wrong request stays wrong", {}, [["unsent", "invalid"]], 1],
  ["a full upstream is passed by", {}, [["unsent", "unavailable", 1_000]], 2],
];

for (const [name, options, fails, tries] of retries) {
  test(`retries: ${name}`, () => {
    const { router, started } = world();
    router.replace([
      server(
        "s",
        ["one", "two", "three", "four"].map((id) => upstream(id)),
      ),
    ]);
    const { seen, exchange } = call(router.find("acme", "s"), options);
    for (const fail of fails) started.at(-1)?.fail(...fail);
    assert.equal(started.length, tries);
    assert.equal(new Set(started.map((each) => each.upstream)).size, tries);
    if (tries > fails.length) started.at(-1)?.answer();
    assert.equal(seen.at(-1)?.startsWith("end"), tries > fails.length);
    assert.equal(exchange.upstreamId, started.at(-1)?.upstream);
    assert.ok(router.states().every(({ inFlight }) => inFlight === 0));
  });
}

test("another try sends the same bytes, though the caller used its memory again", () => {
  const { router, started } = world();
  router.replace([server("s", [upstream("one"), upstream("two")])]);
  const body = Buffer.from("first");
  const sink = { head() {}, data() {}, end() {}, fail() {} };
  const request = {
    method: "POST",
    headers: [],
    body,
    repeatable: false,
    answerTimeoutMs: 1,
    idleTimeoutMs: 1,
    totalTimeoutMs: 1,
  } as const;
  router.find("acme", "s")?.exchange(request, sink);
  body.write("other");
  started[0]?.fail("unsent");
  assert.equal(Buffer.from(started[1]?.request.body ?? []).toString(), "first");
});

test("a withdrawn call is cancelled once and says nothing more", () => {
  const { router, started } = world();
  router.replace([server("s", [upstream("one"), upstream("two")])]);
  const { seen, exchange } = call(router.find("acme", "s"));
  exchange.cancel();
  exchange.cancel();
  started[0]?.fail("unsent");
  assert.deepEqual(seen, []);
  assert.deepEqual(started[0]?.told, ["cancel"]);
  assert.equal(started.length, 1);
});

test("failures open the circuit, calls avoid it, a probe closes it, and each change is told once", () => {
  const { router, started, changes, clock } = world();
  router.replace([server("s", [upstream("one")])]);
  const routed = router.find("acme", "s");
  for (let index = 0; index < 5; index += 1) {
    call(routed);
    started.at(-1)?.fail("sent");
  }
  assert.deepEqual(call(routed).seen, ["unsent unavailable 1000"]);
  assert.deepEqual(call(routed, { pinned: "one" }).seen, ["unsent unavailable 1000"]);
  clock.nowMs += 1_000;
  router.tick();
  const probe = call(routed);
  assert.deepEqual(call(routed).seen, ["unsent unavailable 1000"]);
  started.at(-1)?.answer();
  assert.deepEqual(probe.seen, ["200", "x", "end"]);
  assert.deepEqual(
    changes.map(({ circuit, reason }) => `${circuit}: ${reason}`),
    ["open: it failed", "half-open: it failed", "closed: not checked yet"],
  );
});

test("statuses of 500 and above open the circuit; refusals, full queues and withdrawals do not", () => {
  const { router, started } = world();
  router.replace([server("s", [upstream("one")])]);
  const routed = router.find("acme", "s");
  const circuit = () => router.states()[0]?.circuit;
  for (let index = 0; index < 10; index += 1) {
    call(routed);
    if (index % 3 === 0) started.at(-1)?.answer(404);
    else if (index % 3 === 1) started.at(-1)?.fail("unsent", "unavailable", 1_000);
    else call(routed).exchange.cancel();
  }
  assert.equal(circuit(), "closed");
  for (let index = 0; index < 5; index += 1) {
    call(routed);
    started.at(-1)?.answer(503);
  }
  assert.equal(circuit(), "open");
});

test("an upstream that fails its checks gets no calls until a check is good again", async () => {
  const { router, started, checks, clock, changes } = world();
  router.replace([server("s", [upstream("one"), upstream("two")])]);
  checks.set("one", 0);
  const check = async (byMs: number) => {
    clock.nowMs += byMs;
    router.tick();
    await Promise.resolve();
  };
  await check(0);
  await check(10_000);
  const told = () => changes.map((change) => `${change.upstream} ${change.health}`);
  assert.deepEqual(told(), ["two healthy", "one unhealthy"]);
  for (let index = 0; index < 4; index += 1) call(router.find("acme", "s"));
  assert.deepEqual(new Set(started.map((each) => each.upstream)), new Set(["two"]));
  checks.set("two", 503);
  await check(10_000);
  await check(10_000);
  assert.deepEqual(call(router.find("acme", "s")).seen, ["unsent unavailable 1000"]);
  assert.equal(started.length, 4);
  checks.set("one", 401);
  await check(10_000);
  assert.deepEqual(told().at(-1), "one healthy");
});

test("an upstream whose calls are answered needs no check", async () => {
  const { router, started, checks, clock } = world();
  router.replace([server("s", [upstream("one")])]);
  router.tick();
  checks.set("one", 0);
  for (let index = 0; index < 5; index += 1) {
    clock.nowMs += 12_000;
    call(router.find("acme", "s"));
    started.at(-1)?.answer();
    router.tick();
    await Promise.resolve();
  }
  assert.equal(router.states()[0]?.health, "healthy");
});

test("what did not change keeps its upstreams; what changed is opened anew; what is gone is closed", () => {
  const { router, events } = world();
  router.replace([server("s", [upstream("one"), upstream("two")]), server("t", [upstream("three")])]);
  const routed = router.find("acme", "s");
  events.length = 0;
  router.replace([
    { ...server("s", [upstream("one", { leaseUntilMs: 9e15 }), upstream("two", { url: "http://new.test/" })]), title: "New" },
  ]);
  assert.deepEqual(events.sort(), ["close three", "close two", "open two"]);
  assert.equal(router.find("acme", "s"), routed);
  assert.equal(routed?.server.title, "New");
  assert.equal(router.find("acme", "t"), undefined);
});

test("a removed upstream finishes its calls, then closes; pinned calls still find it", () => {
  const { router, events, started, clock } = world({ drainMs: 30_000 });
  router.replace([server("s", [upstream("one"), upstream("two")])]);
  const routed = router.find("acme", "s");
  const first = call(routed, { pinned: "one" });
  router.replace([server("s", [upstream("two")])]);
  router.tick();
  assert.ok(!events.includes("close one"));
  call(routed, { pinned: "one" });
  assert.equal(started.at(-1)?.upstream, "one");
  for (const each of started) each.answer();
  assert.deepEqual(first.seen, ["200", "x", "end"]);
  router.tick();
  assert.ok(events.includes("close one"));
  assert.deepEqual(call(routed, { pinned: "one" }).seen, ["unsent not-found"]);

  call(routed);
  router.replace([]);
  clock.nowMs += 29_999;
  router.tick();
  assert.ok(!events.includes("close two"));
  clock.nowMs += 1;
  router.tick();
  assert.ok(events.includes("close two"));
});

test("a lease that is over takes its upstream out of rotation, and a renewed one brings it back", () => {
  const { router, clock, changes, started } = world();
  router.replace([server("s", [upstream("one", { leaseUntilMs: clock.nowMs + 5_000 })])]);
  const routed = router.find("acme", "s");
  call(routed);
  clock.nowMs += 5_000;
  router.tick();
  assert.deepEqual(call(routed).seen, ["unsent unavailable 1000"]);
  assert.deepEqual(
    changes.map(({ health, reason }) => `${health}: ${reason}`),
    ["unhealthy: its lease is over"],
  );
  router.replace([server("s", [upstream("one", { leaseUntilMs: clock.nowMs + 5_000 })])]);
  call(routed);
  assert.equal(started.length, 2);
});

test("an upstream that can't be opened fails its calls and harms no other", () => {
  const { router } = world({
    open(_server, definition) {
      if (definition.id === "bad") throw new Fault("invalid", "a variable is not set");
      return {
        id: definition.id,
        exchange(_request, sink) {
          sink.end();
          return { cancel() {}, pause() {}, resume() {} };
        },
        close: async () => {},
      };
    },
  });
  router.replace([server("s", [upstream("bad")]), server("t", [upstream("good")])]);
  assert.deepEqual(call(router.find("acme", "s")).seen, ["unsent unavailable"]);
  assert.deepEqual(call(router.find("acme", "t")).seen, ["end"]);
});

test("a server without upstreams, and one that was removed, answer as unavailable or not found", () => {
  const { router } = world();
  router.replace([server("s", [])]);
  const routed = router.find("acme", "s");
  assert.deepEqual(call(routed).seen, ["unsent unavailable 1000"]);
  assert.deepEqual(call(routed, { pinned: "x" }).seen, ["unsent not-found"]);
  router.replace([]);
  assert.deepEqual(call(routed).seen, ["unsent unavailable 1000"]);
});

test("metrics tell circuit, health and calls in flight, and count each call once", () => {
  const counts = new Map<string, number>();
  const gauges = new Map<string, () => Iterable<{ readonly labels: readonly string[]; readonly value: number }>>();
  const metrics: Metrics = {
    counter: () => ({
      series: (...labels) => ({ add: (count) => void counts.set(labels.join(" "), (counts.get(labels.join(" ")) ?? 0) + count) }),
    }),
    gauge: (name, _about, _labels, read) => void gauges.set(name, read),
    histogram: () => assert.fail("none is used"),
    expose: () => "",
  };
  const { router, started } = world({ metrics });
  router.replace([server("s", [upstream("one")])]);
  const routed = router.find("acme", "s");
  call(routed);
  started.at(-1)?.answer();
  call(routed);
  started.at(-1)?.answer(500);
  call(routed);
  started.at(-1)?.fail("sent");
  call(routed).exchange.cancel();
  call(routed);
  assert.deepEqual(
    [...counts].sort(),
    ["answered", "cancelled", "error-status", "unavailable"].map((outcome) => [`acme s one ${outcome}`, 1]),
  );
  const read = (name: string) => [...(gauges.get(name)?.() ?? [])];
  assert.deepEqual(read("sluice_upstream_in_flight"), [{ labels: ["acme", "s", "one"], value: 1 }]);
  assert.deepEqual(read("sluice_upstream_circuit_state"), [{ labels: ["acme", "s", "one"], value: 0 }]);
});
