import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { environment } from "./environment.ts";

const launcher = fileURLToPath(new URL("./sluice.js", import.meta.url));

/** A Node of another major version than the pinned one, if this machine has one. */
const otherNode = (environment["PATH"] ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "node"))
  .find((file) => existsSync(file) && !spawnSync(file, ["--version"]).stdout.toString().startsWith("v22."));

const skip = otherNode === undefined ? "this machine has no other Node" : false;

test("the launcher runs in the pinned Node and keeps the exit code", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, "call", "echo"], { encoding: "utf8" });
  assert.equal(status, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /names no tool/);
});

test("under another Node the launcher hands over, arguments and exit code kept", { skip }, () => {
  const { status, stdout, stderr } = spawnSync(otherNode ?? "", [launcher, "call", "a b"], { encoding: "utf8" });
  assert.deepEqual([status, stdout], [2, ""]);
  assert.match(stderr, /^error: "a b" names no tool/);
});

test("a signal to the launcher reaches what it started", { skip }, async (t) => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const child = spawn(otherNode ?? "", [launcher, "call", "s/t", "--url", url], { stdio: "ignore" });
  const [request] = await once(server, "request");
  child.kill("SIGTERM");
  const [[code]] = await Promise.all([once(child, "exit"), once(request.socket, "close")]);
  assert.equal(code, 143, "128 and the number of SIGTERM");
});

test("the warning that SQLite is experimental is hidden, and no other", () => {
  const code = `process.argv.splice(2, 9, "--version"); await import(${JSON.stringify(launcher)}); await import("node:sqlite"); process.emitWarning("seen");`;
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code, "x"], { encoding: "utf8" });
  assert.match(stderr, /Warning: seen/);
  assert.doesNotMatch(stderr, /SQLite/);
});
