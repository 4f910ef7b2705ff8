import { randomBytes } from "node:crypto";
import { Fault } from "../../domain/fault.ts";
import type { Exchange, Upstream, UpstreamRequest, UpstreamSink } from "../../domain/ports/upstream.ts";
import type { CarrierPool, LiveCarrier } from "./carrier-pool.ts";
import { errorText } from "./channel.ts";
import { ChannelExchange, headerValue } from "./channel-exchange.ts";
import { type ChannelMessage, readChannelMessage } from "./channel-message.ts";
import type { CoarseClock } from "./coarse-clock.ts";
import { refused } from "./http-target.ts";

export interface SessionUpstreamOptions {
  readonly pool: CarrierPool;
  readonly clock: CoarseClock;
  /** A session that is not used for so long is ended with its carrier; an hour unless told. */
  readonly sessionIdleMs?: number | undefined;
  /** Unguessable (128 random bits at least), visible ASCII. */
  readonly newSessionId?: (() => string) | undefined;
  /** A `ping` without a session is answered when the server was reached. */
  readonly checksHealth: boolean;
  /** Whether requests of the stateless revision may be asked at all. */
  readonly stateless: boolean;
}

interface Session {
  readonly live: LiveCarrier;
  lastUsedMs: number;
}

const parseError = -32700;
const serverError = -32000;
const sessionNotFound = -32001;

function randomSessionId(): string {
  return randomBytes(24).toString("base64url");
}

/**
 * A server behind a carrier of messages, played as a stateful Streamable HTTP server: `initialize` opens a carrier and answers
 * `mcp-session-id`, further messages name it, GET opens its stream, DELETE ends it. Requests of the stateless revision share one carrier.
 */
export class SessionUpstream implements Upstream {
  readonly id: string;
  readonly #sessions = new Map<string, Session>();
  readonly #pool: CarrierPool;
  readonly #clock: CoarseClock;
  readonly #sessionIdleMs: number;
  readonly #newSessionId: () => string;
  readonly #checksHealth: boolean;
  readonly #stateless: boolean;
  readonly #stopChecking: () => void;
  #shared: LiveCarrier | undefined;

  constructor(
    id: string,
    { pool, clock, sessionIdleMs = 60 * 60_000, newSessionId = randomSessionId, checksHealth, stateless }: SessionUpstreamOptions,
  ) {
    this.id = id;
    this.#pool = pool;
    this.#clock = clock;
    this.#sessionIdleMs = sessionIdleMs;
    this.#newSessionId = newSessionId;
    this.#checksHealth = checksHealth;
    this.#stateless = stateless;
    this.#stopChecking = clock.eachStep((nowMs) => this.#check(nowMs));
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
      if (message.modern && this.#stateless) return this.#postShared(message, request, sink);
      const away = this.#pool.refusal();
      if (away !== undefined) return refused(sink, away);
      const needsSession = errorText(message.idKey ?? null, serverError, "a session is needed: send initialize first");
      if (!this.#checksHealth || message.method !== "ping") return this.#answer(request, sink, 400, needsSession);
      const exchange = this.#unanswered(request, sink);
      this.#pool.probe((fault) => (fault === undefined ? exchange.answerStatus(400, needsSession) : exchange.fail(fault)));
      return exchange;
    });
  }

  #initialize(message: ChannelMessage, request: UpstreamRequest, sink: UpstreamSink): Exchange {
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

  #postShared(message: ChannelMessage, request: UpstreamRequest, sink: UpstreamSink): Exchange {
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

  #post(request: UpstreamRequest, sink: UpstreamSink, forward: (message: ChannelMessage) => Exchange): Exchange {
    const message = request.body === undefined ? undefined : readChannelMessage(request.body);
    if (message === undefined) return this.#answer(request, sink, 400, errorText(null, parseError, "the body is no JSON-RPC message"));
    return forward(message);
  }

  #answer(request: UpstreamRequest, sink: UpstreamSink, status: number, json?: string): Exchange {
    const exchange = this.#unanswered(request, sink);
    exchange.answerStatus(status, json);
    return exchange;
  }

  #unanswered(request: UpstreamRequest, sink: UpstreamSink): ChannelExchange {
    return new ChannelExchange(request, sink, this.#clock, { abandoned() {}, congested() {} });
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
