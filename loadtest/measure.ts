import { setTimeout as pause } from "node:timers/promises";
import type { Contender } from "./contenders.ts";
import { generate, type LoadResult, quantile } from "./generator.ts";
import { coreTimes, loadAverage, loadCore, testedCore } from "./machine.ts";

export interface MeasureOptions {
  readonly seconds: number;
  readonly connections: number;
  /** Calls per second of the open loop. */
  readonly rate: number;
}

/** What one contender did in one round. */
export interface Sample {
  readonly contender: string;
  readonly calls: number;
  readonly callsPerSecond: number;
  /** Processor time of the program with all its threads for a call, until everything that the calls left to do was done: under full load. */
  readonly processorMicros: number;
  /** The same at the fixed rate, at which every contender does the same work and wakes as often. */
  readonly processorMicrosAtRate: number;
  /** Milliseconds from when a call was due to its answer, at the fixed rate. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** What the generator itself was late, at the fixed rate. */
  readonly slipP99Ms: number;
  readonly residentBytes: number;
  /** Share of its core that the program used under full load, that others used, and that the load's core was used. */
  readonly testedBusy: number;
  readonly foreignBusy: number;
  readonly loadBusy: number;
  /** Share of both cores that the host took for other machines. */
  readonly stolen: number;
  readonly loadAverage: number;
}

const answerBytesMin = 680;

/** Full load over all connections, then an open loop at the fixed rate. Throws where any answer was wrong. */
export async function measure(contender: Contender, { seconds, connections, rate }: MeasureOptions): Promise<Sample> {
  const { child, port, path, headers, body } = contender;
  const target = { port, path, headers, body, connections, answerBytesMin, durationMs: seconds * 1000 };
  await quiet(contender);
  const before = { own: child.processorMs(), tested: coreTimes(testedCore), load: coreTimes(loadCore) };
  const full = verified(contender, await generate({ ...target, rate: null }));
  const atEnd = { own: child.processorMs(), tested: coreTimes(testedCore), load: coreTimes(loadCore) };
  await quiet(contender);
  const processorMicros = ((child.processorMs() - before.own) * 1000) / full.calls;
  const beforeOpen = child.processorMs();
  const open = verified(contender, await generate({ ...target, rate }), `(does it keep up with --rate ${rate}?)`);
  await quiet(contender);
  const processorMicrosAtRate = ((child.processorMs() - beforeOpen) * 1000) / open.calls;

  const share = (ms: number) => ms / full.durationMs;
  const own = share(atEnd.own - before.own);
  return {
    contender: contender.id,
    calls: full.calls + open.calls,
    callsPerSecond: (full.calls * 1000) / full.durationMs,
    processorMicros,
    processorMicrosAtRate,
    p50Ms: quantile(open.latenciesMs, 0.5),
    p99Ms: quantile(open.latenciesMs, 0.99),
    slipP99Ms: quantile(open.slipsMs, 0.99),
    residentBytes: child.residentBytes(),
    testedBusy: own,
    foreignBusy: Math.max(0, share(atEnd.tested.busyMs - before.tested.busyMs) - own),
    loadBusy: share(atEnd.load.busyMs - before.load.busyMs),
    stolen: share(atEnd.tested.stolenMs - before.tested.stolenMs + atEnd.load.stolenMs - before.load.stolenMs) / 2,
    loadAverage: loadAverage(),
  };
}

/** Calls that nobody counts, so that what is measured is compiled code over open connections. */
export async function warmUp({ child: _, ...contender }: Contender, { seconds, connections }: MeasureOptions): Promise<void> {
  const { port, path, headers, body } = contender;
  const load = { port, path, headers, body, connections, answerBytesMin, durationMs: seconds * 1000, rate: null };
  verified(contender, await generate(load));
}

const quietMs = 100;
const quietPausesMax = 100;

/** Waits until the program has done what the calls before left to do: records to write and to count. */
async function quiet({ child, title }: Contender): Promise<void> {
  let before = child.processorMs();
  for (let pauses = 0; pauses < quietPausesMax; pauses += 1) {
    await pause(quietMs);
    const now = child.processorMs();
    // One tick of the clock that is read may be anything.
    if (now - before <= 10) return;
    before = now;
  }
  throw new Error(`${title}: it does not come to rest`);
}

function verified({ title }: Pick<Contender, "title">, result: LoadResult, hint = ""): LoadResult {
  const { calls, failed, failure } = result;
  if (failed > 0) throw new Error(`${title}: ${failed} of ${calls + failed} calls failed: ${failure} ${hint}`);
  if (result.calls === 0) throw new Error(`${title}: no call was answered`);
  return result;
}
