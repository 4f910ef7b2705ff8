import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../cli/sluice.js", import.meta.url));
const configuration = fileURLToPath(new URL("fleet.yaml", import.meta.url));

/** The five processes: two gates, one control plane that feeds Elasticsearch too, two that run processors. */
const members = {
  "gate-1": ["gateway"],
  "gate-2": ["gateway"],
  control: ["control", "connectors"],
  "processors-1": ["processors"],
  "processors-2": ["processors"],
} as const;

export type MemberName = keyof typeof members;
export const memberNames = Object.keys(members) as readonly MemberName[];

export interface FleetOptions {
  /** Where each process has its data folder. */
  readonly folder: string;
  readonly brokers: string;
  /** Undefined: without Elasticsearch. */
  readonly elasticsearchUrl?: string | undefined;
  /** HTTP ports, and the gRPC port of the control plane; any free ones unless told. */
  readonly ports?: Partial<Record<MemberName | "grpc", number>>;
  /** Variables for every process, over those of the fleet. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Registers the demonstration: two servers, a policy and a limit. */
  readonly demo: boolean;
  /** Told of the first keys as soon as they are issued: what fails afterwards must not lose them. */
  readonly onKeys?: (keys: FleetKeys) => void;
  /** Told of each line that a process prints. */
  readonly onLine?: (member: MemberName | "migrate", line: string) => void;
}

export interface Member {
  readonly name: MemberName;
  /** Without path. */
  readonly httpUrl: string;
  /** Of the control plane; empty for the others. */
  readonly grpcAddress: string;
  readonly child: ChildProcess;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
}

export interface FleetKeys {
  readonly administratorKey: string;
  readonly agentKey: string;
}

export interface Fleet {
  /** Those that were issued because there were none; shown this once. */
  readonly keys: FleetKeys | null;
  member(name: MemberName): Member;
  /** Starts a process again that has ended. */
  restart(name: MemberName): Promise<Member>;
  /** Ends all of them together. */
  stop(): Promise<void>;
}

/** Prepares Kafka and Elasticsearch, then starts the five processes; answers when each of them is ready. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const keys = await migrate(options);
  if (keys !== null) options.onKeys?.(keys);
  const running = new Map<MemberName, Member>();
  const stop = async () => {
    for (const { child } of running.values()) child.kill("SIGTERM");
    await Promise.all([...running.values()].map(({ ended }) => ended));
  };
  const start = async (name: MemberName): Promise<Member> => {
    const { ready, ...process } = startMember(name, options);
    // In the list at once: whoever stops the fleet ends those, too, that are not ready yet.
    running.set(name, { name, httpUrl: "", grpcAddress: "", ...process });
    const member = { name, ...process, ...(await ready) };
    running.set(name, member);
    return member;
  };
  try {
    await Promise.all(memberNames.map(start));
  } catch (reason) {
    await stop();
    throw reason;
  }
  return {
    keys,
    member(name) {
      const found = running.get(name);
      if (found === undefined) throw new Error(`${name} was not started`);
      return found;
    },
    restart: start,
    stop,
  };
}

async function migrate(options: FleetOptions): Promise<FleetKeys | null> {
  const child = run(["migrate", "--config", configuration, "--json"], options);
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const errors = lines(child.stderr, (line) => options.onLine?.("migrate", line));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`sluice migrate ended with ${code}:\n${errors()}`);
  const { firstKeys } = JSON.parse(output) as { readonly firstKeys: FleetKeys | null };
  return firstKeys;
}

function startMember(name: MemberName, options: FleetOptions) {
  const { folder, ports = {}, demo, onLine } = options;
  const roles: readonly string[] = members[name];
  const child = run(
    [
      ...["serve", "--config", configuration, "--role", roles.join(","), "--data", join(folder, name)],
      ...["--port", String(ports[name] ?? 0), "--grpc-port", String(ports.grpc ?? 0)],
      ...(demo && roles.includes("control") ? ["--demo"] : []),
    ],
    options,
  );
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const errors = lines(child.stderr, (line) => onLine?.(name, line));
  const ready = new Promise<{ readonly httpUrl: string; readonly grpcAddress: string }>((resolve, reject) => {
    const output = lines(child.stdout, (line) => {
      onLine?.(name, line);
      // The last line of what a process says of itself.
      if (!/^ {2}data {2,}/.test(line)) return;
      const said = (pattern: RegExp) => pattern.exec(output())?.[1] ?? "";
      resolve({ httpUrl: said(/ health {2,}(\S+)\/health/), grpcAddress: said(/ gRPC {2,}(\S+)/) });
    });
    void ended.then(() => reject(new Error(`${name} ended before it was ready:\n${errors()}`)));
  });
  return { child, ended, ready };
}

const alive = new Set<ChildProcess>();
// However this process ends (save by SIGKILL), nobody is left who holds ports and folders.
process.once("exit", () => {
  for (const child of alive) child.kill("SIGTERM");
});

function run(args: readonly string[], { folder, brokers, elasticsearchUrl, environment }: FleetOptions): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"] ?? "",
      SLUICE_KAFKA_BROKERS: brokers,
      SLUICE_SEALING_KEY_FILE: sealingKey(folder),
      ...(elasticsearchUrl === undefined ? {} : { SLUICE_ELASTICSEARCH_URLS: elasticsearchUrl }),
      ...environment,
    },
  });
  alive.add(child);
  child.once("exit", () => alive.delete(child));
  return child;
}

/** What clients carry for one gate, any other one takes. */
function sealingKey(folder: string): string {
  const file = join(folder, "sealing.key");
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
  return file;
}

/** Calls `told` for each line; answers what was said so far. */
function lines(stream: ChildProcess["stdout"], told: (line: string) => void): () => string {
  let said = "";
  let rest = "";
  stream?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) told(line);
  });
  return () => said;
}
