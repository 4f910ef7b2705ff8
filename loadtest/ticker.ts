import { parentPort, workerData } from "node:worker_threads";

/**
 * A thread that wakes the generator when calls are due. Timers of Node have a grain of a millisecond, which would hide what is measured;
 * a bounded wait on shared memory is exact to some 60 µs, and unlike spinning it leaves the core to the upstream.
 */
export interface TickerData {
  /** A lock that is only ever waited for; the generator sets it to 1 to end the thread. */
  readonly lock: Int32Array<SharedArrayBuffer>;
  /** Milliseconds since 1970, with fractions. */
  readonly startMs: number;
  readonly everyMs: number;
}

const { lock, startMs, everyMs } = workerData as TickerData;
const nowMs = () => performance.timeOrigin + performance.now();

for (let tick = 0; Atomics.load(lock, 0) === 0; tick += 1) {
  const waitMs = startMs + tick * everyMs - nowMs();
  if (waitMs > 0) Atomics.wait(lock, 0, 0, waitMs);
  parentPort?.postMessage(tick);
  // After a pause of the machine the ticks that were missed are one.
  tick = Math.max(tick, Math.floor((nowMs() - startMs) / everyMs));
}
parentPort?.close();
