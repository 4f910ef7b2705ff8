import type { ActivityOptions } from "../processors/anomaly/activity.ts";
import type { AnomalyOptions } from "../processors/anomaly/anomaly.ts";
import type { Response } from "../processors/anomaly/respond.ts";
import type { Config } from "./config.ts";

/** What the processors of anomalies are told; null where nothing is looked for. */
export function anomalyOptions({ anomalies }: Config): (ActivityOptions & AnomalyOptions) | null {
  if (!anomalies.enabled) return null;
  const { alertsPerDay, windowMs, settleMs, responses } = anomalies;
  // The activity of a window is told after a quarter of the time that its judgement waits.
  const graceMs = Math.floor(settleMs / 4);
  const weakestFirst = (list: readonly Response[]) => [...list].sort((a, b) => a.strength - b.strength);
  return {
    ...{ alertsPerDay, windowMs, settleMs, graceMs },
    responses: { caller: weakestFirst(responses.caller), tool: weakestFirst(responses.tool), server: weakestFirst(responses.server) },
  };
}
