import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetrics } from "./metrics.ts";
import { exposeProcessMetrics } from "./process-metrics.ts";

test("counters, gauges and histograms are exposed as Prometheus reads them", () => {
  const metrics = createMetrics();
  const calls = metrics.counter("calls_total", "Calls.\nBy \\ method.", ["method", "server"]);
  calls.series("tools/call", 'a"b\\c\nd').add(2);
  calls.series("tools/call", 'a"b\\c\nd').add(1);
  metrics.counter("idle_total", "Never counted.");
  metrics.gauge("open", "Open.", ["kind"], () => [
    { labels: ["x"], value: 1.5 },
    { labels: ["y"], value: Number.POSITIVE_INFINITY },
  ]);
  const durations = metrics.histogram("duration_seconds", "Durations.", ["m"], [0.1, 1]).series("t");
  for (const value of [0.05, 0.1, 0.5, 5, Number.NaN]) durations.record(value);

  assert.equal(
    metrics.expose(),
    `# HELP calls_total Calls.\\nBy \\\\ method.
# TYPE calls_total counter
calls_total{method="tools/call",server="a\\"b\\\\c\\nd"} 3
# HELP idle_total Never counted.
# TYPE idle_total counter
idle_total 0
# HELP open Open.
# TYPE open gauge
open{kind="x"} 1.5
open{kind="y"} +Inf
# HELP duration_seconds Durations.
# TYPE duration_seconds histogram
duration_seconds_bucket{m="t",le="0.1"} 2
duration_seconds_bucket{m="t",le="1"} 3
duration_seconds_bucket{m="t",le="+Inf"} 4
duration_seconds_sum{m="t"} 5.65
duration_seconds_count{m="t"} 4
`,
  );
});

test("past a thousand sets of label values all further ones share the series `other`", () => {
  const metrics = createMetrics();
  const family = metrics.counter("calls_total", "Calls.", ["tool"]);
  for (let index = 0; index < 5_000; index++) family.series(`tool-${index}`).add(1);
  family.series("tool-0").add(1);
  const lines = metrics.expose().split("\n");
  assert.equal(lines.filter((line) => line.startsWith("calls_total")).length, 1_001);
  assert.ok(lines.includes('calls_total{tool="other"} 4000'));
  assert.ok(lines.includes('calls_total{tool="tool-0"} 2'));
});

test("long label values are cut, and different sets are never mixed up", () => {
  const metrics = createMetrics();
  const family = metrics.counter("calls_total", "Calls.", ["a", "b"]);
  family.series("x".repeat(1_000), "").add(1);
  family.series("1:a", "b").add(1);
  family.series("1", ":ab").add(1);
  assert.deepEqual(
    metrics.read().flatMap(({ series }) => series.map(({ labels }) => labels.map((label) => label.length))),
    [
      [128, 0],
      [3, 1],
      [1, 3],
    ],
  );
});

test("a family declared twice is the same one; in two ways it is a bug", () => {
  const metrics = createMetrics();
  metrics.counter("a_total", "A.", ["x"]).series("1").add(1);
  metrics.counter("a_total", "A.", ["x"]).series("1").add(1);
  assert.match(metrics.expose(), /a_total\{x="1"\} 2/);
  assert.throws(() => metrics.counter("a_total", "A.", ["y"]), /two ways/);
  assert.throws(() => metrics.histogram("a_total", "A.", ["x"], [1]), /two ways/);
  assert.throws(() => metrics.counter("a-b", "A."), /name/);
  assert.throws(() => metrics.counter("b", "B.", ["le"]), /label/);
  assert.throws(() => metrics.histogram("c", "C.", [], [1, 1]), /rise/);
  assert.throws(() => metrics.counter("d", "D.", ["x"]).series(), /label values/);
});

test("the process's own use is exposed under the usual names", (t) => {
  const metrics = createMetrics();
  const process = exposeProcessMetrics(metrics);
  t.after(() => process.close());
  const text = metrics.expose();
  for (const name of ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_start_time_seconds"]) {
    assert.match(text, new RegExp(`^${name} \\d`, "m"));
  }
  assert.match(text, /^# TYPE process_cpu_seconds_total counter$/m);
  assert.match(text, /^nodejs_eventloop_lag_seconds\{quantile="0.99"\} /m);
});
