import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { atLeast, logGamma } from "./beta-binomial.ts";
import { type Calibration, calibrationWarmup, learned, probability, uncalibrated } from "./calibration.ts";
import { combine } from "./combine.ts";
import { counted, countOf, noCounts, surpriseOf } from "./counts.ts";

/** Numbers from a seed, uniform in (0, 1). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 4_294_967_296;
  };
}

function calibrated(values: Iterable<number>): Calibration {
  let calibration = uncalibrated;
  for (const value of values) calibration = learned(calibration, value);
  return calibration;
}

test("surprises of an exponential tail get the probabilities that they have", () => {
  const next = uniform(7);
  for (const scale of [1, 3, 10]) {
    const calibration = calibrated(Array.from({ length: 20_000 }, () => -Math.log(next()) * scale));
    for (const rarity of [1e-3, 1e-4, 1e-5]) {
      const told = probability(calibration, -Math.log(rarity) * scale);
      assert.ok(told > rarity / 5 && told < rarity * 5, `scale ${scale}: ${told} for ${rarity}`);
    }
  }
});

test("attacks among the values do not teach the tail to expect attacks", () => {
  const next = uniform(8);
  const usual = Array.from({ length: 20_000 }, () => -Math.log(next()));
  const clean = calibrated(usual);
  const attacked = calibrated([...usual, ...Array.from({ length: 30 }, () => 500)]);
  const [before, after] = [probability(clean, 20), probability(attacked, 20)];
  assert.ok(after < 1e-5, `${before} became ${after}`);
});

test("what is rarer is never told to be likelier, and a cold start tells nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 800 }), (values) => {
      const calibration = calibrated(values);
      if (values.length < calibrationWarmup) assert.equal(probability(calibration, 1e6), 1);
      let before = 1;
      for (let value = 0; value < 200; value += 5) {
        const told = probability(calibration, value);
        assert.ok(told >= 0 && told <= before);
        before = told;
      }
      assert.ok(calibration.largest.length <= 100);
    }),
    { numRuns: 50 },
  );
});

test("the evidence of several detectors is never surer than the surest, corrected for having several", () => {
  const chance = fc.double({ min: 1e-12, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.record({ rate: chance, errors: chance, size: chance }), (chances) => {
      const { probability: together, leading } = combine(chances);
      const least = Math.min(...Object.values(chances));
      assert.ok(together > 0 && together <= 1);
      assert.equal(chances[leading], least);
      assert.ok(together <= Math.min(1, 6 * least) + 1e-12);
    }),
  );
  // A little odd in two ways at once is odder than in one.
  assert.ok(combine({ a: 1e-3, b: 1e-3, c: 1 }).probability < combine({ a: 1e-3, b: 1, c: 1 }).probability);
});

test("failures are as likely as the sum of the beta-binomial terms says", () => {
  // Against the definition, with factorials: P(X = k) = C(n, k) B(k + a, n − k + b) / B(a, b).
  const choose = (n: number, k: number) => Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1));
  const beta = (a: number, b: number) => Math.exp(logGamma(a) + logGamma(b) - logGamma(a + b));
  for (const [failed, succeeded, trials] of [
    [0.5, 4, 10],
    [3, 97, 25],
    [12, 8, 40],
  ] as const) {
    for (let failures = 1; failures <= trials; failures += 3) {
      let sum = 0;
      for (let k = failures; k <= trials; k += 1)
        sum += (choose(trials, k) * beta(k + failed, trials - k + succeeded)) / beta(failed, succeeded);
      const told = atLeast(failures, trials, { failed, succeeded });
      assert.ok(Math.abs(told - sum) <= 1e-7 * Math.max(1, sum) + 1e-9, `${told} is not ${sum}`);
    }
  }
  assert.equal(atLeast(0, 5, { failed: 1, succeeded: 1 }), 1);
  assert.ok(Math.abs(logGamma(5) - Math.log(24)) < 1e-9);
});

test("counts are bounded, and what was never seen is a greater surprise than what was", () => {
  let counts = noCounts;
  for (let index = 0; index < 100; index += 1) counts = counted(counts, `tool-${index % 20}`, 1 + (index % 20), 8);
  assert.ok(Object.keys(counts.of).length <= 8);
  assert.equal(countOf(counts, "__proto__"), 0);
  const seen = surpriseOf(counts, "tool-19", { newness: 1, background: 0.1 });
  assert.ok(seen < surpriseOf(counts, "other", { newness: 1, background: 0.1 }));
  assert.ok(surpriseOf(counts, "other", { newness: 1, background: 0.9 }) < surpriseOf(counts, "other", { newness: 1, background: 0.01 }));
});
