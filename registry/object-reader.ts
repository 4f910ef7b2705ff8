import { Fault } from "../domain/fault.ts";
import { nearestName } from "../domain/nearest-name.ts";

/**
 * Strict reading of foreign input, value by value. Every function answers the value or throws `Fault("invalid")` that names the field by
 * a path a person can follow. No message repeats a value: it may be a secret.
 */
export type ObjectInput = Readonly<Record<string, unknown>>;

/** An object with no other keys than `known`. An unknown one is refused with the name that was most likely meant. */
export function readObject(value: unknown, path: string, known: readonly string[]): ObjectInput {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(path, "must be an object");
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    throw new Fault("invalid", `${printable(name)} is not known here`, {
      field: join(path, name),
      next: nearest === undefined ? `Known are ${known.join(", ")}.` : `Did you mean ${nearest}?`,
    });
  }
  return value as ObjectInput;
}

export interface TextBounds {
  readonly charactersMin?: number;
  readonly charactersMax: number;
  readonly pattern?: RegExp;
  /** What the pattern demands, as the end of a sentence: `must be …`. */
  readonly patternSays?: string;
  /** Line feeds and tabs are allowed, other control characters never are. */
  readonly lines?: boolean;
}

/** Every control character. */
const controlCharacters = /\p{Cc}/u;
/** Every control character but line feed and tab. */
const controlCharactersInLines = /[^\P{Cc}\n\t]/u;

/** A string of well-formed Unicode within bounds. `undefined` and null are refused: the caller gives the default. */
export function readText(value: unknown, path: string, bounds: TextBounds): string {
  const { charactersMin = 0, charactersMax, pattern, patternSays = "of another form", lines = false } = bounds;
  if (typeof value !== "string") throw invalid(path, "must be a text");
  if (value.length < charactersMin)
    throw invalid(path, charactersMin === 1 ? "must not be empty" : `must have ${charactersMin} characters`);
  if (value.length > charactersMax) throw invalid(path, `must have at most ${charactersMax} characters`);
  if ((lines ? controlCharactersInLines : controlCharacters).test(value)) throw invalid(path, "must not hold control characters");
  if (!value.isWellFormed()) throw invalid(path, "must be well-formed Unicode");
  if (pattern !== undefined && !pattern.test(value)) throw invalid(path, `must be ${patternSays}`);
  return value;
}

/** A list of texts, without repeats where `unique`. */
export function readTexts(
  value: unknown,
  path: string,
  { entriesMax, unique = false, ...bounds }: TextBounds & { readonly entriesMax: number; readonly unique?: boolean },
): readonly string[] {
  const texts = readList(value, path, entriesMax).map((entry, index) => readText(entry, `${path}[${index}]`, bounds));
  const repeated = unique ? texts.findIndex((text, index) => texts.indexOf(text) !== index) : -1;
  if (repeated !== -1) throw invalid(`${path}[${repeated}]`, "is there already");
  return texts;
}

export function readList(value: unknown, path: string, entriesMax: number): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(path, "must be a list");
  if (value.length > entriesMax) throw invalid(path, `must have at most ${entriesMax} entries`);
  return value;
}

/** A map from texts to texts. */
export function readTextMap(
  value: unknown,
  path: string,
  { entriesMax, keys, values }: { readonly entriesMax: number; readonly keys: TextBounds; readonly values: TextBounds },
): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(path, "must be an object");
  const entries = Object.entries(value);
  if (entries.length > entriesMax) throw invalid(path, `must have at most ${entriesMax} entries`);
  return Object.fromEntries(
    entries.map(([key, text]) => {
      const field = join(path, key);
      return [readText(key, field, keys), readText(text, field, values)];
    }),
  );
}

export function readInteger(value: unknown, path: string, { min, max }: { readonly min: number; readonly max: number }): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < min || value > max) {
    throw invalid(path, `must be a whole number from ${min} to ${max}`);
  }
  return value;
}

export function readBoolean(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") throw invalid(path, "must be true or false");
  return value;
}

export function readChoice<Choice extends string>(value: unknown, path: string, choices: readonly Choice[]): Choice {
  const chosen = choices.find((choice) => choice === value);
  if (chosen === undefined) throw invalid(path, `must be ${choices.join(" or ")}`);
  return chosen;
}

export function invalid(path: string, says: string, next?: string): Fault {
  return new Fault("invalid", says, { ...(path === "" ? {} : { field: path }), ...(next === undefined ? {} : { next }) });
}

/** `upstreams[0]` and `url` are `upstreams[0].url`; what is no plain name is quoted. */
export function join(path: string, name: string): string {
  if (!/^[A-Za-z_$][\w$-]*$/.test(name)) return `${path}[${printable(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}

/** The same fault, with its field below `path`. */
export function below(path: string, fault: Fault): Fault {
  const { code, message, field, next, retryAfterMs, cause } = fault;
  const whole = field === undefined || field === "" ? path : field.startsWith("[") ? `${path}${field}` : `${path}.${field}`;
  return new Fault(code, message, {
    field: whole,
    ...(next === undefined ? {} : { next }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A foreign name for a message: quoted, escaped and cut. */
function printable(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
}
