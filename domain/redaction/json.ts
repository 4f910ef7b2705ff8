import { isCardNumber } from "./numbers.ts";
import { escapeHarmful, redacted } from "./text.ts";

const cut = "[cut]";

/** Around a cut so much more is looked at, so that no secret is missed for being cut in two. */
const margin = 4_096;

export interface Cleaning {
  readonly isSecret: (name: string) => boolean;
  readonly clean: (text: string) => string;
  readonly personalData: boolean;
}

/** Writes a parsed value as redacted JSON of at most `charactersMax` (a little more, for marks), in document order; what does not fit is marked. */
export function writeRedacted(value: unknown, charactersMax: number, cleaning: Cleaning): string {
  return write(value, { ...cleaning, left: charactersMax });
}

export interface Parsed {
  readonly value: unknown;
}

/** Whole numbers that a double can't hold come as `bigint`, so that none is recorded other than it was sent. */
export function parseExactly(text: string): Parsed | undefined {
  try {
    // The types don't know the reviver's third argument yet.
    return { value: /\d{16}/.test(text) ? JSON.parse(text, exactly as (key: string, value: unknown) => unknown) : JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** V8 hands revivers the source text of primitives (the proposal "JSON.parse source text access"). */
function exactly(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || Number.isSafeInteger(value) || source === undefined || !/^-?\d+$/.test(source)) return value;
  return source.length <= 64 ? BigInt(source) : source;
}

interface Writer extends Cleaning {
  /** Characters that may still be written. */
  left: number;
}

function write(value: unknown, writer: Writer): string {
  if (writer.left <= 0) return JSON.stringify(cut);
  if (typeof value === "string") return writeText(value, writer);
  if (typeof value === "number" || typeof value === "bigint") return writeNumber(digitsOf(value), writer);
  if (Array.isArray(value)) return writeList(value, writer);
  if (typeof value === "object" && value !== null) return writeObject(value, writer);
  return emit(String(value), writer);
}

function writeText(text: string, writer: Writer): string {
  const looked = text.length > writer.left + margin ? text.slice(0, writer.left + margin) : text;
  const clean = writer.clean(looked);
  return emit(quoted(clean.length > writer.left ? `${wellFormedSlice(clean, writer.left)}${cut}` : clean), writer);
}

function wellFormedSlice(text: string, length: number): string {
  return text.slice(0, (text.charCodeAt(length - 1) & 0xfc00) === 0xd800 ? length - 1 : length);
}

/** Beyond a double JSON has digits for what JavaScript calls infinite: written so, it is read as it was judged. */
function digitsOf(value: number | bigint): string {
  if (typeof value === "bigint" || Number.isFinite(value)) return String(value);
  return value > 0 ? "1e999" : "-1e999";
}

function writeNumber(digits: string, writer: Writer): string {
  return emit(writer.personalData && isCardNumber(digits) ? quoted(redacted) : digits, writer);
}

function writeList(values: readonly unknown[], writer: Writer): string {
  const parts: string[] = [];
  writer.left -= 2;
  for (const value of values) {
    if (writer.left <= 0) {
      parts.push(JSON.stringify(cut));
      break;
    }
    writer.left -= 1;
    parts.push(write(value, writer));
  }
  return `[${parts.join(",")}]`;
}

function writeObject(object: object, writer: Writer): string {
  const parts: string[] = [];
  const entries = Object.entries(object);
  writer.left -= 2;
  for (const [index, [key, value]] of entries.entries()) {
    if (writer.left <= 0) {
      parts.push(`${JSON.stringify(cut)}:${entries.length - index}`);
      break;
    }
    writer.left -= 2;
    parts.push(`${writeText(key, writer)}:${writeField(key, value, writer)}`);
  }
  return `{${parts.join(",")}}`;
}

/** Whether there is a secret at all is told: flags, null and empty texts are no secrets. */
function writeField(key: string, value: unknown, writer: Writer): string {
  const tells = typeof value === "boolean" || value === null || value === "";
  return writer.isSecret(key) && !tells ? emit(quoted(redacted), writer) : write(value, writer);
}

function emit(written: string, writer: Writer): string {
  writer.left -= written.length;
  return written;
}

/** JSON escapes line breaks and most control characters by itself; the rest of what is harmful in a terminal is escaped here. */
function quoted(text: string): string {
  return escapeHarmful(JSON.stringify(text));
}
