import { Fault } from "../../domain/fault.ts";
import { type Environment, resolveReferences } from "./references.ts";

const namePattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/;
const valuePattern = /^[\t\x20-\x7e\x80-\xff]{0,16384}$/;

/** Made by the adapter, or of the connection only (RFC 9110 §7.6.1): never taken from a request or a definition. */
const ownHeaders = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The caller's own credentials are for the gate: an upstream gets those that its definition names. */
const credentialHeaders = new Set(["authorization", "cookie"]);

export interface HeaderRules {
  /** Sent with every request: names (lower case) and values in turn. */
  readonly configured: readonly string[];
  /** Whether a request's own header goes along. `name` in lower case. */
  forwards(name: string): boolean;
}

/**
 * Reads the headers of a definition. Throws `Fault("invalid")` for names and values that can't be sent, such as a value with a line break,
 * also when it comes from the environment. The message never holds a value.
 */
export function headerRules(headers: Readonly<Record<string, string>>, environment: Environment): HeaderRules {
  const configured: string[] = [];
  const taken = new Set<string>([...ownHeaders, ...credentialHeaders]);
  for (const [written, text] of Object.entries(headers)) {
    const name = written.toLowerCase();
    const field = `headers.${written}`;
    if (!namePattern.test(name)) throw new Fault("invalid", "a header has a name that HTTP does not allow", { field });
    if (ownHeaders.has(name)) throw new Fault("invalid", `the header ${name} is set by the gate itself`, { field });
    const value = resolveReferences(text, environment, field).trim();
    if (!valuePattern.test(value))
      throw new Fault("invalid", `the value of the header ${name} holds characters that HTTP does not allow`, { field });
    configured.push(name, value);
    taken.add(name);
  }
  return { configured, forwards: (name) => !taken.has(name) };
}

/** The request's headers that go along, as names and values in turn; undefined where one can't be sent as it is. */
export function forwardedHeaders(headers: readonly string[], rules: HeaderRules): string[] | undefined {
  const forwarded: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? "";
    const value = headers[index + 1] ?? "";
    if (!rules.forwards(name)) continue;
    if (!namePattern.test(name) || !valuePattern.test(value)) return undefined;
    forwarded.push(name, value);
  }
  return forwarded;
}
