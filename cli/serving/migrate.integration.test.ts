import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Fault } from "../../domain/fault.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import { kafka } from "../../tests/servers/for-test.ts";
import { loadConfig } from "../configuration/config.ts";
import { openProcess } from "./gate.ts";
import { migrate } from "./migrate.ts";

let installations = 0;

/** The configuration of an installation of its own on these brokers. */
function configOn(t: TestContext, brokers: string, kafkaSettings: Readonly<Record<string, unknown>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "sluice-migrate-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  installations += 1;
  const topicPrefix = `migrate-${process.pid}-${Date.now()}-${installations}.`;
  const settings = { brokers: [brokers], topicPrefix, partitionsMax: 2, ...kafkaSettings };
  const overrides = { http: { port: 0 }, grpc: { port: 0 }, data: { folder }, kafka: settings };
  return loadConfig({ environment: {}, folder, overrides });
}

test("an embedded log needs no preparation", async () => {
  const done = await migrate(loadConfig({ environment: {}, folder: "/nowhere" }), () => {});
  assert.deepEqual(done, { topics: null, schemas: null, elasticsearch: false, firstKeys: null });
});

test("brokers that do not come are waited for, and then said to be away", async (t) => {
  const nobody = createServer();
  await new Promise<void>((resolve) => nobody.listen(0, "127.0.0.1", resolve));
  const address = nobody.address();
  const port = typeof address === "object" ? address?.port : 0;
  await new Promise((resolve) => nobody.close(resolve));
  const told: string[] = [];
  const config = configOn(t, `127.0.0.1:${port}`, { waitMs: 700 });
  await assert.rejects(
    migrate(config, (text) => told.push(text)),
    (reason) => reason instanceof Fault && reason.code === "unavailable",
  );
  assert.ok(
    told.some((line) => line.includes("waiting")),
    told.join("\n"),
  );
});

test("no role starts before it; done by two at once and once more it makes everything once", async (t) => {
  const brokers = await kafka(t);
  if (brokers === undefined) return;
  const config = configOn(t, brokers);
  const open = () => openProcess(config, { demo: false, logger: silentLogger, roles: new Set(["processors"]) });
  await assert.rejects(
    open(),
    (reason) => reason instanceof Fault && /does not exist/.test(reason.message) && /sluice migrate/.test(reason.next ?? ""),
  );

  const both = await Promise.all([migrate(config, () => {}), migrate(config, () => {})]);
  const keys = both.flatMap(({ firstKeys }) => firstKeys ?? []);
  assert.equal(keys.length, 1, "keys are issued once");
  assert.match(keys[0]?.administratorKey ?? "", /^sluice_/);
  const again = await migrate(config, () => {});
  assert.deepEqual([again.topics?.created, again.topics?.changed, again.firstKeys], [[], [], null]);

  const running = await open();
  const { ready, checks } = (await (await fetch(`${running.httpUrl}/health`)).json()) as { ready: boolean; checks: { name: string }[] };
  assert.ok(ready);
  assert.ok(checks.some(({ name }) => name === "processor usage"));
  await running.close();
});
