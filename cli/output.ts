import { styleText } from "node:util";

/** What of a terminal or a pipe the output needs to know. */
export interface Stream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Where commands write to: plain when piped, in columns and colours on a terminal. */
export interface Output {
  line(text?: string): void;
  /** Columns as wide as their widest cell; `null` cells stay empty. Without rows only `none` is written. */
  table(headers: readonly string[], rows: readonly (readonly (string | null)[])[], none: string): void;
  /** One JSON document, indented on a terminal and in one line otherwise. */
  json(value: unknown): void;
  /** One JSON document in one line, wherever it goes: one record of many. */
  jsonLine(value: unknown): void;
  /** How far long work is: on a terminal one line that is written over, elsewhere nothing. Null takes it away. */
  progress(text: string | null): void;
  /** The text in a style where the stream shows styles. Its control characters are made harmless. */
  style(style: Style, text: string): string;
}

/** Colours on terminals only, and there unless `NO_COLOR` is set (no-color.org). */
export function createOutput(stream: Stream, environment: Readonly<Record<string, string | undefined>>): Output {
  const isTerminal = stream.isTTY === true;
  const isColoured = isTerminal && !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
  const style = (name: Style, text: string) => {
    const safe = harmless(text);
    return isColoured ? styleText(name, safe, { validateStream: false }) : safe;
  };
  const line = (text = "") => {
    stream.write(`${text}\n`);
  };
  return {
    line,
    style,
    progress(text) {
      if (isTerminal) stream.write(`\r\u001b[K${text === null ? "" : harmless(text)}`);
    },
    table(headers, rows, none) {
      if (rows.length === 0) return line(none);
      const cells = rows.map((row) => row.map((cell) => oneLine(cell ?? "")));
      const widths = headers.map((header, column) => Math.max(header.length, ...cells.map((row) => row[column]?.length ?? 0)));
      const inColumns = (row: readonly string[]) =>
        row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join("  ");
      line(style("bold", inColumns(headers).trimEnd()));
      for (const row of cells) line(inColumns(row).trimEnd());
    },
    jsonLine(value) {
      line(harmlessJson(JSON.stringify(value)));
    },
    json(value) {
      line(harmlessJson(JSON.stringify(value, null, isTerminal ? 2 : undefined)));
    },
  };
}

// Control characters, C1 included, which steer terminals; and the marks that turn the direction of text around.
const dangerous = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Text of a server or a caller as a terminal may be given it: what would steer the terminal is shown as `\u001b`. Lines and tabs stay. */
export function harmless(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(dangerous, escaped);
}

/** As `harmless`, in one line. */
export function oneLine(text: string): string {
  return harmless(text).replaceAll("\n", "\\n").replaceAll("\t", " ");
}

/** JSON stays the same JSON: what is dangerous in it can only stand in texts, where the escape means the same. */
function harmlessJson(json: string): string {
  return json.replace(dangerous, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

/** `90m`, `1h`, `2d12h` in milliseconds; undefined for anything else. */
export function parseDurationMs(text: string): number | undefined {
  if (!/^(?:\d{1,9}(?:ms|d|h|m|s))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)(ms|d|h|m|s)/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units.find(([name]) => name === unit)?.[1] ?? 0), 0);
}

/** A duration for people: `250 ms`, `3 s`, `1 h 30 m`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const parts: string[] = [];
  let left = ms;
  for (const [name, length] of units) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0 && parts.length < 2 && name !== "ms") parts.push(`${count} ${name}`);
  }
  return parts.join(" ");
}
