import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Machine, pinned, processorMs, residentBytes } from "./machine.ts";

export interface ChildOptions {
  readonly machine: Machine;
  readonly core: number;
  /** Beside this file, or an absolute path. */
  readonly file: URL;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A program of ours, alone on its core. */
export interface Child {
  /** What it printed first: it is ready then. */
  readonly greeting: string;
  readonly pid: number;
  processorMs(): number;
  residentBytes(): number;
  /** Asks it to end, and ends it where it does not. */
  stop(): Promise<void>;
}

const startTimeoutMs = 30_000;
const stopTimeoutMs = 15_000;

/** Starts the program under the Node that runs the bench; rejects where it ends before it printed anything. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { machine, core, file, args = [], nodeArgs = [], environment = {} } = options;
  const [command, ...rest] = pinned(machine, core, [process.execPath, ...nodeArgs, fileURLToPath(file), ...args]);
  // `taskset` becomes the program, so the child's id is the program's.
  const child = spawn(command, rest, { stdio: ["ignore", "pipe", "inherit"], env: { ...inherited(), ...environment } });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const pid = child.pid;
  const greeting = await firstOutput(child, file).catch((reason: unknown) => {
    child.kill("SIGKILL");
    throw reason;
  });
  if (pid === undefined) throw new Error(`${file.pathname} has no process`);
  return {
    greeting,
    pid,
    processorMs: () => processorMs(pid),
    residentBytes: () => residentBytes(pid),
    async stop() {
      child.kill("SIGTERM");
      const forced = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
      await ended;
      clearTimeout(forced);
    },
  };
}

/** Nothing of Sluice's own settings must reach the gate that is measured. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("SLUICE_")));
}

function firstOutput(child: ChildProcess, file: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${file.pathname} did not start in ${startTimeoutMs} ms`)), startTimeoutMs);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${file.pathname} ended with ${code} before it was ready`)));
    child.stdout?.once("data", (bytes: Buffer) => {
      clearTimeout(timer);
      // What it prints later must not fill the pipe.
      child.stdout?.resume();
      resolve(bytes.toString("utf8"));
    });
  });
}

/** The port in the line of JSON that the stub and the forwarder print. */
export function portOf({ greeting }: Child): number {
  const { port } = JSON.parse(greeting) as { readonly port: number };
  if (port === 0) throw new Error("no free port");
  return port;
}
