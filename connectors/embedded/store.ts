import { join } from "node:path";
import { Fault } from "../../domain/fault.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { StateStore } from "../../domain/ports/state-store.ts";
import type { Codec } from "../avro/codec.ts";
import { loadCatalog } from "./catalog.ts";
import { embeddedEventLog } from "./event-log.ts";
import { lockFolder } from "./folder-lock.ts";
import { openLogReader } from "./log-reader.ts";
import { openTables } from "./tables.ts";
import { openWriter } from "./writer.ts";

/** The log and the states of processors in one folder. They share a writer: closing any of the three closes all. */
export interface EmbeddedStore {
  readonly log: EventLog;
  readonly states: StateStore;
  /** Writes what waits, ends the subscriptions, and leaves no file, thread or timer behind. */
  close(): Promise<void>;
}

export interface EmbeddedStoreOptions {
  readonly folder: string;
  readonly codec: Codec;
  /** From one commit to the next under load; what arrives meanwhile shares one. 5 unless told. */
  readonly flushMs?: number;
  /** So many waiting records are committed without a pause, and make a chunk. 256 unless told. */
  readonly batchRecordsMax?: number;
  /** How often what topics no longer keep is removed; also once at the start. Ten minutes unless told. */
  readonly retentionCheckMs?: number;
  /** Partitions of a new topic at most; 1 unless told, which is plenty for one process. */
  readonly partitionsMax?: number;
  /** The database grows no larger, in bytes; then appends are refused until retention has made room. 0, the default, for no bound. */
  readonly bytesMax?: number;
  /** How long a commit waits for somebody else's lock on the file. 2000 unless told. */
  readonly busyMs?: number;
  readonly nowMs?: () => number;
}

/**
 * Opens the store of `folder`, made if it is not there. Only one process may have it open.
 * Rejects with `Fault("conflict")` where another has, `Fault("unavailable")` where the folder can't be used.
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const {
    folder,
    codec,
    flushMs = 5,
    batchRecordsMax = 256,
    retentionCheckMs = 10 * 60_000,
    partitionsMax = 1,
    nowMs = Date.now,
  } = options;
  const database = { file: join(folder, "log.db"), bytesMax: options.bytesMax ?? 0, busyMs: options.busyMs ?? 2_000 };
  const unlock = lockFolder(folder);
  const tables = openUnlocked(database, unlock);
  const catalog = loadCatalog(tables, partitionsMax);
  // From here on only the writer's thread writes; it starts while this one goes on.
  tables.exec("PRAGMA query_only = 1");
  const reader = openLogReader(tables, codec);
  const writer = openWriter({
    start: { database, chunkRecordsMax: batchRecordsMax },
    codec,
    catalog,
    flushMs,
    recordsMax: batchRecordsMax,
  });
  writer.maintain(nowMs());
  const maintenance = setInterval(() => writer.maintain(nowMs()), retentionCheckMs).unref();

  let closing: Promise<void> | undefined;
  function close(): Promise<void> {
    closing ??= closeAll();
    return closing;
  }

  async function closeAll(): Promise<void> {
    clearInterval(maintenance);
    await Promise.all([...subscriptions].map((subscription) => subscription.close()));
    await writer.close();
    tables.close();
    unlock();
  }

  const { log, subscriptions } = embeddedEventLog({ catalog, reader, writer, close });
  const states: StateStore = {
    load: async (task) => reader.state(task),
    commit: async (task, { puts, deletes, positions }) => writer.change({ task, puts, deletes, positions }),
    close,
  };
  return { log, states, close };
}

function openUnlocked(database: Parameters<typeof openTables>[0], unlock: () => void): ReturnType<typeof openTables> {
  try {
    return openTables(database);
  } catch (cause) {
    unlock();
    if (cause instanceof Fault) throw cause;
    throw new Fault("unavailable", `the log in ${database.file} can't be opened`, {
      cause,
      next: "Check that it is a file of Sluice and readable.",
    });
  }
}
