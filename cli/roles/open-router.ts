import { createCoarseClock } from "../../connectors/upstream/coarse-clock.ts";
import { openUpstream } from "../../connectors/upstream/open.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { Metrics } from "../../domain/ports/metrics.ts";
import { recordKey } from "../../domain/record-key.ts";
import { topics } from "../../domain/topics.ts";
import { createRouter, type Router, type UpstreamChange } from "../../gateway/routing/router.ts";
import type { Config } from "../configuration/config.ts";

export interface RouterParts {
  readonly config: Config;
  readonly log: EventLog;
  readonly gateway: string;
  readonly nowMs: () => number;
  readonly newId: () => string;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The router with its upstreams: changes of health and circuit, and what stdio servers write to standard error, go onto the log. */
export function openRouter({ config, log, gateway, nowMs, newId, logger, metrics }: RouterParts): Router {
  const clock = createCoarseClock();
  const lost = (what: string) => (cause: unknown) => logger.warn(what, { cause: String(cause) });
  const changed = ({ organizationId, server, upstream, health, circuit, reason }: UpstreamChange) => {
    const value = { id: newId(), timeMs: nowMs(), organizationId, gateway, server, upstream, health, circuit, reason };
    const key = recordKey(organizationId, server, upstream);
    log
      .append(topics.health, [{ type: "upstream_changed", key, value, timestampMs: value.timeMs }])
      .catch(lost("A change of an upstream could not be recorded"));
  };
  return createRouter({
    nowMs,
    logger,
    metrics,
    open(server, definition) {
      // What an earlier process knew of it is not known to this one.
      const { organizationId, name } = server;
      const unknown = { health: "unknown", circuit: "closed", reason: "not called yet" } as const;
      changed({ organizationId, server: name, upstream: definition.id, ...unknown });
      return openUpstream(definition, {
        clock,
        logger,
        environment: (name) => process.env[name],
        addresses: { allowLoopback: config.upstreams.allowLoopback, allowPrivate: config.upstreams.allowPrivate },
        onLine({ pid, line }) {
          const value = { id: newId(), timeMs: nowMs(), organizationId, gateway, server: name, upstream: definition.id, pid, line };
          const key = recordKey(organizationId, name, definition.id);
          log
            .append(topics.upstreamLogs, [{ type: "upstream_logged", key, value, timestampMs: value.timeMs }])
            .catch(lost("A line of a server could not be kept"));
        },
      });
    },
    onChange: changed,
  });
}
