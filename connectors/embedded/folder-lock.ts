import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Fault } from "../../domain/fault.ts";

/**
 * Claims a folder for this process until the returned function is called or the process ends, however it ends: the lock is the
 * kernel's (SQLite's exclusive lock on an empty database), so a killed process leaves nothing behind that would have to be cleared.
 * Throws `Fault("conflict")` where another holds it, `Fault("unavailable")` where the folder can't be written.
 */
export function lockFolder(folder: string): () => void {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    database = new DatabaseSync(join(folder, "lock.db"), { timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database?.close();
    if (isBusy(cause)) {
      throw new Fault("conflict", `the data folder ${folder} is in use by another Sluice process`, {
        cause,
        next: "Stop that process, or give this one a data folder of its own.",
      });
    }
    throw new Fault("unavailable", `the data folder ${folder} can't be written`, {
      cause,
      next: "Check that it exists and that this user may write there.",
    });
  }
  const held = database;
  return () => held.close();
}

/** SQLITE_BUSY and SQLITE_LOCKED, in their extended forms too. */
function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  return code !== undefined && ((code & 0xff) === 5 || (code & 0xff) === 6);
}
