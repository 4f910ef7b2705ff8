import assert from "node:assert/strict";
import { test } from "node:test";
import { playedReply, playedRequest } from "../ingress/played-http.ts";
import { createRoutes } from "../ingress/routes.ts";
import { operationsRoutes } from "./operations-routes.ts";

function ask(path: string, { live = true, ready = true } = {}) {
  const checks = [{ name: "log", ok: ready, detail: ready ? "writable" : "disk full" }];
  const routes = operationsRoutes({ metrics: { expose: () => "a 1\n" }, isLive: () => live, readiness: () => ({ ready, checks }) });
  const reply = playedReply();
  void createRoutes(routes, () => assert.fail("no route"))(playedRequest("GET", path), reply);
  return reply;
}

const states = [
  { live: true, ready: true, health: 200, liveness: 200, readiness: 200 },
  { live: true, ready: false, health: 503, liveness: 200, readiness: 503 },
  { live: false, ready: true, health: 503, liveness: 503, readiness: 200 },
];
for (const state of states) {
  test(`live ${state.live} and ready ${state.ready}: health ${state.health}, live ${state.liveness}, ready ${state.readiness}`, () => {
    assert.equal(ask("/health", state).status, state.health);
    assert.equal(ask("/health/live", state).status, state.liveness);
    assert.equal(ask("/health/ready", state).status, state.readiness);
  });
}

test("health says which check failed and why", () => {
  const body = JSON.parse(ask("/health", { ready: false }).body);
  assert.deepEqual(body, { status: "not ready", live: true, ready: false, checks: [{ name: "log", ok: false, detail: "disk full" }] });
});

test("metrics are served as Prometheus expects them", () => {
  const reply = ask("/metrics");
  assert.equal(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.equal(reply.body, "a 1\n");
});
