/**
 * Reads a JSON object as RFC 7515 §4 and RFC 7519 §4 want it: valid UTF-8 without a byte order mark, and no name twice in any object,
 * since of two claims one reader takes the first and another the last. Undefined for anything else.
 */
export function parseStrictObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const text = decoder.decode(bytes);
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject && !hasRepeatedNames(text) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** In valid JSON a string that a colon follows is a name of the innermost open object. */
function hasRepeatedNames(json: string): boolean {
  const open: Set<string>[] = [];
  for (const [token, text, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*(:)?|[{}]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (text !== undefined && colon !== undefined) {
      const name: string = JSON.parse(text);
      const names = open.at(-1);
      if (names?.has(name) === true) return true;
      names?.add(name);
    }
  }
  return false;
}

/** base64url without padding, as the compact form writes it; the caller has checked the characters. */
export function decodeBase64url(text: string): Uint8Array {
  return Buffer.from(text, "base64url");
}
