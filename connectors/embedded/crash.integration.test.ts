import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Events } from "../../domain/events.ts";
import type { StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { createCodec } from "../avro/codec.ts";
import { openSpool } from "./spool.ts";
import { openEmbeddedStore } from "./store.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const codec = createCodec();
/** Acknowledged writes before the process is killed in the middle of the next ones: another number in each round. */
const writesMin = [1, 23, 40, 57, 91];

function start(kind: "log" | "spool", folder: string, first: number): ChildProcess {
  const script = fileURLToPath(new URL("./crash-child.ts", import.meta.url));
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, kind, folder, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Runs the child until it has acknowledged enough, kills it, and returns the numbers that it acknowledged. */
async function runAndKill(kind: "log" | "spool", folder: string, round: number): Promise<readonly number[]> {
  const child = start(kind, folder, round * 1_000_000);
  const { stdout } = child;
  assert.ok(stdout);
  const acknowledged: number[] = [];
  const exited = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  for await (const line of createInterface({ input: stdout })) {
    acknowledged.push(Number(line));
    if (acknowledged.length === writesMin[round]) child.kill("SIGKILL");
  }
  await exited;
  return acknowledged;
}

const sequenceOf = ({ value }: Pick<StoredRecord, "value">) => (value as Events["call_ended"]).sequence;

test("whatever moment the process is killed at, the log has every acknowledged record once, whole and in order", async (t) => {
  const { folder, remove } = temporaryFolder(tmpdir());
  t.after(remove);
  const acknowledged: number[] = [];
  for (let round = 0; round < writesMin.length; round++) {
    acknowledged.push(...(await runAndKill("log", folder, round)));
    const { log, close } = await openEmbeddedStore({ folder, codec });
    const [extent] = await log.extent(topics.calls);
    const records = await log.read(topics.calls, { partition: 0, from: 0, recordsMax: 1_000_000 });
    await close();

    assert.deepEqual(
      records.map(({ offset }) => offset),
      Array.from({ length: extent?.end ?? -1 }, (_, offset) => offset),
    );
    const sequences = records.map(sequenceOf);
    assert.deepEqual(
      sequences,
      [...new Set(sequences)].sort((a, b) => a - b),
    );
    // Each append is of three records; all of them are there or none.
    for (const [index, sequence] of sequences.entries()) assert.equal(sequence % 3, index % 3);
    const found = new Set(sequences);
    for (const sequence of acknowledged) assert.ok(found.has(sequence), `${sequence} was acknowledged and is gone`);
  }
  assert.ok(acknowledged.length >= writesMin.reduce((sum, writes) => sum + writes, 0));
});

test("whatever moment the process is killed at, the spool has every acknowledged record", async (t) => {
  const { folder, remove } = temporaryFolder(tmpdir());
  t.after(remove);
  const acknowledged: number[] = [];
  for (let round = 0; round < writesMin.length; round++) acknowledged.push(...(await runAndKill("spool", folder, round)));
  const spool = await openSpool({ folder, codec, bytesMax: 64 * 1024 * 1024 });
  const found: number[] = [];
  await spool.drain(async (_topic, records) => {
    found.push(...records.map(({ value }) => (value as Events["call_ended"]).sequence));
  });
  assert.equal(spool.size(), 0);
  await spool.close();
  assert.deepEqual(
    found,
    [...new Set(found)].sort((a, b) => a - b),
  );
  const unique = new Set(found);
  for (const sequence of acknowledged) assert.ok(unique.has(sequence), `${sequence} was acknowledged and is gone`);
});
