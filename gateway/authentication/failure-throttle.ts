import { createTokenCache } from "./token-cache.ts";

/** Failed verifications that one address may cause in a burst, and how fast it may go on. */
export interface FailureThrottleOptions {
  readonly burst: number;
  readonly perSecond: number;
  readonly addressesMax: number;
}

export const failureThrottleDefaults: FailureThrottleOptions = { burst: 50, perSecond: 5, addressesMax: 16_384 };

/** Keeps an address that sends garbage from costing signatures: only failures count, so that nobody who is let in ever notices. */
export interface FailureThrottle {
  /** Whether a verification for this address may be tried now. */
  admits(address: string): boolean;
  failed(address: string): void;
}

export function createFailureThrottle({ burst, perSecond, addressesMax }: FailureThrottleOptions, nowMs: () => number): FailureThrottle {
  const buckets = createTokenCache<{ failures: number; atMs: number }>(addressesMax);
  const failuresNow = (address: string): number => {
    const bucket = buckets.get(address);
    if (bucket === undefined) return 0;
    const passedMs = Math.max(0, nowMs() - bucket.atMs);
    return Math.max(0, bucket.failures - (passedMs / 1000) * perSecond);
  };
  return {
    admits: (address) => failuresNow(address) < burst,
    failed(address) {
      buckets.set(address, { failures: failuresNow(address) + 1, atMs: nowMs() });
    },
  };
}
