import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { request, send } from "./exchange.fixture.ts";
import { alive, events, openSession, script, start, untilGone } from "./stdio.fixture.ts";

test("a session is a process of its own, with a small environment, and its messages find it", async (context) => {
  const { upstream, lines } = start(context);
  const one = await openSession(upstream);
  const other = await openSession(upstream);
  assert.notEqual(one.session, other.session);
  assert.notEqual(one.pid, other.pid);
  assert.deepEqual(Object.keys(one.env).sort(), ["MARK", "PATH"]);
  const [first, second] = await Promise.all(
    [one, other].map(({ session, pid }) => send(upstream, { session, message: request(1, "tools/echo", { pid }) }).answer),
  );
  assert.equal(first?.text, `{"jsonrpc":"2.0","id":1,"result":{"pid":${one.pid}}}`);
  assert.equal(first?.type, "application/json");
  assert.equal(second?.text, `{"jsonrpc":"2.0","id":1,"result":{"pid":${other.pid}}}`);
  assert.equal(
    (await send(upstream, { session: one.session, message: { jsonrpc: "2.0", method: "notifications/initialized" } }).answer).status,
    202,
  );
  assert.equal(lines.filter(({ line }) => line === "the process started").length, 2);
});

test("requests at once keep their ids, numbers and strings apart; an id in use is refused", async (context) => {
  const { upstream } = start(context);
  const { session } = await openSession(upstream);
  const calls = [1, "1", 2].map((id) => send(upstream, { session, message: request(id, "tools/echo", { was: id }) }).answer);
  const texts = (await Promise.all(calls)).map(({ text }) => (JSON.parse(text) as { id: unknown; result: unknown }).id);
  assert.deepEqual(texts, [1, "1", 2]);
  const hanging = send(upstream, { session, message: request(7, "tools/hang") });
  assert.equal((await send(upstream, { session, message: request(7, "tools/echo") }).answer).status, 400);
  hanging.exchange.cancel();
});

test("progress makes a stream of the answer, which ends with the result", async (context) => {
  const { upstream } = start(context);
  const { session } = await openSession(upstream);
  const { type, text } = await send(upstream, { session, message: request(1, "tools/progress", { _meta: { progressToken: "t" } }) }).answer;
  assert.equal(type, "text/event-stream");
  assert.deepEqual(
    events(text).map((event) => event["method"] ?? event["result"]),
    ["notifications/progress", "notifications/progress", "notifications/progress", {}],
  );
});

test("what the server asks goes to the call in flight, and the client's response goes back", async (context) => {
  const { upstream } = start(context);
  const { session } = await openSession(upstream);
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const call = send(upstream, { session, message: request(1, "tools/ask") }, () => resolve());
  await asked;
  const reply = send(upstream, { session, message: { jsonrpc: "2.0", id: "q", result: { roots: [] } } });
  assert.equal((await reply.answer).status, 202);
  assert.deepEqual(
    events((await call.answer).text).map((event) => event["method"] ?? event["result"]),
    ["roots/list", { roots: [] }],
  );
});

test("what belongs to no call goes to the open stream, also if it was said before; there is one stream", async (context) => {
  const { upstream } = start(context);
  const { session } = await openSession(upstream);
  const { promise: heard, resolve } = Promise.withResolvers<void>();
  const stream = send(upstream, { method: "GET", session }, (text) => {
    if (events(text).length === 1) resolve();
  });
  assert.equal((await send(upstream, { method: "GET", session }).answer).status, 409);
  const call = await send(upstream, { session, message: request(1, "tools/unasked") }).answer;
  assert.equal(call.type, "application/json");
  await heard;
  assert.equal((await send(upstream, { method: "DELETE", session }).answer).status, 200);
  const { text, fault } = await stream.answer;
  assert.equal(fault, undefined);
  assert.deepEqual(
    events(text).map((event) => event["method"]),
    ["notifications/tools/list_changed"],
  );
});

test("a withdrawn call is cancelled at the server, and so is one that takes too long", async (context) => {
  const { upstream, logged } = start(context);
  const { session } = await openSession(upstream);
  const { exchange } = send(upstream, { session, message: request("gone", "tools/hang") });
  await logged(/^hanging "gone"$/);
  exchange.cancel();
  await logged(/^cancelled "gone"$/);
  const { fault, phase } = await send(upstream, { session, message: request(5, "tools/hang"), answerTimeoutMs: 50 }).answer;
  assert.equal(fault?.code, "timeout");
  assert.equal(phase, "sent");
  await logged(/^cancelled 5$/);
});

test("a call that its client cancels by a notification ends without an answer", async (context) => {
  const { upstream, logged } = start(context);
  const { session } = await openSession(upstream);
  const call = send(upstream, { session, message: request(9, "tools/hang") });
  await logged(/^hanging 9$/);
  await send(upstream, { session, message: { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 9 } } }).answer;
  const { status, type, text } = await call.answer;
  assert.deepEqual([status, type, text], [200, "text/event-stream", ""]);
});

