import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Fault } from "../domain/fault.ts";
import { readProfile, storedProfile, writeProfile } from "./profile.ts";

const stored = {
  httpUrl: "http://127.0.0.1:8080",
  grpcAddress: "127.0.0.1:9090",
  administratorKey: "sluice_admin",
  agentKey: "sluice_agent",
};

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-profile-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("what serve wrote is what commands read, and nobody else can", (t) => {
  const folder = folderOf(t);
  const file = writeProfile(join(folder, ".sluice"), stored);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(join(folder, ".sluice")).mode & 0o777, 0o700);
  assert.deepEqual(readProfile({ folder, environment: {} }), stored);
  assert.deepEqual(storedProfile(join(folder, ".sluice")), stored);
});

test("the command line wins over the environment, which wins over the file", (t) => {
  const folder = folderOf(t);
  writeProfile(join(folder, ".sluice"), stored);
  const environment = { SLUICE_API_KEY: "sluice_env", SLUICE_URL: "https://gate.example/mcp/" };
  const profile = readProfile({ folder, environment, flags: { apiKey: "sluice_flag" } });
  assert.deepEqual(profile, {
    httpUrl: "https://gate.example",
    grpcAddress: "127.0.0.1:9090",
    administratorKey: "sluice_flag",
    agentKey: "sluice_flag",
  });
});

test("the keys of the file go to the addresses of the file only", (t) => {
  const folder = folderOf(t);
  writeProfile(join(folder, ".sluice"), stored);
  const { administratorKey, agentKey } = readProfile({ folder, environment: { SLUICE_URL: "http://elsewhere.example" } });
  assert.deepEqual([administratorKey, agentKey], ["sluice_admin", null]);
  assert.equal(readProfile({ folder, environment: { SLUICE_GRPC: "elsewhere.example:9090" } }).administratorKey, null);
});

test("a file that others can read or write is not believed", (t) => {
  const folder = folderOf(t);
  chmodSync(writeProfile(join(folder, ".sluice"), stored), 0o644);
  assert.throws(
    () => readProfile({ folder, environment: {} }),
    (fault) => fault instanceof Fault && fault.code === "denied" && /chmod 600/.test(fault.next ?? ""),
  );
});

test("where nothing says where the gate is, the refusal says how to start one", (t) => {
  assert.throws(
    () => readProfile({ folder: folderOf(t), environment: {} }),
    (fault) => fault instanceof Fault && fault.code === "not-found" && /npm start/.test(fault.next ?? ""),
  );
});

test("what is no URL of a gate is refused", (t) => {
  for (const url of ["gate", "file:///etc/passwd"]) {
    assert.throws(() => readProfile({ folder: folderOf(t), environment: { SLUICE_URL: url } }), Fault);
  }
});
