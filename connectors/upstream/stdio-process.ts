import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createLineFramer } from "./lines.ts";

export interface StdioCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | null;
}

export interface StdioListener {
  /** A line of the standard output, without its end. Valid only during the call. */
  line(bytes: Buffer): void;
  /** A line of the standard output was beyond `lineBytesMax`, and is left out. */
  lineTooLong(): void;
  /** A line for the log: of the standard error, or that the process started or ended. */
  log(line: string, pid: number): void;
  /** It ended, or could not be started. Called once, as a sentence. */
  ended(reason: string): void;
}

/** A child process that speaks line by line. */
export interface StdioProcess {
  /** 0 where it could not be started. */
  readonly pid: number;
  /** Writes one line; false where it can't: it ended, or takes nothing any more. */
  send(line: Uint8Array): boolean;
  pause(): void;
  resume(): void;
  /** Ends it with everything that it started: end of input, then SIGTERM, then SIGKILL. Resolves when it is gone. */
  end(): Promise<void>;
}

export const lineBytesMax = 16 * 1024 * 1024;
/** Bytes that wait for a process that does not read: two of the longest lines. */
const unwrittenBytesMax = 2 * lineBytesMax;
const logLineBytesMax = 8 * 1024;
const logLinesPerSecond = 100;
/** Most servers leave at the end of their input: they are given that long before a signal. */
const leaveMs = 200;
const killMs = 2_000;
/** For the last output of a process that ended. */
const drainMs = 250;

const lf = 10;
const cr = 13;
const space = 32;

/** Groups that must not outlive us where we leave without closing: the last act of the process. */
const running = new Set<number>();

/**
 * Starts a process without a shell, in a group of its own, so that what it starts ends with it. Where the gate itself is killed,
 * the process sees the end of its input.
 */
export function startStdioProcess({ command, args, env, cwd }: StdioCommand, listener: StdioListener): StdioProcess {
  let child: ChildProcessWithoutNullStreams;
  try {
    child = spawn(command, [...args], {
      env: { ...env },
      ...(cwd === null ? {} : { cwd }),
      detached: true,
      shell: false,
      windowsHide: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
  } catch (cause) {
    // Some failures are thrown (too long a command line), others come as an event (no such file).
    return unstarted(noteUnstarted(cause as NodeJS.ErrnoException, listener));
  }
  const pid = child.pid ?? 0;
  const gone = untilGone(child, listener);
  if (pid === 0) return unstarted(gone);
  remember(pid);
  listener.log("the process started", pid);
  listen(child, listener);
  let ending = false;

  return {
    pid,
    send(line) {
      const { stdin } = child;
      if (ending || stdin.destroyed || !stdin.writable || stdin.writableLength > unwrittenBytesMax) return false;
      stdin.write(asOneLine(line));
      return true;
    },
    pause: () => void child.stdout.pause(),
    resume: () => void child.stdout.resume(),
    end() {
      if (!ending) endInSteps(child, pid, gone);
      ending = true;
      return gone;
    },
  };
}

function unstarted(gone: Promise<void>): StdioProcess {
  return { pid: 0, send: () => false, pause() {}, resume() {}, end: () => gone };
}

async function noteUnstarted(cause: NodeJS.ErrnoException, listener: StdioListener): Promise<void> {
  await undefined;
  const reason = unstartedReason(cause);
  listener.log(reason, 0);
  listener.ended(reason);
}

function unstartedReason({ code, message }: NodeJS.ErrnoException): string {
  return `the process could not be started (${code ?? message})`;
}

/** Line breaks can only be space between the parts of a JSON text: inside strings they are escaped. */
function asOneLine(json: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(json.length + 1);
  bytes.set(json);
  bytes[json.length] = lf;
  for (let at = bytes.indexOf(lf); at < json.length; at = bytes.indexOf(lf, at)) bytes[at] = space;
  for (let at = bytes.indexOf(cr); at !== -1; at = bytes.indexOf(cr, at)) bytes[at] = space;
  return bytes;
}

/** Resolves when the process has ended, with its whole group, and what it wrote has been read. */
function untilGone(child: ChildProcessWithoutNullStreams, listener: StdioListener): Promise<void> {
  return new Promise((resolve) => {
    let over = false;
    const finish = (reason: string) => {
      if (over) return;
      over = true;
      listener.log(reason, child.pid ?? 0);
      listener.ended(reason);
      resolve();
    };
    child.on("error", (cause: NodeJS.ErrnoException) => {
      if (child.pid === undefined) finish(unstartedReason(cause));
    });
    child.on("exit", (code, signal) => {
      const pid = child.pid ?? 0;
      forget(pid);
      signalGroup(pid, "SIGKILL");
      const reason = `the process ended (${signal ?? `exit code ${code}`})`;
      // Something that left the group may hold the pipes open for ever: it is not waited for.
      const timer = setTimeout(finish, drainMs, reason);
      child.on("close", () => {
        clearTimeout(timer);
        finish(reason);
      });
    });
  });
}

function listen(child: ChildProcessWithoutNullStreams, listener: StdioListener): void {
  // Its end is noticed as its exit; a broken pipe says nothing more.
  child.stdin.on("error", () => {});
  child.stdout.on("error", () => {});
  child.stderr.on("error", () => {});
  const lines = createLineFramer(
    lineBytesMax,
    (bytes) => listener.line(bytes),
    () => listener.lineTooLong(),
  );
  child.stdout.on("data", (chunk: Buffer) => lines.push(chunk));
  const log = boundedLog((line) => listener.log(line, child.pid ?? 0));
  const logLines = createLineFramer(
    logLineBytesMax,
    (bytes) => log(bytes.toString("utf8")),
    (start) => log(`${start.toString("utf8")} [cut]`),
  );
  child.stderr.on("data", (chunk: Buffer) => logLines.push(chunk));
}

/** So many lines a second, then one that says how many were left out. */
function boundedLog(log: (line: string) => void): (line: string) => void {
  let secondStartMs = 0;
  let lines = 0;
  return (line) => {
    const nowMs = performance.now();
    if (nowMs - secondStartMs >= 1_000) {
      if (lines > logLinesPerSecond) log(`[${lines - logLinesPerSecond} lines left out]`);
      secondStartMs = nowMs;
      lines = 0;
    }
    lines += 1;
    if (lines <= logLinesPerSecond) log(line);
  };
}

function endInSteps(child: ChildProcessWithoutNullStreams, pid: number, gone: Promise<void>): void {
  child.stdin.end();
  child.stdout.resume();
  const terminate = setTimeout(() => signalGroup(pid, "SIGTERM"), leaveMs);
  const kill = setTimeout(() => signalGroup(pid, "SIGKILL"), leaveMs + killMs);
  gone.then(
    () => {
      clearTimeout(terminate);
      clearTimeout(kill);
    },
    () => {}, // It never rejects.
  );
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid === 0) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The whole group is gone: that is what was wanted.
  }
}

function remember(pid: number): void {
  if (running.size === 0) process.on("exit", killRunning);
  running.add(pid);
}

function forget(pid: number): void {
  running.delete(pid);
  if (running.size === 0) process.off("exit", killRunning);
}

function killRunning(): void {
  for (const pid of running) signalGroup(pid, "SIGKILL");
}
