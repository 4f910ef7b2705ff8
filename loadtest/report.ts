import type { Contender } from "./contenders.ts";
import type { Sample } from "./measure.ts";

/** The middle of several rounds, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** What all rounds say of one contender. Ratios are of processor time a call, within one round: at the fixed rate, and under full load. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly toDirect: Spread;
  readonly toForwarder: Spread;
  readonly processorMicros: Spread;
  readonly fullToForwarder: Spread;
  readonly fullProcessorMicros: Spread;
  readonly callsPerSecond: Spread;
  /** Beside the direct call of the same round, milliseconds. */
  readonly addedP50Ms: Spread;
  readonly addedP99Ms: Spread;
  readonly residentMegabytes: number;
  readonly testedBusy: Spread;
}

export type Round = readonly Sample[];

/** One row for each contender, in their order. The first is the direct call, the second the bare forwarder. */
export function rowsOf(contenders: readonly Pick<Contender, "id" | "title">[], rounds: readonly Round[]): readonly Row[] {
  return contenders.map(({ id, title }, place) => {
    const over = (value: (own: Sample, direct: Sample, forwarder: Sample) => number) =>
      spreadOf(rounds.map((round) => value(at(round, place), at(round, 0), at(round, 1))));
    return {
      id,
      title,
      toDirect: over((own, direct) => own.processorMicrosAtRate / direct.processorMicrosAtRate),
      toForwarder: over((own, _direct, forwarder) => own.processorMicrosAtRate / forwarder.processorMicrosAtRate),
      processorMicros: over((own) => own.processorMicrosAtRate),
      fullToForwarder: over((own, _direct, forwarder) => own.processorMicros / forwarder.processorMicros),
      fullProcessorMicros: over((own) => own.processorMicros),
      callsPerSecond: over((own) => own.callsPerSecond),
      addedP50Ms: over((own, direct) => own.p50Ms - direct.p50Ms),
      addedP99Ms: over((own, direct) => own.p99Ms - direct.p99Ms),
      residentMegabytes: Math.max(...rounds.map((round) => at(round, place).residentBytes)) / 1e6,
      testedBusy: over((own) => own.testedBusy),
    };
  });
}

function at(round: Round, place: number): Sample {
  const sample = round[place];
  if (sample === undefined) throw new Error("a round without all its contenders");
  return sample;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return { median: (upper + lower) / 2, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 };
}

type Column = readonly [head: string, cell: (row: Row) => string];

const columns: readonly Column[] = [
  ["", ({ title }) => title],
  ["× forwarder", ({ toForwarder }) => ranged(toForwarder, 2)],
  ["× direct", ({ toDirect }) => ranged(toDirect, 2)],
  ["CPU µs", ({ processorMicros }) => processorMicros.median.toFixed(1)],
  ["full load: ×", ({ fullToForwarder }) => ranged(fullToForwarder, 2)],
  ["CPU µs", ({ fullProcessorMicros }) => fullProcessorMicros.median.toFixed(1)],
  ["calls/s", ({ callsPerSecond }) => callsPerSecond.median.toFixed(0)],
  ["added p50 ms", ({ addedP50Ms }) => addedP50Ms.median.toFixed(2)],
  ["added p99 ms", ({ addedP99Ms }) => addedP99Ms.median.toFixed(2)],
  ["RSS MB", ({ residentMegabytes }) => residentMegabytes.toFixed(0)],
];

/** A table in Markdown, its columns aligned. Cells are medians, with the lowest and highest round in brackets. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [columns.map(([head]) => head), ...rows.map((row) => columns.map(([, cell]) => cell(row)))];
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => (line[column] ?? "").length)));
  const lines = cells.map((line) => `| ${line.map((cell, column) => aligned(cell, widths[column] ?? 0, column)).join(" | ")} |`);
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

function aligned(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function ranged({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} [${min.toFixed(digits)}–${max.toFixed(digits)}]`;
}

/** What may have spoiled a run, as sentences: to be read before its numbers. */
export function warningsOf(rounds: readonly Round[]): readonly string[] {
  const samples = rounds.flat();
  const worst = (value: (sample: Sample) => number) => Math.max(...samples.map(value));
  const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
  const warnings: string[] = [];
  if (worst(({ foreignBusy }) => foreignBusy) > 0.1) {
    warnings.push(
      `Other programs used up to ${percent(worst(({ foreignBusy }) => foreignBusy))} of the tested core: trust the ratios only, and no calls/s.`,
    );
  }
  if (worst(({ stolen }) => stolen) > 0.02) {
    warnings.push(`The host took up to ${percent(worst(({ stolen }) => stolen))} of the processor time for other machines: run it again.`);
  }
  const idle = samples.filter(({ contender, testedBusy }) => contender !== "direct" && testedBusy < 0.85);
  if (idle.length > 0) {
    const names = [...new Set(idle.map(({ contender }) => contender))].join(", ");
    warnings.push(`The load could not fill the tested core for ${names}: its calls/s are those of the load.`);
  }
  const own = worst(({ contender, p99Ms }) => (contender === "direct" ? p99Ms : 0));
  if (own > 5) warnings.push(`The direct call itself took up to ${own.toFixed(1)} ms (p99): added p99 is mostly what else ran here.`);
  const slip = worst(({ slipP99Ms }) => slipP99Ms);
  if (slip > 0.5) warnings.push(`The generator was up to ${slip.toFixed(2)} ms late (p99): differences of latency below that mean little.`);
  return warnings;
}
