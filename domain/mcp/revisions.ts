/** The eras of MCP: with the `initialize` handshake (legacy), and with an envelope in the `_meta` of every request (modern). */
export type Era = "legacy" | "modern";

/** Newest first. */
export const modernVersions = ["2026-07-28"] as const;
/** Newest first. */
export const legacyVersions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;

export const latestModern = modernVersions[0];
export const latestLegacy = legacyVersions[0];

/** What a request without the version header is taken for (2025-06-18 and later, basic/transports, "Protocol Version Header"). */
export const assumedVersion = "2025-03-26";
/** The one revision in which a body may be an array of messages (2025-03-26, basic, "Batching"). */
export const batchVersion = "2025-03-26";

/** Whether it is the date of a revision of the modern era, known to us or not. */
export function isModern(version: string): boolean {
  return datePattern.test(version) && version >= "2026-07-28";
}

const datePattern = /^\d{4}-\d{2}-\d{2}$/;

/** The version to answer `initialize` with: the one that is asked for, where it is served, else the newest that is (2025-11-25, basic/lifecycle). */
export function negotiate(requested: string | null, served: readonly string[] = legacyVersions): string {
  return requested !== null && served.includes(requested) ? requested : (served[0] ?? latestLegacy);
}
