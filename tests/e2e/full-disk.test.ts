import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createCodec } from "../../connectors/avro/codec.ts";
import { openEmbeddedStore } from "../../connectors/embedded/store.ts";
import { topics } from "../../domain/topics.ts";
import { startCountingServer } from "../fixtures/counting-server.ts";
import { startGateProcess, writeConfig } from "./gate-process.ts";
import { allowAll, modernRequest } from "./harness.ts";
import { inLetters } from "./seeded.ts";
import { until } from "./until.ts";

const diskBytes = 24 * 1024 * 1024;

/** A disk of its own, that is small; undefined, and the test is skipped, where nothing may be mounted. */
function smallDisk(t: TestContext): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "sluice-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${diskBytes}`, "tmpfs", folder]);
  t.after(() => {
    if (mounted.status === 0) spawnSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  if (mounted.status === 0) return folder;
  t.skip("only root may mount a small disk here");
  return undefined;
}

/** Takes all the room that is left. */
function fill(folder: string): void {
  const piece = Buffer.alloc(64 * 1024);
  for (let pieces = 0; pieces <= diskBytes / piece.length; pieces += 1) {
    try {
      writeFileSync(join(folder, "ballast"), piece, { flag: "a" });
    } catch (error) {
      // It is full: that is what was wanted.
      if ((error as NodeJS.ErrnoException).code === "ENOSPC") return;
      throw error;
    }
  }
  assert.fail("the disk has no end");
}

test("on a full disk nothing is forwarded that can't be recorded, and what was forwarded is on the log", {
  timeout: 120_000,
}, async (t) => {
  const folder = smallDisk(t);
  if (folder === undefined) return;
  const upstream = await startCountingServer({ era: "modern" });
  t.after(() => upstream.close());
  const data = join(folder, "data");
  const configFile = join(folder, "sluice.yaml");
  writeConfig(configFile, {
    http: { port: 0 },
    grpc: { port: 0 },
    data: { folder: data },
    audit: { mode: "strict" },
    log: { level: "error" },
    policies: [allowAll],
    servers: [{ name: "counting", url: upstream.url }],
  });
  const gate = startGateProcess(["serve", "--config", configFile]);
  t.after(() => void gate.child.kill("SIGKILL"));
  const { httpUrl, agentKey } = await gate.ready();

  const answered: string[] = [];
  let made = 0;
  const call = async () => {
    const token = inLetters(++made);
    const { message, headers } = modernRequest("tools/call", { name: "echo", arguments: { message: `${token} ${"word ".repeat(2_000)}` } });
    const response = await fetch(`${httpUrl}/mcp/counting`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${agentKey}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...headers,
      },
      body: JSON.stringify(message),
    });
    await response.text();
    if (response.status === 200) answered.push(response.headers.get("sluice-decision") ?? "");
    return response.status;
  };
  await until("calls are answered", async () => (await call()) === 200);
  fill(folder);
  await until("a call is refused", async () => (await call()) === 503, 60_000);
  const executedWhenFull = upstream.executed.length;
  for (let calls = 0; calls < 5; calls += 1) {
    const executed = upstream.executed.length;
    if ((await call()) === 503) assert.equal(upstream.executed.length, executed, "a refused call is not forwarded");
  }
  rmSync(join(folder, "ballast"));
  await until("there is room again", async () => (await call()) === 200, 60_000);
  assert.ok(upstream.executed.length > executedWhenFull);
  // What went to the spool meanwhile is on the log when that takes records again.
  const isDirect = async () => {
    const { checks } = (await (await fetch(`${httpUrl}/health/ready`)).json()) as { checks: { name: string; ok: boolean }[] };
    return checks.find(({ name }) => name === "log")?.ok;
  };
  await until("records go to the log again", isDirect, 60_000);
  gate.child.kill("SIGTERM");
  assert.equal((await gate.ended).code, 0);

  const store = await openEmbeddedStore({ folder: data, codec: createCodec() });
  const records = await store.log.read(topics.calls, { partition: 0, from: 0, recordsMax: 100_000 });
  await store.close();
  const allowed = new Set(
    records.flatMap(({ value }) => (value !== null && "verdict" in value && value.verdict === "allow" ? [value.callId] : [])),
  );
  const ended = new Set(records.flatMap(({ value }) => (value !== null && "outcome" in value ? [value.callId] : [])));
  assert.ok(allowed.size >= upstream.executed.length, `${upstream.executed.length} executed, ${allowed.size} allowed`);
  for (const callId of answered) assert.ok(allowed.has(callId) && ended.has(callId), `${callId} was answered`);
});
