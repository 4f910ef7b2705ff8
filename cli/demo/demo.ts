import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { Fault } from "../../domain/fault.ts";
import type { AuthorDefinitions } from "../definitions/definitions.ts";
import { environment } from "../environment.ts";

/** The agent that the demo's policy speaks of: `serve --demo` issues its key to this user and agent. */
export const demoAgent = { userId: "demo", agentId: "demo-agent", roles: ["agent"] } as const;

const limitedTool = "get-tiny-image";
const allowedTools = ["echo", "get-sum", "get-structured-content", "get-annotated-message", "trigger-long-running-operation", limitedTool];

/**
 * What `serve --demo` registers, in the author's form: one real server over stdio and over Streamable HTTP, with a policy and a limit under
 * which an allowed, a denied and a limited call can be seen.
 */
export function demoDefinition({ httpUpstreamUrl }: { readonly httpUpstreamUrl: string }): AuthorDefinitions {
  return {
    servers: [
      {
        name: "everything",
        title: "Everything (stdio)",
        description: "The MCP project's test server, started by the gate and spoken to over stdio.",
        labels: { demo: "true", transport: "stdio" },
        command: process.execPath,
        args: [everythingFile(), "stdio"],
        processesMax: 8,
      },
      {
        name: "everything-http",
        title: "Everything (Streamable HTTP)",
        description: "The MCP project's test server over Streamable HTTP.",
        labels: { demo: "true", transport: "http" },
        url: httpUpstreamUrl,
      },
    ],
    policies: [
      {
        policyId: "demo",
        description: "Agents see everything of the demo servers and may call some of their tools.",
        rules: [
          {
            id: "list",
            effect: "allow",
            match: { roles: demoAgent.roles, labels: { demo: "true" }, methods: "*/list" },
          },
          {
            id: "show-tools",
            effect: "allow",
            match: { roles: demoAgent.roles, labels: { demo: "true" }, methods: "tools/call", tools: allowedTools },
          },
          {
            id: "read",
            effect: "allow",
            match: { roles: demoAgent.roles, labels: { demo: "true" }, methods: ["prompts/get", "resources/read", "completion/complete"] },
          },
          {
            id: "no-environment",
            effect: "deny",
            match: { labels: { demo: "true" }, methods: "tools/call", tools: "get-env" },
            reason: "get-env would show the environment of the server's process",
          },
        ],
      },
    ],
    budgets: [],
    limits: [
      {
        limitId: "demo-images",
        description: `Three calls of ${limitedTool} a minute for each user.`,
        callsMax: 3,
        windowMs: 60_000,
        per: ["user"],
        match: { methods: "tools/call", tools: limitedTool },
      },
    ],
    virtualServers: [],
  };
}

const startTimeoutMs = 15_000;

/**
 * Starts the test server over Streamable HTTP on a free loopback port. It ends with this process, however that ends.
 * Rejects with `Fault("unavailable")` where it does not come up.
 */
export function startDemoServer(): Promise<{ readonly url: string; close(): Promise<void> }> {
  // In a group of its own, so that closing it reaches what it may have started, and Ctrl-C in the terminal leaves it to us.
  const child = spawn(process.execPath, ["--import", preloadUrl, everythingFile(), "streamableHttp"], {
    detached: process.platform !== "win32",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    // Nothing of our own environment: one of its tools shows all of it.
    env: Object.fromEntries(["PATH", "HOME", "LANG", "TMPDIR", "SystemRoot"].flatMap((name) => entryOf(name))),
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) killGroup(child.pid);
    child.ref();
    await ended;
  };

  return new Promise((resolve, reject) => {
    const fail = (cause?: unknown) => {
      clearTimeout(timer);
      if (child.pid !== undefined && child.exitCode === null) killGroup(child.pid);
      reject(
        new Fault("unavailable", "the demo's server over HTTP can't be started", {
          cause,
          next: "run npm install, or start without --demo",
        }),
      );
    };
    const timer = setTimeout(fail, startTimeoutMs);
    child.once("error", fail);
    child.once("exit", fail);
    child.once("message", (message) => {
      clearTimeout(timer);
      child.off("exit", fail);
      // The channel stays: its end tells the child that we are gone. It must not keep us alive by itself.
      child.unref();
      child.channel?.unref();
      resolve({ url: `http://127.0.0.1:${(message as { readonly port: number }).port}/mcp`, close });
    });
  });
}

/**
 * The test server listens on all addresses without asking who calls, and one of its tools shows its environment. What is loaded before
 * it keeps it on loopback, takes a free port and tells us which, and ends it when we are gone.
 */
const preloadUrl = `data:text/javascript,${encodeURIComponent(`
  import { Server } from "node:net";
  const listen = Server.prototype.listen;
  Server.prototype.listen = function (...args) {
    const done = args.findLast((arg) => typeof arg === "function");
    this.once("listening", () => process.send({ port: this.address().port }));
    return listen.call(this, { host: "127.0.0.1", port: 0 }, done);
  };
  process.on("disconnect", () => process.exit(0));
`)}`;

function entryOf(name: string): readonly (readonly [string, string])[] {
  const value = environment[name];
  return value === undefined ? [] : [[name, value]];
}

function killGroup(pid: number): void {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // It ended by itself a moment ago.
  }
}

function everythingFile(): string {
  try {
    return createRequire(import.meta.url).resolve("@modelcontextprotocol/server-everything/dist/index.js");
  } catch (cause) {
    throw new Fault("unavailable", "the package @modelcontextprotocol/server-everything is not installed", {
      cause,
      next: "run npm install",
    });
  }
}
