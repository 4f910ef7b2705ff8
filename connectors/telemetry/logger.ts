import pino from "pino";
import type { Logger } from "../../domain/ports/logger.ts";
import { printable } from "./printable.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LoggerOptions {
  readonly level: LogLevel;
  /** For people at a terminal: `12:00:00.000 WARN message key=value`. Default false: a line of JSON. */
  readonly pretty?: boolean;
  /** Where lines go, each with its line end. Default: stderr, synchronously, so that the last words of a process are kept. */
  readonly write?: (line: string) => void;
}

/** A logger whose level can be changed while it runs. */
export interface AdjustableLogger extends Logger {
  setLevel(level: LogLevel): void;
}

/** One line an entry, through pino. Fields pass `printable`: secrets are left out by their key's name and by their form. */
export function createLogger({ level, pretty = false, write }: LoggerOptions): AdjustableLogger {
  const sink = write ?? stderrSink();
  const destination = { write: pretty ? (line: string) => sink(prettyLine(line)) : sink };
  const log = pino(
    {
      level,
      base: null,
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );

  function entry(at: LogLevel, message: string, fields: Readonly<Record<string, unknown>> | undefined): void {
    // Asked first: what is not logged should cost nothing.
    if (!log.isLevelEnabled(at)) return;
    log[at](fields === undefined ? {} : (printable(fields) as object), message);
  }
  return {
    debug: (message, fields) => entry("debug", message, fields),
    info: (message, fields) => entry("info", message, fields),
    warn: (message, fields) => entry("warn", message, fields),
    error: (message, fields) => entry("error", message, fields),
    setLevel(next) {
      log.level = next;
    },
  };
}

function stderrSink(): (line: string) => void {
  const stream = pino.destination({ fd: 2, sync: true });
  return (line) => {
    stream.write(line);
  };
}

function prettyLine(line: string): string {
  const { level, time, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const shown = Object.entries(fields).map(([key, value]) => ` ${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const text = `${String(time).slice(11, 23)} ${String(level).toUpperCase().padEnd(5)} ${message}${shown.join("")}`;
  // A line break or an escape sequence in a field would let its author write on the operator's terminal.
  return `${text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1))}\n`;
}
