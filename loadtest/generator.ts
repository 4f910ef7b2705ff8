import { Worker } from "node:worker_threads";
import { type Caller, openCaller } from "./caller.ts";
import type { TickerData } from "./ticker.ts";

export interface Load {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** One JSON-RPC request; its id is `idDigits`, in whose place each call gets its own. */
  readonly body: string;
  readonly connections: number;
  readonly durationMs: number;
  /** Calls per second, due at fixed times; null for as fast as answers come, over every connection. */
  readonly rate: number | null;
  /** An answer with a shorter body counts as failed. */
  readonly answerBytesMin: number;
}

export interface LoadResult {
  /** Verified: status 200, the id of the request, a result, and long enough. */
  readonly calls: number;
  readonly failed: number;
  /** What was wrong with the first that failed; null where none did. */
  readonly failure: string | null;
  readonly durationMs: number;
  /** Milliseconds to the answer, sorted: at a fixed rate from when the call was due, so that a stall shows in every call that it held up. */
  readonly latenciesMs: Float64Array;
  /** Milliseconds from when a call was due until it was sent though a connection was free, sorted: what the generator itself is late. */
  readonly slipsMs: Float64Array;
}

/** Calls that are due and not answered when the time is over get so long; then they count as failed. */
const drainMs = 10_000;
const tickMsMin = 0.1;

/**
 * Puts load on one endpoint over raw keep-alive connections and verifies every answer. At a fixed rate it is an open loop: a call that
 * is due while all connections are busy waits for one, and the wait counts (no coordinated omission).
 */
export function generate(load: Load): Promise<LoadResult> {
  const { rate, durationMs, connections } = load;
  const latencies: number[] = [];
  const slips: number[] = [];
  const idle: Caller[] = [];
  const all: Caller[] = [];
  const due = rate === null ? Number.POSITIVE_INFINITY : Math.floor((durationMs * rate) / 1000);
  let failed = 0;
  let failure: string | null = null;
  let sent = 0;
  let answered = 0;
  let startedAt = 0;
  let finish = () => {};

  const dueAt = (call: number) => (rate === null ? performance.now() : startedAt + (call * 1000) / rate);
  const isOver = () => (rate === null ? performance.now() >= startedAt + durationMs : sent >= due);
  const send = (caller: Caller, at: number) => {
    sent += 1;
    caller.send(at);
  };

  /** Sends what is due over the connections that are free. */
  const pump = () => {
    const now = performance.now();
    for (let at = dueAt(sent); at <= now && sent < due; at = dueAt(sent)) {
      const caller = idle.pop();
      if (caller === undefined) return;
      slips.push(now - at);
      send(caller, at);
    }
  };

  const settled = (caller: Caller, wrong: string | null, at: number) => {
    answered += 1;
    if (wrong === null) latencies.push(performance.now() - at);
    else {
      failed += 1;
      failure ??= wrong;
    }
    if (isOver()) {
      if (answered === sent) finish();
    } else if (rate === null) send(caller, performance.now());
    // Behind the schedule the next call goes at once: nobody slipped but the server.
    else if (dueAt(sent) <= performance.now()) send(caller, dueAt(sent));
    else idle.push(caller);
  };

  return new Promise((resolve, reject) => {
    let stopTicking = () => {};
    const opening = Array.from({ length: connections }, () => openCaller(load, settled));
    finish = () => {
      stopTicking();
      clearTimeout(deadline);
      for (const caller of all) caller.close();
      resolve({
        calls: latencies.length,
        failed: failed + (sent - answered),
        failure: failure ?? (sent > answered ? "no answer in time" : null),
        durationMs: performance.now() - startedAt,
        latenciesMs: Float64Array.from(latencies).sort(),
        slipsMs: Float64Array.from(slips).sort(),
      });
    };
    const deadline = setTimeout(() => finish(), durationMs + drainMs);
    Promise.all(opening).then((callers) => {
      all.push(...callers);
      startedAt = performance.now();
      if (rate === null) for (const caller of callers) send(caller, startedAt);
      else {
        idle.push(...callers);
        stopTicking = startTicking(startedAt, Math.max(tickMsMin, 1000 / rate), pump);
      }
    }, reject);
  });
}

function startTicking(startedAt: number, everyMs: number, tick: () => void): () => void {
  const lock = new Int32Array(new SharedArrayBuffer(4));
  const workerData: TickerData = { lock, startMs: performance.timeOrigin + startedAt, everyMs };
  const worker = new Worker(new URL("./ticker.ts", import.meta.url), { workerData });
  worker.on("message", tick);
  return () => {
    Atomics.store(lock, 0, 1);
    Atomics.notify(lock, 0);
    worker.off("message", tick);
  };
}

/** The value below which `share` of the sorted values lie; 0 where there are none. */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
