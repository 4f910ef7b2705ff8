import { Fault } from "../../domain/fault.ts";

export interface AdmissionOptions {
  readonly callsInFlightMax: number;
  readonly callsInFlightPerCallerMax: number;
  /** Above this delay of the event loop, in milliseconds, new calls are turned away: those in flight come first. */
  readonly loopDelayMsMax: number;
  /** How late the event loop was recently, in milliseconds. */
  readonly loopDelayMs: () => number;
}

/** Keeps the gate answering under any load: what it can't serve soon is refused at once, with the time to come back. */
export interface Admission {
  /** Null and counted, or the refusal: `unavailable` (503) where the gate is full, `limited` (429) where this caller is. */
  enter(callerKey: string): Fault | null;
  /** Once for every call that entered. */
  leave(callerKey: string): void;
  inFlight(): number;
}

const comeBackMs = 1_000;

export function createAdmission({ callsInFlightMax, callsInFlightPerCallerMax, loopDelayMsMax, loopDelayMs }: AdmissionOptions): Admission {
  const perCaller = new Map<string, number>();
  let total = 0;

  return {
    enter(callerKey) {
      if (total >= callsInFlightMax) return refusal("unavailable", `the gate already has ${callsInFlightMax} calls in flight`);
      const own = perCaller.get(callerKey) ?? 0;
      if (own >= callsInFlightPerCallerMax)
        return refusal("limited", `this caller already has ${callsInFlightPerCallerMax} calls in flight`);
      // With nothing in flight the delay is not the calls' doing, and somebody must find out that it is over.
      if (total > 0 && loopDelayMs() > loopDelayMsMax) return refusal("unavailable", "the gate is overloaded");
      perCaller.set(callerKey, own + 1);
      total++;
      return null;
    },

    leave(callerKey) {
      const own = perCaller.get(callerKey);
      if (own === undefined) throw new Error("a call left that never entered");
      if (own === 1) perCaller.delete(callerKey);
      else perCaller.set(callerKey, own - 1);
      total--;
    },

    inFlight: () => total,
  };
}

function refusal(code: "unavailable" | "limited", message: string): Fault {
  return new Fault(code, message, { retryAfterMs: comeBackMs, next: "Try again a little later." });
}

/**
 * How late the event loop was lately, in milliseconds: the lateness of a timer, halved with every further tick. Not by
 * `monitorEventLoopDelay`, which forgets the sample after each reset: what happened last is what counts here.
 */
export function watchLoopDelay({ tickMs = 100 } = {}): { readMs(): number; close(): void } {
  let lastMs = performance.now();
  let recentMs = 0;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    recentMs = Math.max(nowMs - lastMs - tickMs, recentMs / 2, 0);
    lastMs = nowMs;
  }, tickMs).unref();
  return { readMs: () => recentMs, close: () => clearInterval(timer) };
}
