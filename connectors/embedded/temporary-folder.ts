import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * An empty folder for a test, and how to remove it with all that is in it: in memory where the system has such a place,
 * because most tests of what is written need not wait for a disk.
 */
export function temporaryFolder(parent: string = quickFolder()): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(parent, "sluice-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function quickFolder(): string {
  try {
    accessSync("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    // Not Linux, or not allowed.
    return tmpdir();
  }
}
