import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Upstream } from "../../domain/ports/upstream.ts";
import { request, send } from "./exchange.fixture.ts";
import { openStdioUpstream, type StdioUpstreamOptions } from "./stdio.ts";

/** A server in a few lines: its methods are what the tests need. */
export const script = `
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { writeFileSync } from "node:fs";
const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
const methods = {
  initialize: ({ id, params }) => params.refuse ? say({ id, error: { code: -1, message: "no" } }) : say({ id, result: { pid: process.pid, env: process.env } }),
  "tools/echo": ({ id, params }) => say({ id, result: params }),
  "tools/progress": ({ id, params }) => {
    for (let progress = 1; progress <= 3; progress += 1) say({ method: "notifications/progress", params: { progressToken: params._meta.progressToken, progress } });
    say({ id, result: {} });
  },
  "tools/ask": ({ id }) => { asked.set("q", id); say({ id: "q", method: "roots/list" }); },
  "tools/unasked": ({ id }) => { say({ method: "notifications/tools/list_changed" }); say({ id, result: {} }); },
  "tools/hang": ({ id }) => { process.stderr.write("hanging " + JSON.stringify(id) + "\\n"); },
  "tools/noise": ({ id }) => { process.stdout.write("this is no message\\n\\n"); say({ id, result: {} }); },
  "tools/big": ({ id, params }) => say({ id, result: "x".repeat(params.bytes) }),
  "tools/exit": () => process.exit(3),
  "tools/child": ({ id }) => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    say({ id, result: { child: child.pid } });
  },
  "notifications/cancelled": ({ params }) => process.stderr.write("cancelled " + JSON.stringify(params.requestId) + "\\n"),
  "subscriptions/listen": ({ id }) => {
    say({ method: "notifications/acknowledged", params: { _meta: { "io.modelcontextprotocol/subscriptionId": id } } });
    say({ id, result: { _meta: { "io.modelcontextprotocol/subscriptionId": id } } });
  },
};
const asked = new Map();
if (process.argv[2] === "stubborn") process.on("SIGTERM", () => {});
createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  if (message.method === undefined) return say({ id: asked.get(message.id), result: message.result });
  methods[message.method]?.(message);
}).on("close", () => { if (process.argv[2] !== "stubborn") process.exit(0); });
if (process.argv[2] === "stubborn") setInterval(() => {}, 1000);
if (process.argv[2] === "broken") process.exit(1);
`;

interface Started {
  readonly upstream: Upstream;
  readonly lines: { pid: number; line: string }[];
  /** Resolves when a line was logged that fits. */
  logged(pattern: RegExp): Promise<{ pid: number; line: string }>;
}

export function start(
  context: TestContext,
  options: Partial<StdioUpstreamOptions> & { argument?: string; processesMax?: number; command?: string } = {},
): Started {
  const folder = mkdtempSync(join(tmpdir(), "sluice-stdio-"));
  writeFileSync(join(folder, "server.mjs"), script);
  const { argument = "plain", processesMax = 4, command = process.execPath, ...rest } = options;
  const lines: { pid: number; line: string }[] = [];
  const waiting = new Set<() => void>();
  const upstream = openStdioUpstream(
    { kind: "stdio", id: "one", command, args: [join(folder, "server.mjs"), argument], env: { MARK: "m" }, cwd: null, processesMax },
    {
      environment: (name) => (name === "PATH" ? process.env["PATH"] : undefined),
      prewarm: 0,
      onLine: (line) => {
        lines.push(line);
        for (const look of [...waiting]) look();
      },
      ...rest,
    },
  );
  context.after(async () => {
    await upstream.close();
    rmSync(folder, { recursive: true });
  });
  return {
    upstream,
    lines,
    logged: (pattern) =>
      new Promise((resolve) => {
        const look = () => {
          const found = lines.find(({ line }) => pattern.test(line));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

export async function openSession(upstream: Upstream): Promise<{ session: string; pid: number; env: Record<string, string> }> {
  const { session, text, fault } = await send(upstream, { message: request(0, "initialize") }).answer;
  assert.ok(session !== undefined, fault?.message);
  const { pid, env } = (JSON.parse(text) as { result: { pid: number; env: Record<string, string> } }).result;
  return { session, pid, env };
}

export const events = (text: string) =>
  text
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => JSON.parse(/^event: message\ndata: (.*)$/.exec(event)?.[1] ?? "null") as Record<string, unknown>);

/** Whether a process is still there and runs (a zombie that nobody has reaped yet does not). */
export function alive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

export async function untilGone(pid: number): Promise<void> {
  while (alive(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
}
