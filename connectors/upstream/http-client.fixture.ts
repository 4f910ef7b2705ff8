import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";
import type { Fault } from "../../domain/fault.ts";
import type { Exchange, UpstreamRequest } from "../../domain/ports/upstream.ts";
import type { CoarseClock } from "./coarse-clock.ts";
import { createHttpClient, type HttpClient, type HttpClientOptions } from "./http-client.ts";

interface Handled {
  readonly socket: Socket;
  readonly text: string;
  /** Requests that this connection has carried, this one included. */
  readonly onConnection: number;
}

/** A server that hands over each whole request and counts what it got. */
export async function serve(context: TestContext, handle: (request: Handled) => void) {
  const counts = { connections: 0, requests: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    counts.connections += 1;
    sockets.add(socket);
    let held = "";
    let onConnection = 0;
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      held += chunk.toString("latin1");
      const headEnd = held.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/.exec(held)?.[1] ?? 0);
      if (headEnd === -1 || held.length < headEnd + 4 + length) return;
      const text = held;
      held = "";
      counts.requests += 1;
      onConnection += 1;
      handle({ socket, text, onConnection });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, counts, server };
}

export function open(context: TestContext, port: number, options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = createHttpClient({ host: "127.0.0.1", port, ...options });
  context.after(() => client.close());
  return client;
}

interface Result {
  readonly status: number | undefined;
  readonly body: string;
  readonly fault: Fault | undefined;
  readonly phase: string | undefined;
}

export function call(client: HttpClient, request: Partial<UpstreamRequest> = {}): { exchange: Exchange; result: Promise<Result> } {
  const { promise, resolve } = Promise.withResolvers<Result>();
  let status: number | undefined;
  let body = "";
  const exchange = client.exchange(
    "POST /mcp HTTP/1.1\r\nhost: x\r\n",
    {
      method: "POST",
      headers: [],
      body: Buffer.from("{}"),
      repeatable: false,
      answerTimeoutMs: 10_000,
      idleTimeoutMs: 10_000,
      totalTimeoutMs: 0,
      ...request,
    },
    {
      head(answer) {
        status = answer.status;
      },
      data(chunk) {
        body += Buffer.from(chunk).toString("latin1");
      },
      end: () => resolve({ status, body, fault: undefined, phase: undefined }),
      fail: (fault, phase) => resolve({ status, body, fault, phase }),
    },
  );
  return { exchange, result: promise };
}

export const ok = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\nok";

/** A clock that stands still until it is told to move. */
export function handClock(): CoarseClock & { move(byMs: number): void } {
  let nowMs = 0;
  const checks = new Set<(nowMs: number) => void>();
  return {
    nowMs: () => nowMs,
    deadline: (timeoutMs) => (timeoutMs === 0 ? Number.POSITIVE_INFINITY : nowMs + timeoutMs),
    eachStep(check) {
      checks.add(check);
      return () => checks.delete(check);
    },
    close: () => checks.clear(),
    move(byMs) {
      nowMs += byMs;
      for (const check of [...checks]) check(nowMs);
    },
  };
}
