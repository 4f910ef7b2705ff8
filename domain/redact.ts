import { bounds } from "./bounds.ts";
import { parseExactly, writeRedacted } from "./redaction/json.ts";
import { plainName, secretName } from "./redaction/secret-names.ts";
import { createSuspicion } from "./redaction/suspicion.ts";
import { escapeHarmful, redacted, redactPersonal, redactSecrets } from "./redaction/text.ts";

/** What configuration may change. */
export interface RedactionRules {
  /** Further names of fields whose values are taken out; case and separators do not count. */
  readonly secretKeys?: readonly string[];
  /** Names that are kept though they would be secret. Their values are still searched for known secrets. */
  readonly keptKeys?: readonly string[];
  /** What else is taken out of names' values and texts. Their author vouches for their speed: keep them linear. */
  readonly patterns?: readonly RegExp[];
  /** Whether e-mail addresses, cards, IBANs, telephone and social security numbers are taken out; true unless told. */
  readonly personalData?: boolean;
  /** The longest answer of `json`, in bytes of UTF-8, at least 64; `auditArgumentsBytesMax` unless told. */
  readonly bytesMax?: number;
}

/**
 * Takes secrets and personal data out of what is recorded, by the names of fields and by the look of values. In time linear in the input.
 * It can't know every secret: what matters most is that callers put secrets into fields that are called so.
 */
export interface Redactor {
  /**
   * JSON in, JSON out: at most `bytesMax` bytes, with `"[redacted]"` for what was taken out and `"[cut]"` for what did not fit.
   * What is no JSON becomes a JSON string of its redacted text. Unsuspicious JSON comes back as it is.
   */
  json(input: Uint8Array | string): string;
  /** Text in, one line of text out, without a bound of its own. */
  text(input: string): string;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const namesMax = 4_096;

export function createRedactor(rules: RedactionRules = {}): Redactor {
  const { personalData = true, bytesMax = bounds.auditArgumentsBytesMax } = rules;
  const extra = new Set(rules.secretKeys?.map(plainName));
  const kept = new Set(rules.keptKeys?.map(plainName));
  const patterns = rules.patterns?.map((pattern) => new RegExp(pattern.source, pattern.flags.replace("y", "").replace(/g?$/, "g"))) ?? [];
  const looksSuspicious = createSuspicion(extra);
  const isSuspicious = (text: string) => looksSuspicious(text) || patterns.some((pattern) => text.search(pattern) >= 0);
  const names = new Map<string, boolean>();

  const isSecret = (name: string): boolean => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const secret = secretName(name, extra, kept);
    if (names.size >= namesMax) names.clear();
    if (name.length <= 128) names.set(name, secret);
    return secret;
  };
  const clean = (text: string): string => {
    if (!isSuspicious(text)) return text;
    const secretless = redactSecrets(
      patterns.reduce((left, pattern) => left.replace(pattern, redacted), text),
      isSecret,
    );
    return personalData ? redactPersonal(secretless) : secretless;
  };
  const cleaning = { isSecret, clean, personalData };

  return {
    json(input) {
      const text = typeof input === "string" ? input : decoder.decode(input);
      if (fits(text, bytesMax) && !isSuspicious(text) && isJson(text)) return text;
      const parsed = parseExactly(text);
      const value = parsed === undefined ? text : parsed.value;
      // Marks, escapes and characters of several bytes may make it longer than asked: then less is tried.
      for (let room = bytesMax; room > 16; room = Math.floor(room / 2)) {
        const written = writeRedacted(value, room, cleaning);
        if (fits(written, bytesMax)) return written;
      }
      return '"[cut]"';
    },
    text: (input) => escapeHarmful(clean(input)),
  };
}

function fits(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return false;
  return text.length * 3 <= bytesMax || encoder.encode(text).length <= bytesMax;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
