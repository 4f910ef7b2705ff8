import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, type TestContext, test } from "node:test";
import type { CallEnded, UpstreamChanged } from "../../domain/events.ts";
import { topics } from "../../domain/topics.ts";
import {
  type CountingServer,
  type CountingServerOptions,
  type Execution,
  startCountingServer,
  type Tool,
} from "../fixtures/counting-server.ts";
import { dial, rawPost } from "./dial.ts";
import { allowAll, answerOf, type Harness, modernRequest, startGate } from "./harness.ts";
import { seeded } from "./seeded.ts";
import { until } from "./until.ts";

interface Stage extends Harness {
  readonly upstream: CountingServer;
}

/** A gate in front of one counting server, which is called `counting`. */
async function stage(t: TestContext, options: CountingServerOptions, settings: Readonly<Record<string, unknown>> = {}): Promise<Stage> {
  const upstream = await startCountingServer(options);
  t.after(() => upstream.close());
  const { server = {}, ...rest } = settings as { readonly server?: object };
  const harness = await startGate(t, { policies: [allowAll], servers: [{ name: "counting", url: upstream.url, ...server }], ...rest });
  return { ...harness, upstream };
}

function call(tool: string, message = "hello", id: string | number = 1) {
  return modernRequest("tools/call", { name: tool, arguments: { message } }, id);
}

/** A call of the stateless revision through `/mcp/counting`. */
function callOver({ post }: Harness, tool: string, message = "hello", id: string | number = 1): Promise<Response> {
  const made = call(tool, message, id);
  return post("/mcp/counting", made.message, made.headers);
}

async function assertGood(harness: Harness): Promise<void> {
  const response = await callOver(harness, "echo", "still here");
  assert.match(await response.text(), /still here/);
  assert.equal(response.status, 200);
}

async function metric({ gate }: Harness, line: RegExp): Promise<number> {
  const text = await (await fetch(`${gate.httpUrl}/metrics`)).text();
  return Number(line.exec(text)?.[1] ?? Number.NaN);
}

const inFlight = /^sluice_upstream_in_flight\{.*server="counting".*\} (\d+)$/m;

async function outcomes({ gate }: Harness): Promise<readonly CallEnded[]> {
  await gate.settled();
  const [extent] = await gate.log.extent(topics.calls);
  const records = await gate.log.read(topics.calls, { partition: 0, from: extent?.start ?? 0, recordsMax: 10_000 });
  return records.filter(({ type }) => type === "call_ended").map(({ value }) => value as CallEnded);
}

/** A client of a revision with sessions. */
async function openSession({ post }: Harness, path: string): Promise<Readonly<Record<string, string>>> {
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "faults", version: "1" } };
  const opened = await post(path, { jsonrpc: "2.0", id: "open", method: "initialize", params });
  assert.equal(opened.status, 200, await opened.text());
  const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "", "mcp-protocol-version": "2025-11-25" };
  assert.equal((await post(path, { jsonrpc: "2.0", method: "notifications/initialized" }, session)).status, 202);
  return session;
}

/** A tool whose calls wait until the test answers them. */
function held(): { readonly tool: Tool; readonly calls: Execution[] } {
  const calls: Execution[] = [];
  return { calls, tool: (execution) => void calls.push(execution) };
}

const bothEras = ["modern", "legacy"] as const;

