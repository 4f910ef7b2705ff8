import type { DefinitionChanged, LeaseGranted, LeaseRecalled, LeaseRequested } from "../../domain/events.ts";
import { type BucketState, emptyBucket, grant, idleAtMs, leaseKey, type Quota, uncounted } from "../../domain/limits/lease.ts";
import type { Limit } from "../../domain/limits/limit.ts";
import { recall } from "../../domain/limits/recall.ts";
import { topics } from "../../domain/topics.ts";
import { nothing, type Processor, type Step, type Tick } from "../processor.ts";

/** Buckets of one limit that one task counts: a caller may ask for ever new ones, by names that it invents. */
const bucketsMax = 100_000;
/** Clocks of gates may differ by so much before a bucket's state is dropped too early. */
const skewMs = 60_000;

type State = ReadonlyMap<string, string>;
type Out = "lease_granted" | "lease_recalled";
type In = "lease_requested" | "limit_changed" | Out;

/**
 * Grants tokens of rate limits to gates: `lease_requested` → `lease_granted`, by the definitions on the topic of limits. Where there are not
 * enough left, `lease_recalled` asks other gates for what they hold and will not spend.
 * The time of a grant is that of its request, on the gate's clock, never before an earlier one of the same bucket:
 * where clocks of gates differ by d, a window may come out shorter by d.
 * A request for a limit that is not known (yet) is not answered: the gate goes on with its fallback and asks again.
 *
 * State: `limit/{key}` its quota; `bucket/{key}` `{idle at} {BucketState as JSON}`; `buckets/{key of the limit}` how many it has.
 */
export const limits = limitsOf(bucketsMax);

/** Past `bucketsMax` of a limit, whoever comes anew is granted nothing until others are idle. */
export function limitsOf(bucketsMax: number): Processor<In, Out> {
  return {
    name: "limits",
    sources: [topics.leases],
    broadcast: [topics.limits],
    tickMs: 60_000,
    step(state, input) {
      if (input.type === "tick") return expire(state, input);
      if (input.value === null) return nothing;
      if (input.type === "limit_changed") return define(input.value);
      return input.type === "lease_requested" ? answer(state, input.value, bucketsMax) : nothing;
    },
  };
}

function define({ organizationId, name, change, definition }: DefinitionChanged): Step<never> {
  // Validated before it was written to the topic of limits.
  const { enabled, callsMax, windowMs } = JSON.parse(definition) as Limit;
  const quota = change === "put" && enabled ? JSON.stringify({ callsMax, windowMs }) : null;
  return { changes: new Map([[limitKey(organizationId, name), quota]]), emit: [] };
}

function answer(state: State, request: LeaseRequested, bucketsMax: number): Step<Out> {
  const limit = limitKey(request.organizationId, request.limitId);
  const defined = state.get(limit);
  if (defined === undefined) return nothing;
  // Both were written by this processor.
  const quota = JSON.parse(defined) as Quota;
  const key = leaseKey(request);
  const known = state.get(`bucket/${key}`);
  const bucket = known === undefined ? emptyBucket : (JSON.parse(known.slice(known.indexOf(" "))) as BucketState);
  const count = Number(state.get(countKey(limit)) ?? 0);
  if (known === undefined && count >= bucketsMax) return { changes: new Map(), emit: [granting(key, uncounted(request))] };

  const step = grant(bucket, request, quota, "remote");
  if (step.granted === null) return nothing;
  const { state: after, granted, recalled } = recall({ ...step, granted: step.granted }, request.wanted, quota);
  const changes = new Map([[`bucket/${key}`, `${idleAtMs(after, quota.windowMs)} ${JSON.stringify(after)}`]]);
  if (known === undefined) changes.set(countKey(limit), String(count + 1));
  return { changes, emit: [granting(key, granted), ...recalled.map((value) => recalling(key, value))] };
}

function granting(key: string, value: LeaseGranted) {
  return { topic: topics.leases, record: { type: "lease_granted", key, value, timestampMs: value.timeMs } } as const;
}

function recalling(key: string, value: LeaseRecalled) {
  return { topic: topics.leases, record: { type: "lease_recalled", key, value, timestampMs: value.timeMs } } as const;
}

function expire(state: State, { timestampMs }: Tick): Step<never> {
  const changes = new Map<string, string | null>();
  const idle = new Map<string, number>();
  for (const [key, value] of state) {
    if (!key.startsWith("bucket/") || Number.parseInt(value, 10) + skewMs >= timestampMs) continue;
    changes.set(key, null);
    const [, organizationId = "", limitId = ""] = key.split("/", 3);
    const counter = countKey(limitKey(organizationId, limitId));
    idle.set(counter, (idle.get(counter) ?? 0) + 1);
  }
  for (const [counter, buckets] of idle) {
    const left = Number(state.get(counter) ?? 0) - buckets;
    changes.set(counter, left > 0 ? String(left) : null);
  }
  return { changes, emit: [] };
}

function countKey(limit: string): string {
  return limit.replace("limit/", "buckets/");
}

function limitKey(organizationId: string, limitId: string): string {
  return `limit/${organizationId}/${limitId}`;
}
