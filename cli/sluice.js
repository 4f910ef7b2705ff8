#!/usr/bin/env node
/**
 * Starts the command line under any Node from 18 up.
 *
 * Sluice itself runs on the Node that the package `node` pins (the uWebSockets.js binary is bound to its version, and it runs TypeScript as
 * it is). Where this file is started by another major version, it hands over to the pinned one and stays behind as a mere relay.
 */
import { spawn } from "node:child_process";
import module, { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const pinnedMajor = 22;

if (Number(process.versions.node.split(".")[0]) === pinnedMajor) await run();
else handOver();

async function run() {
  // Read by the native code of uWebSockets.js when it is loaded; `headerBytesMax` of domain/bounds.ts.
  process.env["UWS_HTTP_MAX_HEADERS_SIZE"] = "16384";
  hideSqliteWarning();
  module.enableCompileCache();
  const { main } = await import("./main.ts");
  process.exitCode = await main(process.argv.slice(2));
}

/** `node:sqlite` says that it is experimental each time it is loaded. We pin the version that we test; every other warning stays. */
function hideSqliteWarning() {
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).startsWith("SQLite is an experimental feature")) Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
}

function handOver() {
  const child = spawn(pinnedNode(), [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2"])) {
    process.on(signal, () => child.kill(signal));
  }
  child.on("error", (reason) => {
    process.stderr.write(`error: the pinned Node can't be started: ${reason.message}\nnext:  run npm install in ${packageFolder()}\n`);
    process.exitCode = 1;
  });
  // 128 + the signal's number is what a shell reports for a process that a signal ended.
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
}

function pinnedNode() {
  const program = join("bin", process.platform === "win32" ? "node.exe" : "node");
  try {
    return join(dirname(createRequire(import.meta.url).resolve("node/package.json")), program);
  } catch {
    // `spawn` then fails with the path, and its error handler says what to do.
    return join(packageFolder(), "node_modules", "node", program);
  }
}

function packageFolder() {
  return dirname(dirname(fileURLToPath(import.meta.url)));
}
