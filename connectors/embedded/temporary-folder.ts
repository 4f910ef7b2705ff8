import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An empty folder for a test, and how to remove it with all that is in it. */
export function temporaryFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "sluice-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
