import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import type { UpstreamChanged } from "../../domain/events.ts";
import { topics } from "../../domain/topics.ts";
import { startCountingServer, type Tool } from "../fixtures/counting-server.ts";
import { dial, rawPost } from "./dial.ts";
import { allowAll, answerOf, startGate } from "./harness.ts";
import { assertGood, bothEras, call, callOver, held, inFlight, metric, outcomes, stage } from "./stage.ts";
import { until } from "./until.ts";

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