describe("a client that goes away", () => {
  test("at any byte of its request leaves nothing behind", async (t) => {
    const harness = await stage(t, { era: "modern" });
    const { gate, agentKey, upstream } = harness;
    const { message, headers } = call("echo");
    const json = { authorization: `Bearer ${agentKey}`, "content-type": "application/json", accept: "application/json" };
    const whole = rawPost("/mcp/counting", { ...json, ...headers }, JSON.stringify(message));
    for (let length = 0; length < whole.length; length += 11) {
      const client = await dial(gate.httpUrl);
      client.send(whole.subarray(0, length));
      if (length % 2 === 0) client.socket.destroy();
      else client.socket.resetAndDestroy();
    }
    await assertGood(harness);
    assert.equal(upstream.executed.length, 1, "a request that was not complete is no call");
    assert.equal(await metric(harness, inFlight), 0);
  });

  test("right behind its request, or by half, gets its call made or withdrawn, and nothing stays in flight", async (t) => {
    const harness = await stage(t, { era: "modern" });
    const { gate, agentKey } = harness;
    const json = { authorization: `Bearer ${agentKey}`, "content-type": "application/json", accept: "application/json" };
    for (let round = 0; round < 50; round += 1) {
      const { message, headers } = call("echo", `round ${round}`, round);
      const client = await dial(gate.httpUrl);
      client.send(rawPost("/mcp/counting", { ...json, ...headers }, JSON.stringify(message)));
      if (round % 3 === 0) client.socket.destroy();
      else if (round % 3 === 1) setImmediate(() => client.socket.destroy());
      else client.socket.end();
    }
    await assertGood(harness);
    await until("nothing is in flight", async () => (await metric(harness, inFlight)) === 0);
    const decisions = await until("every decision has its outcome", async () => {
      const ended = await outcomes(harness);
      const [extent] = await gate.log.extent(topics.calls);
      return (extent?.end ?? 0) === 2 * ended.length && ended;
    });
    assert.ok(decisions.length >= 1);
  });

  for (const era of bothEras) {
    test(`withdraws a call of a ${era} server that works on it`, async (t) => {
      const { tool, calls } = held();
      const harness = await stage(t, { era, tools: { hold: tool } });
      const withdrawn = new AbortController();
      const { message, headers } = call("hold");
      const answer = fetch(`${harness.gate.httpUrl}/mcp/counting`, {
        method: "POST",
        signal: withdrawn.signal,
        headers: {
          ...headers,
          authorization: `Bearer ${harness.agentKey}`,
          "content-type": "application/json",
          accept: "application/json",
        },
        body: JSON.stringify(message),
      });
      const execution = await until("the call is being made", () => calls[0]);
      withdrawn.abort();
      await assert.rejects(answer);
      await execution.abandoned;
      if (era === "legacy") {
        const notice = await until("the server is told", () =>
          harness.upstream.received.find(({ method }) => method === "notifications/cancelled"),
        );
        assert.equal(notice.params["requestId"], execution.id, "by the id under which it knows the call");
      }
      const ended = await until("its end is recorded", async () => (await outcomes(harness)).find(({ name }) => name === "hold"));
      assert.equal(ended.outcome, "cancelled");
      assert.equal(await metric(harness, inFlight), 0);
      await assertGood(harness);
    });
  }

  test("in the middle of a big stream that it reads slowly, or not at all, ends the upstream's work", async (t) => {
    const event = { jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "x".repeat(60_000) } };
    const harness = await stage(t, {
      era: "modern",
      tools: {
        flood({ stream, response, abandoned }) {
          const { send } = stream();
          let over = false;
          void abandoned.then(() => {
            over = true;
          });
          const more = () => {
            while (!over && response.writableLength < 1_000_000) send(event);
            if (!over) response.once("drain", more);
          };
          more();
        },
      },
    });
    for (const takes of [0, 1, 3_000_000]) {
      const { message, headers } = call("flood");
      const json = { authorization: `Bearer ${harness.agentKey}`, "content-type": "application/json", accept: "text/event-stream" };
      const client = await dial(harness.gate.httpUrl);
      client.send(rawPost("/mcp/counting", { ...json, ...headers }, JSON.stringify(message)));
      await client.until((text) => text.length >= takes);
      client.socket.pause();
      const execution = await until(
        "the stream has begun",
        () => harness.upstream.executed.at(-1)?.tool === "flood" && harness.upstream.executed.at(-1),
      );
      await until("the server is held back", () => execution.response.writableLength >= 1_000_000);
      client.socket.destroy();
      await execution.abandoned;
    }
    await assertGood(harness);
    assert.equal(await metric(harness, inFlight), 0);
  });

  test("slowly, but to the end, gets a big stream whole", async (t) => {
    const notes = Array.from({ length: 80 }, (_, index) => ({
      jsonrpc: "2.0",
      method: "notifications/message",
      params: { level: "info", data: `${index} ${"y".repeat(100_000)}` },
    }));
    const harness = await stage(t, {
      era: "modern",
      tools: {
        big({ stream, response, message }) {
          const { send } = stream();
          for (const note of notes) send(note);
          response.end(`data: ${message("the end")}\n\n`);
        },
      },
    });
    const response = await callOver(harness, "big");
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const chunks: Uint8Array[] = [];
    for (let chunk = await reader.read(); chunk.value !== undefined; chunk = await reader.read()) {
      chunks.push(chunk.value);
      if (chunks.length < 20) await new Promise(setImmediate);
    }
    const data = Buffer.concat(chunks)
      .toString()
      .split("\n")
      .filter((line) => line.startsWith("data:"))
      .map((line) => JSON.parse(line.slice(5)));
    assert.deepEqual(data.slice(0, -1), notes);
    assert.equal(data.at(-1).result.content[0].text, "the end");
  });
});

