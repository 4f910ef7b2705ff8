import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";

/** Answers the body of a request, or undefined to say nothing. */
export type Script = (request: ScriptedRequest) => Buffer | undefined;

export interface ScriptedRequest {
  /** The protocol's number of what is asked: 1 fetch, 3 metadata, 18 versions. */
  readonly apiKey: number;
  /** How many of its kind came before. */
  readonly count: number;
  readonly atMs: number;
}

export interface ScriptedBroker {
  readonly host: string;
  readonly port: number;
  readonly requests: readonly ScriptedRequest[];
  /** Ends every connection, as a broker does that has not heard from a client for long; resolves when the client has seen it. */
  endConnections(): Promise<void>;
}

export const fetchKey = 1;
export const metadataKey = 3;
export const apiVersionsKey = 18;

/** A broker that says what a test wants, and is silent where a real one can't be told to. Ends with the test. */
export async function startScriptedBroker(t: TestContext, script: Script): Promise<ScriptedBroker> {
  const sockets = new Set<Socket>();
  const requests: ScriptedRequest[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    let buffered = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      buffered = Buffer.concat([buffered, chunk]);
      while (buffered.length >= 4 && buffered.length >= 4 + buffered.readInt32BE(0)) {
        const end = 4 + buffered.readInt32BE(0);
        answer(socket, buffered.subarray(4, end));
        buffered = buffered.subarray(end);
      }
    });
  });

  function answer(socket: Socket, request: Buffer): void {
    const apiKey = request.readInt16BE(0);
    const one = { apiKey, count: requests.filter((other) => other.apiKey === apiKey).length, atMs: performance.now() };
    requests.push(one);
    const body = script(one);
    if (body !== undefined) socket.write(Buffer.concat([int32(body.length + 4), request.subarray(4, 8), body]));
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return {
    ...{ host: "127.0.0.1", port, requests },
    async endConnections() {
      const closed = [...sockets].map((socket) => once(socket, "close"));
      for (const socket of sockets) socket.end();
      await Promise.all(closed);
    },
  };
}

/** An answer about versions (2): every request in every version. */
export function versionsAnswer(): Buffer {
  const keys = Array.from({ length: 50 }, (_, apiKey) => Buffer.concat([int16(apiKey), int16(0), int16(20)]));
  return Buffer.concat([int16(0), int32(keys.length), ...keys, int32(0)]);
}

interface ScriptedPartition {
  readonly partition: number;
  /** -1 where nobody leads it. */
  readonly leader: number;
}

/** Metadata (6): brokers by their numbers, and one topic. */
export function metadataAnswer(
  brokers: readonly { readonly id: number; readonly host: string; readonly port: number }[],
  topic: { readonly name: string; readonly error?: number; readonly partitions: readonly ScriptedPartition[] },
): Buffer {
  const nodes = brokers.map(({ id, host, port }) => Buffer.concat([int32(id), text(host), int32(port), int16(-1)]));
  const partitions = topic.partitions.map(({ partition, leader }) => {
    const none = int32(0);
    return Buffer.concat([int16(leader < 0 ? 5 : 0), int32(partition), int32(leader), none, none, none]);
  });
  const head = [int32(0), int32(nodes.length), ...nodes, int16(-1), int32(1), int32(1)];
  return Buffer.concat([...head, int16(topic.error ?? 0), text(topic.name), Buffer.from([0]), int32(partitions.length), ...partitions]);
}

/** An answer to a fetch (11) that brings nothing, and may ask for a pause. */
export function emptyFetchAnswer(throttleMs: number): Buffer {
  return Buffer.concat([int32(throttleMs), int16(0), int32(0), int32(0)]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
}