test("noise on the standard output is skipped", async (context) => {
  const { upstream } = start(context);
  const { session } = await openSession(upstream);
  assert.equal((await send(upstream, { session, message: request(1, "tools/noise") }).answer).status, 200);
});

test("an answer of many megabytes comes whole, one beyond the bound fails its call only", async (context) => {
  const { upstream } = start(context);
  const { session } = await openSession(upstream);
  const { text } = await send(upstream, { session, message: request(1, "tools/big", { bytes: 8_000_000 }) }).answer;
  assert.equal((JSON.parse(text) as { result: string }).result.length, 8_000_000);
  const { fault } = await send(upstream, { session, message: request(2, "tools/big", { bytes: 17_000_000 }) }).answer;
  assert.equal(fault?.code, "unavailable");
  assert.equal((await send(upstream, { session, message: request(3, "tools/echo") }).answer).status, 200);
});

test("a paused reader gets everything in order once it goes on", async (context) => {
  const { upstream } = start(context);
  const { session } = await openSession(upstream);
  const call = send(upstream, { session, message: request(1, "tools/progress", { _meta: { progressToken: 1 } }) }, () => {});
  call.exchange.pause();
  const after = await send(upstream, { session, message: request(2, "tools/echo") }).answer;
  assert.equal(after.status, 200);
  call.exchange.resume();
  assert.equal(events((await call.answer).text).length, 4);
});

test("a crash fails the calls in flight and the session is unknown from then on", async (context) => {
  const { upstream } = start(context);
  const { session, pid } = await openSession(upstream);
  const hanging = send(upstream, { session, message: request(1, "tools/hang") });
  process.kill(pid, "SIGKILL");
  const { fault, phase } = await hanging.answer;
  assert.equal(fault?.code, "unavailable");
  assert.equal(phase, "sent");
  assert.equal((await send(upstream, { session, message: request(2, "tools/echo") }).answer).status, 404);
  assert.equal((await openSession(upstream)).session === session, false);
});

for (const how of ["the session ends", "the process crashes", "the upstream closes"] as const) {
  test(`what a process started ends with it when ${how}`, async (context) => {
    const { upstream } = start(context);
    const { session, pid } = await openSession(upstream);
    const { text } = await send(upstream, { session, message: request(1, "tools/child") }).answer;
    const { child } = (JSON.parse(text) as { result: { child: number } }).result;
    assert.ok(alive(child));
    if (how === "the session ends") await send(upstream, { method: "DELETE", session }).answer;
    if (how === "the process crashes") process.kill(pid, "SIGKILL");
    if (how === "the upstream closes") await upstream.close();
    await untilGone(pid);
    await untilGone(child);
  });
}

test("a process that ignores the end of its input and SIGTERM is killed", async (context) => {
  const { upstream, logged } = start(context, { argument: "stubborn" });
  const { pid } = await openSession(upstream);
  await upstream.close();
  assert.equal(alive(pid), false);
  await logged(/SIGKILL/);
});

test("an unknown session is 404, no session is 400, and neither is a GET without one", async (context) => {
  const { upstream, lines } = start(context);
  assert.equal((await send(upstream, { session: "guess", message: request(1, "ping") }).answer).status, 404);
  assert.equal((await send(upstream, { message: request(1, "ping") }).answer).status, 400);
  assert.equal((await send(upstream, { message: [request(1, "ping")] }).answer).status, 400);
  assert.equal((await send(upstream, { method: "GET" }).answer).status, 405);
  assert.equal(lines.length, 0);
});

test("a refused handshake leaves neither a session nor a process", async (context) => {
  const { upstream, logged } = start(context);
  const { session, status } = await send(upstream, { message: request(0, "initialize", { refuse: true }) }).answer;
  assert.equal(status, 200);
  assert.equal((await send(upstream, { session, message: request(1, "tools/echo") }).answer).status, 404);
  await logged(/^the process ended/);
});

test("past the bound of processes a new session is unavailable, and possible again once another has ended", async (context) => {
  const { upstream, logged } = start(context, { processesMax: 1 });
  const { session } = await openSession(upstream);
  const { fault, phase } = await send(upstream, { message: request(0, "initialize") }).answer;
  assert.deepEqual([fault?.code, fault?.retryAfterMs, phase], ["unavailable", 1_000, "unsent"]);
  await send(upstream, { method: "DELETE", session }).answer;
  await logged(/^the process ended/);
  await openSession(upstream);
});

