import type { TestContext } from "node:test";

/** Skips the test where something is missing; in continuous integration that fails. */
export function isSkipped(t: TestContext, missing: string | undefined): boolean {
  if (missing === undefined) return false;
  if (process.env["CI"] !== undefined) throw new Error(`${missing}, and nothing is skipped in continuous integration.`);
  t.skip(missing);
  return true;
}
