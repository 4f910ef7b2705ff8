import { spreads, type Used, use } from "../../tests/simulation/demand.ts";

export interface UseMeasured {
  readonly spread: keyof typeof spreads;
  readonly callsMax: number;
  readonly windowMs: number;
  readonly used: Used;
  /** The same, where no recall of a lease arrives. */
  readonly withoutRecalls: Used;
}

/** Twice as many calls as the limit admits, 500 a second at four gates in virtual time, over so many windows. */
export function measureUses(windows: number): readonly UseMeasured[] {
  return [4_000, 60_000, 120_000].flatMap((windowMs) =>
    (Object.keys(spreads) as (keyof typeof spreads)[]).map((spread) => {
      const callsMax = windowMs / 4;
      const demand = { callsMax, windowMs, perSecond: 500, seconds: (windows * windowMs) / 1_000, spread: spreads[spread] };
      return { spread, callsMax, windowMs, used: use(demand), withoutRecalls: use({ ...demand, recalls: false }) };
    }),
  );
}
