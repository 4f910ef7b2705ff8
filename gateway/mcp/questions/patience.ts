/**
 * The deadlines of an exchange in which a person may be asked: they count while the server is at work, and stand still while it waits
 * for an answer. Times of 0 are none.
 */
export interface Patience {
  /** Something came: the idle time begins anew. */
  heard(): void;
  /** The server waits for an answer. */
  wait(): void;
  /** It has its answer. */
  goOn(): void;
  stop(): void;
}

export function createPatience(
  { idleMs, totalMs }: { readonly idleMs: number; readonly totalMs: number },
  nowMs: () => number,
  expired: () => void,
): Patience {
  let timer: NodeJS.Timeout | undefined;
  let heardAtMs = nowMs();
  let beganAtMs = heardAtMs;
  let spentMs = 0;
  let waiting = false;

  const leftMs = () => {
    const idle = idleMs === 0 ? Number.POSITIVE_INFINITY : heardAtMs + idleMs - nowMs();
    const total = totalMs === 0 ? Number.POSITIVE_INFINITY : totalMs - spentMs - (nowMs() - beganAtMs);
    return Math.min(idle, total);
  };
  // Re-armed when it fires, and not with every message.
  const arm = () => {
    const left = leftMs();
    if (left === Number.POSITIVE_INFINITY) return;
    timer = setTimeout(() => (leftMs() <= 0 ? expired() : arm()), Math.max(1, left)).unref();
  };
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  arm();

  return {
    heard() {
      heardAtMs = nowMs();
    },
    wait() {
      if (waiting) return;
      waiting = true;
      stop();
      spentMs += nowMs() - beganAtMs;
    },
    goOn() {
      if (!waiting) return;
      waiting = false;
      heardAtMs = nowMs();
      beganAtMs = heardAtMs;
      arm();
    },
    stop,
  };
}
