import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { generate, type Load, quantile } from "./generator.ts";
import { callHeaders, idDigits, toolCall } from "./message.ts";

interface Told {
  readonly id: string;
  answer(text: string): void;
}

/** A server that tells of each request; what `answer` is given becomes the body of a 200. */
async function serverOf(t: TestContext, told: (request: Told) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      const id = /"id":(\d+)/.exec(chunk.toString("latin1"))?.[1] ?? "";
      told({ id, answer: (text) => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

const result = (id: string) => `{"jsonrpc":"2.0","id":${id},"result":{}}`;

function loadOn(port: number, given: Partial<Load>): Load {
  const usual = { connections: 2, durationMs: 100, rate: 200, answerBytesMin: 0 };
  return { port, path: "/mcp", headers: callHeaders("echo", "key"), body: toolCall("echo"), ...usual, ...given };
}

test("a stall of the server shows in every call that was due meanwhile, though few were sent", async (t) => {
  const stallMs = 200;
  let held: (() => void)[] | null = null;
  let calls = 0;
  const port = await serverOf(t, ({ id, answer }) => {
    calls += 1;
    if (calls === 20) {
      held = [];
      setTimeout(() => {
        for (const release of held ?? []) release();
        held = null;
      }, stallMs);
    }
    if (held === null) answer(result(id));
    else held.push(() => answer(result(id)));
  });
  const load = loadOn(port, { durationMs: 600, rate: 200 });
  const { calls: verified, failed, latenciesMs } = await generate(load);
  assert.deepEqual([verified, failed], [120, 0]);
  // 40 of 120 calls were due while two connections stood still: a closed loop would have seen two slow ones.
  assert.ok(quantile(latenciesMs, 0.99) > stallMs * 0.75, `p99 is ${quantile(latenciesMs, 0.99)}`);
  assert.ok(quantile(latenciesMs, 0.85) > stallMs * 0.25, `p85 is ${quantile(latenciesMs, 0.85)}`);
});

test("each call has an id of its own, and the answer to another one counts as failed", async (t) => {
  const seen = new Set<string>();
  const port = await serverOf(t, ({ id, answer }) => {
    seen.add(id);
    answer(result(seen.size === 3 ? idDigits : id));
  });
  const { calls, failed, failure } = await generate(loadOn(port, {}));
  assert.deepEqual([calls, failed, seen.size], [19, 1, 20]);
  assert.equal(failure, "the answer to another request");
});

const wrongAnswers: readonly (readonly [why: string, answer: (id: string) => string, failure: RegExp])[] = [
  ["errors", (id) => `{"jsonrpc":"2.0","id":${id},"error":{"code":-32603}}`, /no result/],
  ["bodies that are too short", result, /a body of \d+ bytes/],
];
for (const [why, text, failure] of wrongAnswers) {
  test(`${why} count as failed`, async (t) => {
    const port = await serverOf(t, ({ id, answer }) => answer(text(id)));
    const load = loadOn(port, { answerBytesMin: why === "errors" ? 0 : 100 });
    const found = await generate(load);
    assert.deepEqual([found.calls, found.failed], [0, 20]);
    assert.match(found.failure ?? "", failure);
  });
}

test("a connection that the server closes costs the call on it, and the next goes over a new one", async (t) => {
  let first = true;
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      if (first) {
        first = false;
        socket.destroy();
        return;
      }
      const text = result(/"id":(\d+)/.exec(chunk.toString("latin1"))?.[1] ?? "");
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const { calls, failed } = await generate(loadOn(address.port, { connections: 1 }));
  assert.deepEqual([calls, failed, sockets.length], [19, 1, 2]);
});

test("the request has the size that is asked for", () => {
  assert.equal(Buffer.byteLength(toolCall("echo")), 300);
  assert.equal(JSON.parse(toolCall("echo", 500)).params.name, "echo");
});
