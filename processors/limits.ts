import type { DefinitionChanged, LeaseRequested } from "../domain/events.ts";
import { type BucketState, emptyBucket, grant, idleAtMs, leaseKey, type Quota } from "../domain/limits/lease.ts";
import type { Limit } from "../domain/limits/limit.ts";
import { recall } from "../domain/limits/recall.ts";
import { topics } from "../domain/topics.ts";
import { nothing, type Processor, type Step, type Tick } from "./processor.ts";

/** Clocks of gates may differ by so much before a bucket's state is dropped too early. */
const skewMs = 60_000;

type Out = "lease_granted" | "lease_recalled";
type In = "lease_requested" | "limit_changed" | Out;

/**
 * Grants tokens of rate limits to gates: `lease_requested` → `lease_granted`, by the definitions on the topic of limits. Where there are not
 * enough left, `lease_recalled` asks other gates for what they hold and will not spend.
 * The time of a grant is that of its request, on the gate's clock, never before an earlier one of the same bucket:
 * where clocks of gates differ by d, a window may come out shorter by d.
 * A request for a limit that is not known (yet) is not answered: the gate goes on with its fallback and asks again.
 *
 * State: `limit/{key}` its quota; `bucket/{key}` `{idle at} {BucketState as JSON}`.
 */
export const limits: Processor<In, Out> = {
  name: "limits",
  sources: [topics.leases],
  broadcast: [topics.limits],
  tickMs: 60_000,
  step(state, input) {
    if (input.type === "tick") return expire(state, input);
    if (input.value === null) return nothing;
    if (input.type === "limit_changed") return define(input.value);
    return input.type === "lease_requested" ? answer(state, input.value) : nothing;
  },
};

function define({ organizationId, name, change, definition }: DefinitionChanged): Step<never> {
  // Validated before it was written to the topic of limits.
  const { enabled, callsMax, windowMs } = JSON.parse(definition) as Limit;
  const quota = change === "put" && enabled ? JSON.stringify({ callsMax, windowMs }) : null;
  return { changes: new Map([[limitKey(organizationId, name), quota]]), emit: [] };
}

function answer(state: ReadonlyMap<string, string>, request: LeaseRequested): Step<Out> {
  const defined = state.get(limitKey(request.organizationId, request.limitId));
  if (defined === undefined) return nothing;
  // Both were written by this processor.
  const quota = JSON.parse(defined) as Quota;
  const key = leaseKey(request);
  const known = state.get(`bucket/${key}`);
  const bucket = known === undefined ? emptyBucket : (JSON.parse(known.slice(known.indexOf(" "))) as BucketState);

  const step = grant(bucket, request, quota, "remote");
  if (step.granted === null) return nothing;
  const { state: after, granted, recalled } = recall({ ...step, granted: step.granted }, request.wanted, quota);
  const timestampMs = granted.timeMs;
  return {
    changes: new Map([[`bucket/${key}`, `${idleAtMs(after, quota.windowMs)} ${JSON.stringify(after)}`]]),
    emit: [
      { topic: topics.leases, record: { type: "lease_granted", key, value: granted, timestampMs } },
      ...recalled.map((value) => ({ topic: topics.leases, record: { type: "lease_recalled", key, value, timestampMs } as const })),
    ],
  };
}

function expire(state: ReadonlyMap<string, string>, { timestampMs }: Tick): Step<never> {
  const changes = new Map<string, null>();
  for (const [key, value] of state) {
    if (key.startsWith("bucket/") && Number.parseInt(value, 10) + skewMs < timestampMs) changes.set(key, null);
  }
  return { changes, emit: [] };
}

function limitKey(organizationId: string, limitId: string): string {
  return `limit/${organizationId}/${limitId}`;
}
