/**
 * Makes `npm install` work under any Node from 18 up.
 *
 * npm chooses optional native packages (the uWebSockets.js binary) by the Node that runs *npm*, while our scripts run on the
 * pinned Node of the `node` package. Where the two differ in their major version, npm is run once more on the pinned Node.
 * Then `npx sluice` is made to work here: npm links the commands of dependencies only, not those of the package itself.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";

const { npm_config_user_agent: userAgent = "", npm_execpath: npm, ...environment } = process.env;
const npmsNode = /node\/v(\d+)\./.exec(userAgent)?.[1];
const pinnedNode = process.versions.node.split(".")[0];

if (npm !== undefined && npmsNode !== undefined && npmsNode !== pinnedNode) {
  // Without the user agent in its environment the second run cannot recurse.
  const { status } = spawnSync(process.execPath, [npm, "install", "--no-save"], { env: environment, stdio: "inherit" });
  process.exitCode = status ?? 1;
}

const commands = new URL("../node_modules/.bin/", import.meta.url);
mkdirSync(commands, { recursive: true });
rmSync(new URL("sluice", commands), { force: true });
symlinkSync("../../cli/sluice.js", new URL("sluice", commands));