test("a session that nobody uses is ended after its time", async (context) => {
  const { upstream, logged } = start(context, { sessionIdleMs: 1 });
  const { session } = await openSession(upstream);
  await logged(/^the process ended/);
  assert.equal((await send(upstream, { session, message: request(1, "tools/echo") }).answer).status, 404);
});

test("a spare process waits for the next session", async (context) => {
  const { upstream, logged, lines } = start(context, { prewarm: 1 });
  const { pid: spare } = await logged(/^the process started$/);
  assert.equal((await openSession(upstream)).pid, spare);
  while (lines.filter(({ line }) => line === "the process started").length < 2) await new Promise((resolve) => setImmediate(resolve));
});

test("a command that keeps ending at once is tried again after longer and longer pauses", async (context) => {
  const { upstream, logged } = start(context, { argument: "broken" });
  const { fault } = await send(upstream, { message: request(0, "initialize") }).answer;
  assert.equal(fault?.code, "unavailable");
  await logged(/^the process ended \(exit code 1\)$/);
  const again = await send(upstream, { message: request(0, "initialize") }).answer;
  assert.equal(again.phase, "unsent");
  assert.ok((again.fault?.retryAfterMs ?? 0) > 0 && (again.fault?.retryAfterMs ?? 0) <= 400);
  // A check of the health sees it, too.
  assert.equal((await send(upstream, { message: request(1, "ping") }).answer).fault?.code, "unavailable");
});

test("a command that does not exist is unavailable, and said in the log", async (context) => {
  const { upstream, logged } = start(context, { command: "/nowhere/at/all" });
  const { fault, phase } = await send(upstream, { message: request(0, "initialize") }).answer;
  assert.deepEqual([fault?.code, phase], ["unavailable", "unsent"]);
  await logged(/ENOENT/);
});

const modern = (id: unknown, method: string, more: object = {}) =>
  request(id, method, { _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28", ...more } });

test("requests of the stateless revision share one process, with ids and tokens of their own", async (context) => {
  const { upstream, lines } = start(context);
  const calls = [1, 2, 3].map((mark) => send(upstream, { message: modern("same", "tools/progress", { progressToken: "t", mark }) }).answer);
  for (const { text } of await Promise.all(calls)) {
    const [first, , , last] = events(text);
    assert.deepEqual(first?.["params"], { progressToken: "t", progress: 1 });
    assert.equal(last?.["id"], "same");
  }
  assert.equal(lines.filter(({ line }) => line === "the process started").length, 1);
  const echo = await send(upstream, { message: modern(12345678901234567890n.toString(), "tools/echo") }).answer;
  assert.equal((JSON.parse(echo.text) as { id: unknown }).id, "12345678901234567890");
});

test("the messages of a subscription of the stateless revision carry the client's id", async (context) => {
  const { upstream } = start(context);
  const { text } = await send(upstream, { message: modern("sub", "subscriptions/listen") }).answer;
  const [acknowledged, last] = events(text);
  const idIn = (value: unknown) => (value as { _meta: Record<string, unknown> })._meta["io.modelcontextprotocol/subscriptionId"];
  assert.equal(idIn(acknowledged?.["params"]), "sub");
  assert.equal(idIn(last?.["result"]), "sub");
});

test("a withdrawn call of the stateless revision is cancelled by the id that the process knows", async (context) => {
  const { upstream, logged } = start(context);
  const { exchange } = send(upstream, { message: modern("mine", "tools/hang") });
  await logged(/^hanging 1$/);
  exchange.cancel();
  await logged(/^cancelled 1$/);
});

test("closing fails the calls in flight", async (context) => {
  const { upstream, logged } = start(context);
  const { session } = await openSession(upstream);
  const call = send(upstream, { session, message: request(1, "tools/hang") });
  await logged(/^hanging/);
  await upstream.close();
  assert.equal((await call.answer).fault?.code, "unavailable");
  assert.equal((await send(upstream, { message: request(0, "initialize") }).answer).fault?.code, "unavailable");
});

test("a process sees the end of its input when the gate is killed, and ends", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-gate-"));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "server.mjs"), script);
  const gate = `
    import { openStdioUpstream } from ${JSON.stringify(new URL("./stdio.ts", import.meta.url).href)};
    openStdioUpstream({ kind: "stdio", id: "x", command: process.execPath, args: [${JSON.stringify(join(folder, "server.mjs"))}], env: {}, cwd: null, processesMax: 1 },
      { environment: () => undefined, onLine: ({ pid }) => process.stdout.write(pid + "\\n") });
    setInterval(() => {}, 1000);
  `;
  writeFileSync(join(folder, "gate.mjs"), gate);
  const child = spawn(process.execPath, [join(folder, "gate.mjs")], { stdio: ["ignore", "pipe", "inherit"] });
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  const pid = Number(chunk.toString().trim());
  assert.ok(alive(pid));
  child.kill("SIGKILL");
  await untilGone(pid);
});
