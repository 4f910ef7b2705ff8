import { connect } from "node:net";

export interface Load {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly connections: number;
  readonly durationMs: number;
  /** Calls per second, due at fixed times; null for as fast as answers come. */
  readonly rate: number | null;
}

export interface LoadResult {
  readonly calls: number;
  readonly failed: number;
  readonly durationMs: number;
  /** Milliseconds from when a call was due to its answer, sorted: no coordinated omission at a fixed rate. */
  readonly latenciesMs: Float64Array;
}

/** Puts load on one endpoint over raw keep-alive sockets and checks every answer: status 200 and a JSON-RPC result. */
export async function generate({ port, path, headers, body, connections, durationMs, rate }: Load): Promise<LoadResult> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${lines.join("")}content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const request = Buffer.from(head + body);
  const startedAt = performance.now();
  const endsAt = startedAt + durationMs;
  const latencies: number[] = [];
  let failed = 0;
  let scheduled = 0;

  /** When the next call is due, or undefined when the time is over. */
  const nextDue = () => {
    const now = performance.now();
    const due = rate === null ? now : startedAt + (scheduled * 1000) / rate;
    if (due >= endsAt || now >= endsAt) return undefined;
    scheduled += 1;
    return due;
  };

  const runConnection = () =>
    new Promise<void>((resolve) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      let due = 0;
      let pending: Buffer = Buffer.alloc(0);
      const next = () => {
        const at = nextDue();
        if (at === undefined) {
          socket.destroy();
          return resolve();
        }
        due = at;
        const wait = at - performance.now();
        if (wait > 1) setTimeout(() => socket.write(request), wait);
        else socket.write(request);
      };
      socket.on("connect", next);
      socket.on("error", () => {
        failed += 1;
        resolve();
      });
      socket.on("close", () => resolve());
      socket.on("data", (chunk) => {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
        const end = pending.indexOf("\r\n\r\n");
        if (end < 0) return;
        const answerHead = pending.toString("latin1", 0, end);
        if (pending.length < end + 4 + lengthOf(answerHead)) return;
        const isResult = answerHead.startsWith("HTTP/1.1 200") && pending.includes('"result"', end);
        pending = Buffer.alloc(0);
        if (isResult) latencies.push(performance.now() - due);
        else failed += 1;
        next();
      });
    });

  await Promise.all(Array.from({ length: connections }, runConnection));
  return { calls: latencies.length, failed, durationMs: performance.now() - startedAt, latenciesMs: Float64Array.from(latencies).sort() };
}

function lengthOf(head: string): number {
  return Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
}
