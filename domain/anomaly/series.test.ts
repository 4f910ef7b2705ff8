import assert from "node:assert/strict";
import { test } from "node:test";
import { emptySeries, observeSeries, type Series, seriesWarmup, surpriseOfDistance } from "./series.ts";

function watched(values: readonly number[], floor = 0): { readonly series: Series; readonly deviations: readonly number[] } {
  let series = emptySeries;
  const deviations = values.map((value) => {
    const seen = observeSeries(series, value, floor);
    series = seen.series;
    return seen.deviation;
  });
  return { series, deviations };
}

const steady = Array.from({ length: 200 }, (_, index) => 10 + Math.sin(index * 12.9898) * 2);

test("nothing is said during the warm-up, whatever comes", () => {
  const { deviations } = watched([1, 1_000, -5, 7, 1e9]);
  assert.deepEqual(deviations, [0, 0, 0, 0, 0]);
  assert.ok(seriesWarmup >= 30);
});

test("a level that rises and stays is a surprise with a sign, and so is one that falls", () => {
  const { deviations: rising } = watched([...steady, 30, 30, 30, 30, 30]);
  const { deviations: falling } = watched([...steady, -10, -10, -10, -10, -10]);
  assert.ok((rising.at(-1) ?? 0) > 8, `${rising.at(-1)}`);
  assert.ok((falling.at(-1) ?? 0) < -8, `${falling.at(-1)}`);
  assert.ok(Math.max(...steady.map((_, index) => Math.abs(rising[index] ?? 0))) < 5);
});

test("a constant series is surprised by any change, and never by going on", () => {
  const { deviations } = watched([...Array.from({ length: 100 }, () => 5), 6]);
  assert.ok(deviations.slice(0, 100).every((deviation) => deviation === 0));
  assert.ok((deviations.at(-1) ?? 0) > 100);
});

test("a deviation is not believed to be smaller than the floor", () => {
  const [loose, tight] = [0.5, 0].map((floor) => watched([...Array.from({ length: 100 }, () => 5), 6], floor).deviations.at(-1) ?? 0);
  assert.ok((loose ?? 0) <= 2 && (tight ?? 0) > 2);
});

test("a series is small and is the same after being stored", () => {
  const { series } = watched(steady);
  assert.ok(JSON.stringify(series).length < 1_500);
  const stored = JSON.parse(JSON.stringify(series)) as Series;
  assert.deepEqual(observeSeries(stored, 12), observeSeries(series, 12));
});

test("a distance below the usual is no surprise", () => {
  assert.equal(surpriseOfDistance(-3), 0);
  assert.equal(surpriseOfDistance(4), 8);
});
