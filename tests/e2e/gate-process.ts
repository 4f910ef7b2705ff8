import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../cli/sluice.js", import.meta.url));
const standby = new URL("../fixtures/standby.js", import.meta.url).href;

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `sluice` in a process of its own. */
export interface GateProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  output(): string;
  errors(): string;
  /** Lets a process begin that stands by. */
  begin(): void;
  /** What it tells when it answers; rejects with its errors if it ends before. */
  ready(): Promise<Ready>;
}

export interface Ready {
  readonly httpUrl: string;
  /** Shown on the first start only; empty later. */
  readonly administratorKey: string;
  readonly agentKey: string;
}

export interface GateProcessOptions {
  /** Loads its modules and waits for `begin`. */
  readonly standsBy?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the command line with these arguments. Whoever starts it ends it. */
export function startGateProcess(args: readonly string[], { standsBy = false, environment = {} }: GateProcessOptions = {}): GateProcess {
  const child = spawn(process.execPath, [...(standsBy ? ["--import", standby] : []), program, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", ...environment },
  });
  let output = "";
  let errors = "";
  let heard = () => {};
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    heard();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
    heard();
  });
  // A process that was killed no longer takes what is written to it.
  child.stdin.on("error", () => {});
  const ended = new Promise<Ended>((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
  return {
    child,
    ended,
    output: () => output,
    errors: () => errors,
    begin: () => void child.stdin.write("begin\n"),
    ready: () =>
      new Promise((resolve, reject) => {
        heard = () => {
          const found = readyOf(output);
          if (found !== undefined) resolve(found);
        };
        heard();
        void ended.then(({ code, signal }) => reject(new Error(`it ended with ${code ?? signal} before it was ready:\n${errors}`)));
      }),
  };
}

/** Everything is there once the last block of the banner is. */
function readyOf(output: string): Ready | undefined {
  if (!output.includes("Cursor")) return undefined;
  const found = (pattern: RegExp) => pattern.exec(output)?.[1] ?? "";
  return {
    httpUrl: found(/ MCP {2,}(\S+)\/mcp /),
    administratorKey: found(/ administrator {2}(\S+)/),
    agentKey: found(/ agent {2,}(\S+)/),
  };
}

/** Writes a configuration. JSON is YAML. */
export function writeConfig(file: string, settings: Readonly<Record<string, unknown>>): void {
  writeFileSync(file, JSON.stringify(settings, null, 2));
}
