import type { Response } from "../../processors/anomaly/respond.ts";
import type { TopologyOptions } from "../../processors/topology.ts";
import type { Config } from "./config.ts";

/** What the processors of activity and of anomalies are told. */
export function activityOptions({ anomalies }: Config): Pick<TopologyOptions, "activity" | "anomalies"> {
  const { enabled, alertsPerDay, windowMs, settleMs, responses } = anomalies;
  const weakestFirst = (list: readonly Response[]) => [...list].sort((a, b) => a.strength - b.strength);
  const byTarget = { caller: weakestFirst(responses.caller), tool: weakestFirst(responses.tool), server: weakestFirst(responses.server) };
  return {
    // The activity of a window is told after a quarter of the time that its judgement waits.
    activity: { windowMs, graceMs: Math.floor(settleMs / 4) },
    anomalies: enabled ? { alertsPerDay, settleMs, responses: byTarget } : null,
  };
}
