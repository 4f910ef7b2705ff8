import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { kafka } from "../servers/for-test.ts";
import { until } from "./until.ts";

/** Starts a fleet, and ends with the first line that a process of it says: with 7, if the first keys were told before. */
const program = (folder: string, brokers: string, topicPrefix: string) => `
  import { startFleet } from ${JSON.stringify(new URL("../../deploy/fleet/fleet.ts", import.meta.url).href)};
  let keys;
  await startFleet({
    ...${JSON.stringify({ folder, brokers, demo: false, environment: { SLUICE_KAFKA_TOPIC_PREFIX: topicPrefix } })},
    onKeys: (issued) => { keys = issued; },
    onLine: (member) => member === "migrate" || process.exit(keys?.administratorKey ? 7 : 8),
  });`;

test("a fleet whose start is broken off loses no keys, and leaves no process behind", async (t) => {
  const brokers = await kafka(t);
  if (brokers === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), "sluice-fleet-"));
  const text = program(folder, brokers, `fleet-start-${process.pid}-${Date.now()}.`);
  // In a group of its own: while one of it lives, the group can be sent signals.
  const options = { detached: true, stdio: "ignore", env: { PATH: process.env["PATH"] } } as const;
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", text], options);
  const group = -(child.pid ?? assert.fail());
  t.after(() => {
    if (isAlive(group)) process.kill(group, "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  assert.deepEqual(await once(child, "exit"), [7, null]);
  await until("all of them have ended", () => !isAlive(group));
});

function isAlive(group: number): boolean {
  try {
    return process.kill(group, 0);
  } catch {
    return false;
  }
}
