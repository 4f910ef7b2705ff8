import assert from "node:assert/strict";
import { Fault } from "../../domain/fault.ts";
import type { UpstreamRequest, UpstreamSink } from "../../domain/ports/upstream.ts";
import { defaultTimeouts, type RemoteUpstreamDefinition, type Server } from "../../domain/server.ts";
import { createRouter, type RoutedServer, type RouterOptions, type UpstreamChange } from "./router.ts";

type Phase = "unsent" | "sent" | "answering";

/** An exchange that a test answers by hand. Checks of the health are answered by `checks`. */
export interface Started {
  readonly upstream: string;
  readonly request: UpstreamRequest;
  readonly sink: UpstreamSink;
  readonly told: string[];
  answer(status?: number): void;
  fail(phase: Phase, code?: "unavailable" | "timeout" | "invalid", retryAfterMs?: number): void;
}

/** A router over upstreams that a test answers by hand, and a clock that it moves. */
export function world(options: Partial<RouterOptions> = {}) {
  const started: Started[] = [];
  const events: string[] = [];
  const changes: UpstreamChange[] = [];
  const checks = new Map<string, number>();
  const clock = { nowMs: 1_000_000 };
  const router = createRouter({
    open(_server, { id }) {
      events.push(`open ${id}`);
      return {
        id,
        exchange(request, sink) {
          if (request.headers.length > 2) {
            const status = checks.get(id) ?? 200;
            if (status === 0) sink.fail(new Fault("unavailable", "away"), "unsent");
            else sink.head({ status, header: () => undefined });
            return { cancel() {}, pause() {}, resume() {} };
          }
          const told: string[] = [];
          started.push({
            upstream: id,
            request,
            sink,
            told,
            answer(status = 200) {
              sink.head({ status, header: () => undefined });
              sink.data(Buffer.from("x"));
              sink.end();
            },
            fail: (phase, code = "unavailable", retryAfterMs) =>
              sink.fail(new Fault(code, "it failed", retryAfterMs === undefined ? {} : { retryAfterMs }), phase),
          });
          const tell = (word: string) => () => void told.push(word);
          return { cancel: tell("cancel"), pause: tell("pause"), resume: tell("resume") };
        },
        async close() {
          events.push(`close ${id}`);
        },
      };
    },
    nowMs: () => clock.nowMs,
    onChange: (change) => changes.push(change),
    random: () => 0.5,
    tickMs: 0,
    ...options,
  });
  return { router, started, events, changes, checks, clock };
}

export const upstream = (id: string, more: Partial<RemoteUpstreamDefinition> = {}): RemoteUpstreamDefinition => ({
  kind: "http",
  id,
  url: `http://${id}.test/mcp`,
  headers: {},
  leaseUntilMs: null,
  ...more,
});

export const server = (name: string, upstreams: readonly RemoteUpstreamDefinition[], organizationId = "acme"): Server => ({
  organizationId,
  name,
  title: name,
  description: "",
  labels: {},
  upstreams,
  audit: "buffered",
  timeouts: defaultTimeouts,
  origin: "api",
});

export function call(routed: RoutedServer | undefined, { repeatable = false, pinned }: { repeatable?: boolean; pinned?: string } = {}) {
  const seen: string[] = [];
  const exchange = routed?.exchange(
    { method: "POST", headers: [], body: Buffer.from("{}"), repeatable, answerTimeoutMs: 1, idleTimeoutMs: 1, totalTimeoutMs: 1 },
    {
      head: ({ status }) => seen.push(String(status)),
      data: (chunk) => seen.push(Buffer.from(chunk).toString()),
      end: () => seen.push("end"),
      fail: ({ code, retryAfterMs }, phase) => seen.push(`${phase} ${code}${retryAfterMs === undefined ? "" : ` ${retryAfterMs}`}`),
    },
    pinned === undefined ? {} : { pinned },
  );
  assert.ok(exchange);
  return { seen, exchange };
}
