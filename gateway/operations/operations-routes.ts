import type { HttpReply, Route } from "../../domain/ports/http.ts";
import type { Metrics } from "../../domain/ports/metrics.ts";

export interface Readiness {
  readonly ready: boolean;
  /** What was looked at; `detail` is for operators and holds no secret. */
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

export interface Operations {
  readonly metrics: Pick<Metrics, "expose">;
  /** False only where a restart is the cure. */
  readonly isLive: () => boolean;
  /** Not ready while starting, while stopping, and while something is away without which no call can be served. */
  readonly readiness: () => Readiness;
}

/** `/health` for people, `/health/live` and `/health/ready` for orchestrators, `/metrics` for Prometheus. None needs a caller. */
export function operationsRoutes({ metrics, isLive, readiness }: Operations): Route[] {
  return [
    {
      method: "GET",
      path: "/health",
      handler(_, reply) {
        const live = isLive();
        const { ready, checks } = readiness();
        sendJson(reply, live && ready, { status: live ? (ready ? "ok" : "not ready") : "not live", live, ready, checks });
      },
    },
    {
      method: "GET",
      path: "/health/live",
      handler(_, reply) {
        const live = isLive();
        sendJson(reply, live, { status: live ? "ok" : "not live" });
      },
    },
    {
      method: "GET",
      path: "/health/ready",
      handler(_, reply) {
        const { ready, checks } = readiness();
        sendJson(reply, ready, { status: ready ? "ok" : "not ready", checks });
      },
    },
    {
      method: "GET",
      path: "/metrics",
      handler: (_, reply) =>
        reply.send(200, ["content-type", "text/plain; version=0.0.4; charset=utf-8", "cache-control", "no-store"], metrics.expose()),
    },
  ];
}

function sendJson(reply: HttpReply, ok: boolean, body: unknown): void {
  const headers = ["content-type", "application/json", "cache-control", "no-store"];
  if (!ok) headers.push("retry-after", "1");
  reply.send(ok ? 200 : 503, headers, JSON.stringify(body));
}
