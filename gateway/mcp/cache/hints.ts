import type { CacheScope } from "./kept-answers.ts";

/** How long an answer may be shown again, and to whom (2026-07-28, server/utilities/caching). */
export interface Hints {
  readonly ttlMs: number;
  readonly scope: CacheScope;
}

/** The hints of a result, up to a bound. What is not said, or not said properly, is not to be kept and is nobody else's. */
export function hintsOf(result: Readonly<Record<string, unknown>>, ttlMsMax: number): Hints {
  const { ttlMs, cacheScope, resultType = "complete" } = result;
  const isGood = resultType === "complete" && typeof ttlMs === "number" && Number.isSafeInteger(ttlMs) && ttlMs > 0;
  return { ttlMs: isGood ? Math.min(ttlMs, ttlMsMax) : 0, scope: cacheScope === "public" ? "public" : "private" };
}
