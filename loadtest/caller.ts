import { connect, type Socket } from "node:net";
import type { Load } from "./generator.ts";
import { idDigits } from "./message.ts";

/** One connection with at most one call on it. */
export interface Caller {
  /** Sends the next call; `due` is given back with its answer. */
  send(due: number): void;
  close(): void;
}

/** Told of each answer: null, or what was wrong with it. */
export type Settled = (caller: Caller, wrong: string | null, due: number) => void;

const noBytes: Buffer = Buffer.alloc(0);
/** One for all connections: what arrived is looked at before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(256 * 1024);
const result = Buffer.from('"result"');
let lastId = Number(idDigits);

/** Opens a connection; rejects where it is refused. One that is closed later is opened again for the next call. */
export function openCaller(load: Load, settled: Settled): Promise<Caller> {
  const { request, idAt } = requestOf(load);
  let socket: Socket;
  let pending = noBytes;
  let due = 0;
  let busy = false;
  let id = "";

  const settle = (wrong: string | null) => {
    if (!busy) return;
    busy = false;
    settled(caller, wrong, due);
  };
  const received = (count: number): boolean => {
    const chunk = readBuffer.subarray(0, count);
    const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const end = bytes.indexOf("\r\n\r\n");
    const head = end < 0 ? "" : bytes.toString("latin1", 0, end);
    const total = end + 4 + lengthOf(head);
    if (end < 0 || bytes.length < total) {
      pending = Buffer.from(bytes);
      return true;
    }
    pending = noBytes;
    settle(wrongWith(head, bytes.subarray(end + 4, total), id, load.answerBytesMin));
    return true;
  };
  const open = () => {
    const opened = connect({ port: load.port, host: "127.0.0.1", noDelay: true, onread: { buffer: readBuffer, callback: received } });
    opened.on("error", () => {});
    opened.on("close", () => {
      if (socket === opened) settle("the connection was closed");
    });
    socket = opened;
  };

  const caller: Caller = {
    send(at) {
      due = at;
      busy = true;
      lastId += 1;
      id = String(lastId);
      request.write(id, idAt, "latin1");
      if (socket.destroyed) open();
      // The buffer is written at once or, under back-pressure, kept by the socket: a copy each costs less than to find out.
      socket.write(Buffer.from(request));
    },
    close: () => socket.destroy(),
  };
  open();
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(caller));
    socket.once("error", reject);
  });
}

function requestOf({ port, path, headers, body }: Load): { readonly request: Buffer; readonly idAt: number } {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${lines.join("")}content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const request = Buffer.from(head + body);
  const idAt = request.indexOf(`"id":${idDigits}`);
  if (idAt < head.length) throw new Error(`the body must hold "id":${idDigits}`);
  return { request, idAt: idAt + 5 };
}

/** What is wrong with an answer, as a short text; null for a result to the request `id`. */
function wrongWith(head: string, body: Buffer, id: string, bytesMin: number): string | null {
  if (!head.startsWith("HTTP/1.1 200")) return `${head.slice(0, head.indexOf("\r\n"))}: ${body.toString("latin1", 0, 200)}`;
  if (body.length < bytesMin) return `a body of ${body.length} bytes: ${body.toString("latin1", 0, 200)}`;
  if (body.indexOf(`"id":${id}`) < 0) return "the answer to another request";
  return body.indexOf(result) < 0 ? "no result" : null;
}

function lengthOf(head: string): number {
  return Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
}
