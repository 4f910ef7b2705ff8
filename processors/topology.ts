import { type ActivityOptions, activity } from "./anomaly/activity.ts";
import { type AnomalyOptions, anomaly } from "./anomaly/anomaly.ts";
import { budgets } from "./budgets.ts";
import { limits } from "./limits/limits.ts";
import { policyReview } from "./policy-review/policy-review.ts";
import type { Processor } from "./processor.ts";
import { usage } from "./usage.ts";

export interface TopologyOptions {
  readonly leases: "local" | "stream";
  readonly activity: ActivityOptions;
  /** Null: nothing unusual is looked for. */
  readonly anomalies: AnomalyOptions | null;
}

/**
 * The whole graph of processors.
 *
 *     calls ──▶ usage ──▶ usage
 *     activity, budgets ──▶ budgets ──▶ spending
 *     calls, policies, keys, users, servers ──▶ policy-review ──▶ reviews
 *     calls ──▶ activity ──▶ activity
 *     activity, restrictions ──▶ anomaly ──▶ anomalies, restrictions
 *     leases, limits ──▶ limits ──▶ leases      (only where gates ask over the log)
 *
 * `leases: "local"`: the one gate grants its own leases (`local-leases.ts`), and a second grantor would count everything twice.
 */
export function topology({ leases, anomalies, ...options }: TopologyOptions): readonly Processor[] {
  const always = [usage, policyReview(), activity(options.activity), budgets()];
  return [...always, ...(anomalies === null ? [] : [anomaly(anomalies)]), ...(leases === "stream" ? [limits] : [])];
}
