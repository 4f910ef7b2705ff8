import type { Admission } from "./limiter.ts";

const none: readonly string[] = [];

/**
 * `RateLimit-Policy`, `RateLimit` and, on a refusal, `Retry-After`: names and values in turn.
 * draft-ietf-httpapi-ratelimit-headers (from revision 8 on: one list member for each policy, named by a string): `q` calls in `w` seconds;
 * `r` left, more in `t` seconds. Seconds are rounded up: a client that waits for them is not refused again for coming too early.
 * Limit ids are made of characters that need no escaping in a structured field's string (RFC 9651).
 */
export function rateLimitHeaders(admission: Admission | null): readonly string[] {
  if (admission === null) return none;
  const { admitted, retryAfterMs, states } = admission;
  if (states.length === 0) return admitted ? none : ["Retry-After", seconds(retryAfterMs)];
  let policies = "";
  let limits = "";
  for (const { limitId, callsMax, windowMs, remaining, resetMs } of states) {
    const separator = policies === "" ? "" : ", ";
    policies += `${separator}"${limitId}";q=${callsMax};w=${seconds(windowMs)}`;
    limits += `${separator}"${limitId}";r=${remaining};t=${seconds(resetMs)}`;
  }
  const headers = ["RateLimit-Policy", policies, "RateLimit", limits];
  if (!admitted) headers.push("Retry-After", seconds(retryAfterMs));
  return headers;
}

function seconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)));
}
