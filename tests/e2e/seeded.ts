/** Random numbers that a seed repeats. */
export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number, both ends included. */
  integer(min: number, max: number): number;
  pick<Value>(values: readonly Value[]): Value;
}

/** The seed of `SLUICE_TEST_SEED`, or another one each time; it is printed, so that a failure can be repeated. */
export function seeded(test: string): Random {
  const given = process.env["SLUICE_TEST_SEED"];
  const seed = given === undefined ? Math.floor(Math.random() * 0x7fffffff) : Number(given);
  console.log(`# ${test}: SLUICE_TEST_SEED=${seed}`);
  return randomFrom(seed);
}

/** Mulberry32: small, fast and good enough to choose by. */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    integer: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick<Value>(values: readonly Value[]): Value {
      if (values.length === 0) throw new Error("nothing to pick from");
      return values[Math.floor(next() * values.length)] as Value; // next() < 1
    },
  };
}

/** A number in letters: redaction leaves such text alone, which it would not do with long rows of digits. */
export function inLetters(number: number): string {
  let letters = "";
  for (let rest = number; rest > 0 || letters === ""; rest = Math.floor(rest / 26))
    letters = String.fromCharCode(97 + (rest % 26)) + letters;
  return letters;
}
