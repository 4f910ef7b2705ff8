/** What may answer a call. */
export interface Candidate {
  /** Calls that it is answering now. */
  readonly inFlight: number;
  /** Whether it may be given another. */
  usable(nowMs: number): boolean;
}

/**
 * The usable candidate with the fewest calls in flight; among equals the first from `turn` on, so that a caller who counts `turn` up
 * goes round. No randomness, no allocation. Undefined where none is usable. `except` have been tried already.
 */
export function leastInFlight<Member extends Candidate>(
  candidates: readonly Member[],
  turn: number,
  nowMs: number,
  except: readonly Member[],
): Member | undefined {
  let best: Member | undefined;
  const count = candidates.length;
  for (let step = 0; step < count; step += 1) {
    const candidate = candidates[(turn + step) % count];
    if (candidate === undefined || (best !== undefined && candidate.inFlight >= best.inFlight)) continue;
    if (candidate.usable(nowMs) && !except.includes(candidate)) best = candidate;
  }
  return best;
}
