import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";

/** Where the system under test runs, alone; and where the generator and the upstream share a core. */
export const testedCore = 0;
export const loadCore = 1;

/** What the bench can do on this machine. */
export interface Machine {
  /** "Intel(R) Xeon(R) …, 2 cores, Linux 6.1". Never a name of the host. */
  readonly description: string;
  /** Whether processes can be pinned to a core. */
  readonly pins: boolean;
}

/** Looks at the machine; answers why nothing can be measured here, as a sentence. */
export function lookAtMachine(): Machine | string {
  const cores = cpus();
  if (process.platform !== "linux") return "The bench reads processor times from /proc, so it needs Linux.";
  if (cores.length < 2) return `The bench needs two cores, one of them for the program that is measured; there is ${cores.length}.`;
  const pins = spawnSync("taskset", ["-c", `${testedCore},${loadCore}`, "true"]).status === 0;
  const release = readFileSync("/proc/sys/kernel/osrelease", "utf8").split(/[-\s]/)[0] ?? "";
  const model = (cores[0]?.model ?? "unknown processor").replace(/\s+/g, " ").trim();
  return { description: `${model}, ${cores.length} cores, Linux ${release}, Node ${process.versions.node}`, pins };
}

/** Pins this process, with the threads that it will start. */
export function pinSelf({ pins }: Machine, core: number): void {
  if (pins) spawnSync("taskset", ["-a", "-c", "-p", String(core), String(process.pid)]);
}

/** The command line that runs `argv` on one core. */
export function pinned({ pins }: Machine, core: number, argv: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return pins ? ["taskset", "-c", String(core), ...argv] : argv;
}

/** The clock of `/proc`, in ticks a second: fixed by the kernel's interface on every architecture that Node runs on. */
const ticksPerSecond = 100;

/** Processor time of a process with all its threads, in milliseconds, user and system together. */
export function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name, in parentheses, may hold spaces. Behind it: state is field 3, utime 14, stime 15 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

/** Memory of a process that is in use, in bytes. */
export function residentBytes(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(found?.[1] ?? 0) * 1024;
}

/** How much a core has done since the machine started, in milliseconds. */
export interface CoreTimes {
  readonly busyMs: number;
  /** Taken by the host for other machines. */
  readonly stolenMs: number;
}

export function coreTimes(core: number): CoreTimes {
  const line = new RegExp(`^cpu${core} (.*)$`, "m").exec(readFileSync("/proc/stat", "utf8"))?.[1] ?? "";
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(" ").map(Number);
  const toMs = (ticks: number) => (ticks * 1000) / ticksPerSecond;
  return { busyMs: toMs(user + nice + system + irq + softirq), stolenMs: toMs(steal) };
}

/** The load of the last minute: what else runs on this machine. */
export function loadAverage(): number {
  return loadavg()[0] ?? 0;
}
