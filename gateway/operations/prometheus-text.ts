import type { MetricReading } from "../../domain/ports/metrics.ts";

/** The Prometheus text exposition format, version 0.0.4: every family with its help and type, every series on a line. */
export function prometheusText(readings: readonly MetricReading[]): string {
  const lines: string[] = [];
  for (const reading of readings) {
    lines.push(`# HELP ${reading.name} ${escapeHelp(reading.about)}`, `# TYPE ${reading.name} ${reading.type}`);
    if (reading.type === "histogram") pushHistogram(lines, reading);
    else for (const { labels, value } of reading.series) lines.push(`${reading.name}${braces(reading.labels, labels)} ${format(value)}`);
  }
  return `${lines.join("\n")}\n`;
}

function pushHistogram(lines: string[], { name, labels, bounds, series }: Extract<MetricReading, { type: "histogram" }>): void {
  const withBound = [...labels, "le"];
  for (const { labels: values, counts, sum } of series) {
    let count = 0;
    for (const [index, here] of counts.entries()) {
      count += here;
      const bound = bounds[index];
      lines.push(`${name}_bucket${braces(withBound, [...values, bound === undefined ? "+Inf" : format(bound)])} ${count}`);
    }
    lines.push(`${name}_sum${braces(labels, values)} ${format(sum)}`, `${name}_count${braces(labels, values)} ${count}`);
  }
}

function braces(labels: readonly string[], values: readonly string[]): string {
  if (labels.length === 0) return "";
  return `{${labels.map((label, index) => `${label}="${escapeValue(values[index] ?? "")}"`).join(",")}}`;
}

function escapeValue(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function escapeHelp(about: string): string {
  return about.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function format(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}
