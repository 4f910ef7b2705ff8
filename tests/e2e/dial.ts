import { connect, type Socket } from "node:net";
import { until } from "./until.ts";

/** One raw connection to a gate: what is sent is what it gets. */
export interface Dialled {
  readonly socket: Socket;
  send(bytes: string | Uint8Array): void;
  /** Everything received so far, as latin1. */
  received(): string;
  /** Bytes received so far. */
  bytes(): number;
  /** Resolves with everything received once it fits; rejects if the connection closes before, or after 10 s. */
  until(fits: (received: string) => boolean): Promise<string>;
  /** Resolves with everything received once the gate has closed. */
  closed(): Promise<string>;
}

export async function dial(httpUrl: string): Promise<Dialled> {
  const socket = connect(Number(new URL(httpUrl).port), "127.0.0.1");
  let received = "";
  let isClosed = false;
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
  });
  socket.on("close", () => {
    isClosed = true;
  });
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  // A connection that is cut is what these tests are about.
  socket.on("error", () => {});
  return {
    socket,
    send: (bytes) => void socket.write(bytes),
    received: () => received,
    bytes: () => received.length,
    async until(fits) {
      await until("an answer on a raw connection", () => isClosed || fits(received));
      if (!fits(received)) throw new Error(`the gate closed the connection after ${JSON.stringify(received.slice(0, 400))}`);
      return received;
    },
    async closed() {
      await until("the gate closes a raw connection", () => isClosed);
      return received;
    },
  };
}

/** A POST as it stands on the wire. */
export function rawPost(path: string, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.join("")}content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}
