import { Fault } from "../../domain/fault.ts";
import { type Logger, silentLogger } from "../../domain/ports/logger.ts";
import type { Upstream } from "../../domain/ports/upstream.ts";
import type { StdioUpstreamDefinition } from "../../domain/server.ts";
import type { Carrier, CarrierListener } from "./carrier.ts";
import { createCarrierPool } from "./carrier-pool.ts";
import { type CoarseClock, createCoarseClock } from "./coarse-clock.ts";
import { type Environment, resolveReferences } from "./references.ts";
import { SessionUpstream } from "./session-upstream.ts";
import { type StdioCommand, startStdioProcess } from "./stdio-process.ts";

export interface StdioUpstreamOptions {
  readonly environment: Environment;
  readonly clock?: CoarseClock;
  readonly logger?: Logger;
  /** What a process writes to its standard error, and that it started or ended. Lines are at most 8 KiB, 100 a second and process. */
  readonly onLine?: (line: { readonly pid: number; readonly line: string }) => void;
  /** Processes kept started for the next session, so that its first call is quick: 0 or 1; 1 unless told. */
  readonly prewarm?: 0 | 1;
  /** A session that is not used for so long is ended with its process; an hour unless told. */
  readonly sessionIdleMs?: number;
  /** Unguessable (128 random bits at least), visible ASCII. */
  readonly newSessionId?: () => string;
}

/**
 * A server that speaks over its standard input and output (see `SessionUpstream`): each session has a process of its own.
 * Throws `Fault("invalid")` for a definition that can't be used.
 */
export function openStdioUpstream(definition: StdioUpstreamDefinition, options: StdioUpstreamOptions): Upstream {
  const { environment, logger = silentLogger, onLine = () => {}, prewarm = 1, clock = createCoarseClock() } = options;
  const { sessionIdleMs, newSessionId } = options;
  const command = commandOf(definition, environment);
  const pool = createCarrierPool({
    open: (listener) => openProcess(command, listener, (line, pid) => onLine({ pid, line })),
    noun: "process",
    carriersMax: definition.processesMax,
    prewarm,
    clock,
    skipped: (what, pid) => logger.debug(what, { upstream: definition.id, pid }),
  });
  return new SessionUpstream(definition.id, { pool, clock, sessionIdleMs, newSessionId, checksHealth: false, stateless: true });
}

function openProcess(command: StdioCommand, listener: CarrierListener, log: (line: string, pid: number) => void): Carrier {
  const process = startStdioProcess(command, {
    line: (bytes) => listener.received(bytes),
    lineTooLong: () => listener.tooLong(),
    log,
    ended: (reason) => listener.ended(reason),
  });
  return process.pid === 0 ? { ...process, unusable: new Fault("unavailable", "the server's process can't be started") } : process;
}

/** What a process gets of the gate's environment; everything else is for the definition to name. */
const inherited = ["PATH", "HOME", "LANG", "TMPDIR"];

function commandOf(definition: StdioUpstreamDefinition, environment: Environment): StdioCommand {
  const { command, args, cwd } = definition;
  const env: Record<string, string> = {};
  for (const name of inherited) {
    const value = environment(name);
    if (value !== undefined) env[name] = value;
  }
  for (const [name, text] of Object.entries(definition.env)) env[name] = resolveReferences(text, environment, `env.${name}`);
  const texts = [command, ...args, cwd ?? "", ...Object.keys(env), ...Object.values(env)];
  if (command === "" || texts.some((text) => text.includes("\0"))) {
    throw new Fault("invalid", "the command, an argument or a variable can't be passed to a process", { field: "command" });
  }
  return { command, args, env, cwd };
}
