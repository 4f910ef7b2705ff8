import { randomBytes } from "node:crypto";
import { Fault } from "../../domain/fault.ts";
import { type Logger, silentLogger } from "../../domain/ports/logger.ts";
import type { Exchange, Upstream, UpstreamRequest, UpstreamSink } from "../../domain/ports/upstream.ts";
import type { StdioUpstreamDefinition } from "../../domain/server.ts";
import { type CoarseClock, createCoarseClock } from "./coarse-clock.ts";
import { refused } from "./http-target.ts";
import { type Environment, resolveReferences } from "./references.ts";
import { errorText } from "./stdio-channel.ts";
import { headerValue, StdioExchange } from "./stdio-exchange.ts";
import { readStdioMessage, type StdioMessage } from "./stdio-message.ts";
import { createStdioPool, type LiveProcess, type StdioPool } from "./stdio-pool.ts";
import type { StdioCommand } from "./stdio-process.ts";

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

interface Session {
  readonly live: LiveProcess;
  lastUsedMs: number;
}

const parseError = -32700;
const serverError = -32000;
const sessionNotFound = -32001;

/**
 * A server that speaks over its standard input and output, played as a stateful Streamable HTTP server: `initialize` starts a process and
 * answers `mcp-session-id`, further messages name it, GET opens its stream, DELETE ends it. Requests of the stateless revision share one process.
 * Throws `Fault("invalid")` for a definition that can't be used.
 */
export function openStdioUpstream(definition: StdioUpstreamDefinition, options: StdioUpstreamOptions): Upstream {
  return new StdioUpstream(definition, options);
}

class StdioUpstream implements Upstream {
  readonly id: string;
  readonly #sessions = new Map<string, Session>();
  readonly #pool: StdioPool;
  readonly #clock: CoarseClock;
  readonly #sessionIdleMs: number;
  readonly #newSessionId: () => string;
  readonly #stopChecking: () => void;
  #shared: LiveProcess | undefined;

  constructor(definition: StdioUpstreamDefinition, options: StdioUpstreamOptions) {
    const { environment, logger = silentLogger, onLine = () => {}, prewarm = 1, sessionIdleMs = 60 * 60_000 } = options;
    this.id = definition.id;
    this.#clock = options.clock ?? createCoarseClock();
    this.#sessionIdleMs = sessionIdleMs;
    this.#newSessionId = options.newSessionId ?? (() => randomBytes(24).toString("base64url"));
    this.#pool = createStdioPool({
      command: commandOf(definition, environment),
      processesMax: definition.processesMax,
      prewarm,
      clock: this.#clock,
      onLine,
      skipped: (what, pid) => logger.debug(what, { upstream: definition.id, pid }),
    });
    this.#stopChecking = this.#clock.eachStep((nowMs) => this.#check(nowMs));
  }

  exchange(request: UpstreamRequest, sink: UpstreamSink): Exchange {
    const sessionId = headerValue(request.headers, "mcp-session-id");
    if (sessionId === undefined)
      return request.method === "POST" ? this.#postWithoutSession(request, sink) : this.#answer(request, sink, 405);
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return this.#answer(request, sink, 404, errorText(null, sessionNotFound, "no such session"));
    session.lastUsedMs = this.#clock.nowMs();
    if (request.method === "GET") return session.live.channel.listen(request, sink);
    if (request.method === "POST") return this.#post(request, sink, (message) => session.live.channel.post(message, request, sink));
    this.#endSession(sessionId);
    return this.#answer(request, sink, 200);
  }

  async close(): Promise<void> {
    this.#stopChecking();
    this.#sessions.clear();
    this.#shared = undefined;
    await this.#pool.close();
  }

  #postWithoutSession(request: UpstreamRequest, sink: UpstreamSink): Exchange {
    return this.#post(request, sink, (message) => {
      if (message.method === "initialize" && message.kind === "request") return this.#initialize(message, request, sink);
      if (message.modern) return this.#postShared(message, request, sink);
      const away = this.#pool.refusal();
      if (away !== undefined) return refused(sink, away);
      return this.#answer(request, sink, 400, errorText(message.idKey ?? null, serverError, "a session is needed: send initialize first"));
    });
  }

  #initialize(message: StdioMessage, request: UpstreamRequest, sink: UpstreamSink): Exchange {
    const sessionId = this.#newSessionId();
    const live = this.#pool.acquire("session", {
      responded: (method, good) => {
        if (method === "initialize" && !good) this.#endSession(sessionId);
      },
      abandoned: (method) => {
        if (method === "initialize") this.#endSession(sessionId);
      },
      ended: () => this.#sessions.delete(sessionId),
    });
    if (live instanceof Fault) return refused(sink, live);
    this.#sessions.set(sessionId, { live, lastUsedMs: this.#clock.nowMs() });
    return live.channel.post(message, request, sink, ["mcp-session-id", sessionId]);
  }

  #postShared(message: StdioMessage, request: UpstreamRequest, sink: UpstreamSink): Exchange {
    if (this.#shared === undefined) {
      const live = this.#pool.acquire("shared", {
        responded() {},
        abandoned() {},
        ended: () => {
          this.#shared = undefined;
        },
      });
      if (live instanceof Fault) return refused(sink, live);
      this.#shared = live;
    }
    return this.#shared.channel.post(message, request, sink);
  }

  #post(request: UpstreamRequest, sink: UpstreamSink, forward: (message: StdioMessage) => Exchange): Exchange {
    const message = request.body === undefined ? undefined : readStdioMessage(request.body);
    if (message === undefined) return this.#answer(request, sink, 400, errorText(null, parseError, "the body is no JSON-RPC message"));
    return forward(message);
  }

  #answer(request: UpstreamRequest, sink: UpstreamSink, status: number, json?: string): Exchange {
    const exchange = new StdioExchange(request, sink, this.#clock, { abandoned() {}, congested() {} });
    exchange.answerStatus(status, json);
    return exchange;
  }

  #endSession(sessionId: string): void {
    const session = this.#sessions.get(sessionId);
    this.#sessions.delete(sessionId);
    session?.live.end();
  }

  #check(nowMs: number): void {
    for (const [sessionId, { live, lastUsedMs }] of this.#sessions) {
      live.channel.check(nowMs);
      if (live.channel.open === 0 && nowMs - lastUsedMs >= this.#sessionIdleMs) this.#endSession(sessionId);
    }
    this.#shared?.channel.check(nowMs);
    this.#pool.check(nowMs);
  }
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
