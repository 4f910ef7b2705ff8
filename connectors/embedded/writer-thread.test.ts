import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openTables } from "./tables.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import type { FromWriter, WriteMessage } from "./writer-protocol.ts";
import { startWriterThread } from "./writer-thread.ts";

test("a writer's thread that could not start says so, and is started again by the next message", async (t) => {
  const { folder, remove } = temporaryFolder();
  t.after(remove);
  const database = { file: join(folder, "later", "log.db"), bytesMax: 0, busyMs: 100 };
  const lost = Promise.withResolvers<string>();
  const answered = Promise.withResolvers<FromWriter>();
  const thread = startWriterThread(
    { database, chunkRecordsMax: 10 },
    { lost: lost.resolve, answered: answered.resolve, trimmed: () => undefined },
  );
  const message: WriteMessage = { kind: "write", topics: [], chunks: [], states: [], positions: [] };
  thread.send(message, []);
  assert.match(await lost.promise, /unable to open database file/);

  mkdirSync(join(folder, "later"));
  openTables(database).close();
  thread.send(message, []);
  assert.deepEqual(await answered.promise, { kind: "written", bases: [] });
  await thread.close();
});
