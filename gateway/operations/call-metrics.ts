import type { Metrics } from "../../domain/ports/metrics.ts";

/** What the gate counts of calls. Labels are bounded: methods by the protocol, servers by the registry. */
export interface CallMetrics {
  decided(method: string, server: string | null, verdict: "allow" | "deny", stage: string): void;
  ended(method: string, server: string | null, outcome: string, durationMicros: number): void;
  refused(reason: string): void;
}

// The buckets that the OpenTelemetry conventions for MCP advise, in seconds, with three finer ones in front.
const durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

export function createCallMetrics(metrics: Metrics): CallMetrics {
  const decisions = metrics.counter("sluice_decisions_total", "Calls decided.", ["method", "server", "verdict", "stage"]);
  const ends = metrics.counter("sluice_calls_total", "Forwarded calls that came to their end.", ["method", "server", "outcome"]);
  const durations = metrics.histogram(
    "sluice_call_duration_seconds",
    "From the request read to the answer sent.",
    ["method"],
    durationBounds,
  );
  const refusals = metrics.counter("sluice_refused_requests_total", "Requests refused before a decision on a call.", ["reason"]);
  return {
    decided: (method, server, verdict, stage) => decisions.series(method, server ?? "", verdict, stage).add(1),
    ended(method, server, outcome, durationMicros) {
      ends.series(method, server ?? "", outcome).add(1);
      durations.series(method).record(durationMicros / 1_000_000);
    },
    refused: (reason) => refusals.series(reason).add(1),
  };
}
