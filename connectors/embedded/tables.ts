import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { Fault } from "../../domain/fault.ts";

/** Counts changes of the tables below. A file of a later format is refused. */
const formatVersion = 1;

/**
 * A chunk is a run of records of one partition, written together, as frames (record-frame.ts): one row for up to hundreds of
 * records keeps the cost of a commit near the cost of its bytes. `next` is the offset of the record to come, so that offsets are
 * never used again, whatever was removed; `cleaned` is the offset up to which compaction has been.
 */
const tables = `
  CREATE TABLE topics (name TEXT PRIMARY KEY, partitions INTEGER NOT NULL, cleanup TEXT NOT NULL, retention_ms INTEGER) WITHOUT ROWID;
  CREATE TABLE partitions (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL,
    next INTEGER NOT NULL DEFAULT 0, cleaned INTEGER NOT NULL DEFAULT 0, UNIQUE (topic, partition));
  CREATE TABLE chunks (
    id INTEGER PRIMARY KEY, partition_id INTEGER NOT NULL, base INTEGER NOT NULL, last INTEGER NOT NULL,
    records INTEGER NOT NULL, tombstones INTEGER NOT NULL, newest_ms REAL NOT NULL, bytes BLOB NOT NULL);
  CREATE UNIQUE INDEX chunks_by_offset ON chunks (partition_id, last);
  CREATE TABLE positions (
    group_name TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL,
    PRIMARY KEY (group_name, topic, partition)) WITHOUT ROWID;
  CREATE TABLE states (task TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (task, key)) WITHOUT ROWID;
  CREATE TABLE state_positions (task TEXT NOT NULL, source TEXT NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (task, source)) WITHOUT ROWID;
`;

export interface DatabaseOptions {
  readonly file: string;
  /** The file grows no larger; 0 for no bound. */
  readonly bytesMax: number;
  /** How long to wait for a lock that somebody else (a backup, say) holds on the file. */
  readonly busyMs: number;
}

/** Opens the database of the log and makes its tables if they are not there yet. */
export function openTables(options: DatabaseOptions): DatabaseSync {
  // SQLite takes the mode over to the files beside it: what callers said is for this user's eyes.
  closeSync(openSync(options.file, "a", 0o600));
  const database = connect(options);
  try {
    const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
    if (version > formatVersion) {
      throw new Fault("unsupported", `${options.file} was written by a later version (format ${version})`, {
        next: "Run that version, or use another data folder.",
      });
    }
    if (version === 0) database.exec(`BEGIN IMMEDIATE; ${tables} PRAGMA user_version = ${formatVersion}; COMMIT`);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/** A connection with the settings that the writer and the reader share. What was committed survives a loss of power. */
export function connect({ file, bytesMax, busyMs }: DatabaseOptions): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: busyMs });
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY");
  if (bytesMax > 0) database.exec(`PRAGMA max_page_count = ${Math.max(64, Math.floor(bytesMax / pageBytes))}`);
  return database;
}

/** SQLite's default. */
const pageBytes = 4096;
