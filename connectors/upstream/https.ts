import type { LookupFunction } from "node:net";
import { buildConnector, type Dispatcher, Pool } from "undici";
import { Fault, toFault } from "../../domain/fault.ts";
import type { Exchange, UpstreamRequest, UpstreamSink } from "../../domain/ports/upstream.ts";
import type { RemoteUpstreamDefinition } from "../../domain/server.ts";
import { guardedLookup, literalRefusal } from "./address-guard.ts";
import { type CoarseClock, createCoarseClock } from "./coarse-clock.ts";
import { connectFailure } from "./connect-failure.ts";
import { answerRefusal } from "./http-head.ts";
import { forwardedHeaders, headerRules } from "./http-headers.ts";
import { bareHost, type HttpTarget, type HttpUpstreamOptions, refused, type TlsOptions, unsendableFault } from "./http-target.ts";
import { type TlsMaterial, tlsMaterial } from "./tls-material.ts";

/** An MCP server behind https, through `undici`: TLS costs more than the client does, and its corners are not for us to write again. */
export function openTlsUpstream(definition: RemoteUpstreamDefinition, url: URL, options: HttpUpstreamOptions): HttpTarget {
  const {
    addresses = {},
    environment,
    tls = {},
    connectionsMax = 256,
    queueMax = 1_024,
    idleMaxMs = 4_000,
    connectTimeoutMs = 5_000,
  } = options;
  const rules = headerRules(definition.headers, environment);
  const refusal = literalRefusal(bareHost(url), addresses);
  const clock = options.clock ?? createCoarseClock();
  const pool = new Pool(url.origin, {
    connections: connectionsMax,
    pipelining: 1,
    keepAliveTimeout: idleMaxMs,
    keepAliveMaxTimeout: idleMaxMs,
    // The deadlines of each exchange are kept below; undici's own would only be a second opinion.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 16 * 1024,
    connect: connector(tlsMaterial(definition.tls, environment, tls), { timeout: connectTimeoutMs, lookup: guardedLookup(addresses) }),
  });
  const active = new Set<TlsExchange>();
  const stopSweeping = clock.eachStep((nowMs) => {
    for (const exchange of active) exchange.check(nowMs);
  });
  const ownPath = `${url.pathname}${url.search}`;

  return {
    id: definition.id,
    exchange(request, sink, path = ownPath) {
      const forwarded = forwardedHeaders(request.headers, rules);
      if (refusal !== undefined) return refused(sink, new Fault("unavailable", refusal));
      if (forwarded === undefined) return refused(sink, unsendableFault());
      if (active.size >= connectionsMax + queueMax) {
        return refused(sink, new Fault("unavailable", "too many requests wait for a connection to the server", { retryAfterMs: 1_000 }));
      }
      const exchange = new TlsExchange(request, sink, clock, active);
      exchange.start(pool, path, ["accept-encoding", "identity", ...rules.configured, ...forwarded], request);
      return exchange;
    },
    async close() {
      stopSweeping();
      for (const exchange of [...active]) exchange.fail(new Fault("unavailable", "the upstream was closed"));
      await pool.destroy();
    },
  };
}

class TlsExchange implements Exchange, Dispatcher.DispatchHandler {
  #phase: "unsent" | "sent" | "answering" = "unsent";
  #finished = false;
  #paused = false;
  #controller: Dispatcher.DispatchController | undefined;
  #nextBy: number;
  readonly #totalBy: number;
  readonly #idleTimeoutMs: number;
  readonly #sink: UpstreamSink;
  readonly #clock: CoarseClock;
  readonly #active: Set<TlsExchange>;

  constructor(request: UpstreamRequest, sink: UpstreamSink, clock: CoarseClock, active: Set<TlsExchange>) {
    this.#sink = sink;
    this.#clock = clock;
    this.#active = active;
    this.#idleTimeoutMs = request.idleTimeoutMs;
    this.#nextBy = clock.deadline(request.answerTimeoutMs);
    this.#totalBy = clock.deadline(request.totalTimeoutMs);
  }

  start(pool: Pool, path: string, headers: string[], { method, body, repeatable }: UpstreamRequest): void {
    this.#active.add(this);
    try {
      pool.dispatch(
        { path, method, headers, body: body === undefined ? null : Buffer.from(body), idempotent: repeatable, blocking: false },
        this,
      );
    } catch (reason) {
      this.fail(reason);
    }
  }

  cancel(): void {
    if (!this.#finish()) return;
    this.#controller?.abort(new Error("withdrawn"));
  }

  pause(): void {
    this.#paused = true;
    if (!this.#finished) this.#controller?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#finished) return;
    if (this.#phase === "answering") this.#nextBy = this.#clock.deadline(this.#idleTimeoutMs);
    this.#controller?.resume();
  }

  check(nowMs: number): void {
    const late = nowMs >= this.#totalBy || (nowMs >= this.#nextBy && !(this.#paused && this.#phase === "answering"));
    if (late)
      this.fail(
        new Fault(
          "timeout",
          this.#phase === "answering" ? "the server's answer stopped for too long" : "the server did not answer in time",
        ),
      );
  }

  /** Ends the exchange from our side. */
  fail(reason: unknown): void {
    if (!this.#finish()) return;
    const phase = this.#phase;
    this.#controller?.abort(new Error("given up"));
    this.#sink.fail(toFault(reason), phase);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#finished) controller.abort(new Error("withdrawn"));
    else this.#phase = "sent";
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (this.#finished || status < 200) return;
    const refusal = answerRefusal(status, joined(headers["content-encoding"]));
    if (refusal !== undefined) {
      this.fail(new Fault("unavailable", refusal));
      return;
    }
    this.#phase = "answering";
    this.#nextBy = this.#clock.deadline(this.#idleTimeoutMs);
    if (this.#paused) controller.pause();
    this.#sink.head({ status, header: (name) => joined(headers[name]) });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#finished) return;
    this.#nextBy = this.#clock.deadline(this.#idleTimeoutMs);
    this.#sink.data(chunk);
  }

  onResponseEnd(): void {
    if (this.#finish()) this.#sink.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, cause: Error): void {
    if (!this.#finish()) return;
    const fault = cause instanceof Fault ? cause : new Fault("unavailable", failure(this.#phase, cause), { cause });
    this.#sink.fail(fault, this.#phase);
  }

  #finish(): boolean {
    if (this.#finished) return false;
    this.#finished = true;
    this.#active.delete(this);
    return true;
  }
}

const messages = {
  unsent: "the server can't be reached",
  sent: "the server closed the connection without an answer",
  answering: "the server broke off its answer",
} as const;

function failure(phase: keyof typeof messages, cause: unknown): string {
  const reason = connectFailure(cause);
  return reason === undefined ? messages[phase] : `${messages[phase]}: ${reason}`;
}

/** Certificates and keys are looked at with every new connection: one that changed counts from then on. */
function connector(material: TlsMaterial, own: { readonly timeout: number; readonly lookup: LookupFunction }): buildConnector.connector {
  let tls: TlsOptions | undefined;
  let connect: buildConnector.connector | undefined;
  const current = (): buildConnector.connector => {
    const now = material.current();
    if (connect === undefined || now !== tls) connect = buildConnector({ ...now, ...own, rejectUnauthorized: true, allowH2: false });
    tls = now;
    return connect;
  };
  return (options, connected) => {
    try {
      current()(options, connected);
    } catch (cause) {
      const { message } = toFault(cause);
      connected(new Fault("unavailable", `the server can't be reached: ${message}`, { cause }), null);
    }
  };
}

function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(", ") : value;
}
