import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bucketOfValue, quantileOf, relativeError, type Sketch } from "./sketch.ts";

function sketchOf(values: readonly number[]): Sketch {
  const counts = new Map<string, number>();
  for (const bucket of values.map(bucketOfValue)) counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  return Object.fromEntries(counts);
}

const values = fc.array(fc.integer({ min: 1, max: 10_000_000_000 }), { minLength: 1, maxLength: 200 });

test("a quantile is off by no more than its relative error", () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (given, quantile) => {
      const exact = given.toSorted((a, b) => a - b)[Math.floor(quantile * (given.length - 1))] ?? 0;
      const told = quantileOf(sketchOf(given), quantile) ?? 0;
      assert.ok(Math.abs(told - exact) <= relativeError * exact + 1e-6, `${told} is not ${exact}`);
    }),
  );
});

test("of nothing there is no quantile, and a sketch of a wide range is small", () => {
  assert.equal(quantileOf({}, 0.5), null);
  assert.ok(Object.keys(sketchOf(Array.from({ length: 10_000 }, (_, index) => 1.002 ** index))).length < 520);
});
