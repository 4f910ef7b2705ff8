import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Upstream } from "../domain/ports/upstream.ts";
import { until } from "../tests/e2e/until.ts";
import { messagesOf, request, send } from "./upstream/exchange.fixture.ts";

/** An upstream in front of the contract's little server (`upstream/contract/`). */
export interface Opened {
  readonly upstream: Upstream;
  /** Ends the server, as if its machine were gone, and answers how it comes back at the same place. Absent where a server can't go away alone. */
  readonly away?: () => Promise<() => Promise<void>>;
}

export interface UpstreamCase {
  open(t: TestContext): Promise<Opened>;
  /** Requests of the stateless revision are refused: its transport is older. */
  readonly isLegacyOnly?: boolean;
  /** Its server can go away while the adapter stays; true unless told. */
  readonly hasOwnServer?: boolean;
  /** One whose server can't be reached. */
  openUnreachable(t: TestContext): Upstream;
}

async function openSession(upstream: Upstream): Promise<string> {
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "contract", version: "1" } };
  const { status, session, text, fault } = await send(upstream, { message: request(0, "initialize", params) }).answer;
  assert.equal(status, 200, fault?.message);
  assert.match(session ?? "", /^[\x21-\x7e]{16,}$/);
  assert.equal(messagesOf(text)[0]?.["id"], 0);
  const initialized = { jsonrpc: "2.0", method: "notifications/initialized" };
  assert.equal((await send(upstream, { session, message: initialized }).answer).status, 202);
  return session ?? "";
}

