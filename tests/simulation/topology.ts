import type { AnomalyOptions } from "../../processors/anomaly/anomaly.ts";
import type { Processor } from "../../processors/processor.ts";
import { topology } from "../../processors/topology.ts";
import { small } from "./clock.ts";

export const windowMs = 4_000;

/** Alerts are welcome: in a world of a few windows there must be some. */
export const anomalyOptions: AnomalyOptions = {
  alertsPerDay: 20,
  settleMs: 1_000,
  responses: {
    caller: [
      { strength: 1, action: "throttle", lastsMs: 600_000, callsPerMinute: 10 },
      { strength: 1_000, action: "quarantine", lastsMs: 600_000, callsPerMinute: 0 },
    ],
    tool: [{ strength: 1, action: "step-up", lastsMs: 600_000, callsPerMinute: 0 }],
    server: [],
  },
};

/** Fresh ones for each process: some keep what they compiled. */
export function processors(): readonly Processor[] {
  const whole = topology({ leases: "stream", activity: { windowMs, graceMs: 500 }, anomalies: anomalyOptions });
  return whole.map((one) => ({ ...one, sources: one.sources.map(small) }));
}