describe("an upstream in trouble", () => {
  const timeouts = { answerMs: 150, idleMs: 300, totalMs: 0 };
  const tools: Readonly<Record<string, Tool>> = {
    hang() {},
    "half-json": ({ response, message }) => {
      const text = message("never whole");
      response.writeHead(200, { "content-type": "application/json", "content-length": text.length });
      response.write(text.slice(0, 20), () => response.destroy());
    },
    "half-chunk": ({ response }) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"jsonrpc":"2.0","id":', () => response.destroy());
    },
    "half-stream": ({ response, stream }) => {
      stream().send({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "begun" } });
      setImmediate(() => response.destroy());
    },
    "silent-stream": ({ stream }) => stream().end(),
    stalls: ({ stream }) => stream().send({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "begun" } }),
    noise: ({ response }) => void response.socket?.end("\x00\x01\x02 this is no HTTP\r\n\r\n"),
    "no-answer": ({ response }) => void response.socket?.destroy(),
    "no-json": ({ response }) => void response.writeHead(200, { "content-type": "application/json" }).end("{not json"),
    huge: ({ response }) => {
      response.writeHead(200, { "content-type": "application/json" });
      const megabyte = "z".repeat(1024 * 1024);
      let left = 20;
      const more = () => {
        left -= 1;
        if (left === 0) response.end('"}');
        else response.write(megabyte, more);
      };
      response.write('{"jsonrpc":"2.0","id":1,"result":"', more);
    },
    "error-500": ({ response }) => void response.writeHead(500, { "content-type": "text/plain" }).end("a stack of secrets"),
    redirect: ({ response }) => void response.writeHead(302, { location: "http://169.254.169.254/" }).end(),
    "login-page": ({ response }) => void response.writeHead(401, { "www-authenticate": "Basic" }).end("<html>"),
  };

  /** What the caller is told, and how it stands on the log. */
  const expected: Readonly<Record<string, { readonly status: number; readonly code: number; readonly outcome: string }>> = {
    hang: { status: 504, code: 504, outcome: "timeout" },
    "half-json": { status: 503, code: 503, outcome: "upstream-error" },
    "half-chunk": { status: 503, code: 503, outcome: "upstream-error" },
    "half-stream": { status: 200, code: 503, outcome: "upstream-error" },
    "silent-stream": { status: 200, code: 503, outcome: "upstream-error" },
    stalls: { status: 200, code: 504, outcome: "timeout" },
    noise: { status: 503, code: 503, outcome: "upstream-error" },
    "no-answer": { status: 503, code: 503, outcome: "upstream-error" },
    "no-json": { status: 503, code: 503, outcome: "upstream-error" },
    huge: { status: 503, code: 503, outcome: "upstream-error" },
    "error-500": { status: 503, code: 503, outcome: "upstream-error" },
    redirect: { status: 503, code: 503, outcome: "upstream-error" },
    "login-page": { status: 503, code: 503, outcome: "upstream-error" },
  };

  for (const audit of ["strict", "buffered"] as const) {
    for (const [tool, { status, code, outcome }] of Object.entries(expected)) {
      test(`${tool} is told to the caller and recorded (${audit})`, async (t) => {
        const harness = await stage(t, { era: "modern", tools }, { server: { timeouts, audit } });
        const response = await callOver(harness, tool, "hello", "the id");
        assert.equal(response.status, status);
        assert.ok(response.headers.get("sluice-decision"));
        const answer = (await answerOf(response)) as { id: unknown; error: { code: number; message: string } };
        assert.equal(answer.id, "the id");
        assert.equal(answer.error.code, code);
        assert.doesNotMatch(JSON.stringify(answer), /stack of secrets|169\.254|html/);
        if (status === 503) assert.match(response.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
        await assertGood(harness);
        const ended = (await outcomes(harness)).find(({ name }) => name === tool);
        assert.equal(ended?.outcome, outcome);
        assert.equal(await metric(harness, inFlight), 0);
      });
    }
  }

  test("that is down is answered 503 with the time to come back; its circuit opens, and closes when it is back", async (t) => {
    const harness = await stage(t, { era: "modern" });
    await assertGood(harness);
    await harness.upstream.close();
    const state = /^sluice_upstream_circuit_state\{.*server="counting".*\} (\d+)$/m;
    for (let failures = 0; failures < 5; failures += 1) {
      const response = await callOver(harness, "echo");
      assert.equal(response.status, 503, await response.text());
      assert.match(response.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
    }
    assert.equal(await metric(harness, state), 2);
    const refused = await callOver(harness, "echo");
    assert.match(await refused.text(), /no upstream that can answer now/);

    const back = await startCountingServer({ era: "modern", port: harness.upstream.port });
    t.after(() => back.close());
    await until("a call gets through again", async () => (await callOver(harness, "echo")).status === 200);
    assert.equal(await metric(harness, state), 0);
    const changes = await until("the changes are on the log", async () => {
      const records = await harness.gate.log.read(topics.health, { partition: 0, from: 0, recordsMax: 100 });
      const circuits = records.map(({ value }) => (value as UpstreamChanged).circuit);
      return circuits.at(-1) === "closed" && circuits.includes("open") && circuits;
    });
    assert.equal(changes.indexOf("open") < changes.lastIndexOf("closed"), true);
  });

  test("does not stop calls while another upstream of its server lives", async (t) => {
    const [one, other] = [await startCountingServer({ era: "modern" }), await startCountingServer({ era: "modern" })];
    t.after(() => Promise.all([one.close(), other.close()]));
    const harness = await startGate(t, {
      policies: [allowAll],
      servers: [{ name: "counting", upstreams: [{ url: one.url }, { url: other.url }] }],
    });
    for (let id = 0; id < 10; id += 1) await assertGood(harness);
    assert.ok(one.executed.length > 0 && other.executed.length > 0, "both had calls");
    const before = one.executed.length;
    await one.close();
    for (let id = 0; id < 40; id += 1) await assertGood(harness);
    assert.equal(one.executed.length, before);
    assert.equal(before + other.executed.length, 50, "each call was made once");
  });
});

