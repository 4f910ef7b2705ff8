import { type Attributes, type HrTime, ValueType } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import { AggregationTemporality, DataPointType, type MetricData, type MetricProducer } from "@opentelemetry/sdk-metrics";
import type { MetricReading } from "../../domain/ports/metrics.ts";

/** Our names for what the conventions for MCP name otherwise (gen-ai/mcp.md, metrics). */
const conventional: Readonly<Record<string, { readonly name: string; readonly labels: Readonly<Record<string, string>> }>> = {
  sluice_call_duration_seconds: { name: "mcp.server.operation.duration", labels: { method: "mcp.method.name" } },
};

/** Units that Prometheus writes into names and OpenTelemetry beside them (UCUM). */
const units: readonly (readonly [suffix: string, unit: string])[] = [
  ["_seconds", "s"],
  ["_bytes", "By"],
];

/**
 * Hands the process's own counters to the SDK when it exports: the hot path counts once, whoever reads it.
 * Imported only together with the SDK.
 */
export function createMetricProducer(options: {
  readonly readMetrics: () => readonly MetricReading[];
  readonly resource: Resource;
}): MetricProducer {
  const startTime = hrTime(performance.timeOrigin);
  return {
    async collect() {
      const times = { startTime, endTime: hrTime(Date.now()) };
      const metrics = options.readMetrics().map((reading) => toMetricData(reading, times));
      return { resourceMetrics: { resource: options.resource, scopeMetrics: [{ scope: { name: "sluice" }, metrics }] }, errors: [] };
    },
  };
}

interface Times {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

function toMetricData(reading: MetricReading, times: Times): MetricData {
  const head = { descriptor: descriptorOf(reading), aggregationTemporality: AggregationTemporality.CUMULATIVE };
  if (reading.type === "histogram") {
    const dataPoints = reading.series.map(({ labels, counts, sum }) => ({
      ...times,
      attributes: attributesOf(reading, labels),
      value: {
        buckets: { boundaries: [...reading.bounds], counts: [...counts] },
        count: counts.reduce((all, count) => all + count, 0),
        sum,
      },
    }));
    return { ...head, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  const dataPoints = reading.series.map(({ labels, value }) => ({ ...times, attributes: attributesOf(reading, labels), value }));
  if (reading.type === "gauge") return { ...head, dataPointType: DataPointType.GAUGE, dataPoints };
  return { ...head, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints };
}

function descriptorOf({ name, about }: MetricReading): MetricData["descriptor"] {
  const base = name.replace(/_total$/, "");
  const [suffix = "", unit = ""] = units.find(([ending]) => base.endsWith(ending)) ?? [];
  const own = suffix === "" ? base : base.slice(0, -suffix.length);
  return { name: conventional[name]?.name ?? own, description: about, unit, valueType: ValueType.DOUBLE };
}

function attributesOf({ name, labels }: MetricReading, values: readonly string[]): Attributes {
  const attributes: Attributes = {};
  for (const [index, label] of labels.entries()) {
    attributes[conventional[name]?.labels[label] ?? label] = values[index] ?? "";
  }
  return attributes;
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
