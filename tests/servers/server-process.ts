import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

/** A server in a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves with the match when a line of the output fits; rejects with the last lines where the server ends first. */
  said(pattern: RegExp, withinMs: number): Promise<RegExpExecArray>;
  /** The last of what it has said. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process has ended: by itself, or killed after a while. */
  stop(): Promise<void>;
  readonly ended: Promise<unknown>;
}

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Runs as this user; only root can say so. */
  readonly userId?: number;
}

const stopMsMax = 20_000;
const outputCharactersMax = 200_000;

/** Starts a server that dies with us where the system can see to it (`setpriv` of util-linux). */
export function startServer({ program, args, folder, env = process.env, userId }: ServerCommand): ServerProcess {
  const hasSetpriv = spawnSync("setpriv", ["--version"]).error === undefined;
  if (userId !== undefined && !hasSetpriv) throw new Error("Running a server as another user needs setpriv, of util-linux.");
  const user = userId === undefined ? [] : [`--reuid=${userId}`, `--regid=${userId}`, "--clear-groups"];
  const command = hasSetpriv ? ["setpriv", ...user, "--pdeathsig=KILL", program, ...args] : [program, ...args];
  const [first = program, ...rest] = command;
  const child = spawn(first, rest, { cwd: folder, env, stdio: ["pipe", "pipe", "pipe"] });
  const ended = once(child, "exit");
  const output = followOutput(child);
  return {
    pid: child.pid ?? -1,
    ended,
    ...output,
    signal: (name) => void child.kill(name),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGCONT");
      child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), stopMsMax);
      await ended;
      clearTimeout(force);
    },
  };
}

function followOutput(child: ChildProcess): Pick<ServerProcess, "said" | "output"> {
  let output = "";
  const looks = new Set<() => void>();
  const take = (chunk: string) => {
    output = (output + chunk).slice(-outputCharactersMax);
    for (const look of looks) look();
  };
  child.stdout?.setEncoding("utf8").on("data", take);
  child.stderr?.setEncoding("utf8").on("data", take);
  child.on("error", ({ message }) => take(message));
  const said = (pattern: RegExp, withinMs: number): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const fail = (what: string) => settle(() => reject(new Error(`${what}. Its last words:\n${output.slice(-3_000)}`)));
      const timer = setTimeout(() => fail(`the server did not say ${pattern} within ${withinMs} ms`), withinMs);
      const onExit = () => fail("the server ended");
      const settle = (answer: () => void) => {
        clearTimeout(timer);
        looks.delete(look);
        child.off("exit", onExit);
        answer();
      };
      const look = () => {
        const match = pattern.exec(output);
        if (match !== null) settle(() => resolve(match));
      };
      looks.add(look);
      child.on("exit", onExit);
      look();
    });
  return { said, output: () => output };
}
