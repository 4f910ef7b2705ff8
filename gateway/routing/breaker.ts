export type Circuit = "closed" | "open" | "half-open";

export interface BreakerRules {
  /** So many failures in a row open the circuit. */
  readonly consecutiveMax: number;
  /** The last so many outcomes are looked at together; fewer never open it by their ratio. */
  readonly windowCalls: number;
  /** The share of failures among them that opens it, above 0 and at most 1. */
  readonly failureRatio: number;
  /** How long it stays open the first time; each failed probe doubles it up to `openMaxMs`. */
  readonly openMs: number;
  readonly openMaxMs: number;
}

export const defaultBreakerRules: BreakerRules = {
  consecutiveMax: 5,
  windowCalls: 20,
  failureRatio: 0.5,
  openMs: 1_000,
  openMaxMs: 60_000,
};

/**
 * A circuit breaker: closed lets calls through; too many failures open it; after a while one call probes (half-open), whose outcome closes or opens it.
 * Time is passed in. Every call that was `begin`-ed is told `succeeded`, `failed` or `withdrawn` once, with what `begin` answered.
 */
export interface Breaker {
  /** The circuit at that moment: an open one whose time is over is half-open. */
  circuit(nowMs: number): Circuit;
  /** Whether a call may go through now. */
  admits(nowMs: number): boolean;
  /** A call goes through. Answers whether it is the probe. */
  begin(nowMs: number): boolean;
  succeeded(probe: boolean): void;
  failed(probe: boolean, nowMs: number): void;
  /** The call ended without telling anything about the server. */
  withdrawn(probe: boolean): void;
  /** When it admits a call again, in milliseconds from now; 0 while it does. */
  retryAfterMs(nowMs: number): number;
}

export function createBreaker(rules: BreakerRules = defaultBreakerRules): Breaker {
  const { consecutiveMax, windowCalls, failureRatio, openMs, openMaxMs } = rules;
  const outcomes = new Uint8Array(windowCalls);
  let seen = 0;
  let failures = 0;
  let consecutive = 0;
  let open = false;
  let openUntilMs = 0;
  let nextOpenMs = openMs;
  let probing = false;

  const note = (failure: 0 | 1) => {
    const place = seen % windowCalls;
    if (seen >= windowCalls) failures -= outcomes[place] ?? 0;
    outcomes[place] = failure;
    failures += failure;
    seen += 1;
    consecutive = failure === 1 ? consecutive + 1 : 0;
  };
  const forget = () => {
    seen = 0;
    failures = 0;
    consecutive = 0;
  };
  const trip = (nowMs: number) => {
    open = true;
    openUntilMs = nowMs + nextOpenMs;
    nextOpenMs = Math.min(nextOpenMs * 2, openMaxMs);
    forget();
  };

  return {
    circuit: (nowMs) => (open ? (nowMs >= openUntilMs ? "half-open" : "open") : "closed"),
    admits: (nowMs) => !open || (nowMs >= openUntilMs && !probing),
    begin(nowMs) {
      if (!open || probing || nowMs < openUntilMs) return false;
      probing = true;
      return true;
    },
    succeeded(probe) {
      if (probe) {
        probing = false;
        open = false;
        nextOpenMs = openMs;
        forget();
      } else if (!open) note(0);
    },
    failed(probe, nowMs) {
      if (probe) {
        probing = false;
        trip(nowMs);
      } else if (!open) {
        note(1);
        if (consecutive >= consecutiveMax || (seen >= windowCalls && failures / windowCalls >= failureRatio)) trip(nowMs);
      }
    },
    withdrawn(probe) {
      if (probe) probing = false;
    },
    retryAfterMs: (nowMs) => (open ? Math.max(probing ? 1 : 0, openUntilMs - nowMs) : 0),
  };
}
