const depthMax = 6;
const entriesMax = 100;
const charactersMax = 4_096;
const hidden = "[redacted]";

/** Names of fields whose values are secrets, in whatever spelling: `Authorization`, `api_key`, `clientSecret`. */
const secretKey = /authorization|cookie|passw(?:or)?d|secret|api[-_]?key|private[-_]?key|(?:^|[-_]|access|refresh|id|bearer)token$/i;

/** What is a secret by its form, wherever it stands: bearer tokens, our own keys, JWTs, passwords in URLs. */
const secretForms: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${hidden}`],
  [/\bsluice_[A-Za-z0-9]{12}_[\w-]{16,}/g, `sluice_${hidden}`],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, hidden],
  [/(\/\/[^\s/:@]*):[^\s/@]+@/g, `$1:${hidden}@`],
];

/**
 * A copy that may be logged: secrets replaced, errors as objects with their causes, everything bounded in depth, entries and
 * length, and nothing in it that JSON can't hold.
 */
export function printable(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return text(value);
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object" || value === null) return value;
  if (depth >= depthMax) return "[deeper]";
  if (value instanceof Error) return printableError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, entriesMax).map((entry) => printable(entry, depth + 1));
  if (value instanceof Map) return printable(Object.fromEntries(value), depth);
  if (value instanceof Set) return printable([...value], depth);
  return printableFields(value, depth);
}

function printableFields(value: object, depth: number): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value).slice(0, entriesMax)) {
    fields[text(key)] = secretKey.test(key) && field !== null && field !== undefined ? hidden : printable(field, depth + 1);
  }
  return fields;
}

function printableError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const own = printableFields({ ...error }, depth);
  const fields: Record<string, unknown> = { ...own, name, message: text(message) };
  if (stack !== undefined) fields["stack"] = text(stack);
  if (cause !== undefined) fields["cause"] = printable(cause, depth + 1);
  return fields;
}

function text(value: string): string {
  let shown = value.length > charactersMax ? `${value.slice(0, charactersMax)}…` : value;
  for (const [pattern, replacement] of secretForms) shown = shown.replace(pattern, replacement);
  return shown;
}
