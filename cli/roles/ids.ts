import { randomBytes } from "node:crypto";

/**
 * Makes ids of calls and events: a random part for each process (96 bits) and a counter, so that one costs next to nothing.
 * Unique over all processes; not secret, and not to be guessed from another process.
 */
export function createIds(): () => string {
  const prefix = randomBytes(12).toString("base64url");
  let last = 0;
  return () => {
    last += 1;
    return `${prefix}${last.toString(36).padStart(6, "0")}`;
  };
}
