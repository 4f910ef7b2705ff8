/**
 * Values of `Mcp-Name` and `Mcp-Param-*` (2026-07-28, basic/transports/streamable-http, "Value Encoding"):
 * plain where they are safe in a header, else `=?base64?{Base64 of the UTF-8}?=`.
 */
const prefix = "=?base64?";
const suffix = "?=";

/** Optional white space at both ends does not belong to a field value (RFC 9110 §5.5). Linear, whatever the value. */
export function trimOptionalSpace(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isSpace(value.charCodeAt(start))) start += 1;
  while (end > start && isSpace(value.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === value.length ? value : value.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Visible ASCII, space and tab only. */
function isHeaderSafe(value: string): boolean {
  return safePattern.test(value);
}

const safePattern = /^[\t\x20-\x7e]*$/;

/** What the header says; undefined for invalid characters, Base64 that is not canonical (RFC 4648 §3.5 and §4), and bytes that are not UTF-8. */
export function decodeHeaderValue(value: string): string | undefined {
  const trimmed = trimOptionalSpace(value);
  if (!isHeaderSafe(trimmed)) return undefined;
  if (!isEncoded(trimmed)) return trimmed;
  const encoded = trimmed.slice(prefix.length, trimmed.length - suffix.length);
  if (encoded.length % 4 !== 0 || !base64Pattern.test(encoded)) return undefined;
  const binary = atob(encoded);
  // The last letter may carry bits that no byte takes up: then the same bytes have a second spelling.
  if (btoa(binary) !== encoded) return undefined;
  try {
    return decoder.decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
  } catch {
    // Not UTF-8: a refusal like the others.
    return undefined;
  }
}

const base64Pattern = /^[A-Za-z0-9+/]*={0,2}$/;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Plain where the reader gets back what was given, else in Base64. Half of a surrogate pair becomes U+FFFD, as in any UTF-8. */
export function encodeHeaderValue(value: string): string {
  if (isHeaderSafe(value) && trimOptionalSpace(value) === value && !isEncoded(value) && value !== "") return value;
  let binary = "";
  for (const byte of encoder.encode(value)) binary += String.fromCharCode(byte);
  return `${prefix}${btoa(binary)}${suffix}`;
}

function isEncoded(value: string): boolean {
  return value.length >= prefix.length + suffix.length && value.startsWith(prefix) && value.endsWith(suffix);
}
