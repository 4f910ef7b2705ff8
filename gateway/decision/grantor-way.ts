/** A request that has no answer for so long is made again; later where answers take long, or nobody answers at all, up to the most. */
const againMsMin = 1_000;
const againMsMax = 5_000;

/** The way to the grantor and back, by the answers that come over it: how long it takes, and since when none has come. */
export interface GrantorWay {
  /** Something is asked whose answer does not come at once. */
  asked(nowMs: number): void;
  answered(requestedAtMs: number, nowMs: number): void;
  /** How long grants took lately: the longest, which fades with each that is quicker. */
  waitedMs(): number;
  /** Since when requests have stayed without any answer; 0 while there are answers, or nothing is asked. */
  unansweredMs(nowMs: number): number;
  /** A request that is so old is made again: an answer that takes longer than that is not known any more. */
  againMs(nowMs: number): number;
}

export function createGrantorWay(): GrantorWay {
  let lostSinceMs: number | null = null;
  let waited = 0;
  const unansweredMs = (nowMs: number) => (lostSinceMs === null ? 0 : nowMs - lostSinceMs);
  return {
    asked(nowMs) {
      lostSinceMs ??= nowMs;
    },
    answered(requestedAtMs, nowMs) {
      lostSinceMs = null;
      waited = Math.max(Math.min(nowMs - requestedAtMs, againMsMax), Math.floor(waited * 0.9));
    },
    waitedMs: () => waited,
    unansweredMs,
    againMs: (nowMs) => Math.min(againMsMax, Math.max(againMsMin, 2 * waited, unansweredMs(nowMs) / 2)),
  };
}