describe("a log that can't be written", () => {
  test("stops strict calls before they are forwarded, once the spool is full, and goes on by itself", async (t) => {
    const harness = await stage(t, { era: "modern" }, { audit: { mode: "strict", spoolBytesMax: 1024 * 1024 } });
    await assertGood(harness);
    // Somebody else holds the file: to its writer that is as good as a full disk.
    const intruder = new DatabaseSync(join(harness.folder, "data", "log.db"), { timeout: 5_000 });
    t.after(() => intruder.close());
    intruder.exec("BEGIN IMMEDIATE");
    const isDirect = async () => {
      const { checks } = (await (await fetch(`${harness.gate.httpUrl}/health/ready`)).json()) as {
        checks: { name: string; ok: boolean }[];
      };
      return checks.find(({ name }) => name === "log")?.ok;
    };

    const large = "a word and ".repeat(600);
    let told: Response | undefined;
    for (let calls = 0; told === undefined && calls < 400; calls += 1) {
      const response = await callOver(harness, "echo", large, calls);
      if (response.status === 200) await response.text();
      else told = response;
    }
    assert.equal(told?.status, 503, "the spool has an end");
    assert.match(told?.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
    assert.match((await told?.text()) ?? "", /can't be recorded|cannot be recorded/);
    assert.equal(await isDirect(), false);

    const before = harness.upstream.executed.length;
    for (let calls = 0; calls < 5; calls += 1) {
      const response = await callOver(harness, "echo", large);
      assert.equal(response.status, 503);
      await response.text();
    }
    assert.equal(harness.upstream.executed.length, before, "nothing is forwarded that could not be recorded");

    intruder.exec("ROLLBACK");
    await until("records go to the log again", isDirect, 20_000);
    await assertGood(harness);
    const intents = await harness.gate.log.read(topics.calls, { partition: 0, from: 0, recordsMax: 10_000 });
    const allowed = new Set(
      intents
        .filter(({ type, value }) => type === "call_decided" && (value as { verdict: string }).verdict === "allow")
        .map(({ value }) => value?.id),
    );
    assert.ok(allowed.size >= harness.upstream.executed.length, "what was executed while the log was away is on it now");
  });
});

describe("a call in a session", () => {
  for (const path of ["/mcp/counting", "/mcp"]) {
    for (const era of bothEras) {
      test(`is withdrawn by notifications/cancelled on ${path} in front of a ${era} server`, async (t) => {
        const { tool, calls } = held();
        const harness = await stage(t, { era, tools: { hold: tool } });
        const session = await openSession(harness, path);
        const name = path === "/mcp" ? "counting__hold" : "hold";
        const leaving = new AbortController();
        const answer = fetch(`${harness.gate.httpUrl}${path}`, {
          method: "POST",
          signal: leaving.signal,
          headers: {
            ...session,
            authorization: `Bearer ${harness.agentKey}`,
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
          },
          body: JSON.stringify({ jsonrpc: "2.0", id: "abc", method: "tools/call", params: { name, arguments: {} } }),
        });
        const execution = await until("the call is being made", () => calls[0]);
        const notice = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "abc", reason: "changed my mind" } };
        assert.equal((await harness.post(path, notice, session)).status, 202);

        const ownSession = era === "legacy" && path !== "/mcp";
        if (era === "legacy") {
          const told = await until("the server is told", () =>
            harness.upstream.received.find(({ method }) => method === "notifications/cancelled"),
          );
          assert.equal(told.params["requestId"], execution.id);
        }
        if (ownSession) {
          // The client's own session: the server does with it as it likes, and here it never answers.
          leaving.abort();
          await assert.rejects(answer);
        } else {
          await execution.abandoned;
          await (await answer).text();
          const ended = await until("its end is recorded", async () => (await outcomes(harness)).find(({ name: tool }) => tool === "hold"));
          assert.equal(ended.outcome, "cancelled");
        }
        await assertGood(harness);
      });
    }
  }

  test("goes on when its client's connection breaks: only a notice withdraws it", async (t) => {
    const { tool, calls } = held();
    const harness = await stage(t, { era: "modern", tools: { hold: tool } });
    const session = await openSession(harness, "/mcp/counting");
    const leaving = new AbortController();
    const answer = fetch(`${harness.gate.httpUrl}/mcp/counting`, {
      method: "POST",
      signal: leaving.signal,
      headers: { ...session, authorization: `Bearer ${harness.agentKey}`, "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 5, method: "tools/call", params: { name: "hold", arguments: {} } }),
    });
    const execution = await until("the call is being made", () => calls[0]);
    leaving.abort();
    await assert.rejects(answer);
    await assertGood(harness);
    execution.answer("done all the same");
    const ended = await until("its end is recorded", async () => (await outcomes(harness)).find(({ name }) => name === "hold"));
    assert.equal(ended.outcome, "ok");
  });
});

describe("progress", () => {
  for (const era of bothEras) {
    for (const audit of ["strict", "buffered"] as const) {
      test(`of a ${era} server reaches the client as it happens (${audit})`, async (t) => {
        const { tool, calls } = held();
        const harness = await stage(t, { era, tools: { slow: tool } }, { server: { audit } });
        const response = callOver(harness, "slow");
        const execution = await until("the call is being made", () => calls[0]);
        const { send, end } = execution.stream();
        const progress = (done: number) => ({
          jsonrpc: "2.0",
          method: "notifications/progress",
          params: { progressToken: "p", progress: done, total: 3 },
        });
        const reader = ((await response).body as ReadableStream<Uint8Array>).getReader();
        let heard = "";
        for (let done = 1; done <= 3; done += 1) {
          send(progress(done));
          // The result does not exist yet: what comes, comes now.
          while (!heard.includes(`"progress":${done}`)) heard += Buffer.from((await reader.read()).value ?? []).toString();
        }
        assert.doesNotMatch(heard, /"result"/);
        send(JSON.parse(execution.message("ready")));
        end();
        for (let chunk = await reader.read(); chunk.value !== undefined; chunk = await reader.read())
          heard += Buffer.from(chunk.value).toString();
        assert.match(heard, /ready/);
      });
    }
  }
});

describe("two callers with equal ids", () => {
  for (const era of bothEras) {
    for (const audit of ["strict", "buffered"] as const) {
      test(`never see each other's answers: 250 interleavings in front of a ${era} server (${audit})`, async (t) => {
        const random = seeded(`equal ids, ${era}, ${audit}`);
        const waiting: Execution[] = [];
        const reply = ({ arguments: { message }, answer, stream, message: resultOf }: Execution) => {
          if (random.next() < 0.5) return answer(String(message));
          const { send, end } = stream();
          send({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: message } });
          send(JSON.parse(resultOf(String(message))));
          end();
        };
        /** Answers in another order than it was asked. */
        const mixed: Tool = (execution) => {
          waiting.push(execution);
          setImmediate(() => {
            const [next] = waiting.splice(random.integer(0, waiting.length - 1), 1);
            if (next !== undefined) reply(next);
          });
        };
        const harness = await stage(t, { era, tools: { mixed } }, { server: { audit } });
        const { secret } = (await (
          await fetch(`${harness.gate.httpUrl}/auth/api-keys`, {
            method: "POST",
            headers: { authorization: `Bearer ${harness.administratorKey}`, "content-type": "application/json" },
            body: JSON.stringify({ title: "second", userId: "demo", agentId: "second-agent" }),
          })
        ).json()) as { secret: string };
        const keys = [harness.agentKey, secret];
        const sessions = await Promise.all(
          keys.map((key) =>
            openSession(
              { ...harness, post: (path, message, headers) => harness.post(path, message, { ...headers, authorization: `Bearer ${key}` }) },
              "/mcp",
            ),
          ),
        );

        const send = (caller: number, message: string) => {
          const authorization = `Bearer ${keys[caller]}`;
          const way = random.pick(["one server", "merged", "merged, in a session"] as const);
          const params = { name: way === "one server" ? "mixed" : "counting__mixed", arguments: { message } };
          if (way === "merged, in a session") {
            return harness.post("/mcp", { jsonrpc: "2.0", id: 7, method: "tools/call", params }, { ...sessions[caller], authorization });
          }
          const made = modernRequest("tools/call", params, 7);
          return harness.post(way === "merged" ? "/mcp" : "/mcp/counting", made.message, { ...made.headers, authorization });
        };
        const ask = async (caller: number, round: number) => {
          const word = `caller ${caller} in round ${round}`;
          const text = await (await send(caller, word)).text();
          assert.ok(text.includes(word) && !text.includes(`caller ${1 - caller}`), `${word} was told ${text}`);
        };
        for (let round = 0; round < 250; round += 5) {
          await Promise.all(Array.from({ length: 5 }, (_, index) => Promise.all([ask(0, round + index), ask(1, round + index)])));
        }
        assert.equal(harness.upstream.executed.length, 500);
      });
    }
  }
});
