import { Fault } from "../../domain/fault.ts";
import { type Health, HealthCheckResponse_ServingStatus as ServingStatus } from "../../proto/gen/grpc/health/v1/health_pb.ts";
import type { Implementation } from "./grpc-bridge.ts";

const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = ServingStatus;

export interface HealthState {
  readonly implementation: Implementation<typeof Health, { readonly signal: AbortSignal }>;
  /** Tells everybody that asks or watches. */
  stopServing(): void;
}

/**
 * grpc.health.v1 for the given services, and "" for the server as a whole. They serve until `stopServing`.
 * https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
export function healthState(services: readonly string[]): HealthState {
  const known = new Set(["", ...services]);
  const stopped = new AbortController();
  const statusOf = (service: string) => {
    if (!known.has(service)) return SERVICE_UNKNOWN;
    return stopped.signal.aborted ? NOT_SERVING : SERVING;
  };

  return {
    implementation: {
      async check({ service }) {
        const status = statusOf(service);
        if (status === SERVICE_UNKNOWN) throw new Fault("not-found", "there is no such service");
        return { status };
      },
      async *watch({ service }, { signal }) {
        yield { status: statusOf(service) };
        await firstOf(signal, stopped.signal);
        if (!signal.aborted) yield { status: statusOf(service) };
        await firstOf(signal);
      },
      async list() {
        return { statuses: Object.fromEntries([...known].map((service) => [service, { status: statusOf(service) }])) };
      },
    },
    stopServing: () => stopped.abort(),
  };
}

function firstOf(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      for (const signal of signals) signal.removeEventListener("abort", go);
      resolve();
    };
    for (const signal of signals) signal.addEventListener("abort", go);
    if (signals.some(({ aborted }) => aborted)) go();
  });
}
