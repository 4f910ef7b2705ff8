/**
 * A clock that a timer reads, so that a call with three deadlines costs neither a timer nor a look at the clock:
 * it keeps three numbers, and one sweep compares them. Deadlines never fire early, and at most two steps late.
 */
export interface CoarseClock {
  /** Milliseconds on a clock that never goes back, at most one step old. */
  nowMs(): number;
  /** The moment when `timeoutMs` from now have passed for certain; infinite for 0, which means no bound. */
  deadline(timeoutMs: number): number;
  /** Calls `check` once a step until the returned function is called. */
  eachStep(check: (nowMs: number) => void): () => void;
  /** Stops its timer: nothing that was registered so far is checked any more. */
  close(): void;
}

export interface CoarseClockOptions {
  readonly stepMs?: number;
  readonly nowMs?: () => number;
}

/** Its timer runs only while somebody has something to check, and never keeps the process alive. */
export function createCoarseClock({ stepMs = 100, nowMs = () => performance.now() }: CoarseClockOptions = {}): CoarseClock {
  const checks = new Set<(nowMs: number) => void>();
  let timer: NodeJS.Timeout | undefined;
  let lastMs = 0;

  const step = () => {
    lastMs = nowMs();
    for (const check of checks) check(lastMs);
  };

  return {
    nowMs: () => (timer === undefined ? nowMs() : lastMs),
    deadline(timeoutMs) {
      if (timeoutMs === 0) return Number.POSITIVE_INFINITY;
      return timer === undefined ? nowMs() + timeoutMs : lastMs + timeoutMs + stepMs;
    },
    eachStep(check) {
      checks.add(check);
      if (timer === undefined) {
        lastMs = nowMs();
        timer = setInterval(step, stepMs);
        timer.unref();
      }
      return () => {
        checks.delete(check);
        if (checks.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    close() {
      checks.clear();
      clearInterval(timer);
      timer = undefined;
    },
  };
}
