import { Fault } from "../../domain/fault.ts";

/** Work that is done one after the other, in the order of asking. */
export interface Turns {
  /** Resolves or rejects as `work` does, once its turn has come. Rejects with `Fault("unavailable")` where too many wait. */
  take<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Resolves when nothing that was taken before is under way. */
  idle(): Promise<void>;
}

export function createTurns(waitingMax: number): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const done = () => {
    waiting -= 1;
  };
  return {
    take(work) {
      if (waiting >= waitingMax) {
        return Promise.reject(new Fault("unavailable", "too many administrative acts wait for their turn", { retryAfterMs: 1_000 }));
      }
      waiting += 1;
      const turn = last.then(work);
      // Whoever asked gets the rejection from `turn`; the next one's turn comes all the same.
      last = turn.then(done, done);
      return turn;
    },
    async idle() {
      await last;
    },
  };
}
