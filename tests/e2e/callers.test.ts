import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Execution, Tool } from "../fixtures/counting-server.ts";
import { modernRequest } from "./harness.ts";
import { seeded } from "./seeded.ts";
import { assertGood, bothEras, callOver, held, openSession, outcomes, stage } from "./stage.ts";
import { until } from "./until.ts";

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