/** What every adapter of the port `Upstream` keeps, whatever its server speaks. */
export function upstreamContract(name: string, { open, openUnreachable, isLegacyOnly = false, hasOwnServer = true }: UpstreamCase): void {
  describe(`${name} keeps the contract of an upstream`, () => {
    test("a session is opened, used and ended; one that is not there is 404", async (t) => {
      const { upstream } = await open(t);
      const session = await openSession(upstream);
      const { status, text } = await send(upstream, { session, message: request("one", "tools/echo", { a: [1.5, "ü", null] }) }).answer;
      assert.equal(status, 200);
      assert.deepEqual(messagesOf(text), [{ jsonrpc: "2.0", id: "one", result: { a: [1.5, "ü", null] } }]);
      assert.equal((await send(upstream, { method: "DELETE", session }).answer).status, 200);
      assert.equal((await send(upstream, { session, message: request(2, "tools/echo") }).answer).status, 404);
      assert.equal((await send(upstream, { session: "of-nobody-at-all", message: request(3, "tools/echo") }).answer).status, 404);
      assert.equal((await send(upstream, { message: request(4, "tools/echo") }).answer).status, 400);
    });

    test("sessions at once with equal ids never see each other's answers", async (t) => {
      const { upstream } = await open(t);
      const sessions = await Promise.all([1, 2, 3].map(() => openSession(upstream)));
      assert.equal(new Set(sessions).size, 3);
      const calls = sessions.flatMap((session, who) =>
        [1, 2, 3, "1"].map(async (id) => {
          const { text } = await send(upstream, { session, message: request(id, "tools/echo", { who, id }) }).answer;
          assert.deepEqual(messagesOf(text), [{ jsonrpc: "2.0", id, result: { who, id } }]);
        }),
      );
      await Promise.all(calls);
    });

    test("requests of the stateless revision at once, with equal ids and tokens, get their own answers", async (t) => {
      const { upstream } = await open(t);
      const stateless = (id: unknown, method: string, who: number) => {
        const _meta = { "io.modelcontextprotocol/protocolVersion": "2026-07-28", progressToken: "same" };
        return send(upstream, { message: request(id, method, { who, _meta }) }).answer;
      };
      if (isLegacyOnly) {
        assert.equal((await stateless(1, "tools/echo", 1)).status, 400);
        return;
      }
      const echoes = [1, 2, 3, 4].map(async (who) => {
        const [answer] = messagesOf((await stateless("same", "tools/echo", who)).text);
        assert.deepEqual([answer?.["id"], Object(answer?.["result"]).who], ["same", who]);
      });
      const progresses = [5, 6].map(async (who) => {
        const messages = messagesOf((await stateless(7, "tools/progress", who)).text);
        const tokens = messages.flatMap(({ params }) =>
          params === undefined ? [] : [(params as { progressToken: string }).progressToken],
        );
        assert.deepEqual([tokens, messages.at(-1)?.["id"]], [["same", "same", "same"], 7]);
      });
      await Promise.all([...echoes, ...progresses]);
    });

    test("progress comes in order before the result", async (t) => {
      const { upstream } = await open(t);
      const session = await openSession(upstream);
      const message = request(1, "tools/progress", { _meta: { progressToken: "t" } });
      const { text, type } = await send(upstream, { session, message }).answer;
      assert.match(type ?? "", /^text\/event-stream/);
      const seen = messagesOf(text).map(({ method, params, id }) =>
        method === undefined ? id : (params as { progress: number }).progress,
      );
      assert.deepEqual(seen, [1, 2, 3, 1]);
    });

    test("what the server asks reaches the call in flight, and the answer the server", async (t) => {
      const { upstream } = await open(t);
      const session = await openSession(upstream);
      let seen = "";
      const call = send(upstream, { session, message: request(1, "tools/ask") }, (text) => {
        seen = text;
      });
      await until("the question", () => /"id":"q","method":"roots\/list"/.test(seen));
      const answer = { jsonrpc: "2.0", id: "q", result: { roots: ["r"] } };
      assert.equal((await send(upstream, { session, message: answer }).answer).status, 202);
      assert.deepEqual(messagesOf((await call.answer).text).at(-1), { jsonrpc: "2.0", id: 1, result: { roots: ["r"] } });
    });

    test("nothing more is told of an exchange that was cancelled, and the session goes on", async (t) => {
      const { upstream } = await open(t);
      const session = await openSession(upstream);
      let told = false;
      const hanging = send(upstream, { session, message: request(1, "tools/hang") });
      void hanging.answer.then(() => {
        told = true;
      });
      hanging.exchange.cancel();
      const { status } = await send(upstream, { session, message: request(2, "tools/echo") }).answer;
      assert.equal(status, 200);
      assert.equal(told, false);
    });

    test("what does not come in time is a timeout, and may have been executed", async (t) => {
      const { upstream } = await open(t);
      const session = await openSession(upstream);
      const { fault, phase } = await send(upstream, { session, message: request(1, "tools/hang"), answerTimeoutMs: 50 }).answer;
      assert.deepEqual([fault?.code, phase], ["timeout", "sent"]);
    });

    test("a large answer to a reader that pauses comes whole", async (t) => {
      const { upstream } = await open(t);
      const session = await openSession(upstream);
      let pauses = 0;
      const call = send(upstream, { session, message: request(1, "tools/big", { bytes: 3_000_000 }) }, () => {
        if (pauses++ > 5) return;
        call.exchange.pause();
        setImmediate(() => call.exchange.resume());
      });
      const { text } = await call.answer;
      assert.equal(String(messagesOf(text)[0]?.["result"]).length, 3_000_000);
      assert.ok(pauses > 0);
    });

    test("a server that goes away fails what is in flight, not what comes later", async (t) => {
      const { upstream } = await open(t);
      const session = await openSession(upstream);
      const { fault, phase } = await send(upstream, { session, message: request(1, "tools/die") }).answer;
      assert.equal(fault?.code, "unavailable");
      assert.notEqual(phase, "unsent");
      const again = await until("another session", async () => {
        const { session: fresh } = await send(upstream, { message: request(0, "initialize", {}) }).answer;
        return fresh;
      });
      assert.equal((await send(upstream, { session: again, message: request(2, "tools/echo") }).answer).status, 200);
    });

    test("one that can't be reached is unavailable, and nothing was sent", async (t) => {
      const upstream = openUnreachable(t);
      const { fault, phase } = await send(upstream, { message: request(1, "initialize", {}) }).answer;
      assert.deepEqual([fault?.code, phase], ["unavailable", "unsent"], fault?.message);
      assert.match(fault?.message ?? "", /can't be (?:reached|started)/);
    });

    if (hasOwnServer) {
      test("a server that was away is found again", async (t) => {
        const { upstream, away } = await open(t);
        assert.ok(away !== undefined, "a server of its own can go away");
        await openSession(upstream);
        const comeBack = await away();
        const { fault } = await until("a failure", async () => {
          const answer = await send(upstream, { message: request(1, "initialize", {}) }).answer;
          return answer.fault === undefined ? undefined : answer;
        });
        assert.equal(fault?.code, "unavailable");
        await comeBack();
        await until("an answer", async () => (await send(upstream, { message: request(1, "initialize", {}) }).answer).status === 200);
      });
    }

    test("closing fails what is in flight, and everything later", async (t) => {
      const { upstream } = await open(t);
      const session = await openSession(upstream);
      const hanging = send(upstream, { session, message: request(1, "tools/hang") });
      const closed = upstream.close();
      assert.equal((await hanging.answer).fault?.code, "unavailable");
      await closed;
      const later = await send(upstream, { message: request(2, "initialize", {}) }).answer;
      assert.equal(later.fault?.code, "unavailable");
    });
  });
}
