import type { Fault } from "../../domain/fault.ts";
import { latestModern } from "../../domain/mcp/revisions.ts";
import type { Upstream } from "../../domain/ports/upstream.ts";
import type { UpstreamDefinition } from "../../domain/server.ts";
import { gateInfo } from "../mcp/identity.ts";

export type Health = "unknown" | "healthy" | "unhealthy";

export interface HealthCheckOptions {
  /** Between two checks of one upstream; each is moved by up to a fifth, so that gates and upstreams don't move in step. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Failed checks in a row that make an upstream unhealthy; one good check makes it healthy. */
  readonly failuresMax: number;
}

export const defaultHealthCheck: HealthCheckOptions = { intervalMs: 10_000, timeoutMs: 3_000, failuresMax: 2 };

/** An unhealthy upstream is looked at sooner at first, so that its return is noticed soon. */
const soonMs = 1_000;

export interface HealthWatch {
  readonly health: Health;
  readonly reason: string;
  /** Starts a check if it is time. `lastAnswerMs`: a call that was answered since the last check makes one needless. */
  tick(nowMs: number, lastAnswerMs: number): void;
  stop(): void;
}

/** A request that executes nothing. */
interface Question {
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

const encoder = new TextEncoder();
const json = ["content-type", "application/json", "accept", "application/json, text/event-stream"] as const;

/** What every server of the stateless revision answers, and one of an older revision refuses. */
const discover: Question = {
  headers: [...json, "mcp-protocol-version", latestModern, "mcp-method", "server/discover"],
  body: encoder.encode(
    JSON.stringify({
      jsonrpc: "2.0",
      id: "sluice-health",
      method: "server/discover",
      params: {
        _meta: {
          "io.modelcontextprotocol/protocolVersion": latestModern,
          "io.modelcontextprotocol/clientCapabilities": {},
          "io.modelcontextprotocol/clientInfo": gateInfo,
        },
      },
    }),
  ),
};

/** Without a session: over other transports than Streamable HTTP its answer comes from our side of the connection. */
const ping: Question = { headers: json, body: encoder.encode('{"jsonrpc":"2.0","id":"sluice-health","method":"ping"}') };

/**
 * Watches one upstream of a kind. Any HTTP answer below 500 is a sign of life, a refusal, too; what it says is not read.
 * `random` answers numbers from 0 to 1.
 */
export function watchHealth(
  { upstream, kind }: { readonly upstream: Upstream; readonly kind: UpstreamDefinition["kind"] },
  { intervalMs, timeoutMs, failuresMax }: HealthCheckOptions,
  random: () => number,
  changed: () => void,
): HealthWatch {
  const question = kind === "http" ? discover : ping;
  let health: Health = "unknown";
  let reason = "not checked yet";
  let failures = 0;
  let checkedMs = Number.NEGATIVE_INFINITY;
  let waitMs = 0;
  let running: { cancel(): void } | undefined;
  let stopped = false;

  const verdict = (good: boolean, why: string) => {
    running = undefined;
    if (stopped) return;
    failures = good ? 0 : failures + 1;
    const next: Health = good ? "healthy" : failures >= failuresMax ? "unhealthy" : health;
    const pauseMs = good || intervalMs < soonMs ? intervalMs : Math.min(intervalMs, soonMs * 2 ** Math.min(failures - 1, 10));
    waitMs = pauseMs * (0.8 + 0.4 * random());
    reason = why;
    if (next === health) return;
    health = next;
    changed();
  };

  return {
    get health() {
      return health;
    },
    get reason() {
      return reason;
    },
    tick(nowMs, lastAnswerMs) {
      if (stopped || running !== undefined || nowMs - checkedMs < waitMs) return;
      const answered = lastAnswerMs > checkedMs;
      checkedMs = nowMs;
      if (answered) verdict(true, "calls are answered");
      else running = checkOnce(upstream, question, timeoutMs, verdict);
    },
    stop() {
      stopped = true;
      running?.cancel();
      running = undefined;
    },
  };
}

/** One check. `verdict` is called once, later than this returns. */
function checkOnce(
  upstream: Upstream,
  { headers, body }: Question,
  timeoutMs: number,
  verdict: (good: boolean, why: string) => void,
): { cancel(): void } {
  let over = false;
  const finish = (good: boolean, why: string) => {
    if (over) return;
    over = true;
    queueMicrotask(() => verdict(good, why));
  };
  const exchange = upstream.exchange(
    {
      method: "POST",
      headers,
      body,
      repeatable: true,
      answerTimeoutMs: timeoutMs,
      idleTimeoutMs: timeoutMs,
      totalTimeoutMs: timeoutMs,
    },
    {
      head: ({ status }) => finish(status < 500, `the check was answered with status ${status}`),
      data() {},
      end() {},
      fail: (fault: Fault) => finish(false, fault.message),
    },
  );
  return {
    cancel() {
      over = true;
      exchange.cancel();
    },
  };
}
