import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { TestContext } from "node:test";
import type { HttpHandler } from "../../domain/ports/http.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import { type HttpServer, type ListenOptions, listen } from "../ingress/uws-server.ts";

const megabyte = 1024 * 1024;

/** A server on a free port, closed with its test, that keeps what it refused and what it logged as errors. */
export interface Served extends HttpServer {
  readonly refused: string[];
  readonly errors: string[];
}

export async function serve(t: TestContext, handler: HttpHandler, options: Partial<ListenOptions> = {}): Promise<Served> {
  const refused: string[] = [];
  const errors: string[] = [];
  const logger: Logger = { debug() {}, info() {}, warn() {}, error: (message) => errors.push(message) };
  const server = await listen({
    host: "127.0.0.1",
    port: 0,
    handler,
    bodyBytesMax: megabyte,
    bodyTimeoutMs: 15_000,
    callsInFlightMax: 1_000,
    replyBufferBytesMax: megabyte,
    replyStallMs: 60_000,
    trustedProxies: () => false,
    sweepMs: 10,
    onRefused: (reason) => refused.push(reason),
    logger,
    ...options,
  });
  t.after(() => server.close());
  return { ...server, refused, errors };
}

/** One raw connection: what is sent is what the server gets. */
export interface Client {
  readonly socket: Socket;
  send(text: string | Uint8Array): void;
  /** Everything received so far, once it satisfies the condition. Fails if the connection closes before. */
  until(condition: (received: string) => boolean): Promise<string>;
  /** Everything received, once the server has closed. */
  closed(): Promise<string>;
}

export async function dial(t: TestContext, server: HttpServer): Promise<Client> {
  const socket = connect(server.port, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.on("error", () => {});
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
  });
  const over = once(socket, "close");
  await once(socket, "connect");
  return {
    socket,
    send: (text) => socket.write(text),
    async until(condition) {
      while (!condition(received)) {
        await Promise.race([once(socket, "data"), over]);
        if (socket.destroyed && !condition(received)) throw new Error(`closed after ${JSON.stringify(received.slice(0, 400))}`);
      }
      return received;
    },
    async closed() {
      await over;
      return received;
    },
  };
}

/** Polls a condition that no event tells about. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

export const post = (path: string, body: string, headers = "") =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
export const get = (path: string, headers = "") => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
export const statusOf = (answer: string) => Number(answer.slice(9, 12));
export const whole = (answer: string) => {
  const length = /content-length: (\d+)/i.exec(answer);
  return length !== null && answer.length >= answer.indexOf("\r\n\r\n") + 4 + Number(length[1]);
};
export const echo: HttpHandler = (request, reply) => reply.send(200, ["content-type", "text/plain"], Buffer.from(request.body));
