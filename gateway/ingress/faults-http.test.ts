import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault, type FaultCode } from "../../domain/fault.ts";
import { httpStatusOf, sendFault, sendProblem } from "./faults-http.ts";
import { playedReply } from "./played-http.ts";

test("every code has a status, and only our own failures have one of 5xx", () => {
  const ours = new Set<string>(["timeout", "unavailable", "unsupported", "internal"]);
  for (const [code, status] of Object.entries(httpStatusOf)) assert.equal(status >= 500, ours.has(code), code);
});

test("a refusal is a problem document that says what, where and what next", () => {
  const reply = playedReply();
  sendFault(reply, new Fault("invalid", "the name is too long", { field: "servers[0].name", next: "Shorten it." }), ["x-a", "1"]);
  assert.equal(reply.status, 400);
  assert.equal(reply.header("content-type"), "application/problem+json");
  assert.equal(reply.header("x-a"), "1");
  assert.deepEqual(JSON.parse(reply.body), {
    title: "Bad Request",
    status: 400,
    detail: "the name is too long",
    code: "invalid",
    field: "servers[0].name",
    next: "Shorten it.",
  });
});

test("our bugs are told to nobody", () => {
  const reply = playedReply();
  sendFault(reply, new Fault("internal", "password is hunter2", { cause: new Error("x"), field: "y", next: "z" }));
  assert.deepEqual(JSON.parse(reply.body), { title: "Internal Server Error", status: 500, detail: "internal error", code: "internal" });
});

const demanded: readonly [FaultCode, number | undefined, readonly string[], string, string | undefined][] = [
  ["unauthenticated", undefined, [], "www-authenticate", "Bearer"],
  ["unauthenticated", undefined, ["www-authenticate", 'Bearer realm="x"'], "www-authenticate", 'Bearer realm="x"'],
  ["limited", 2_001, [], "retry-after", "3"],
  ["limited", 0, [], "retry-after", "1"],
  ["unavailable", undefined, [], "retry-after", "1"],
  ["unavailable", 9_000, ["Retry-After", "7"], "retry-after", undefined],
  ["denied", undefined, [], "retry-after", undefined],
];
for (const [code, retryAfterMs, headers, name, value] of demanded) {
  test(`${code} with ${JSON.stringify(headers)} and ${retryAfterMs} ms to wait is sent with ${name}: ${value}`, () => {
    const reply = playedReply();
    sendFault(reply, new Fault(code, "no", retryAfterMs === undefined ? {} : { retryAfterMs }), headers);
    assert.equal(reply.header(name), value);
  });
}

test("a status of its own keeps the rest", () => {
  const reply = playedReply();
  sendProblem(reply, 415, new Fault("unsupported", "JSON only"));
  assert.deepEqual([reply.status, JSON.parse(reply.body).title], [415, "Unsupported Media Type"]);
});
